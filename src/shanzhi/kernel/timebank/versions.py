"""The versions of an area's policy: which one holds on a day, and that a change is public and for days to come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from shanzhi.kernel.timebank.policy import Policy, PolicyError


def in_force(versions: Iterable[Policy], day: date) -> Policy | None:
    """Give the version that holds on a day, the last one that had begun; None before the first."""
    begun = [one for one in versions if one.from_day <= day]
    return max(begun, key=lambda one: one.from_day, default=None)


def succeed(versions: tuple[Policy, ...], new: Policy, *, today: date) -> tuple[Policy, ...]:
    """Append a version; raise PolicyError if it reaches back, comes unannounced, or does not follow the last.

    The notice is that of the version in force when the change is published, so that no change shortens its own.
    """
    holding = in_force(versions, today) or (versions[-1] if versions else None)
    notice = new.notice_days if holding is None else holding.notice_days
    last = versions[-1] if versions else None
    faults: list[tuple[str, str, dict[str, Any]]] = []
    if new.version != len(versions) + 1:
        faults.append(("version", "not_the_next", {"needed": len(versions) + 1}))
    if last is not None and new.area != last.area:
        faults.append(("area", "other_area", {"needed": last.area}))
    if new.published != today:
        faults.append(("published", "not_today", {"needed": today.isoformat()}))
    earliest = today + timedelta(days=max(1, notice))
    if last is not None:
        earliest = max(earliest, last.from_day + timedelta(days=1))
    if new.from_day < earliest:
        faults.append(("from_day", "too_soon", {"needed": earliest.isoformat()}))
    if faults:
        raise PolicyError(*faults)
    return (*versions, new)


def changes(old: Policy, new: Policy) -> dict[str, tuple[Any, Any]]:
    """Name the rules that differ, with their old and new values as in JSON: what is published of a change."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    kept = ("version", "published", "from_day")
    return {name: (before[name], after[name]) for name in after if name not in kept and before[name] != after[name]}

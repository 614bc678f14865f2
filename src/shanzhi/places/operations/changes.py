"""What happens to codes and names: rename, split, merge, succession, closure. Old codes stay and resolve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.places import policies, queries
from shanzhi.places.models import LOCAL_LEVELS, Area, AreaChange, ChangeKind, ChangeLink, FormerName
from shanzhi.places.operations.local import next_code


@dataclass(frozen=True, slots=True)
class Part:
    """An area that comes out of a change; without a code a local one takes the next free number."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """The day on which a change holds, and its grounds."""

    on: date
    reason: str
    source: str = ""


class AreaEnded(Conflict):
    """The code does not hold any more."""

    code = "area_ended"
    message = _("The code %(area)s no longer holds. Open the area that followed it and change that one.")


class AreaHasChildren(Conflict):
    """Areas below would lose their parent."""

    code = "area_has_children"
    message = _("%(area)s still has %(count)s areas below it. Replace or close those first.")


class CodeTaken(Conflict):
    """The new code was used before."""

    code = "code_taken"
    message = _("The code %(area)s was used before and ended; codes are never given twice. Take another one.")


class WrongPart(Invalid):
    """The new codes do not fit the change."""

    code = "wrong_part"
    message = _("The new codes must be of the same level, all different, and lie below an area that exists.")


class WrongDay(Invalid):
    """The change would come before the area or name it changes, or lies in the future."""

    code = "wrong_day"
    message = _("The day must come after the area (or its name) began, and not lie in the future.")


def rename(*, actor: Actor, code: str, name: str, on: date, reason: str, source: str = "", at: datetime) -> AreaChange:
    """Give an area a new name from a day on; the old one is kept with its time.

    Raises NotFound, Forbidden, AreaEnded, WrongDay, WrongPart (the same name again).
    """
    with transaction.atomic():
        area = _locked(actor, [code])[0]
        last = FormerName.objects.filter(area=area).order_by("-valid_to").first()
        since = last.valid_to if last else area.valid_from
        if (since and on <= since) or on > queries.day_of(at):
            raise WrongDay(field="on")
        if not name.strip() or name.strip() == area.name:
            raise WrongPart(_("Give a name that differs from the present one."), field="name")
        FormerName.objects.create(area=area, name=area.name, valid_from=since, valid_to=on)
        before, area.name = area.name, name.strip()
        area.save(update_fields=["name"])
        why = Why(on, reason, source)
        return _note(actor, ChangeKind.RENAME, [(area, area)], why, at, names={code: (before, area.name)})


def split(
    *, actor: Actor, code: str, parts: Sequence[Part], on: date, reason: str, source: str = "", at: datetime
) -> AreaChange:
    """End a code and put two or more in its place; a part may keep the old code.

    Raises NotFound, Forbidden, AreaEnded, AreaHasChildren, CodeTaken, WrongPart, WrongDay.
    """
    if len(parts) < 2:
        raise WrongPart(_("A split needs at least two new areas."), field="parts")
    return _replace(actor, ChangeKind.SPLIT, [code], parts, Why(on, reason, source), at)


def merge(
    *, actor: Actor, codes: Sequence[str], into: Part, on: date, reason: str, source: str = "", at: datetime
) -> AreaChange:
    """End two or more codes and put one in their place; it may be one of them. Raises as split does."""
    if len(set(codes)) < 2:
        raise WrongPart(_("A merger needs at least two areas."), field="codes")
    return _replace(actor, ChangeKind.MERGE, sorted(set(codes)), [into], Why(on, reason, source), at)


def succeed(
    *, actor: Actor, code: str, into: Part, on: date, reason: str, source: str = "", at: datetime
) -> AreaChange:
    """Replace a code by another one; below another parent this counts as a transfer. Raises as split does."""
    moved = into.code and areas.parent_of(into.code) != areas.parent_of(code)
    kind = ChangeKind.TRANSFER if moved else ChangeKind.SUCCESSION
    return _replace(actor, kind, [code], [into], Why(on, reason, source), at)


def close_area(*, actor: Actor, code: str, on: date, reason: str, source: str = "", at: datetime) -> AreaChange:
    """End a code without a successor. Raises NotFound, Forbidden, AreaEnded, AreaHasChildren, WrongDay."""
    return _replace(actor, ChangeKind.CLOSURE, [code], [], Why(on, reason, source), at)


def _replace(
    actor: Actor, kind: ChangeKind, codes: Sequence[str], parts: Sequence[Part], why: Why, at: datetime
) -> AreaChange:
    with transaction.atomic():
        olds = _locked(actor, codes)
        news = [_made(actor, olds, part, why.on) for part in parts]
        kept = {area.code for area in news}
        if len(kept) < len(news):
            raise WrongPart(field="parts")
        for area in olds:
            if why.on > queries.day_of(at) or (area.valid_from and why.on <= area.valid_from):
                raise WrongDay(field="on")
            if area.code not in kept:
                _end(area, why.on)
        if kind in (ChangeKind.SUCCESSION, ChangeKind.TRANSFER) and kept & set(codes):
            raise WrongPart(field="parts")
        pairs: list[tuple[Area | None, Area | None]] = [(old, new) for old in olds for new in (*news,) or (None,)]
        return _note(actor, kind, pairs, why, at)


def _locked(actor: Actor, codes: Sequence[str]) -> list[Area]:
    """Lock the areas in the order of their codes, and refuse strangers and codes that ended."""
    found = list(Area.objects.select_for_update(of=("self",)).filter(pk__in=codes).order_by("code"))
    if len(found) < len(set(codes)):
        raise NotFound(field="area")
    for area in found:
        policies.require(actor, policies.changers(area), area.code)
        if area.valid_to is not None:
            raise AreaEnded(area=area.code, field="code")
    if len({area.level for area in found}) > 1:
        raise WrongPart(field="codes")
    return found


def _made(actor: Actor, olds: Sequence[Area], part: Part, on: date) -> Area:
    """Give the area of a part: one that holds already, or a new one below a parent that exists."""
    first = olds[0]
    above = Area.objects.select_for_update(of=("self",)).filter(pk=areas.parent_of(part.code or first.code)).first()
    if above is None or above.valid_to is not None or (not part.code and first.level not in LOCAL_LEVELS):
        raise WrongPart(field="parts")
    code = part.code or next_code(above)
    if len(code) != len(first.code) or not (code.isascii() and code.isdigit()):
        raise WrongPart(field="parts")
    policies.require(actor, policies.changers(first), code)
    existing = Area.objects.select_for_update(of=("self",)).filter(pk=code).first()
    if existing is not None:
        if existing.valid_to is not None:
            raise CodeTaken(area=code, field="parts")
        return existing
    if not part.name.strip():
        raise WrongPart(_("Each new area needs a name."), field="parts")
    return Area.objects.create(code=code, name=part.name.strip(), level=first.level, parent=above, valid_from=on)


def _end(area: Area, on: date) -> None:
    below = Area.objects.filter(
        code__gt=area.code, code__lt=areas.upper_bound(area.code), valid_to__isnull=True
    ).count()
    if below:
        raise AreaHasChildren(area=area.name, count=below)
    area.valid_to = on
    area.save(update_fields=["valid_to"])


def _note(
    actor: Actor,
    kind: ChangeKind,
    pairs: Sequence[tuple[Area | None, Area | None]],
    why: Why,
    at: datetime,
    *,
    names: dict[str, tuple[str, str]] | None = None,
) -> AreaChange:
    """Write the change with its links, and the event."""
    change = AreaChange.objects.create(kind=kind, on=why.on, reason=why.reason, source=why.source, created_at=at)
    ChangeLink.objects.bulk_create(link(change, old, new, names or {}) for old, new in pairs)
    codes = sorted({area.code for pair in pairs for area in pair if area is not None})
    told: dict[str, Any] = {
        "on": why.on.isoformat(),
        "from": sorted({old.code for old, _new in pairs if old is not None}),
        "to": sorted({new.code for _old, new in pairs if new is not None}),
    }
    if names and len(names) == 1:
        told["fields"] = {"name": list(*names.values())}
    record(
        actor=actor, verb=f"places.area.{kind}", subject=change, area=codes[0], change=told, at=at, reason=why.reason
    )
    return change


def link(change: AreaChange, old: Area | None, new: Area | None, names: dict[str, tuple[str, str]]) -> ChangeLink:
    """Build a link with the names of its time."""
    before, after = names.get(old.code if old else "", ("", ""))
    return ChangeLink(
        change=change,
        old=old,
        new=new,
        old_name=before or (old.name if old else ""),
        new_name=after or (new.name if new else ""),
    )

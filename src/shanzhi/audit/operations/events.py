"""Writing events. Operations of other apps call `record` inside their own transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

from django.db import models

from shanzhi.audit.models import Event
from shanzhi.audit.planned import copy_rows, planned_cursor
from shanzhi.audit.queries.leaves import covered, covered_digest
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical, digest_bytes

LONGEST: Final = 200
"""Characters of a text in an event."""
LARGEST: Final = 400
"""Bytes of a structure in an event."""
COLUMNS: Final = (
    *("at", "verb", "actor_person", "actor_label", "subject_type", "subject_id", "area", "reason", "request_id"),
    *("nonce", "digest"),
)
_INSERT: Final = (
    f"INSERT INTO audit_event ({', '.join(COLUMNS)}, change)"  # noqa: S608 - the names above
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))}, %s::jsonb) RETURNING id"
)
UNTRACED: Final = frozenset({"system:juror", "system:resident"})
"""Labels of people whom an event does not name. A number of their request, which the log of a web server knows beside
the address of a device, and their browser too, would name them after all."""
# The request that is being served, so that an event can be found from an error page's number; set by middleware.
request_id: Final[ContextVar[str]] = ContextVar("shanzhi_request_id", default="")


def finished(event: Event) -> Event:
    """Put request, nonce and digest on an event that is otherwise whole; no request where nobody must be named."""
    columns = _finished({name: getattr(event, name) for name in (*COLUMNS[:8], "change")})
    for name in ("change", "request_id", "nonce", "digest"):
        setattr(event, name, columns[name])
    return event


def _finished(columns: dict[str, Any]) -> dict[str, Any]:
    """Do the same to columns that stand in no model yet."""
    # As the database will give it back: names of a mapping are texts, lists are lists.
    columns["change"] = json.loads(canonical(columns["change"]))
    columns["request_id"] = "" if columns["actor_label"] in UNTRACED else request_id.get()
    columns["nonce"] = secrets.token_bytes(16)
    columns["digest"] = covered_digest(columns["nonce"], covered(columns))
    return columns


def columns_of(
    *, actor: Actor, verb: str, subject_type: str, subject_id: str, area: str, at: datetime,
    change: Mapping[str, Any] | None = None, reason: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Give the columns of an event without a model, for the few paths that a function of the database writes."""
    return _finished({
        "at": at, "verb": verb, "actor_person": actor.person_id, "actor_label": actor.label,
        "subject_type": subject_type, "subject_id": subject_id, "area": area, "reason": reason,
        "change": dict(change or {}),
    })  # fmt: skip


def event_of(
    *, actor: Actor, verb: str, subject: models.Model, area: str, at: datetime,
    change: Mapping[str, Any] | None = None, reason: str = "",
) -> Event:  # fmt: skip
    """Build an event without writing it, for operations that write many at once."""
    return Event(**columns_of(
        actor=actor, verb=verb, subject_type=subject._meta.label_lower, subject_id=str(subject.pk), area=area, at=at,
        change=change, reason=reason,
    ))  # fmt: skip


def record(
    *,
    actor: Actor,
    verb: str,
    subject: models.Model,
    area: str,
    change: Mapping[str, Any] | None = None,
    at: datetime,
    reason: str = "",
) -> Event:
    """Write that `actor` did `verb` ('ventures.call.open') to `subject`, in the transaction of the operation itself.

    `change` holds plain JSON values without floats, personal data or anything sealed. Its `fields`, made by
    `differences` or a mere list of names, are what the history of a thing shows first.
    """
    return write(event_of(actor=actor, verb=verb, subject=subject, area=area, change=change, at=at, reason=reason))


def write(event: Event) -> Event:
    """Insert one finished event; planned ahead, as every operation pays for it."""
    values = [getattr(event, name) for name in COLUMNS]
    with planned_cursor() as cursor:
        cursor.execute(_INSERT, [*values, canonical(event.change).decode()])
        (event.pk,) = cursor.fetchone() or (None,)
    event._state.adding = False
    return event


def record_many(events: Iterable[Event]) -> None:
    """Write events built by `event_of`, all together; they come back without their numbers."""
    rows = [[*(getattr(event, name) for name in COLUMNS), canonical(event.change).decode()] for event in events]
    if rows:
        copy_rows(Event, (*COLUMNS, "change"), rows)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the old and the new value of each field that differs, for `change`; never for personal data.

    Long texts are cut, large structures are told by their digest: the event must stay small.
    """
    return {name: [_brief(old.get(name)), _brief(new[name])] for name in sorted(new) if old.get(name) != new[name]}


def _brief(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    written = canonical(value)
    return json.loads(written) if len(written) <= LARGEST else digest_bytes(written)

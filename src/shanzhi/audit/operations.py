"""Writing events. Operations of other apps call `record` inside their own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

from django.db import models

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical, digest_bytes

# The request that is being served, so that an event can be found from an error page's number; set by middleware.
request_id: Final[ContextVar[str]] = ContextVar("shanzhi_request_id", default="")

LEAF: Final = ("verb", "actor_label", "subject_type", "subject_id", "area", "change", "reason", "request_id")


def leaf_digest(event: Event) -> str:
    """Digest all columns of an event but its number; the nonce keeps short changes from being guessed."""
    content: dict[str, Any] = {name: getattr(event, name) for name in LEAF}
    content["at"] = event.at.isoformat()
    content["actor_person"] = str(event.actor_person) if event.actor_person else None
    return digest_bytes(bytes(event.nonce) + canonical(content))


def event_of(
    *,
    actor: Actor,
    verb: str,
    subject: models.Model,
    area: str,
    change: Mapping[str, Any] | None = None,
    at: datetime,
    reason: str = "",
) -> Event:
    """Build an event without writing it, for operations that write many at once."""
    event = Event(
        at=at,
        verb=verb,
        actor_person=actor.person_id,
        actor_label=actor.label,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        area=area,
        change=dict(change or {}),
        reason=reason,
        request_id=request_id.get(),
        nonce=secrets.token_bytes(16),
    )
    event.digest = leaf_digest(event)
    return event


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

    `change` holds plain JSON values without floats, personal data or anything sealed.
    """
    event = event_of(actor=actor, verb=verb, subject=subject, area=area, change=change, at=at, reason=reason)
    event.save(force_insert=True)
    return event


def record_many(events: Iterable[Event]) -> None:
    """Write events built by `event_of` in one statement."""
    Event.objects.bulk_create(list(events), batch_size=1000)

"""Reading events: the history of a thing, for those who may see the thing's area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet

from shanzhi.audit import subjects
from shanzhi.audit.models import Event
from shanzhi.audit.queries.codes import coded
from shanzhi.audit.queries.heads import position_of
from shanzhi.audit.queries.leaves import leaf_content
from shanzhi.audit.subjects import Shown, Subject, readable
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.roles import STAFF_READERS


def events(*, viewer: Actor) -> QuerySet[Event]:
    """Give the events that the viewer may read, newest first: staff and auditors see those of their areas."""
    return Event.objects.filter(readable(viewer)).order_by("-id")


def history(*, viewer: Actor, subject: models.Model) -> QuerySet[Event]:
    """Give a subject's events, oldest first, as far as the viewer may read them."""
    return (
        events(viewer=viewer).filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")
    )


def times_done(*, subject: models.Model, verb: str, since: datetime) -> int:
    """Count how often something was done to a subject after a moment: for limits that nobody can reset."""
    about = Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return about.filter(verb=verb, at__gt=since).count()


def recent(*, viewer: Actor, rows: QuerySet[Event], most: int = 20) -> list[Event]:
    """Fetch the newest of some events with names and titles, for the timeline of a page."""
    return list(subjects.named(rows, viewer).order_by("-id")[:most])


def require_reader(viewer: Actor) -> None:
    """Refuse who reads the events of no area: all but staff and auditors."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(STAFF_READERS):
        raise Forbidden


def desk_events(*, viewer: Actor) -> QuerySet[Event]:
    """Give the events of the viewer's areas with names and titles, newest first. Raises SignInNeeded, Forbidden."""
    require_reader(viewer)
    return subjects.named(events(viewer=viewer), viewer)


@dataclass(frozen=True, slots=True)
class Life:
    """A thing with its events, newest first, as far as a viewer may read them."""

    subject: Subject
    shown: Shown
    events: QuerySet[Event]


def life(*, viewer: Actor, kind: str, subject_id: str, at: datetime) -> Life:
    """Give the history of a thing to those who may see it. Raises SignInNeeded, NotFound.

    Staff and auditors read what happened in their areas; who stands close to it (its team, the person) all of it.
    """
    if not viewer.signed_in:
        raise SignInNeeded
    subject = subjects.subject(kind)
    shown = subject.find(viewer, subject_id, at) if subject and subject.find else None
    if subject is None or shown is None:
        raise NotFound
    rows = Event.objects.filter(subject.condition(subject_id))
    if not shown.whole:
        if not viewer.holds_anywhere(STAFF_READERS):
            raise NotFound
        rows = rows.filter(readable(viewer))
    return Life(subject, shown, coded(subjects.named(rows, viewer, names=shown.names)).order_by("-id"))


def event(*, viewer: Actor, number: int, at: datetime) -> Event:
    """Give one event whole to those who may read it: by its area, or because they stand close to what it is about.

    An event about a thing that is hidden from the viewer is hidden too. Raises NotFound.
    """
    row = Event.objects.filter(pk=number)
    found = row.first()
    if found is None or not viewer.signed_in:
        raise NotFound
    subject = subjects.subject(found.subject_type)
    shown = subject.find(viewer, found.subject_id, at) if subject and subject.find else None
    found = coded(subjects.named(row, viewer, names=shown is not None and shown.names)).get()
    if shown is not None and shown.whole:
        return found
    if not events(viewer=viewer).filter(pk=number).exists():
        raise NotFound
    return found


def reads_whole(*, viewer: Actor, found: Event) -> bool:
    """Tell whether the viewer may read who acted, and so the text under the digest: staff, or whoever acted."""
    own = viewer.is_person(found.actor_person)
    return own or events(viewer=viewer).filter(pk=found.pk).exists()


def whole(*, viewer: Actor, found: Event) -> dict[str, Any]:
    """Give an event as its digest covers it, with nonce and place, so that its digest can be taken again.

    Raises NotFound for who stands close to the thing but must not learn who acted: with the nonce a guess at the
    actor could be tried against the digest.
    """
    if not reads_whole(viewer=viewer, found=found):
        raise NotFound
    return {
        "number": found.pk,
        "digest": found.digest,
        "nonce": bytes(found.nonce).hex(),
        "content": leaf_content(found),
        "place": position_of(found),
    }

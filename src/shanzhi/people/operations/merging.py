"""Two records of one person become one, and two again: proposed by one of staff, by a second one where it matters.

Nothing is rewritten: the record that gives way points at the one that stays (`Person.merged_into`), and who signs in by
either acts as the one that stays. Why so, and who decides: docs/decisions, 'merging records'.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.kernel.merging import ROOMS, SealedHindrance
from shanzhi.people import policies, signals
from shanzhi.people.lifecycle import MERGE
from shanzhi.people.models import Person, PersonMerge
from shanzhi.people.operations.records import ReasonNeeded
from shanzhi.people.queries.merging import hindrances_of, needs_second


class CannotMerge(Conflict):
    """Something stands in the way; the words say what."""

    code = "cannot_merge"


class MergeOpen(Conflict):
    """One of the two stands in another merge."""

    code = "merge_open"
    message = _("One of these records stands in another merge. Decide or undo that one first.")


class SecondOfStaffNeeded(Forbidden):
    """The same person proposed it."""

    code = "second_of_staff_needed"
    message = _("You proposed this yourself. Another member of staff decides.")


class LaterMergeFirst(Conflict):
    """Another record was merged into the same one since."""

    code = "later_merge_first"
    message = _("Another record was merged into this one since. Undo that merge first; the last is undone first.")


def propose_merge(*, actor: Actor, kept_id: UUID, merged_id: UUID, reason: str, at: datetime) -> PersonMerge:
    """Say that two records are one person's; it is done at once, or waits for a second of staff where that is needed.

    Raises CannotMerge with what stands in the way, MergeOpen, ReasonNeeded, and what `policies.may_merge` refuses.
    """
    with _on_record(actor, kept_id, merged_id, at), transaction.atomic():
        kept, merged = _both(actor, kept_id, merged_id, at)
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        _require_free(kept, merged, at)
        second = needs_second(kept=kept, merged=merged, at=at)
        made = PersonMerge(
            kept=kept, merged=merged, needs_second=second, reason=reason.strip(), proposed_by_id=actor.person(),
            proposed_at=at,
        )  # fmt: skip
        _save_new(made)
        _note(actor, made, "propose", at, made.reason)
        if not second:
            _do(actor, made, at)
    return made


@contextmanager
def _on_record(actor: Actor, kept_id: UUID, merged_id: UUID, at: datetime) -> Iterator[None]:
    """Put on record with both that a merge was tried which something forbids, whatever that is; all else is undone.

    So whoever tries records of others to learn what stands between them leaves a trace with each try.
    """
    try:
        yield
    except CannotMerge:
        with transaction.atomic():
            for person in Person.objects.filter(pk__in=(kept_id, merged_id)).order_by("pk"):
                record(actor=actor, verb="people.merge.fail", subject=person, area=person.area, at=at)
        raise


def _save_new(made: PersonMerge) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "people_merge_" in str(error):
            raise MergeOpen from None
        raise


def approve_merge(*, actor: Actor, merge_id: UUID, at: datetime) -> PersonMerge:
    """Merge, as the second of staff. Raises SecondOfStaffNeeded, CannotMerge, NotFound, MoveRefused."""
    known = PersonMerge.objects.filter(pk=merge_id).values_list("kept", "merged").first()
    if known is None:
        raise NotFound
    with _on_record(actor, *known, at), transaction.atomic():
        found = _locked(actor, merge_id, at)
        if found.needs_second and actor.is_person(found.proposed_by_id):
            raise SecondOfStaffNeeded
        _do(actor, found, at)
    return found


def _do(actor: Actor, found: PersonMerge, at: datetime) -> None:
    """Merge two locked records, and tell the person on the ways of both."""
    found.state = MERGE.move(found.state, "approve")
    _require_free(found.kept, found.merged, at)
    earlier = PersonMerge.objects.filter(kept=found.kept_id).aggregate(last=Max("place"))["last"]
    found.place, found.decided_by_id, found.decided_at = (earlier or 0) + 1, actor.person(), at
    found.save(update_fields=["state", "place", "decided_by", "decided_at"])
    try:
        for room in ROOMS.values():
            room.join(found.kept_id, found.merged_id)
    except SealedHindrance as sealed:
        raise CannotMerge(sealed.text) from sealed
    Person.objects.filter(pk=found.merged_id).update(merged_into=found.kept_id)
    _note(actor, found, "approve", at)
    for person_id in (found.kept_id, found.merged_id):
        signals.people_merged.send(PersonMerge, actor=actor, person_id=person_id, at=at)


def refuse_merge(*, actor: Actor, merge_id: UUID, reason: str, at: datetime) -> PersonMerge:
    """Refuse a proposal, or take the own one back, for a reason. Raises ReasonNeeded, NotFound, MoveRefused."""
    with transaction.atomic():
        found = _locked(actor, merge_id, at)
        found.state = MERGE.move(found.state, "refuse")
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        found.decided_by_id, found.decided_at, found.ended_reason = actor.person(), at, reason.strip()
        found.save(update_fields=["state", "decided_by", "decided_at", "ended_reason"])
        _note(actor, found, "refuse", at, found.ended_reason)
    return found


def undo_merge(*, actor: Actor, merge_id: UUID, reason: str, at: datetime) -> PersonMerge:
    """Make two records of one again, for a reason: both are what they were, and what was done since stays where it is.

    Raises LaterMergeFirst, ReasonNeeded, NotFound, MoveRefused.
    """
    with transaction.atomic():
        found = _locked(actor, merge_id, at)
        found.state = MERGE.move(found.state, "undo")
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        if PersonMerge.objects.filter(Q(place__gt=found.place), kept=found.kept_id, state="done").exists():
            raise LaterMergeFirst
        found.undone_by_id, found.undone_at, found.ended_reason = actor.person(), at, reason.strip()
        found.save(update_fields=["state", "undone_by", "undone_at", "ended_reason"])
        Person.objects.filter(pk=found.merged_id).update(merged_into=None)
        for room in ROOMS.values():
            room.part(found.kept_id, found.merged_id)
        _note(actor, found, "undo", at, found.ended_reason)
        for person_id in (found.kept_id, found.merged_id):
            signals.merge_undone.send(PersonMerge, actor=actor, person_id=person_id, at=at)
    return found


def _both(actor: Actor, kept_id: UUID, merged_id: UUID, at: datetime) -> tuple[Person, Person]:
    """Lock both records, in one order, for somebody who may merge them."""
    if kept_id == merged_id:
        raise NotFound
    pair = sorted((kept_id, merged_id))
    # Who opens or closes a vote tells everybody on its roll, and is waited for here: that may not wait for these rows.
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=pair).order_by("pk").values_list("pk"))
    found = {one: policies.load(viewer=actor, person_id=one, at=at, lock=False) for one in pair}
    kept, merged = found[kept_id], found[merged_id]
    policies.require(policies.may_merge(actor=actor, people=(kept, merged), at=at))
    return kept, merged


def _require_free(kept: Person, merged: Person, at: datetime) -> None:
    hindering = hindrances_of(kept=kept, merged=merged, at=at)
    if hindering:
        raise CannotMerge(" ".join(str(words) for words in hindering))


def _locked(actor: Actor, merge_id: UUID, at: datetime) -> PersonMerge:
    """Lock both records and then the merge; who may not see both finds none."""
    known = PersonMerge.objects.filter(pk=merge_id).values_list("kept", "merged").first()
    if known is None:
        raise NotFound
    kept, merged = _both(actor, *known, at)
    found = PersonMerge.objects.select_for_update().get(pk=merge_id)
    found.kept, found.merged = kept, merged
    return found


def _note(actor: Actor, found: PersonMerge, name: str, at: datetime, reason: str = "") -> None:
    """Put a step on record with both records, so that it stands in the history of each."""
    for person, side in ((found.kept, "kept"), (found.merged, "merged")):
        change = {"merge": str(found.pk), "side": side}
        record(
            actor=actor, verb=f"people.merge.{name}", subject=person, area=person.area, change=change, at=at,
            reason=reason,
        )  # fmt: skip

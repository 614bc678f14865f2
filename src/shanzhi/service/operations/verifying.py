"""The second person verifies or refuses; what was verified and wrong is reversed, and recorded anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.service import policies
from shanzhi.service.lifecycle import RECORD
from shanzhi.service.models import DAY, LONGEST_REASON, Complaint, Reversal, ServiceRecord
from shanzhi.service.operations import refusals
from shanzhi.service.operations.certificates import withdraw_covering
from shanzhi.service.operations.recording import (
    Organiser,
    Row,
    locked_records,
    record_service,
    refused_by_database,
    told_of,
)
from shanzhi.service.operations.stars import settle_stars
from shanzhi.ui import formatting


def reason_of(text: str) -> str:
    """Give a reason, or refuse."""
    words = text.strip()
    if not 1 <= len(words) <= LONGEST_REASON:
        raise refusals.ReasonMissing(field="reason")
    return words


def verify_records(*, actor: Actor, record_ids: Iterable[UUID], at: datetime) -> list[ServiceRecord]:
    """Verify records, all or none, as the second person after the notice; stars follow.

    Raises NotFound, NotTheLeader, SecondPerson, OwnService, MoveRefused, NoticeRuns, ComplaintOpen, DayFull.
    """
    with refused_by_database(), transaction.atomic():
        rows = locked_records(actor, record_ids, at)
        for one in rows:
            _check_second(actor, one, at)
        _check_complaints(rows)
        _check_days(rows)
        for one in rows:
            one.state = RECORD.move(one.state, "verify")
            one.verified_by_id, one.verified_at = actor.person_id, at
        ServiceRecord.objects.bulk_update(rows, ["state", "verified_by", "verified_at"])
        _tell(actor, "verify", rows, at)
        settle_stars(actor=actor, volunteers=[one.volunteer for one in rows], at=at)
    return rows


def refuse_records(*, actor: Actor, record_ids: Iterable[UUID], reason: str, at: datetime) -> list[ServiceRecord]:
    """Refuse records that are not verified yet, for a reason. Raises NotFound, NotTheLeader, ReasonMissing."""
    with transaction.atomic():
        rows = locked_records(actor, record_ids, at)
        words = reason_of(reason)
        for one in rows:
            policies.require(policies.in_charge(actor=actor, record=one))
            _not_oneself(actor, one)
        refuse_locked(actor, rows, words, at)
    return rows


def refuse_locked(actor: Actor, rows: Sequence[ServiceRecord], reason: str, at: datetime) -> None:
    """Refuse records that are locked and whose refusal is allowed."""
    for one in rows:
        one.state = RECORD.move(one.state, "refuse")
        one.refused_by_id, one.refused_at, one.refused_reason = actor.person_id, at, reason
    ServiceRecord.objects.bulk_update(rows, ["state", "refused_by", "refused_at", "refused_reason"])
    _tell(actor, "refuse", rows, at, reason)


def reverse_record(*, actor: Actor, record_id: UUID, reason: str, at: datetime) -> Reversal:
    """Reverse a verified record: it counts no more, stars go back, certificates that count it are withdrawn.

    Raises NotFound, NotTheLeader, OwnService, NotVerified, ReversedAlready, ReasonMissing.
    """
    with transaction.atomic():
        (one,) = locked_records(actor, [record_id], at)
        policies.require(policies.in_charge(actor=actor, record=one))
        return reverse_locked(actor, one, reason_of(reason), at)


def reverse_locked(actor: Actor, one: ServiceRecord, reason: str, at: datetime) -> Reversal:
    """Reverse a record that is locked and whose reversal is allowed."""
    _not_oneself(actor, one)
    if one.state != "verified":
        raise refusals.NotVerified
    if Reversal.objects.filter(record=one).exists():
        raise refusals.ReversedAlready
    made = Reversal.objects.create(record=one, reason=reason, reversed_by_id=actor.person_id, reversed_at=at)
    _tell(actor, "reverse", [one], at, reason)
    settle_stars(actor=actor, volunteers=[one.volunteer], at=at)
    withdraw_covering(actor=actor, record=one, at=at)
    return made


def correct_record(
    *, actor: Actor, record_id: UUID, reason: str, minutes: int, starts: int | None, served_on: date, at: datetime
) -> ServiceRecord:  # fmt: skip
    """Reverse a verified record and record it anew with what is right; the new one goes through notice as any other.

    Of a volunteer who was there without a place in the team, and of a kind of task that is no longer offered, it is
    corrected too. Raises as `reverse_record` and `record_service` do.
    """
    with transaction.atomic():
        reverse_record(actor=actor, record_id=record_id, reason=reason, at=at)
        old = ServiceRecord.objects.select_related("task_kind").get(pk=record_id)
        organiser = Organiser(old.team_id, None if old.team_id else old.organization_id, old.area)
        row = Row(old.volunteer_id, minutes, starts, old.people_served, old.evidence, corrects_id=old.pk)
        return record_service(
            actor=actor, organiser=organiser, served_on=served_on, task_code=old.task_kind.code, content=old.content,
            rows=[row], at=at, present=frozenset({old.volunteer_id}), kind=old.task_kind,
        )[0]  # fmt: skip


def _not_oneself(actor: Actor, one: ServiceRecord) -> None:
    if actor.is_person(one.volunteer.person_id):
        raise refusals.OwnService(who=one.volunteer.number)


def _check_second(actor: Actor, one: ServiceRecord, at: datetime) -> None:
    policies.require(policies.in_charge(actor=actor, record=one))
    _not_oneself(actor, one)
    if actor.is_person(one.recorded_by_id):
        raise refusals.SecondPerson
    RECORD.move(one.state, "verify")
    if one.notice_over_at is None or at < one.notice_over_at:
        raise refusals.NoticeRuns(until=formatting.moment(one.notice_over_at) if one.notice_over_at else "-")


def _check_complaints(rows: Sequence[ServiceRecord]) -> None:
    if Complaint.objects.filter(record__in=rows, state="open").exists():
        raise refusals.ComplaintOpen


def _check_days(rows: Sequence[ServiceRecord]) -> None:
    """Refuse what would give a day of a volunteer more than 24 hours."""
    people = {one.volunteer_id for one in rows}
    there = ServiceRecord.objects.filter(volunteer__in=people, served_on__in={one.served_on for one in rows})
    there = there.filter(state="verified", reversal=None)
    sums = there.values("volunteer", "served_on").order_by().annotate(sum=Sum("minutes"))
    days: dict[tuple[UUID, date], int] = {(one["volunteer"], one["served_on"]): one["sum"] for one in sums}
    for one in rows:
        key = (one.volunteer_id, one.served_on)
        days[key] = days.get(key, 0) + one.minutes
        if days[key] > DAY:
            raise refusals.DayFull(field="rows", who=one.volunteer.number)


def _tell(actor: Actor, verb: str, rows: Sequence[ServiceRecord], at: datetime, reason: str = "") -> None:
    people = {one.volunteer_id: one.volunteer for one in rows}
    record_many(
        event_of(
            actor=actor, verb=f"service.record.{verb}", subject=one, area=one.area, at=at, reason=reason,
            change=told_of(one, people),
        )
        for one in rows
    )  # fmt: skip

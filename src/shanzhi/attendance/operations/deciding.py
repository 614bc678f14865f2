"""Corrections, and decisions about records that cannot be: kept, or struck out; who was there is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from shanzhi.activities.models import Shift
from shanzhi.attendance import policies, queries, refusals
from shanzhi.attendance.lifecycle import ATTENDANCE, REVIEW
from shanzhi.attendance.models import LONGEST_REASON, Attendance, Doubt, Ruling, Way
from shanzhi.attendance.operations.common import insert, living, lock_volunteers, note, volunteer_of
from shanzhi.attendance.operations.judging import Found, judge
from shanzhi.attendance.operations.listing import kept_shift
from shanzhi.attendance.telling import tell_corrected, tell_struck
from shanzhi.kernel.actor import Actor

STAYING: Final = (Doubt.TOO_FAR, Doubt.CLOCK, Doubt.OWN)
"""Doubts that a correction of the times does not answer."""
DAY: Final = timedelta(days=1)


def correct(
    *, actor: Actor, presence_id: UUID, arrived_at: datetime, left_at: datetime | None, reason: str, at: datetime
) -> Attendance:
    """Put a record with other times in the place of one that was wrong; the old one stays readable.

    Raises NotFound, Forbidden, OwnAttendance, BadTimes, ReasonMissing, NothingToDecide.
    """
    with transaction.atomic():
        old = _locked(actor, presence_id)
        words = reason_of(reason)
        _check(old.shift, arrived_at, left_at, at)
        _ends(old, "replace")
        old.save(update_fields=["state", "review"])
        made = Attendance(
            shift=old.shift, volunteer=old.volunteer, state="left" if left_at else "here", arrived_at=arrived_at,
            way_in=Way.CORRECTION, entered_by_id=actor.person_id, entered_at=at, left_at=left_at,
            way_out=Way.CORRECTION if left_at else "", ended_by_id=actor.person_id if left_at else None,
            ended_at=at if left_at else None, walk_in=old.walk_in, corrects=old, reason=words,
        )  # fmt: skip
        insert(made)
        change = {"number": old.volunteer.number, "corrects": str(old.pk), "from": arrived_at, "until": left_at}
        note(actor, "correct", made, at, change, words)
        kept = [Found(one.doubt, one.figure) for one in old.flags.all() if one.doubt in STAYING]
        judge([made], at, [(made, one) for one in kept])
        tell_corrected(actor=actor, row=made, at=at)
    return made


def enter(
    *, actor: Actor, shift_id: UUID, number: str, arrived_at: datetime, left_at: datetime, reason: str, at: datetime
) -> Attendance:
    """Enter afterwards somebody who signed up and of whom nothing was written down, as from a list on paper.

    A number that is nobody's is answered like that of somebody who is not on the list: nobody learns who has one.
    Raises NotFound, Forbidden, OwnAttendance, NotOnTheList, HereAlready, BadTimes, ReasonMissing.
    """
    with transaction.atomic():
        shift = kept_shift(actor, shift_id)
        words = reason_of(reason)
        _check(shift, arrived_at, left_at, at)
        key = volunteer_of(number)
        if key is None:
            raise refusals.NotOnTheList(field="number")
        volunteer = lock_volunteers([key])[key]
        if actor.is_person(volunteer.person_id):
            raise policies.OwnAttendance(field="number")
        if living(shift.pk, key) is not None:
            raise refusals.HereAlready(field="number")
        made = Attendance(
            shift=shift, volunteer=volunteer, state="left", arrived_at=arrived_at, way_in=Way.CORRECTION,
            entered_by_id=actor.person_id, entered_at=at, left_at=left_at, way_out=Way.CORRECTION,
            ended_by_id=actor.person_id, ended_at=at, reason=words,
        )  # fmt: skip
        try:
            insert(made)
        except refusals.NotSignedUp as refusal:
            raise refusals.NotOnTheList(field="number") from refusal
        except refusals.HereAlready as refusal:  # came by the code meanwhile
            refusal.field = "number"
            raise
        note(actor, "enter", made, at, {"number": volunteer.number, "from": arrived_at, "until": left_at}, words)
        judge([made], at)
        tell_corrected(actor=actor, row=made, at=at)
    return made


def decide(*, actor: Actor, presence_id: UUID, kept: bool, reason: str, at: datetime) -> Attendance:
    """Keep a record that is doubted, or strike one out, for a reason.

    Raises NotFound, Forbidden, OwnAttendance, NotTheRecorder, ReasonMissing, NothingToDecide.
    """
    with transaction.atomic():
        row = _locked(actor, presence_id)
        words = reason_of(reason)
        if kept:
            policies.require(policies.may_keep(actor=actor, row=row))
            if row.review != "waiting":
                raise refusals.NothingToDecide
            row.review = REVIEW.move(row.review, "keep")
        else:
            _ends(row, "strike")
        row.save(update_fields=["state", "review"])
        Ruling.objects.create(
            attendance=row, kept=kept, reason=words, decided_by_id=actor.person_id, decided_at=at
        )  # fmt: skip
        note(actor, "keep" if kept else "strike", row, at, {"number": row.volunteer.number}, words)
        if not kept:
            tell_struck(actor=actor, row=row, at=at)
    return row


def _ends(row: Attendance, move: str) -> None:
    """Let a record count no more; then nothing about it waits for a decision."""
    row.state = ATTENDANCE.move(row.state, move)
    if row.review == "waiting":
        row.review = REVIEW.move(row.review, "settle")


def reason_of(text: str) -> str:
    """Give a reason, or refuse."""
    words = text.strip()
    if not words or len(words) > LONGEST_REASON:
        raise refusals.ReasonMissing(field="reason")
    return words


def _locked(actor: Actor, presence_id: UUID) -> Attendance:
    """Lock a record that counts, for who may decide about it."""
    seen = queries.led_record(viewer=actor, presence_id=presence_id)
    lock_volunteers([seen.volunteer_id])
    row = queries.led_record(viewer=actor, presence_id=presence_id)
    policies.require(policies.may_decide(actor=actor, row=row))
    if not row.living:
        raise refusals.NothingToDecide
    return row


def _check(shift: Shift, arrived_at: datetime, left_at: datetime | None, at: datetime) -> None:
    """Refuse times that lie ahead, are out of order, or a day away from the shift."""
    if not shift.starts_at - DAY <= arrived_at <= min(at, shift.ends_at + DAY):
        raise refusals.BadTimes(field="arrived_at")
    if left_at is not None and not arrived_at <= left_at <= min(at, shift.ends_at + DAY):
        raise refusals.BadTimes(field="left_at")

"""Signing up for a shift, its line, giving a place back: first come, first served, and nobody can jump it.

Who asks takes a free place or waits in line. A place that falls free goes to the first in line whom the shift suits at
that moment; who is passed over keeps the turn. Every step is decided under a lock on the shift and put on record in
`QueueDecision`; there is no operation that moves somebody ahead. `at` is when a request began: who came while it
waited for the lock came later, and nothing of that sign-up is dated before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Greatest

from shanzhi.activities import queries, telling
from shanzhi.activities.lifecycle import BEGUN, LIVING, SHIFT, SIGNUP
from shanzhi.activities.models import Activity, Outcome, QueueDecision, Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.activities.operations.frames import note, open_shifts
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations.refusals import NotAVolunteer

WAITING: Final = ("waiting",)


def sign_up(*, actor: Actor, shift_id: UUID, risks_read: bool, at: datetime) -> SignUp:
    """Sign up for a shift, or wait in its line where no place is free.

    Raises NotFound, NotAVolunteer, ShiftOver, RisksUnread, SignedUpAlready, DoesNotSuit, Overlapping, Uninsured.
    """
    with transaction.atomic():
        shift = _open_shift(actor, shift_id, at)
        volunteer = _held(actor, shift)
        if not risks_read:
            raise refusals.RisksUnread(field="risks_read")
        if SignUp.objects.filter(shift=shift, volunteer=volunteer, state__in=LIVING).exists():
            raise refusals.SignedUpAlready
        _require_fit(volunteer, shift, at)
        fill(actor, shift, at)
        signed = _signed(shift)
        free = signed < shift.places
        turn = SignUp.objects.filter(shift=shift).aggregate(last=Max("turn"))["last"] or 0
        made = SignUp.objects.create(
            shift=shift, volunteer=volunteer, state="signed" if free else "waiting", turn=turn + 1, queued_at=at,
            signed_at=at if free else None, kept=shift.sequence,
        )  # fmt: skip
        outcome = Outcome.TAKEN if free else Outcome.QUEUED
        QueueDecision.objects.create(sign_up=made, outcome=outcome, signed=signed, places=shift.places, at=at)
        _note(actor, str(outcome), made, shift, at)
    return made


def leave_shift(*, actor: Actor, shift_id: UUID, at: datetime) -> SignUp:
    """Give a place, or a place in line, back before the shift begins. Raises NotFound, ShiftOver, NotInShift."""
    with transaction.atomic():
        shift = _open_shift(actor, shift_id, at)
        row = _own(actor, shift)
        row.state, row.ended_at = SIGNUP.move(row.state, "leave"), max(at, row.queued_at)
        row.save(update_fields=["state", "ended_at"])
        _note(actor, "left", row, shift, at)
        fill(actor, shift, at)
    return row


def keep_place(*, actor: Actor, shift_id: UUID, at: datetime) -> SignUp:
    """Keep the place after a change of time or place. Raises NotFound, ShiftOver, NotInShift."""
    with transaction.atomic():
        shift = _open_shift(actor, shift_id, at)
        row = _own(actor, shift)
        if row.kept < shift.sequence:
            row.kept = shift.sequence
            row.save(update_fields=["kept"])
            _note(actor, "kept", row, shift, at)
    return row


def fill(actor: Actor, shift: Shift, at: datetime) -> list[SignUp]:
    """Give the free places of a locked shift to the first in line whom it suits; give who moved up.

    Whoever fills several shifts, or holds a volunteer before, locks all of them at once first (`hold`).
    """
    signed = _signed(shift)
    if signed >= shift.places or shift.state != "open" or shift.starts_at <= at or not hold([shift], WAITING):
        return []
    moved: list[SignUp] = []
    line = SignUp.objects.filter(shift=shift, state="waiting")
    for row in line.select_related("volunteer__person__merged_into").order_by("turn"):
        if signed >= shift.places:
            break
        why = sorted({one.code for one in queries.against(volunteer=row.volunteer, shift=shift, at=at)})
        if why:
            _pass_over(row, why, signed, shift, at)
            continue
        row.state, row.signed_at = SIGNUP.move(row.state, "place"), max(at, row.queued_at)
        row.kept = shift.sequence
        row.save(update_fields=["state", "signed_at", "kept"])
        QueueDecision.objects.create(
            sign_up=row, outcome=Outcome.MOVED_UP, signed=signed, places=shift.places, at=at
        )  # fmt: skip
        _note(actor, "moved_up", row, shift, at)
        telling.tell_placed(actor=actor, row=row, shift=shift, at=at)
        signed += 1
        moved.append(row)
    return moved


def fill_all(actor: Actor, activity: Activity, at: datetime) -> None:
    """Fill the shifts to come of a locked activity in which somebody waits."""
    waits = SignUp.objects.filter(shift__activity=activity, state="waiting").values("shift")
    shifts = open_shifts(activity, Q(pk__in=waits, starts_at__gt=at))
    hold(shifts, WAITING)
    for shift in shifts:
        fill(actor, shift, at)


def hold(shifts: Sequence[Shift], states: Sequence[str], *others: UUID) -> int:
    """Lock who is in locked shifts in some states, and others, all at once in the order of ids; give how many.

    In one go, so that two who fill shifts with the same people in their lines do not wait for one another.
    """
    inside = SignUp.objects.filter(shift__in=[one.pk for one in shifts], state__in=states).values("volunteer")
    rows = Volunteer.objects.filter(Q(pk__in=inside) | Q(pk__in=others)).order_by("pk")
    return len(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def end_line(actor: Actor, shift: Shift, at: datetime) -> int:
    """End the line of a locked shift that has begun: no place can fall free any more. Gives how many waited."""
    rows = SignUp.objects.filter(shift=shift, state="waiting")
    ended = rows.update(state=SIGNUP.move("waiting", "cancel"), ended_at=_not_before_queued(at), reason=BEGUN)
    if ended:
        note(actor, "signup.line_over", shift.activity, at, {"shift": shift.starts_at, "waiting": ended})
    return ended


def call_off(actor: Actor, activity: Activity, shifts: Sequence[Shift], words: str, at: datetime) -> int:
    """Call locked shifts off: who signed up or waits is told; give how many those are."""
    told = 0
    for shift in shifts:
        rows = SignUp.objects.filter(shift=shift, state__in=LIVING)
        people = list(rows.values_list("volunteer__person", flat=True))
        rows.update(state="cancelled", ended_at=_not_before_queued(at), reason=words)
        shift.state, shift.cancelled_at = SHIFT.move(shift.state, "cancel"), at
        shift.changed_at, shift.sequence, shift.notice = at, shift.sequence + 1, words
        shift.save()
        if activity.state == "published":
            telling.tell_cancelled(actor=actor, activity=activity, shift=shift, people=people, at=at)
        told += len(people)
    return told


def release(actor: Actor, rows: Sequence[SignUp], shift: Shift, reason: str, at: datetime) -> None:
    """End sign-ups of a locked shift that cannot stand any more, tell their volunteers, and fill the places."""
    for row in rows:
        row.state, row.ended_at, row.reason = SIGNUP.move(row.state, "cancel"), max(at, row.queued_at), reason
        row.save(update_fields=["state", "ended_at", "reason"])
        _note(actor, "released", row, shift, at)
        telling.tell_released(actor=actor, row=row, shift=shift, at=at)
    if rows:
        fill(actor, shift, at)


def _not_before_queued(at: datetime) -> Greatest:
    """Give a moment, or when one came: `at` is when a request began, and somebody may have come before its lock."""
    return Greatest(Value(at), F("queued_at"))


def _open_shift(actor: Actor, shift_id: UUID, at: datetime) -> Shift:
    """Lock a shift of an activity that the actor sees, which has not begun."""
    found = Shift.objects.select_for_update(of=("self",), no_key=True).select_related(
        "activity__team", "activity__task_kind"
    ).filter(pk=shift_id).first()  # fmt: skip
    if found is None:
        raise NotFound
    queries.activity(viewer=actor, activity_id=found.activity_id)
    if found.state != "open" or found.starts_at <= at or found.activity.state != "published":
        raise refusals.ShiftOver
    return found


def _require_fit(volunteer: Volunteer, shift: Shift, at: datetime) -> None:
    """Refuse whom the shift does not suit, in words; and everybody before dangerous work that is not insured."""
    found = queries.against(volunteer=volunteer, shift=shift, at=at)
    if any(one.code == queries.OVERLAP for one in found):
        raise refusals.Overlapping
    lacking = [str(one.words) for one in found if one.code != queries.UNINSURED]
    if lacking:
        raise refusals.DoesNotSuit(" ".join(lacking))
    if found:
        raise refusals.Uninsured(found[0].words)


def _held(actor: Actor, shift: Shift) -> Volunteer:
    """Give the own entry, locked together with who waits in the line. Raises SignInNeeded, NotAVolunteer."""
    if not actor.persons:
        raise SignInNeeded
    rows = volunteering.entries(actor)
    own = rows.first()
    if own is None:
        raise NotAVolunteer
    hold([shift], WAITING, own.pk)
    return rows.get(pk=own.pk)


def _pass_over(row: SignUp, why: list[str], signed: int, shift: Shift, at: datetime) -> None:
    """Put on record why somebody is passed over, once for the same reasons."""
    last = QueueDecision.objects.filter(sign_up=row).order_by("-at", "-id").first()
    if last is None or last.outcome != Outcome.PASSED_OVER or sorted(last.why) != why:
        QueueDecision.objects.create(
            sign_up=row, outcome=Outcome.PASSED_OVER, signed=signed, places=shift.places, why=why, at=at
        )


def _own(actor: Actor, shift: Shift) -> SignUp:
    rows = SignUp.objects.select_for_update(of=("self",)).select_related("volunteer")
    found = rows.filter(shift=shift, volunteer__person__in=actor.persons, state__in=LIVING).first()
    if found is None:
        raise refusals.NotInShift
    return found


def _signed(shift: Shift) -> int:
    return SignUp.objects.filter(shift=shift, state="signed").count()


def _note(actor: Actor, verb: str, row: SignUp, shift: Shift, at: datetime) -> None:
    """Put a step of a sign-up on record with the activity; people are named by their numbers."""
    change = {"number": row.volunteer.number, "shift": shift.starts_at, "turn": row.turn}
    note(actor, f"signup.{verb}", shift.activity, at, change)

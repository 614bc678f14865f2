"""Shifts are added once or in repetition, changed one or with those that follow, called off; emergencies in one act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.activities import queries, telling
from shanzhi.activities.lifecycle import LIVING, MOVED_ONTO
from shanzhi.activities.models import LONGEST_SERVED, MOST_PLACES, Activity, Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.activities.operations.frames import (
    LONGEST_REASON,
    held_by_the_database,
    note,
    open_shifts,
    planned,
    planned_shifts,
    reason_of,
    text_of,
)
from shanzhi.activities.operations.line import call_off, fill, hold, release
from shanzhi.kernel.actor import Actor
from shanzhi.ui import formatting

FARTHEST: Final = timedelta(days=366)
MOST_WEEKS: Final = 12
MOST_SHIFTS: Final = 60
LONGEST_PLACE: Final = 100
EMERGENCIES: Final = ("cancel", "place", "warn")
Span = tuple[datetime, datetime]


def add_shifts(
    *, actor: Actor, activity_id: UUID, starts_at: datetime, ends_at: datetime, places: int, at: datetime,
    every_weeks: int | None = None, until: date | None = None, skip: Collection[date] = (),
) -> list[Shift]:  # fmt: skip
    """Add a shift, or one every so many weeks until a day (included), days of `skip` left out.

    Repetitions keep the time of day of the place. Raises NotFound, NotAPlanner, ActivityOver, BadShift, BadPlaces,
    BadRepeat, ShiftThere, Uninsured.
    """
    with held_by_the_database():
        found = planned(actor, activity_id)
        _check_span(starts_at, ends_at, at)
        _check_places(places, 0)
        spans = _repeated(starts_at, ends_at, every_weeks, until, skip)
        series = uuid4() if every_weeks else None
        _require_free(found, spans)
        made = Shift.objects.bulk_create(
            Shift(activity=found, starts_at=first, ends_at=last, places=places, series=series, created_at=at,
                  changed_at=at)
            for first, last in spans
        )  # fmt: skip
        note(actor, "shift.add", found, at, {"shifts": len(made), "from": starts_at, "places": places})
    return made


def change_shift(
    *, actor: Actor, shift_id: UUID, starts_at: datetime, ends_at: datetime, places: int, place: str, at: datetime,
    following: bool = False,
) -> list[Shift]:  # fmt: skip
    """Change a shift, or with `following` those of its series from it on, by the same steps of time.

    Who signed up is told, and keeps the place or gives it back; whom the new time puts into two shifts at once gives
    this one back. Raises NotFound, NotAPlanner, ShiftOver, BadShift, BadPlaces, ShiftThere, Uninsured.
    """
    with held_by_the_database():
        rows = planned_shifts(actor, shift_id, following, at)
        shift = rows[0]
        _check_span(starts_at, ends_at, at)
        where = text_of(place, field="place", most=LONGEST_PLACE, may_lack=True)
        step, length = starts_at - shift.starts_at, ends_at - starts_at
        hold(rows, LIVING)
        spans = {one.pk: (one.starts_at + step, one.starts_at + step + length) for one in rows}
        _require_free(shift.activity, list(spans.values()), besides=[one.pk for one in rows])
        moved = [one for one in rows if (one.starts_at, one.ends_at, one.place) != (*spans[one.pk], where)]
        rows.sort(key=lambda one: one.starts_at, reverse=step > timedelta(0))  # none takes a time still held
        for one in rows:
            _check_places(places, SignUp.objects.filter(shift=one, state="signed").count())
            (one.starts_at, one.ends_at), one.place, one.places = spans[one.pk], where, places
            if one in moved:  # what was told with an earlier change holds no more
                one.sequence, one.notice = one.sequence + 1, ""
            one.changed_at = at
            one.save()
        change = {"shifts": len(rows), "from": starts_at, "until": ends_at, "places": places}
        note(actor, "shift.change", shift.activity, at, change)
        _settle(actor, rows, moved, at)
    return rows


def cancel_shift(*, actor: Actor, shift_id: UUID, reason: str, at: datetime, following: bool = False) -> list[Shift]:
    """Call a shift off, or with `following` those of its series from it on; who signed up or waits is told.

    Raises NotFound, NotAPlanner, ShiftOver, ActivityReason.
    """
    with transaction.atomic():
        rows = planned_shifts(actor, shift_id, following, at)
        words, activity = reason_of(reason), rows[0].activity
        told = call_off(actor, activity, rows, words, at)
        note(actor, "shift.cancel", activity, at, {"shifts": len(rows), "told": told}, words)
    return rows


def change_in_emergency(
    *, actor: Actor, activity_id: UUID, shift_id: UUID | None, happens: str, words: str, at: datetime
) -> list[Shift]:
    """Tell at once of an emergency, such as a storm, in one shift or (None) in all to come.

    `happens`: `cancel` calls off for the reason in `words`, `place` meets at the place in `words`, `warn` goes on with
    the warning in `words`, and then nobody is asked to keep the place: time and place are the same. Raises NotFound,
    NotAPlanner, ChangeMissing, ActivityReason, ShiftOver.
    """
    with transaction.atomic():
        found = planned(actor, activity_id)
        if happens not in EMERGENCIES:
            raise refusals.ChangeMissing(field="happens")
        told = _told(words, happens)
        meant = Q(starts_at__gt=at) if shift_id is None else Q(starts_at__gt=at, pk=shift_id)
        shifts = open_shifts(found, meant)
        if not shifts:
            raise refusals.ShiftOver
        if happens == "cancel":
            call_off(actor, found, shifts, told, at)
        else:
            _tell_all(actor, found, shifts, happens, told, at)
        note(actor, f"shift.emergency_{happens}", found, at, {"shifts": len(shifts)}, told)
    return shifts


def _told(words: str, happens: str) -> str:
    if happens == "place":
        return text_of(words, field="words", most=LONGEST_PLACE)
    text = words.strip()
    if not text or len(text) > LONGEST_REASON:
        raise refusals.ActivityReason(field="words")
    return text


def _tell_all(actor: Actor, found: Activity, shifts: Sequence[Shift], happens: str, told: str, at: datetime) -> None:
    for one in shifts:
        one.changed_at, one.notice = at, told
        if happens == "place":
            one.place, one.sequence = told, one.sequence + 1
        one.save(update_fields=["changed_at", "notice", "place", "sequence"])
        if found.state == "published":
            telling.tell_changed(actor=actor, activity=found, shift=one, emergency=happens, at=at)


def _check_span(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if starts_at <= at or starts_at > at + FARTHEST:
        raise refusals.BadShift(field="starts_at")
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SERVED:
        raise refusals.BadShift(field="ends_at")


def _check_places(places: int, signed: int) -> None:
    if not max(1, signed) <= places <= MOST_PLACES:
        raise refusals.BadPlaces(field="places", signed=signed)


def _repeated(
    starts_at: datetime, ends_at: datetime, every_weeks: int | None, until: date | None, skip: Collection[date]
) -> list[Span]:
    """List the spans; each day keeps the time of day, whatever the clocks do between."""
    if not every_weeks:
        return [(starts_at, ends_at)]
    first = timezone.localtime(starts_at)
    last = until or first.date()
    if not 1 <= every_weeks <= MOST_WEEKS or until is None or not first.date() <= last <= (first + FARTHEST).date():
        raise refusals.BadRepeat(field="until")
    days = [first.date() + timedelta(weeks=every_weeks * one) for one in range(MOST_SHIFTS + 1)]
    kept = [one for one in days if one <= last and one not in skip]
    if not kept or len(kept) > MOST_SHIFTS or (days[-1] <= last):
        raise refusals.BadRepeat(field="until")
    starts = [timezone.make_aware(datetime.combine(one, first.time().replace(tzinfo=None))) for one in kept]
    return [(one, one + (ends_at - starts_at)) for one in starts]


def _require_free(found: Activity, spans: Sequence[Span], besides: Collection[UUID] = ()) -> None:
    """Refuse times at which the activity has a shift, named in words."""
    taken = Shift.objects.filter(activity=found, state="open", starts_at__in=[one for one, _end in spans])
    other = taken.exclude(pk__in=besides).order_by("starts_at").first()
    if other is not None:
        raise refusals.ShiftThere(field="starts_at", moment=formatting.moment(other.starts_at))


def _settle(actor: Actor, rows: Sequence[Shift], moved: Sequence[Shift], at: datetime) -> None:
    """Give back whose places now overlap others, tell who stays, and fill what is free."""
    for one in rows:
        if one in moved:
            signed = SignUp.objects.filter(shift=one, state="signed").select_related("volunteer").order_by("turn")
            release(actor, [row for row in signed if queries.overlaps(row)], one, MOVED_ONTO, at)
            if one.activity.state == "published" and SignUp.objects.filter(shift=one, state__in=LIVING).exists():
                telling.tell_changed(actor=actor, activity=one.activity, shift=one, at=at)
        fill(actor, one, at)

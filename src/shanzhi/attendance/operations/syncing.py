"""Taking over what a leader's phone kept without a network: each tap once, each with an answer of its own.

Every tap is a transaction of its own, so a server that is killed in the middle has done some of them whole and the rest
not at all; the phone sends again what it got no answer for, and its numbers make each count once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.activities.models import Shift
from shanzhi.attendance import refusals
from shanzhi.attendance.models import Answer, Doubt, Tap, Way
from shanzhi.attendance.operations.common import EARLY_MINUTES, Step
from shanzhi.attendance.operations.judging import Found
from shanzhi.attendance.operations.listing import kept_shift, tapped
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.volunteering.models import Volunteer

MOST: Final = 500
SKEW: Final = timedelta(seconds=90)
"""How wrong the clock of a phone may be before its times are put right and doubted."""
OLDEST: Final = timedelta(hours=72)
AHEAD: Final = timedelta(minutes=2)
AT_ONCE: Final = timedelta(minutes=2)
"""How long after a tap it still counts as sent at once."""
REASONS: Final[dict[str, Refusal]] = {
    one.code: one
    for one in (
        refusals.TapOver(), refusals.NotOnTheList(), refusals.NotHere(), refusals.LeavesTooEarly(),
        refusals.CalledOff(), refusals.TooEarly(minutes=EARLY_MINUTES), refusals.ShiftOver(), refusals.AnothersTap(),
    )
}  # fmt: skip
"""Whatever refuses a tap, by its code, which is all that is kept of a refusal."""


@dataclass(frozen=True, slots=True)
class Given:
    """A tap as the phone kept it: its number, who, what, when by the phone's clock, and whether there was a network."""

    id: UUID
    volunteer_id: UUID
    act: str
    tapped_at: datetime
    online: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a tap, and why it was refused, in words; '' where it was not."""

    id: UUID
    answer: str
    why: str = ""
    words: str = ""


def sync(*, actor: Actor, shift_id: UUID, taps: Sequence[Given], sent_at: datetime, at: datetime) -> list[Taken]:
    """Take over taps in the order of their times; `sent_at` is the phone's clock as it sends them.

    How wrong that clock is, shows in comparison with ours. Raises NotFound, Forbidden, TooManyTaps.
    """
    shift = kept_shift(actor, shift_id)
    if len(taps) > MOST:
        raise refusals.TooManyTaps(field="taps", most=MOST)
    skew = at - sent_at
    return [_take(actor, shift, one, skew, at) for one in sorted(taps, key=lambda one: (one.tapped_at, one.act))]


def _take(actor: Actor, shift: Shift, given: Given, skew: timedelta, at: datetime) -> Taken:
    wrong = abs(skew) > SKEW
    moment = given.tapped_at + skew if wrong else given.tapped_at
    row = Tap(
        id=given.id, shift=shift, volunteer_id=given.volunteer_id, act=given.act, tapped_at=given.tapped_at,
        counted_at=moment, skew=_seconds(skew), sent_by_id=actor.person_id, taken_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            known = Tap.objects.filter(pk=given.id).first()
            return _again(actor, known, given) if known is not None else _write(actor, row, wrong, given, at)
    except IntegrityError:  # the same number came in by another request at this moment, and is done now
        known = Tap.objects.filter(pk=given.id).first()
        if known is None:
            raise
        return _again(actor, known, given)


def _write(actor: Actor, row: Tap, wrong: bool, given: Given, at: datetime) -> Taken:
    """Do what the tap says, and keep what became of it, in one transaction."""
    if not Volunteer.objects.filter(pk=given.volunteer_id).exists():
        return _told(given.id, refusals.NotOnTheList.code)  # nothing on record that the tap could hang on
    found = [Found(Doubt.CLOCK, abs(row.skew) // 60)] if wrong else []
    try:
        if row.counted_at > at + AHEAD or row.counted_at < at - OLDEST:
            raise refusals.TapOver
        with transaction.atomic():
            at_once = given.online and not wrong and at - row.counted_at < AT_ONCE
            step = Step(min(row.counted_at, at), Way.LIST if at_once else Way.OFFLINE, actor.person_id, found)
            done = tapped(actor, row.shift, given.volunteer_id, given.act, step, at)
        row.answer, row.attendance_id = Answer.ACCEPTED if done.new else Answer.ALREADY, done.pk
    except Refusal as refusal:
        row.answer, row.why = Answer.REFUSED, refusal.code
    row.save(force_insert=True)
    return _told(row.pk, row.why) if row.why else Taken(row.pk, row.answer)


def _again(actor: Actor, known: Tap, given: Given) -> Taken:
    """Give the answer of a tap that came before, if it is the same one."""
    same = (known.volunteer_id, known.act, known.tapped_at) == (given.volunteer_id, given.act, given.tapped_at)
    if not same or not (actor.is_system or actor.is_person(known.sent_by_id)):
        return _told(given.id, refusals.AnothersTap.code)
    return _told(known.pk, known.why) if known.why else Taken(known.pk, known.answer)


def _told(key: UUID, why: str) -> Taken:
    return Taken(key, Answer.REFUSED, why, REASONS[why].text if why in REASONS else str(Answer.REFUSED.label))


def _seconds(skew: timedelta) -> int:
    return max(min(int(skew.total_seconds()), 2**31 - 1), -(2**31 - 1))

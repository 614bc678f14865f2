"""When a message may go out: quiet hours, digests, tries after a failure. Times of day are those of the place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from shanzhi.notices.models import QUIET_FROM, QUIET_TO, Manner

DIGEST_MINUTE: Final = 9 * 60
# After each failed try, how long until the next; when they are used up the delivery is given up.
PAUSES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
QUOTA_PAUSE: Final = timedelta(hours=1)


def minute_of(at: datetime) -> int:
    """Give the minute of the local day."""
    here = timezone.localtime(at)
    return here.hour * 60 + here.minute


def midnight(at: datetime, *, days: int = 0) -> datetime:
    """Give the start of the local day, or of one some days later."""
    here = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return timezone.make_aware((here + timedelta(days=days)).replace(tzinfo=None))


def is_quiet(minute: int, quiet_from: int, quiet_to: int) -> bool:
    """Tell whether a minute of the day lies in the quiet hours, which may reach over midnight; equal bounds: never."""
    if quiet_from <= quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to


def after_quiet(at: datetime, manner: Manner | None) -> datetime:
    """Give the moment itself, or the end of the quiet hours in which it lies."""
    quiet_from, quiet_to = (manner.quiet_from, manner.quiet_to) if manner else (QUIET_FROM, QUIET_TO)
    minute = minute_of(at)
    if not is_quiet(minute, quiet_from, quiet_to):
        return at
    return midnight(at, days=1 if minute >= quiet_to else 0) + timedelta(minutes=quiet_to)


def digest_at(at: datetime, digest: str) -> datetime:
    """Give the next moment of the digests: nine in the morning, of the next such day or of the next Monday."""
    assert digest in ("daily", "weekly")
    days = 0 if minute_of(at) < DIGEST_MINUTE else 1
    if digest == "weekly":
        weekday = timezone.localtime(midnight(at, days=days)).weekday()
        days += (7 - weekday) % 7
    return midnight(at, days=days) + timedelta(minutes=DIGEST_MINUTE)


def next_try(at: datetime, attempts: int, *, cause: str = "") -> datetime | None:
    """Give when to try again after so many tries; None when the tries are used up."""
    if attempts > len(PAUSES):
        return None
    pause = PAUSES[attempts - 1]
    return at + (max(pause, QUOTA_PAUSE) if cause == "quota" else pause)

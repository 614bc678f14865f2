"""Reading calendars: those of an area or a team, and one's own by its secret address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet

from shanzhi.activities.lifecycle import LIVING, PUBLIC
from shanzhi.activities.models import CalendarFeed, Shift, SignUp
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded

SALT: Final = "activities.calendar"
# Calendars drop what a feed no longer holds, so what was called off stays in it for a while.
KEPT: Final = timedelta(days=60)
MOST: Final = 1000


def feed_shifts(*, at: datetime, condition: Q) -> list[Shift]:
    """List the public shifts of a feed in order of time: those to come above all, the next ones where there are many.

    Of the last 60 days only what was called off or changed is told too, the newest, as far as there is room.
    """
    rows = Shift.objects.filter(
        condition, activity__state__in=PUBLIC, activity__published_at__isnull=False
    ).select_related("activity__team")  # fmt: skip
    ahead = list(rows.filter(ends_at__gt=at).order_by("starts_at", "id")[:MOST])
    gone = rows.filter(ends_at__gt=at - KEPT, ends_at__lte=at).filter(~Q(state="open") | Q(sequence__gt=0))
    return [*reversed(gone.order_by("-starts_at", "-id")[: MOST - len(ahead)]), *ahead]


def own_feed(*, viewer: Actor) -> CalendarFeed | None:
    """Give the viewer's own calendar, None where there is none or it was ended."""
    if not viewer.signed_in:
        raise SignInNeeded
    return CalendarFeed.objects.filter(volunteer__person__in=viewer.persons, ended_at=None).first()


def secret_of(found: CalendarFeed) -> str:
    """Give the secret part of the address as it holds now: number and serial, signed."""
    return Signer(salt=SALT).sign(f"{found.pk.hex}.{found.serial}").replace(":", ".")


def feed_of(*, secret: str) -> CalendarFeed:
    """Give the calendar of a secret address; where it is void or made up there is none."""
    head, dot, seal = secret.rpartition(".")
    try:
        Signer(salt=SALT).unsign(f"{head}:{seal}" if dot else "")
        found = CalendarFeed.objects.filter(pk=UUID(head.partition(".")[0]), ended_at=None).first()
    except (BadSignature, ValueError) as wrong:
        raise NotFound from wrong
    if found is None or secret_of(found) != secret:
        raise NotFound
    return found


def own_rows(*, feed: CalendarFeed, at: datetime) -> QuerySet[SignUp]:
    """Give the sign-ups of a calendar: living ones, and since 60 days those that ended, so that calendars learn it."""
    rows = SignUp.objects.filter(volunteer=feed.volunteer_id, shift__ends_at__gt=at - KEPT)
    lately = Q(state__in=LIVING) | Q(ended_at__gt=at - KEPT)
    return rows.filter(lately).select_related("shift__activity__team").order_by("shift__starts_at", "id")[:MOST]

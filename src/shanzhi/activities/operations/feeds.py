"""The secret address of a volunteer's own calendar: made, made anew, ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shanzhi.activities.models import CalendarFeed
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.operations.volunteers import own_locked


def renew_feed(*, actor: Actor, at: datetime) -> CalendarFeed:
    """Make the address of the own calendar, or a new one: older ones are void from now on. Raises NotAVolunteer."""
    with transaction.atomic():
        who = own_locked(actor)
        found = CalendarFeed.objects.select_for_update().filter(volunteer=who).first()
        if found is None:
            found = CalendarFeed.objects.create(volunteer=who, created_at=at)
        else:
            found.serial, found.created_at, found.ended_at = found.serial + 1, at, None
            found.save()
        record(actor=actor, verb="activities.feed.renew", subject=who, area=who.area, change={}, at=at)
    return found


def end_feed(*, actor: Actor, at: datetime) -> None:
    """Make the address of the own calendar void; nothing is left to end where there is none."""
    with transaction.atomic():
        who = own_locked(actor)
        if CalendarFeed.objects.filter(volunteer=who, ended_at=None).update(ended_at=at):
            record(actor=actor, verb="activities.feed.end", subject=who, area=who.area, change={}, at=at)

"""The last day of a vote: everybody on its roll is reminded, whether they voted or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from shanzhi.kernel.actor import Actor
from shanzhi.voting import telling
from shanzhi.voting.lifecycle import OPEN
from shanzhi.voting.models import Poll
from shanzhi.voting.operations.polls import event_area

LAST_DAY: Final = timedelta(hours=24)
# A vote that runs no longer than this gets no word of its last day: the opening said it.
TOO_SHORT: Final = timedelta(hours=36)


def remind_last_day(*, actor: Actor, at: datetime) -> int:
    """Remind the rolls of all votes that close within a day, each vote once; gives how many were told now."""
    due = Poll.objects.filter(state=OPEN, closes_at__gt=at, closes_at__lte=at + LAST_DAY)
    told = 0
    for poll in due.filter(closes_at__gt=F("opens_at") + TOO_SHORT).order_by("closes_at", "id"):
        with transaction.atomic():
            told += telling.tell_last_day(actor=actor, poll=poll, area=event_area(poll), at=at)
    return told

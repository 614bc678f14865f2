"""What forbids erasing a person while votes run."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Hindrance
from shanzhi.voting.lifecycle import CLOSED, OPEN, ROLL_FIXED
from shanzhi.voting.models import BoothOfficer, Poll, RollEntry


def running_votes(person_id: UUID, _at: datetime) -> list[Hindrance]:
    """Refuse while a vote runs on whose roll the person stands, whether or not anything was cast: that is told nobody.

    So too while the person works at a polling place that is not finished.
    """
    rolls = RollEntry.objects.filter(person_id=person_id).values("poll")
    polls = Poll.objects.filter(Q(pk__in=rolls), state__in=(ROLL_FIXED, OPEN, CLOSED), imported=False)
    found = [
        Hindrance(_("You stand on the roll of the vote “%(title)s”, which is not counted yet.") % {"title": poll.title},
                  poll.closes_at)
        for poll in polls.order_by("closes_at", "pk")[:5]
    ]  # fmt: skip
    working = BoothOfficer.objects.filter(person_id=person_id, ended_at=None)
    if working.exclude(booth__state__in=("reconciled", "cancelled")).exists():
        found.append(Hindrance(_("You work at a polling place. Ask who runs the vote to end that first.")))
    return found

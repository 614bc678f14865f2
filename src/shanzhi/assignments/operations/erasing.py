"""What is ended when somebody is erased: being proposed, being asked, being on call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Q

from shanzhi.assignments.lifecycle import PROPOSAL, SERVES_NO_MORE
from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.assignments.operations.frames import end
from shanzhi.kernel.personal import Leaving, Touched

OPEN: Final = ("proposed", "asked")


def asked_for(people: Collection[UUID]) -> Q:
    """Give the condition of the activities with shifts that these people are proposed or asked for.

    The room below locks those shifts with its own, before people (`activities.operations.erasing`): who asks for them
    holds them when it tells the people.
    """
    rows = Proposal.objects.filter(volunteer__person__in=people, state__in=OPEN)
    return Q(pk__in=rows.values("shift__activity"))


def ask_no_more(leaving: Leaving) -> Touched:
    """End what is proposed and asked of somebody who is being erased, and the agreement to be called up."""
    rows = Proposal.objects.filter(volunteer__person_id=leaving.person_id, state__in=OPEN)
    touched = []
    for row in rows.order_by("shift", "pk"):
        verb = "drop" if row.state == "proposed" else "lapse"
        end(row, PROPOSAL.move(row.state, verb), leaving.at, reason=SERVES_NO_MORE)
        touched.append(str(row.pk))
    calls = OnCall.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in calls.values_list("pk", flat=True)]
    calls.update(ended_at=leaving.at)
    return {"assignments_proposal": touched, "assignments_oncall": keys}

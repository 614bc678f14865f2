"""What is ended when somebody is erased: being proposed, being asked, being on call."""

from __future__ import annotations

from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import SignUp
from shanzhi.assignments.lifecycle import PROPOSAL, SERVES_NO_MORE
from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.assignments.operations.frames import end, locked_shifts
from shanzhi.kernel.personal import Leaving, Touched


def ask_no_more(leaving: Leaving) -> Touched:
    """End what is proposed and asked of somebody who is being erased, and the agreement to be called up.

    The shifts are locked before the pairs, with those whose places the room below gives back next.
    """
    held = SignUp.objects.filter(volunteer__person_id=leaving.person_id, state__in=LIVING)
    rows = Proposal.objects.filter(volunteer__person_id=leaving.person_id, state__in=("proposed", "asked"))
    touched = []
    locked_shifts({*rows.values_list("shift", flat=True), *held.values_list("shift", flat=True)})
    for row in rows.order_by("shift", "pk"):
        verb = "drop" if row.state == "proposed" else "lapse"
        end(row, PROPOSAL.move(row.state, verb), leaving.at, reason=SERVES_NO_MORE)
        touched.append(str(row.pk))
    calls = OnCall.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in calls.values_list("pk", flat=True)]
    calls.update(ended_at=leaving.at)
    return {"assignments_proposal": touched, "assignments_oncall": keys}

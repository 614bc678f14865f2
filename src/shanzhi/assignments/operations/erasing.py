"""What is ended when somebody is erased: being proposed, being asked, being on call."""

from __future__ import annotations

from shanzhi.assignments.lifecycle import PROPOSAL, SERVES_NO_MORE
from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.assignments.operations.frames import end
from shanzhi.kernel.personal import Leaving, Touched


def ask_no_more(leaving: Leaving) -> Touched:
    """End what is proposed and asked of somebody who is being erased, and the agreement to be called up."""
    rows = Proposal.objects.filter(volunteer__person_id=leaving.person_id, state__in=("proposed", "asked"))
    touched = []
    for row in rows.order_by("shift", "pk"):
        verb = "drop" if row.state == "proposed" else "lapse"
        end(row, PROPOSAL.move(row.state, verb), leaving.at, reason=SERVES_NO_MORE)
        touched.append(str(row.pk))
    held = OnCall.objects.filter(volunteer__person_id=leaving.person_id, ended_at=None)
    keys = [str(key) for key in held.values_list("pk", flat=True)]
    held.update(ended_at=leaving.at)
    return {"assignments_proposal": touched, "assignments_oncall": keys}

"""A row in every table of assignments, for the tests of the log; words that tell of somebody, for those of erasure."""

from datetime import datetime, timedelta

from shanzhi.activities.models import Shift
from shanzhi.assignments.models import OnCall, OpenShift, Proposal, Run
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer

WHERE = "370102001002"
SLIPPED = {
    "assignments_run": {"reason": "'另一次（示例）'"},
    "assignments_openshift": {"missing": "1", "places": "7"},
    "assignments_proposal": {"score": "score + 1"},
    "assignments_oncall": {"agreed_at": "agreed_at - interval '1 hour'"},
}


def fill_assignments(at: datetime) -> None:
    """Have a run with a pair and a shift left open, and somebody on call; after activities."""
    shift = Shift.objects.filter(activity__area=WHERE).earliest("starts_at")
    one = Volunteer.objects.filter(area=WHERE).earliest("joined_at")
    run = Run.objects.create(
        area=WHERE, reason="示例", first_at=at, last_at=at + timedelta(days=7), state="proposed", made_at=at,
        finished_at=at, synthetic=True,
    )  # fmt: skip
    Proposal.objects.create(run=run, shift=shift, volunteer=one, score=100, parts=[["filled", 100, 100, 1, 1]])
    OpenShift.objects.create(
        run=run, shift=shift, places=3, missing=2, hurdles=[["time", 4, 2]], engaged=[["spare", 1]]
    )
    OnCall.objects.create(volunteer=one, agreed_at=at)


def mark_assignments(person: Person, *, told: str, at: datetime) -> None:
    """Have somebody make a run, decide and say no, with words that tell who it is; after `mark_activities`."""
    served = Volunteer.objects.get(person=person)
    shift = Shift.objects.filter(activity__planned_by=person).earliest("pk")
    run = Run.objects.create(
        area=WHERE, reason=told, first_at=at, last_at=at + timedelta(days=7), state="closed", made_by=person,
        made_at=at, finished_at=at, closed_at=at,
    )  # fmt: skip
    Proposal.objects.create(
        run=run, shift=shift, volunteer=served, score=100, state="declined", decided_by=person, decided_at=at,
        answered_at=at, reason=told,
    )  # fmt: skip
    OnCall.objects.create(volunteer=served, agreed_at=at)

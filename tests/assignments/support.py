"""Runs and pairs for tests: worked out as the worker does, or made straight in the tables."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.assignments import operations
from shanzhi.assignments.models import OnCall, Proposal, Run
from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Availability, Volunteer
from tests.support.people import AREA, AT, LONG_AGO
from tests.volunteering.support import a_volunteer

SYSTEM = Actor.system("test")
TODAY = timezone.localdate(AT)
ALWAYS = [(day, 0, 24 * 60) for day in range(1, 8)]


def free(volunteer: Volunteer, hours: Any = None) -> Volunteer:
    """Give a volunteer free hours, all of the week by default."""
    Availability.objects.bulk_create(
        Availability(volunteer=volunteer, weekday=day, starts=starts, ends=ends)
        for day, starts, ends in (ALWAYS if hours is None else hours)
    )
    return volunteer


def helpers(many: int = 1, person: Person | None = None, **fields: Any) -> list[Volunteer]:
    """Make volunteers who are always free."""
    return [free(a_volunteer(person, **fields)) for _ in range(many)]


def on_call(volunteer: Volunteer) -> OnCall:
    """Have a volunteer agree to be called up."""
    return OnCall.objects.create(volunteer=volunteer, agreed_at=LONG_AGO)


def begun(actor: Actor = SYSTEM, **fields: Any) -> Run:
    """Begin a run over the week from the tests' day on."""
    given = {
        "first_day": TODAY,
        "last_day": TODAY + timedelta(days=6),
        "most": 3,
        "reason": "一周排班（示例）",
        "at": AT,
    }
    where = {} if "team_id" in fields else {"area": AREA}
    return operations.begin_run(actor=actor, **{**given, **where, **fields})


def worked_out(actor: Actor = SYSTEM, **fields: Any) -> Run:
    """Begin a run and work it out."""
    run = begun(actor, **fields)
    operations.work_out(actor=SYSTEM, run_id=run.pk, at=AT)
    run.refresh_from_db()
    return run


def a_run(**fields: Any) -> Run:
    """Make a run that waits to be looked at, straight in the table."""
    values = {
        "area": AREA, "reason": "一周排班（示例）", "first_at": AT, "last_at": AT + timedelta(days=7),
        "state": "proposed", "made_at": AT, "finished_at": AT, "synthetic": True, **fields,
    }  # fmt: skip
    return Run.objects.create(**values)


def a_pair(run: Run, shift: Shift, volunteer: Volunteer, state: str = "proposed", **fields: Any) -> Proposal:
    """Make a pair of a run, straight in the table."""
    values = {"score": 150, "parts": [["filled", 100, 100, 1, 1], ["load", 30, 30, 0, 1200]], **fields}
    if state != "proposed":
        values["decided_at"] = AT
    if state in ("accepted", "declined"):
        values["answered_at"] = AT
    return Proposal.objects.create(run=run, shift=shift, volunteer=volunteer, state=state, **values)

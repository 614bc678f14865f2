"""What the database itself holds of runs, pairs and agreements, whoever writes."""

from datetime import timedelta

import pytest

from shanzhi.assignments.lifecycle import PROPOSAL, RUN, moves
from shanzhi.assignments.models import OnCall, OpenShift, Proposal, Run
from tests.activities.support import a_sign_up, an_activity
from tests.activities.test_guards import refused
from tests.assignments.support import a_pair, a_run, on_call
from tests.support.people import AT, a_person
from tests.volunteering.support import a_team, a_volunteer

pytestmark = pytest.mark.django_db


def test_the_moves_of_the_triggers_are_those_of_the_tables() -> None:
    assert moves(RUN) == (("proposed", "closed"), ("working", "failed"), ("working", "proposed"))
    assert len(moves(PROPOSAL)) == 5


def test_a_run_stays_with_what_it_came_to() -> None:
    rows = Run.objects.filter(pk=a_run(places=2, filled=1).pk)
    refused(rows.delete, "stays on record")
    refused(lambda: rows.update(made_by=a_person()), "stays on record")
    refused(lambda: rows.update(first_at=AT + timedelta(days=1)), "stays on record")
    refused(lambda: rows.update(total=9), "stays as it was")
    refused(lambda: rows.update(state="working", finished_at=None), "assignments_run")
    refused(lambda: rows.update(reason=" "), "assignments_run_reason")
    rows.update(state="closed", closed_at=AT)
    refused(lambda: rows.update(state="proposed", closed_at=None), "assignments_run_move")
    shift = an_activity().shifts.get()
    for wrong, name in (
        ({"filled": 3, "places": 2}, "assignments_run_filled"),
        ({"total": 3, "bound": 2}, "assignments_run_bound"),
        ({"emergency": True, "shift": shift}, "assignments_run_call_up"),
        ({"wanted": 2}, "assignments_run_call_up"),
        ({"most": 9}, "assignments_run_most"),
        ({"area": "37"}, "assignments_run_area"),
        ({"last_at": AT}, "assignments_run_span"),
        ({"state": "working"}, "assignments_run_dates"),
    ):
        refused(lambda wrong=wrong: a_run(**wrong), name)


def test_a_pair_stays_and_is_asked_within_the_places_alone() -> None:
    run, shift = a_run(), an_activity(places=2).shifts.get()
    row = a_pair(run, shift, a_volunteer())
    rows = Proposal.objects.filter(pk=row.pk)
    refused(rows.delete, "stays on record")
    refused(lambda: rows.update(score=1), "stays on record")
    refused(lambda: a_pair(run, shift, row.volunteer), "assignments_pair_once")
    refused(lambda: rows.update(state="accepted", decided_at=AT, answered_at=AT), "assignments_pair_move")
    refused(lambda: rows.update(state="dropped", decided_at=AT), "assignments_pair_dates")
    rows.update(state="asked", decided_at=AT)
    refused(lambda: a_pair(a_run(), shift, row.volunteer, "asked"), "assignments_asked_once")
    a_sign_up(shift, state="waiting")
    refused(lambda: a_pair(run, shift, a_volunteer(), "asked"), "assignments_full")
    rows.update(state="declined", answered_at=AT)
    refused(lambda: rows.update(answered_at=AT + timedelta(days=1)), "stays as it was")
    a_pair(run, shift, a_volunteer(), "asked")
    draft = an_activity(a_team(name="乙队（示例）"), state="draft").shifts.get()
    refused(lambda: a_pair(run, draft, a_volunteer(), "asked"), "assignments_not_open")


def test_open_shifts_and_agreements_stay() -> None:
    shift = an_activity().shifts.get()
    row = OpenShift.objects.create(run=a_run(), shift=shift, places=2, missing=1)
    refused(lambda: OpenShift.objects.filter(pk=row.pk).update(missing=2), "append-only")
    refused(lambda: OpenShift.objects.create(run=a_run(), shift=shift, places=1, missing=2), "assignments_open")
    held = on_call(a_volunteer())
    rows = OnCall.objects.filter(pk=held.pk)
    refused(lambda: on_call(held.volunteer), "assignments_on_call_once")
    refused(rows.delete, "stays on record")
    rows.update(ended_at=AT)
    refused(lambda: rows.update(ended_at=None), "stays on record")
    on_call(held.volunteer)

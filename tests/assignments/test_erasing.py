"""Who is erased is asked no more; all shifts that hang on somebody are locked together, before any person."""

import pytest

from shanzhi.people import operations as people
from shanzhi.people.operations.erasure import hold_rooms
from tests.activities.support import a_sign_up, an_activity
from tests.activities.test_locks import locks
from tests.assignments.support import a_pair, a_run
from tests.support.people import AT, actor
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def test_shifts_that_one_is_in_and_is_asked_for_are_locked_in_one_go_by_their_ids() -> None:
    team, run, gone = a_team(), a_run(), a_volunteer()
    inside, asked, proposed, over = (an_activity(team, shifts=2) for _one in range(4))
    behind = an_activity(team, shifts=2, planned_by=gone.person)
    a_sign_up(inside.shifts.earliest("starts_at"), gone)
    for activity, state in ((asked, "asked"), (proposed, "proposed"), (over, "declined")):
        a_pair(run, activity.shifts.latest("starts_at"), gone, state)
    tables, held = locks(lambda: hold_rooms(gone.person_id), "shift")
    assert tables == ["activity", "shift"]
    wanted = [str(one.pk) for each in (inside, behind, asked, proposed) for one in each.shifts.all()]
    assert held == [sorted(wanted)]
    _tables, held = locks(lambda: people.erase_own(actor=actor(gone.person), confirmed=True, at=AT), "shift")
    assert held[0] == sorted(wanted)
    assert {one for batch in held[1:] for one in batch} <= set(wanted)  # nothing is locked after people
    rows = run.proposals.order_by("state").values_list("state", "reason")
    assert list(rows) == [("declined", ""), ("dropped", "serves_no_more"), ("lapsed", "serves_no_more")]

"""Who leads an activity on the day keeps its list as long as that volunteer is one of the team."""

import pytest

from shanzhi.activities.models import Activity, Shift
from shanzhi.attendance import policies
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.models import TeamMember
from tests.activities.support import an_activity
from tests.support.people import AT, actor
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def rights(who: Actor, shift: Shift) -> set[bool]:
    """What each way of asking says of somebody's right to the list."""
    found = Shift.objects.get(pk=shift.pk)
    return {
        policies.may_lead(actor=who, shift=found) is None,
        policies.sees(who, found.activity),
        policies.reads_any(who),
        Activity.objects.filter(policies.led(who)).exists(),
        Shift.objects.filter(policies.readable(who, "activity__")).exists(),
    }


def test_a_contact_who_left_the_team_has_no_right_to_its_lists_any_more() -> None:
    team = a_team()
    row = join(team, a_volunteer())
    shift = an_activity(team, contact=row.volunteer).shifts.get()
    who = actor(row.volunteer.person)
    assert rights(who, shift) == {True}
    TeamMember.objects.filter(pk=row.pk).update(state="left", ended_at=AT)
    assert rights(who, shift) == {False}

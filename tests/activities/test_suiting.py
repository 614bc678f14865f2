"""What a kind of task demands decides who signs up: trainings and checks that staff entered, and the age on the day."""

from datetime import date, timedelta
from typing import Any

import pytest

from shanzhi.activities import operations
from shanzhi.activities.models import Shift, SignUp
from shanzhi.activities.operations import refusals
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.volunteering import operations as room
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import DAY, a_shift, a_task, an_activity
from tests.people.conftest import COMMUNITY
from tests.support.people import AT, a_person, actor, an_actor
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture(autouse=True)
def _examples(areas: None) -> None:
    room.load_examples(actor=Actor.system("test"), area="", at=AT)


def a_shift_of(code: str, *, days: int = 1, **limits: Any) -> Shift:
    """Give a shift, so many days from now, of a kind of task with its demands."""
    made = an_activity(a_team(COMMUNITY, name=f"{code}队（示例）"), task_kind=a_task(code, **limits), shifts=0)
    return a_shift(made, starts=AT + days * DAY, places=9)


def asks(one: Volunteer, shift: Shift) -> SignUp:
    return operations.sign_up(actor=actor(one.person), shift_id=shift.pk, risks_read=True, at=AT)


def refused(one: Volunteer, shift: Shift) -> str:
    with pytest.raises(refusals.DoesNotSuit) as said:
        asks(one, shift)
    assert not SignUp.objects.filter(volunteer=one, shift=shift).exists()
    return said.value.text


class TestWhatATaskDemands:
    def test_is_a_training_and_a_check_that_staff_entered_and_that_hold_on_the_day(self) -> None:
        one, staff = a_volunteer(area=COMMUNITY), an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        shift = a_shift_of("children", demands=["minors_safety", "no_record"])
        late = a_shift_of("later", days=30, demands=["no_record"])
        entered: dict[str, Any] = {"actor": staff, "volunteer_id": one.pk, "at": AT, "starts_on": date(2026, 1, 5)}
        assert "缺少" in refused(one, shift)
        room.add_qualification(code="minors_safety", evidence="结业证书（示例）", **entered)
        still = refused(one, shift)
        assert "缺少" in still  # one of the two
        ends = AT.date() + timedelta(days=7)
        held = room.add_qualification(code="no_record", evidence="核查回执（示例）", ends_on=ends, **entered)
        assert asks(one, shift).state == "signed"
        assert "缺少" in refused(one, late)  # over by then
        room.revoke_qualification(actor=staff, qualification_id=held.pk, reason="录错（示例）", at=AT)
        other = a_shift_of("again", days=3, demands=["no_record"])
        assert "缺少" in refused(one, other)

    def test_are_ages_as_of_the_day_of_the_shift(self) -> None:
        shift = a_shift_of("old_enough", days=10, least_age=21, greatest_age=65)
        on = AT.date() + 10 * DAY
        for born_on in (on.replace(year=on.year - 21), on.replace(year=on.year - 66) + DAY):
            assert asks(a_volunteer(a_person(COMMUNITY, born_on=born_on), COMMUNITY), shift).state == "signed"
        young = on.replace(year=on.year - 21) + DAY
        assert "21" in refused(a_volunteer(a_person(COMMUNITY, born_on=young), COMMUNITY), shift)
        old = on.replace(year=on.year - 66)
        assert "65" in refused(a_volunteer(a_person(COMMUNITY, born_on=old), COMMUNITY), shift)

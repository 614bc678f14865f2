"""What the demo loads: a proposal that waits to be looked at, and a call-up that was answered in part."""

import pytest

from shanzhi.assignments import demo
from shanzhi.assignments.models import Run
from tests.activities.support import an_activity
from tests.assignments.support import free
from tests.support.people import AT, a_person
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def test_the_demo_loads_a_proposal_and_a_call_up_answered_in_part_once() -> None:
    an_activity(places=4, shifts=2)
    for _one in range(5):
        free(a_volunteer(a_person()))
    steps: list[int] = []
    for _again in range(2):
        demo.load(at=AT, progress=lambda _step, done, _all: steps.append(done))
    plain, call = Run.objects.order_by("emergency")
    assert (plain.state, plain.emergency, plain.filled > 0) == ("proposed", False, True)
    assert sorted(call.proposals.values_list("state", flat=True)) == ["accepted", "asked", "asked", "declined"]
    assert plain.synthetic
    assert call.synthetic
    assert steps == [1, 2, 2]

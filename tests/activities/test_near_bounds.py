"""How many of the shifts near are looked at: what cannot be listed takes no place, and what was left out is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.activities.queries import ground
from shanzhi.activities.queries.nearby import nearby_of
from shanzhi.volunteering.models import Availability, Volunteer
from tests.activities.support import DAY, HOUR, a_shift, a_sign_up, a_task
from tests.activities.test_nearby import at_way, centre, found, titles
from tests.people.conftest import COMMUNITY
from tests.support.people import AT, a_person
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
TUESDAY = AT + timedelta(days=7) - 11 * HOUR
"""Midnight of a Tuesday at the place."""


@pytest.fixture
def helper() -> Volunteer:
    centre(COMMUNITY)
    return a_volunteer(a_person(COMMUNITY), COMMUNITY)


def list_at_most(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setitem(nearby_of.__globals__, "MOST", most)


def test_what_one_may_not_take_keeps_nothing_off_the_list(helper: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(monkeypatch, 1)
    shared = at_way(1, "一公里", starts=AT + DAY, places=1)
    a_sign_up(shared)
    at_way(2, "要培训", starts=AT + 2 * DAY, task_kind=a_task("nursing", demands=["first_aid"]))
    a_sign_up(at_way(3, "自己的", starts=AT + 3 * DAY), helper)
    at_way(3, "同一时间", starts=AT + 3 * DAY + HOUR)
    a_shift(shared.activity, starts=AT + 5 * DAY)
    assert titles(helper) == ["一公里"]
    assert (found(helper).rows[0].starts_at, found(helper).cut) == (AT + 5 * DAY, False)


def test_all_that_would_fit_at_other_hours_is_counted(helper: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(monkeypatch, 2)
    for hour in (9, 12, 15):
        at_way(1, f"周二{hour}点", starts=TUESDAY + hour * HOUR)
    at_way(2, "周三九点", starts=TUESDAY + 33 * HOUR)
    Availability.objects.create(volunteer=helper, weekday=3, starts=0, ends=1440)
    assert titles(helper) == ["周三九点"]
    assert (found(helper).other_hours, found(helper).cut) == (3, False)


def test_activities_that_were_left_out_are_told(helper: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in (1, 2, 3):
        at_way(steps, str(steps))
    assert not found(helper).cut
    defaults: dict[str, Any] = {**ground.around.__kwdefaults__, "most": 2}
    monkeypatch.setattr(ground.around, "__kwdefaults__", defaults)
    assert (titles(helper), found(helper).cut) == (["1", "2"], True)


def test_asks_no_more_for_many_shifts_of_many_kinds(helper: Volunteer) -> None:
    kinds = [a_task(), a_task("visit"), a_task("traffic")]
    counts = []
    for more in (1, 6):
        for number in range(more):
            made = at_way(1, f"{more}之{number}", task_kind=kinds[number % 3]).activity
            for day in range(2, 5):
                a_shift(made, starts=AT + (day + number) * DAY)
        with CaptureQueriesContext(connection) as asked:
            assert found(helper).rows
        counts.append(len(asked))
    assert counts[0] == counts[1]

"""Migrations of volunteering and of activities run forward on rows of before: nobody wished for a kind of task."""

import pytest

from shanzhi.activities.models import Activity
from shanzhi.assignments import case
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import an_activity
from tests.assignments.support import a_run, helpers
from tests.people.conftest import make_areas
from tests.people.test_migrations import move
from tests.support.people import AT


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_entries_and_activities_of_before_wish_for_nothing_and_ask_for_no_language() -> None:
    make_areas()
    one, activity = helpers()[0], an_activity()
    try:
        move(("activities", "0002_guards"), ("volunteering", "0005_dates_there"))
    finally:
        move()
    assert Volunteer.objects.get(pk=one.pk).tasks == []
    assert Activity.objects.get(pk=activity.pk).language == ""
    found = case.read(a_run(), AT)
    assert [shift.language for shift in found.shifts] == [None]
    assert {who.kinds for who in found.volunteers if who.id == str(one.pk)} == {frozenset()}

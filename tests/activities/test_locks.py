"""Locks are taken in one order - activity, shifts by id, volunteers by id - so that nobody waits in a circle."""

import re
from functools import partial
from typing import Any

import pytest
from django.db import connection

from shanzhi.activities import operations
from shanzhi.activities.models import Shift, SignUp
from shanzhi.activities.operations.erasing import give_places_back
from shanzhi.kernel.personal import Leaving
from shanzhi.people import operations as people
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import DAY, HOUR, SYSTEM, a_shift, a_sign_up, an_activity
from tests.support.people import AREA, AT, actor
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LOCKED = re.compile(r'FROM "(activities_activity|activities_shift|volunteering_volunteer)".* FOR (NO KEY )?UPDATE')


def locks(run: Any, of: str = "volunteer") -> tuple[list[str], list[list[str]]]:
    """Run a write; give the tables whose rows it locks, in order, and `of` one which rows each time, in order."""
    tables: list[str] = []
    keys: list[list[str]] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = LOCKED.search(sql)
        if found is not None:
            tables.append(found[1].partition("_")[2])
        if found is not None and tables[-1] == of:
            with connection.connection.cursor() as cursor:
                cursor.execute(sql[: sql.rindex(" FOR ")], params)
                keys.append([str(row[0]) for row in cursor.fetchall()])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        run()
    return tables, keys


def in_order(*volunteers: Volunteer) -> list[str]:
    return sorted(str(one.pk) for one in volunteers)


class TestLocks:
    def test_of_a_series_are_taken_together_after_the_activity_and_so_are_their_lines(self) -> None:
        found = an_activity(shifts=0)
        rows = operations.add_shifts(
            actor=SYSTEM, activity_id=found.pk, starts_at=AT + DAY, ends_at=AT + DAY + HOUR, places=1, every_weeks=1,
            until=(AT + 22 * DAY).date(), at=AT,
        )  # fmt: skip
        who = [a_volunteer() for _one in range(4)]
        for shift, signed, waits in ((rows[1], who[0], who[1]), (rows[2], who[2], who[3])):
            a_sign_up(shift, signed), a_sign_up(shift, waits, state="waiting")
        given: dict[str, Any] = {"actor": SYSTEM, "shift_id": rows[1].pk, "following": True, "at": AT}
        times = {"starts_at": rows[1].starts_at + HOUR, "ends_at": rows[1].ends_at + HOUR}
        tables, held = locks(lambda: operations.change_shift(places=2, place="", **times, **given))
        assert tables[:3] == ["activity", "shift", "volunteer"]
        assert "shift" not in tables[2:]
        assert held[0] == in_order(*who)
        tables, _held = locks(lambda: operations.cancel_shift(reason="雨", **given))
        assert tables == ["activity", "shift"]
        assert list(Shift.objects.order_by("starts_at").values_list("state", flat=True)) == ["open"] + ["cancelled"] * 3

    def test_of_who_signs_up_and_who_waits_are_taken_together(self) -> None:
        shift = an_activity(places=1).shifts.get()
        holder, waits, comes = (a_volunteer() for _one in range(3))
        a_sign_up(shift, holder), a_sign_up(shift, waits, state="waiting")
        Volunteer.objects.filter(pk=waits.pk).update(state="paused")
        SignUp.objects.filter(volunteer=holder).update(state="left", ended_at=AT)
        sign = partial(operations.sign_up, actor=actor(comes.person), shift_id=shift.pk, risks_read=True, at=AT)
        tables, held = locks(sign)
        assert tables[:2] == ["shift", "volunteer"]
        assert held[0] == in_order(waits, comes)

    def test_of_all_shifts_of_somebody_erased_are_taken_before_all_lines(self) -> None:
        activity = an_activity(places=1)
        shifts = [activity.shifts.get(), a_shift(activity, starts=AT + 3 * DAY, places=1)]
        gone, *others = (a_volunteer() for _one in range(3))
        for shift, waits in zip(shifts, others, strict=True):
            a_sign_up(shift, gone), a_sign_up(shift, waits, state="waiting")
        leaving = Leaving(gone.person_id, AT, "示例", ())
        tables, held = locks(lambda: give_places_back(leaving))
        assert tables[:2] == ["shift", "volunteer"]
        assert "shift" not in tables[2:]
        assert held[0] == in_order(gone, *others)
        assert SignUp.objects.filter(state="signed").count() == 2

    def test_of_somebody_erased_are_those_of_the_activities_behind_which_one_stands_first(self) -> None:
        gone = a_volunteer()
        leads = a_team(AREA)
        ways = ("planned_by", "changed_by", "submitted_by", "checked_by")
        mine = [an_activity(leads, **{way: gone.person}) for way in ways] + [an_activity(leads, contact=gone)]
        inside, apart = an_activity(leads, shifts=2), an_activity(leads)
        a_sign_up(inside.shifts.earliest("starts_at"), gone)
        erase = partial(people.erase_own, actor=actor(gone.person), confirmed=True, at=AT)
        tables, held = locks(erase, "activity")
        assert tables[:2] == ["activity", "shift"]
        assert "activity" not in tables[1:]
        assert held == [sorted(str(one.pk) for one in (*mine, inside))]
        assert str(apart.pk) not in held[0]
        assert max(place for place, one in enumerate(tables) if one == "shift") < tables.index("volunteer")

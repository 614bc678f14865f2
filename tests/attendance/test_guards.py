"""What the database itself holds of presence, whoever writes; and many who come at one moment."""

from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations
from shanzhi.attendance.models import Attendance, Flag, Gate, Ruling, Tap
from tests.attendance.support import HOUR, MINUTE, Ground, a_ground, open_gate
from tests.support.people import AT
from tests.support.races import answers, together
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db
AGAIN = {"way_in": "correction", "reason": "改"}


def refused(run: Any, words: str) -> None:
    with pytest.raises((IntegrityError, DataError), match=words), transaction.atomic():
        run()


def come(ground: Ground, volunteer: Any = None, **fields: Any) -> Attendance:
    values = {"arrived_at": AT, "way_in": "list", "entered_at": AT, **fields}
    return Attendance.objects.create(shift=ground.shift, volunteer=volunteer or ground.volunteers[0], **values)


class TestARecord:
    def test_keeps_its_facts_and_goes_its_ways(self) -> None:
        ground = a_ground()
        row = ground.arrive()
        rows = Attendance.objects.filter(pk=row.pk)
        refused(rows.delete, "never changed or removed")
        for changed in ({"arrived_at": AT - MINUTE}, {"way_in": "list"}, {"volunteer": ground.volunteers[1]}):
            refused(lambda changed=changed: rows.update(**changed), "never changed or removed")
        gone = {"state": "left", "left_at": AT + HOUR, "way_out": "list", "ended_at": AT + HOUR}
        refused(lambda: rows.update(state="left"), "attendance_here_or_left")
        refused(lambda: rows.update(**{**gone, "left_at": AT - MINUTE}), "attendance_end_whole")
        rows.update(**gone)
        refused(lambda: rows.update(left_at=AT + MINUTE), "never changed or removed")
        refused(lambda: rows.update(state="here", left_at=None), "never changed or removed")
        refused(lambda: rows.update(review="kept"), "attendance_review_move")
        refused(lambda: come(ground), "attendance_once")
        refused(lambda: rows.update(review="settled"), "attendance_review_move")
        rows.update(review="waiting")
        refused(lambda: rows.update(review="settled"), "attendance_waits_while_it_counts")
        refused(lambda: rows.update(state="struck"), "attendance_waits_while_it_counts")
        rows.update(state="struck", review="settled")
        refused(lambda: rows.update(state="left"), "attendance_move")
        assert come(ground).state == "here"

    def test_is_only_of_who_signed_up_or_may_walk_in(self) -> None:
        ground = a_ground()
        refused(lambda: come(ground, a_volunteer()), "attendance_not_signed_up")
        refused(lambda: come(ground, a_volunteer(), walk_in=True), "attendance_no_walk_ins")
        open_gate(ground)
        for _ in range(2):
            come(ground, a_volunteer(), walk_in=True)
        refused(lambda: come(ground, a_volunteer(), walk_in=True), "attendance_full")
        refused(lambda: come(ground, arrived_at=AT + MINUTE), "attendance_not_before_time")
        old = come(ground)
        refused(lambda: come(ground, corrects=old, **AGAIN), "attendance_corrects")
        refused(lambda: come(ground, ground.volunteers[1], reason="改"), "attendance_corrected_why")
        refused(lambda: come(ground, ground.volunteers[1], way_in="correction"), "attendance_corrected_why")
        Attendance.objects.filter(pk=old.pk).update(state="replaced")
        refused(lambda: come(ground, ground.volunteers[1], corrects=old, **AGAIN), "attendance_corrects")
        assert come(ground, corrects=old, **AGAIN).corrects == old

    def test_has_doubts_decisions_and_taps_that_stay(self) -> None:
        ground = a_ground()
        row = come(ground)
        flag = Flag.objects.create(attendance=row, doubt="own", raised_at=AT)
        refused(lambda: Flag.objects.filter(pk=flag.pk).update(figure=3), "append-only")
        refused(lambda: Flag.objects.create(attendance=row, doubt="own", raised_at=AT), "attendance_flag_once")
        ruling = Ruling.objects.create(attendance=row, kept=True, reason="看过", decided_at=AT)
        refused(lambda: Ruling.objects.filter(pk=ruling.pk).update(kept=False), "stays as it was")
        refused(Ruling.objects.filter(pk=ruling.pk).delete, "stays as it was")
        values = {"shift": ground.shift, "volunteer": row.volunteer, "act": "arrive", "tapped_at": AT}
        values |= {"counted_at": AT, "skew": 0, "taken_at": AT, "id": row.pk}
        refused(lambda: Tap.objects.create(**values, answer="accepted"), "attendance_tap_answer")
        tap = Tap.objects.create(**values, answer="refused", why="not_here")
        refused(lambda: Tap.objects.filter(pk=tap.pk).update(why="x"), "append-only")
        refused(lambda: Gate.objects.create(shift=ground.shift, metres=999, changed_at=AT), "attendance_gate_metres")


@pytest.mark.django_db(transaction=True)
def test_the_last_free_place_goes_to_one_walk_in_and_a_person_comes_once() -> None:
    ground = a_ground(1, at=timezone.now())
    open_gate(ground)
    come(ground, a_volunteer(), walk_in=True, arrived_at=ground.at, entered_at=ground.at)
    numbers = [a_volunteer().number for _ in range(4)]
    lead = ground.lead

    def walk(number: str) -> Any:
        return lambda: operations.walk_in(actor=lead, shift_id=ground.shift.pk, number=number, at=ground.at)

    assert sum(together(*(walk(number) for number in numbers))) == 1
    one, code = ground.one(), ground.code()
    given = {"actor": one, "shift_id": ground.shift.pk, "code": code, "at": ground.at}
    done: list[Any] = answers(*(lambda: operations.arrive_by_code(**given) for _ in range(4)))
    assert sum(came.new for came in done) == 1
    assert len({came.id for came in done}) == 1
    assert Shift.objects.filter(attendances__walk_in=True).count() == 2

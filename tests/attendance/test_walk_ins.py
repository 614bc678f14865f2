"""Who did not sign up, and who only waited in line; and what leaders learn of people by their numbers."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shanzhi.activities.models import SignUp
from shanzhi.attendance import operations, refusals
from shanzhi.attendance.models import Attendance, Gate
from shanzhi.kernel.errors import Refusal
from shanzhi.notices.models import Delivery
from tests.activities.support import a_sign_up
from tests.attendance.support import HOUR, MINUTE, Ground, a_ground, open_gate
from tests.support.people import AT, LONG_AGO
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db


def answer(ground: Ground, number: str, **given: Any) -> str:
    """Let somebody in by a number; give what was answered, words and field too where it was refused."""
    asked = {"actor": ground.lead, "shift_id": ground.shift.pk, "number": number, "at": AT, **given}
    try:
        return str(operations.walk_in(**asked).new)
    except Refusal as refusal:
        return f"{refusal.code} {refusal.field} {refusal.text}"


def test_a_number_tells_nobody_whether_and_for_what_somebody_volunteers() -> None:
    ground = a_ground(1)
    open_gate(ground)
    told = [answer(ground, number) for number in ("370102999999999", "x", a_volunteer(state="paused").number)]
    assert told[0].startswith("not_let_in number ")
    assert len(set(told)) == 1
    good, bad = a_volunteer().number, a_volunteer(state="paused").number
    for given, code in (
        ({"at": AT - 11 * MINUTE}, "walk_ins_later"), ({"at": AT - 2 * HOUR}, "gate_not_open"),
        ({"at": AT + 5 * HOUR}, "shift_over"),
    ):  # fmt: skip
        told = [answer(ground, number, **given) for number in (good, bad, "x")]
        assert told[0].startswith(f"{code} number ")
        assert len(set(told)) == 1
    for _ in range(2):
        assert answer(ground, a_volunteer().number) == "True"
    told = [answer(ground, number) for number in (good, bad, "x")]
    assert told[0].startswith("no_place_free number ")
    assert len(set(told)) == 1


def test_who_is_let_in_is_told_and_a_leader_who_does_so_for_oneself_is_not() -> None:
    ground, guest = a_ground(1), a_volunteer()
    open_gate(ground)
    assert answer(ground, guest.number) == "True"
    assert answer(ground, guest.number) == "False"
    told = Delivery.objects.get(person_id=guest.person_id, channel="app")
    assert told.notice.kind == "attendance.let_in"
    assert answer(ground, ground.leader.number) == "True"
    assert not Delivery.objects.filter(person_id=ground.leader.person_id).exists()


def test_the_database_too_keeps_places_for_who_signs_up_until_the_shift_begins() -> None:
    ground, early = a_ground(1), AT - 11 * MINUTE
    Gate.objects.create(shift=ground.shift, walk_ins=True, metres=1000, changed_at=LONG_AGO)
    values = {"shift": ground.shift, "volunteer": a_volunteer(), "way_in": "list", "walk_in": True, "entered_at": AT}
    with pytest.raises(IntegrityError, match="attendance_walk_in_early"), transaction.atomic():
        Attendance.objects.create(**values, arrived_at=early)
    assert Attendance.objects.create(**values, arrived_at=ground.shift.starts_at).walk_in


def test_who_only_waited_in_line_did_not_sign_up() -> None:
    ground = a_ground(1)
    waited, gave_back = a_volunteer(), ground.volunteers[0]
    row = a_sign_up(ground.shift, waited, state="waiting", queued_at=LONG_AGO)
    over = {"state": "cancelled", "ended_at": AT + MINUTE, "reason": "班次已开始"}  # as the clock ends lines
    SignUp.objects.filter(pk=row.pk).update(**over)
    SignUp.objects.filter(volunteer=gave_back).update(state="left", ended_at=AT + MINUTE)
    given = {"actor": ground.lead, "shift_id": ground.shift.pk, "act": "arrive", "at": AT}
    with pytest.raises(refusals.NotOnTheList):
        operations.mark(**given, volunteer_id=waited.pk)
    values = {"shift": ground.shift, "way_in": "list", "arrived_at": AT, "entered_at": AT}
    with pytest.raises(IntegrityError, match="attendance_not_signed_up"), transaction.atomic():
        Attendance.objects.create(**values, volunteer=waited)
    assert operations.mark(**given, volunteer_id=gave_back.pk).new  # who was signed up at that moment

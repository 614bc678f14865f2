"""What two who write at one moment leave behind: each row once, no fault, and nobody waiting in a circle."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations
from shanzhi.attendance.models import Attendance, Tap
from shanzhi.attendance.operations import Came, quick
from shanzhi.kernel.gate import Place
from shanzhi.volunteering.models import Volunteer
from tests.attendance.support import SPRING, a_ground, open_gate
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def during(hold: Callable[[], Any], act: Callable[[], Any], then: Callable[[], Any] = lambda: None) -> tuple[Any, Any]:
    """Write something, and before it is committed have somebody else act until that waits; give what both returned."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        held = hold()
        acting = other.submit(run)
        until_it_waits(acting)
        then()
    return held, acting.result()


def until_it_waits(acting: Future[Any]) -> None:
    """Go on when another connection waits for a lock that this one holds, or when nothing is left that could wait."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while not acting.done() and time.monotonic() < until:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return


def test_who_comes_by_the_code_while_a_leader_taps_or_a_phone_sends_is_there_once() -> None:
    ground = a_ground(3, at=timezone.now())
    shift, at, lead = ground.shift.pk, ground.at, ground.lead
    who, ones = [one.pk for one in ground.volunteers], [ground.one(number) for number in range(3)]
    taps = [operations.Given(uuid4(), who[2], act, at) for act in ("arrive", "leave")]
    acts: list[Callable[[], Any]] = [
        lambda: operations.mark(actor=lead, shift_id=shift, volunteer_id=who[0], act="arrive", at=at),
        lambda: operations.arrive_by_place(actor=ones[1], shift_id=shift, position=Place(*SPRING), at=at),
        lambda: operations.sync(actor=lead, shift_id=shift, taps=taps, sent_at=at, at=at),
    ]
    told = [
        during(partial(quick.arrive, actor=one, shift_id=shift, at=at), act)
        for one, act in zip(ones, acts, strict=True)
    ]
    assert all(made is not None for made, _answer in told)
    for made, answer in told[:2]:
        assert answer == Came(made, new=False)
    assert [one.answer for one in told[2][1]] == ["already", "accepted"]
    assert set(Attendance.objects.values_list("pk", "state")) == {
        (told[0][0], "here"), (told[1][0], "here"), (told[2][0], "left"),
    }  # fmt: skip
    assert Tap.objects.count() == 2


def test_a_walk_in_waits_for_the_shift_before_it_holds_a_volunteer() -> None:
    """As signing up does: whoever locks the volunteer first and then the shift meets that in a circle."""
    ground, guest = a_ground(1, at=timezone.now()), a_volunteer()
    open_gate(ground)
    shifts, people = (table.objects.select_for_update(no_key=True, nowait=True) for table in (Shift, Volunteer))
    given = {"actor": ground.lead, "shift_id": ground.shift.pk, "number": guest.number, "at": ground.at}
    _held, came = during(
        lambda: shifts.get(pk=ground.shift.pk), lambda: operations.walk_in(**given), lambda: people.get(pk=guest.pk)
    )
    assert came.new

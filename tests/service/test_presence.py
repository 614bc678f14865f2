"""Records made of who was at a shift: each presence once, never the own one, never a doubted one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations as attendance
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.service import operations
from shanzhi.service.models import ServiceRecord
from shanzhi.service.operations import refusals
from tests.attendance.support import HOUR, MINUTE, Ground, a_ground, open_gate
from tests.service.support import verify
from tests.support.people import AT, a_person, sign_in
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]

DAY = timedelta(days=1)


@pytest.fixture
def ground() -> Ground:
    """Three signed up: one stayed ninety minutes, one an hour, one is still there; and one came who is in no team."""
    made = a_ground(3)
    for number in range(3):
        made.arrive(number)
    made.leave(0, AT + 90 * MINUTE)
    made.leave(1, AT + HOUR)
    return made


def record(ground: Ground) -> list[ServiceRecord]:
    return operations.record_shift(actor=ground.lead, shift_id=ground.shift.pk, at=AT + 2 * HOUR)


def test_each_who_left_is_recorded_once_with_the_minutes_that_stand_there(ground: Ground) -> None:
    made = record(ground)
    assert sorted((one.volunteer_id, one.minutes) for one in made) == sorted(
        [(ground.volunteers[0].pk, 90), (ground.volunteers[1].pk, 60)]
    )
    one = made[0]
    assert (one.state, one.team, one.content) == ("noticed", ground.shift.activity.team, ground.shift.activity.title)
    assert one.starts is not None
    with pytest.raises(refusals.NothingToRecord):
        record(ground)
    ground.leave(2, AT + 100 * MINUTE)
    assert [one.minutes for one in record(ground)] == [100]
    assert ServiceRecord.objects.count() == 3


def test_who_came_without_a_place_in_the_team_is_recorded_too(ground: Ground) -> None:
    open_gate(ground)
    guest = a_volunteer()
    attendance.walk_in(actor=ground.lead, shift_id=ground.shift.pk, number=guest.number, at=AT + MINUTE)
    attendance.mark(
        actor=ground.lead, shift_id=ground.shift.pk, volunteer_id=guest.pk, act="leave", at=AT + 31 * MINUTE
    )
    assert (guest.pk, 30) in [(one.volunteer_id, one.minutes) for one in record(ground)]


def test_what_is_doubted_waits_and_a_reversed_record_is_not_made_again_by_itself(ground: Ground) -> None:
    Attendance.objects.filter(volunteer=ground.volunteers[0]).update(review="waiting")
    ready = operations.ready_of(actor=ground.lead, shift_id=ground.shift.pk)
    assert (len(ready.rows), ready.undecided, ready.minutes) == (1, 1, 60)
    (made,) = record(ground)
    operations.refuse_records(actor=ground.lead, record_ids=[made.pk], reason="不对（示例）", at=AT + 2 * HOUR)
    (again,) = record(ground)  # refused: the leader may record it anew
    assert again.minutes == 60
    reverse(ground, again)
    with pytest.raises(refusals.NothingToRecord):
        record(ground)
    correct(ground, 1, AT + 50 * MINUTE)
    with pytest.raises(refusals.NothingToRecord):
        record(ground)
    ready = operations.ready_of(actor=ground.lead, shift_id=ground.shift.pk)
    assert (ready.recorded, ready.stale) == (1, [])  # a reversed record says nothing that could be wrong


def reverse(ground: Ground, made: ServiceRecord) -> None:
    verify(made, a_person(), AT + 9 * DAY)
    operations.reverse_record(actor=ground.lead, record_id=made.pk, reason="不对（示例）", at=AT + 10 * DAY)


def correct(ground: Ground, number: int, until: datetime) -> None:
    row = Attendance.objects.get(shift=ground.shift, volunteer=ground.volunteers[number], state="left")
    attendance.correct(
        actor=ground.lead, presence_id=row.pk, arrived_at=AT, left_at=until, reason="更正（示例）", at=AT + 3 * HOUR
    )


def stale(ground: Ground) -> list[tuple[ServiceRecord, bool]]:
    found = operations.ready_of(actor=ground.lead, shift_id=ground.shift.pk)
    return [(one.record, one.struck) for one in found.stale]


def test_a_presence_that_was_corrected_is_not_recorded_twice_and_its_record_is_shown(ground: Ground) -> None:
    made = {one.volunteer_id: one for one in record(ground)}
    first, second = (made[one.pk] for one in ground.volunteers[:2])
    correct(ground, 0, AT + 70 * MINUTE)
    assert stale(ground) == [(first, False)]
    correct(ground, 0, AT + 90 * MINUTE)
    assert stale(ground) == []  # as it was recorded
    correct(ground, 0, AT + 80 * MINUTE)
    ground.leave(2, AT + 100 * MINUTE)
    assert [one.minutes for one in record(ground)] == [100]  # the corrected one stands in nobody's way
    row = Attendance.objects.get(volunteer=ground.volunteers[1])
    given = {"actor": ground.lead, "at": AT + 3 * HOUR}
    attendance.decide(**given, presence_id=row.pk, kept=False, reason="没有到场（示例）")
    assert dict(stale(ground)) == {first: False, second: True}
    attendance.enter(
        **given, shift_id=ground.shift.pk, number=ground.volunteers[1].number, arrived_at=AT, left_at=AT + HOUR / 2,
        reason="纸质名单（示例）",
    )  # fmt: skip
    assert dict(stale(ground)) == {first: False, second: False}
    with pytest.raises(refusals.NothingToRecord):
        record(ground)
    page = sign_in(Client(headers={"Accept-Language": "en"}), ground.leader.person).get(
        f"/service/shifts/{ground.shift.pk}/"
    )
    shown = page.content.decode()
    assert "presence corrected since: 1 h 30 min on record, 1 h 20 min now" in shown
    assert "presence corrected since: 1 h on record, 30 min now" in shown
    assert all(f"/service/records/{one.pk}/" in shown for one in (first, second))
    operations.refuse_records(**given, record_ids=[first.pk, second.pk], reason="到场已更正（示例）")
    assert stale(ground) == []
    assert sorted(one.minutes for one in record(ground)) == [30, 80]


def test_a_stay_past_midnight_is_recorded_on_its_first_day_without_an_hour() -> None:
    late = AT.replace(hour=14, minute=30)  # 22:30 in Jinan
    ground = a_ground(1, at=late)
    Shift.objects.filter(pk=ground.shift.pk).update(ends_at=late + 3 * HOUR, sequence=1)
    ground.arrive(0)
    ground.leave(0, late + 2 * HOUR)
    (made,) = operations.record_shift(actor=ground.lead, shift_id=ground.shift.pk, at=late + timedelta(days=1))
    assert (made.minutes, made.starts) == (120, None)


def test_only_who_organised_makes_them(ground: Ground) -> None:
    with pytest.raises((Forbidden, NotFound)):
        operations.record_shift(actor=ground.one(0), shift_id=ground.shift.pk, at=AT + 2 * HOUR)
    other = a_ground(1)
    with pytest.raises((Forbidden, NotFound)):
        operations.record_shift(actor=other.lead, shift_id=ground.shift.pk, at=AT + 2 * HOUR)


def test_scope_and_right_are_asked_once_and_before_anything_is_locked(ground: Ground) -> None:
    shifts, lock = 'FROM "activities_shift"', "FOR NO KEY UPDATE"
    with CaptureQueriesContext(connection) as asked, pytest.raises(NotFound):
        operations.record_shift(actor=ground.one(0), shift_id=ground.shift.pk, at=AT + 2 * HOUR)
    assert lock not in "".join(one["sql"] or "" for one in asked)
    lead = ground.lead
    with CaptureQueriesContext(connection) as asked:
        operations.ready_of(actor=lead, shift_id=ground.shift.pk)
    assert (len(asked), sum(shifts in (one["sql"] or "") for one in asked)) == (9, 1)
    with CaptureQueriesContext(connection) as asked:
        assert len(record(ground)) == 2
    seen, locked, *_more = [one["sql"] or "" for one in asked if shifts in (one["sql"] or "")]
    assert lock not in seen
    assert lock in locked


def test_the_page_says_who_will_be_recorded_and_does_it_by_one_press(ground: Ground) -> None:
    client = sign_in(Client(headers={"Accept-Language": "en"}), ground.leader.person)
    listed = client.get(f"/attendance/list/{ground.shift.pk}/").content.decode()
    path = f"/service/shifts/{ground.shift.pk}/"
    assert path in listed
    page = client.get(path).content.decode()
    assert "2 volunteers" in page
    assert client.post(path, {"idempotency_key": "one-press-only"}).status_code == 302
    assert ServiceRecord.objects.count() == 2
    assert "On record already: 2." in client.get(path).content.decode()
    assert set(ServiceRecord.objects.values_list("recorded_by", flat=True)) == {ground.leader.person_id}

"""What is told of credits between banks, to everybody and to keepers: nothing from which one crossing can be had."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.errors import Conflict
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Clearing, Lot, Member
from shanzhi.timebank.operations import clock
from shanzhi.timebank.queries import published
from shanzhi.timebank.queries.months import Period, periods
from shanzhi.timebank.sums import Crossed, Moved
from shanzhi.timebank.telling_between import keepers_of
from tests.support.people import AT, an_actor
from tests.timebank.between import NEIGHBOUR, agreed, keeper_of, passing, saver, two_banks
from tests.timebank.support import DISTRICT, OLD, SYSTEM, a_bank, a_member, stands, verified
from tests.timebank.test_credits import level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def told(found: Bank) -> list[tuple[Any, ...]]:
    """Give what is published of a bank in December: passed out and in, owed, between."""
    rows = published(found, date(2026, 12, 1))
    return [(one.figures["passed_out"], one.figures["passed_in"], one.owed, one.between) for one in rows]


def test_what_few_passed_by_one_agreement_cannot_be_had_from_the_pages_of_all() -> None:
    here, there = two_banks()
    third = a_bank("370102001", name="第三公益银行（示例）")
    agreed(here, there)
    agreed(third, there)
    for _turn in range(5):
        passing(saver(here, 20), saver(there, 10, born_on=OLD), 20)
    assert told(there) == [(0, 100, 150, -100)]
    passing(saver(third, 30), saver(there, born_on=OLD), 30)
    # the bank between would tell 130, the first 100: so it tells nothing, and the third neither
    assert (told(here), told(there), told(third)) == ([(100, 0, 0, 100)], [(0, None, None, None)], [])


def test_what_many_passed_to_one_is_told_nowhere_and_merged_records_are_one_person() -> None:
    here, there = two_banks()
    agreed(here, there)
    mother = saver(there, born_on=OLD)
    children = [saver(here, 20) for _turn in range(5)]
    for one in children:
        passing(one, mother, 20)
    assert (told(here), told(there)) == ([(None, 0, None, None)], [])
    for _turn in range(4):
        passing(saver(here, 20), saver(there, born_on=OLD), 20)
    assert told(here) == [(180, 0, 0, 180)]
    with transaction.atomic():
        Person.objects.filter(pk=mother.person_id).update(
            merged_into=Member.objects.filter(bank=there).exclude(pk=mother.pk).values("person")[:1]
        )
        assert told(here) == [(None, 0, None, None)]
        transaction.set_rollback(True)


def month_of(month: int, link: UUID, people: list[UUID], *, served: list[UUID]) -> tuple[list[Moved], Crossed]:
    """Have so many pass ten minutes each in a month in which five earned 100 together."""
    first, minutes = date(2026, month, 1), 10 * len(people)
    rows = [
        Moved(first, "timebank.earn", 100, frozenset(served), 100),
        Moved(first, "timebank.pass_out", minutes, frozenset(people), -minutes, minutes),
        Moved(first, "timebank.settle_in", 5, frozenset(), 5, -5),
    ]
    return rows, Crossed(first, link, uuid4() if not people else people[0], frozenset(people), frozenset(people))


def test_months_that_end_in_the_middle_of_a_span_tell_nothing_of_what_passed() -> None:
    people, link, bank = [uuid4() for _ in range(10)], uuid4(), uuid4()
    rows, passed = [], []
    for month, some in ((6, people[:5]), (7, people[:1]), (8, people[1:6]), (9, people[:6])):
        moved, crossed = month_of(month, link, some, served=people)
        rows += moved
        passed.append(Crossed(crossed.month, link, bank, crossed.senders, crossed.receivers))
    found: list[Period] = periods(rows, until=date(2026, 10, 1), passed=passed)
    shown = [(one.first.month, one.figures["passed_out"], one.figures["settled_in"], one.owed, one.between)
             for one in found[::-1]]  # fmt: skip
    # of August alone nothing is told, since July is known then too; what is owed at its end stands on both
    assert shown == [(6, 50, 5, 55, 45), (7, None, None, None, None), (8, None, None, 205, 95), (9, 60, 5, 250, 150)]
    back = [Crossed(date(2026, 9, 1), link, uuid4(), frozenset(people[:1]), frozenset(people[:1]))]
    last = periods(rows, until=date(2026, 10, 1), passed=passed + back)[0]
    assert (last.figures["earned"], last.figures["passed_out"], last.between, last.owed) == (100, None, None, None)


def test_service_that_is_taken_back_takes_what_went_away_and_came_home_again() -> None:
    here, there = two_banks()
    agreed(here, there)
    member = a_member(here)
    own, mother = saver(there, person=member.person), saver(there, born_on=OLD)
    records = [verified(member, 60), verified(member, 60, day=date(2026, 10, 21))]
    for one in records:
        operations.credit(actor=SYSTEM, told=one, at=AT)
    passing(member, own, 60, "self")
    passing(own, member, 50, "self")
    assert stands(member)[0] == 110
    level()
    taken = operations.take_back(actor=SYSTEM, record=records[0].record, at=AT)
    assert (taken.returned, taken.uncovered, stands(member)[0]) == (50, 10, 60)
    assert {lot.earned for lot in Lot.objects.filter(member=member, remains__gt=0)} == {records[1].day}
    level()
    # what went to somebody else is not asked for again
    passing(member, mother, 60)
    lost = operations.take_back(actor=SYSTEM, record=records[1].record, at=AT)
    assert (lost.returned, lost.uncovered, stands(mother)[0]) == (0, 60, 60)
    level()


def test_a_month_waits_for_a_circle_to_its_last_day_and_a_refusal_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = two_banks()
    third = a_bank("370102001", name="第三公益银行（示例）")
    banks = (here, there, third)
    people = [saver(bank, 500, born_on=OLD) for bank in banks]
    for turn in range(3):
        agreed(banks[turn], banks[(turn + 1) % 3])
    passing(people[0], people[1], 60)
    passing(people[1], people[2], 60)
    with CaptureQueriesContext(connection) as looked:
        assert operations.clear_month(at=AT) == 0
    assert not [one["sql"] for one in looked if "FOR " in one["sql"].upper() or one["sql"].startswith("INSERT")]
    assert not Clearing.objects.exists()
    passing(people[2], people[0], 60)
    assert operations.clear_month(at=AT) == 3
    last: datetime = AT.replace(month=12, day=31)
    assert operations.clear_month(at=last - timedelta(days=1)) == operations.clear_month(at=last) == 0
    assert operations.clear_month(at=last) == 0
    assert list(Clearing.objects.order_by("month").values_list("month", "minutes")) == [
        (date(2026, 11, 1), 180), (date(2026, 12, 1), 0),
    ]  # fmt: skip

    def refuse(*, at: datetime) -> int:
        raise Conflict

    monkeypatch.setattr(clock, "clear_month", refuse)
    done = operations.run_clock(at=AT)
    assert (done["cleared"], "signs" in done) == (0, True)


def test_a_bank_without_a_keeper_of_its_area_has_the_next_above_told() -> None:
    above, far = an_actor(Role.ADMINISTRATOR, DISTRICT[:2]), an_actor(Role.DISTRICT_OFFICER, NEIGHBOUR)
    bank = a_bank(DISTRICT)
    assert keepers_of(bank, AT) == {above.person_id}
    own = keeper_of(bank)
    assert keepers_of(bank, AT) == {own.person_id}
    assert far.person_id not in keepers_of(bank, AT)

"""Credits of verified records alone, held by the database: whatever writes, no other row comes in; erasing goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.service import operations as service
from shanzhi.service.models import ServiceRecord
from shanzhi.timebank import checking, operations, refusals, sources
from shanzhi.timebank.models import Bank, Earning, Lot, Member, PolicyVersion, Review
from shanzhi.timebank.operations.frames import enter
from tests.activities.test_guards import refused
from tests.service.support import a_kind, a_record
from tests.support.people import AREA, AT, a_person, actor, an_actor, merge_away
from tests.timebank.support import (
    DISTRICT,
    FOUNDED,
    RULES,
    SERVED,
    SYSTEM,
    a_bank,
    a_member,
    on,
    serve,
    stands,
    the_volunteer,
    verified,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
UNVERIFIED, ANOTHER = "timebank_earned_unverified", "timebank_earned_by_another"
ELSEWHERE, REVIEWERS = "timebank_earned_elsewhere", "timebank_earned_reviewers"
OTHER_LOT, ISSUED = "timebank_earned_lot", "timebank_issued_earned"
RECORDED, RULES_SAID = "timebank_earned_as_recorded", "timebank_earned_by_the_rules"


def a_row(member: Member, record: Any, **fields: Any) -> Any:
    """Write an earning as one might who goes past the operations: above the rules of the day, kept nowhere."""
    version = PolicyVersion.objects.filter(bank=member.bank).first()
    values: dict[str, Any] = {"policy": version, "on": SERVED, "minutes": 60, "kind": "visit", "value": 60, **fields}
    values = {"kept": 0, "donated": 0, "refused": values["value"], **values}
    return lambda: Earning.objects.create(member=member, record=record, at=AT, **values)


def a_kept_row(member: Member, record: Any, *, owner: Member | None = None, lot: int = 60) -> Any:
    """Write an earning of 60 minutes with a lot, past the operations."""

    def run() -> None:
        made = Lot.objects.create(member=owner or member, earned=SERVED, minutes=lot, remains=lot, at=AT)
        a_row(member, record, kept=60, refused=0, lot=made, entry=uuid4())()

    return run


def test_no_credit_without_a_verified_record_of_the_member() -> None:
    bank = a_bank()
    member, other = a_member(bank), a_member(bank)
    own = the_volunteer(member)
    refused(a_row(member, uuid4()), UNVERIFIED)
    for state in ("recorded", "noticed"):
        refused(a_row(member, a_record(own, minutes=60, state=state).pk), UNVERIFIED)
    refused(a_row(member, a_record(the_volunteer(other), minutes=60, state="verified").pk), ANOTHER)
    good = a_record(own, minutes=60, state="verified").pk
    refused(a_row(member, good, minutes=61, value=0), RECORDED)
    refused(a_row(member, good, on=SERVED - timedelta(days=1)), RECORDED)
    refused(a_row(member, good, kind="law", value=0), RECORDED)  # a rate of its own is for that kind alone
    assert not Earning.objects.exists()
    a_row(member, good)()
    assert Earning.objects.get().record == good


def test_no_credit_of_a_record_that_was_reversed() -> None:
    member = a_member(a_bank())
    record = a_record(the_volunteer(member), minutes=60, state="verified")
    told = sources.told(sources.standing().get(pk=record.pk))
    service.reverse_record(actor=SYSTEM, record_id=record.pk, reason="记错了人（示例）", at=AT)
    refused(a_row(member, record.pk), UNVERIFIED)
    assert operations.credit(actor=SYSTEM, told=told, at=AT) is None  # it was reversed after it was read
    keeper = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    with pytest.raises(refusals.NothingToReview):
        operations.review_record(actor=keeper, bank_id=member.bank_id, told=told, at=AT)
    assert (stands(member), Earning.objects.exists()) == ((0, 0, 0), False)


def test_the_clock_goes_on_past_a_record_that_is_reversed_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = a_bank()
    one, two = a_member(bank), a_member(bank)
    gone = verified(one, 60).record
    verified(two, 30)
    told = sources.told

    def reversed_in_between(row: ServiceRecord) -> Any:
        if row.pk == gone:
            service.reverse_record(actor=SYSTEM, record_id=gone, reason="记错了人（示例）", at=AT)
        return told(row)

    monkeypatch.setattr(sources, "told", reversed_in_between)
    assert operations.run_clock(at=AT)["credited"] == 1
    assert (stands(one), stands(two)) == ((0, 0, 0), (30, 0, 0))


def test_no_credit_of_service_elsewhere_or_confirmed_by_too_few() -> None:
    bank = a_bank(AREA, reviewers=3)
    member = a_member(bank)
    own = the_volunteer(member)
    refused(a_row(member, a_record(own, minutes=60, state="verified", area="370102002001").pk), ELSEWHERE)
    told = verified(member, 60, reviews=1)  # and the system
    refused(a_kept_row(member, told.record), REVIEWERS)
    Review.objects.create(bank=bank, record=told.record, reviewer=member.person, at=AT)  # nobody confirms the own
    refused(a_kept_row(member, told.record), REVIEWERS)
    Review.objects.create(bank=bank, record=told.record, reviewer=a_person(AREA), at=AT)
    refused(a_kept_row(member, told.record, owner=a_member(bank)), OTHER_LOT)
    refused(a_kept_row(member, told.record, lot=61), OTHER_LOT)
    made = operations.credit(actor=SYSTEM, told=told, at=AT)  # of two whom the room knows, and one who reviewed since
    assert made is not None
    assert (made.kept, list(checking.broken())) == (60, [])


def test_a_bank_issues_what_earnings_give_and_nothing_else() -> None:
    bank = a_bank()
    member = a_member(bank, 90)
    rows = Bank.objects.filter(pk=bank.pk)
    assert rows.get().given == 90
    moved = {bank.issued: -50, member.credits: 50}

    def out_of_nothing() -> None:
        Lot.objects.create(member=member, earned=SERVED, minutes=50, remains=50, at=AT)
        enter(actor=SYSTEM, bank=bank, kind="earn", key="made up", moved=moved, at=AT)

    refused(out_of_nothing, ISSUED)
    refused(a_kept_row(member, verified(member, 60).record), f"{ISSUED}|timebank_lots_level")
    refused(lambda: rows.update(given=140), "sum of its earnings")
    operations.take_back(actor=SYSTEM, record=Earning.objects.get().record, at=AT)
    assert (rows.get().given, on(bank.issued), list(checking.broken())) == (0, 0, [])


def test_no_more_than_the_rules_of_the_bank_give() -> None:
    bank = a_bank(rate={"gives": 3, "per": 2, "step": 10, "rounding": "half_up"},
                  rates=[{"kind": "law", "gives": 2, "per": 1, "step": 1, "rounding": "down"}])  # fmt: skip
    near = a_bank(AREA[:9], name="示例街道公益银行")
    member = a_member(bank)
    policy = PolicyVersion.objects.get(bank=bank).policy
    own = the_volunteer(member)
    records = {
        kind: a_record(own, minutes=60, state="verified", task_kind=a_kind(code=kind)).pk for kind in ("visit", "law")
    }
    record = records["visit"]
    for minutes, kind in ((60, "visit"), (57, "visit"), (50, "law")):
        worth = policy.value_of(minutes, kind)
        refused(a_row(member, records[kind], minutes=minutes, kind=kind, value=worth + 1), RULES_SAID)
        with connection.cursor() as cursor:
            rules = PolicyVersion.objects.get(bank=bank).rules
            cursor.execute("SELECT timebank_worth(%s::jsonb, %s, %s)", [rules, kind, minutes])
            assert cursor.fetchone() == (worth,)
    refused(a_row(member, record, policy=None, value=1), RULES_SAID)
    refused(a_row(member, record, policy=PolicyVersion.objects.get(bank=near), value=60), RULES_SAID)
    early = a_record(the_volunteer(member), minutes=60, state="verified", served_on=date(2026, 1, 3)).pk
    refused(a_row(member, early, on=date(2026, 1, 3), value=60), RULES_SAID)  # before the rules were in force
    a_row(member, record, value=policy.value_of(60, "visit"))()


def test_no_more_than_the_rules_of_the_day_however_generous_those_before_were() -> None:
    bank = a_bank(rate={"gives": 2, "per": 1, "step": 1, "rounding": "down"})
    member = a_member(bank)
    leaner = {**RULES, "rate": {"gives": 1, "per": 1, "step": 1, "rounding": "down"}, "from_day": "2026-10-01"}
    newer = operations.publish_rules(actor=SYSTEM, bank_id=bank.pk, rules=leaner, at=FOUNDED)
    older = PolicyVersion.objects.get(bank=bank, version=1)
    record = a_record(the_volunteer(member), minutes=60, state="verified").pk
    refused(a_row(member, record, policy=older, value=60), RULES_SAID)
    refused(a_row(member, record, policy=newer, value=61), RULES_SAID)
    a_row(member, record, policy=newer, value=60)()


@pytest.mark.parametrize("rounding", ["down", "half_up", "up"])
@pytest.mark.parametrize("step", [1, 7, 60])
def test_the_database_reckons_as_the_kernel_does(rounding: str, step: int) -> None:
    bank = a_bank(rate={"gives": 3, "per": 7, "step": step, "rounding": rounding})
    version = PolicyVersion.objects.get(bank=bank)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, timebank_worth(%s::jsonb, 'visit', n) FROM generate_series(1, 1440) AS n", [version.rules]
        )
        assert [worth for _n, worth in cursor.fetchall()] == [version.policy.value_of(n) for n in range(1, 1441)]


def test_who_was_merged_is_credited_and_who_is_erased_leaves_what_was_earned() -> None:
    bank = a_bank()
    member = a_member(bank)
    old, staff = a_person(AREA), a_person(AREA)
    volunteer_of_old = a_record(the_volunteer(replace_member(member, old)), minutes=60, state="verified")
    merge_away(old, member.person, staff=staff)
    assert operations.run_clock(at=AT)["credited"] == 1
    assert stands(member) == (60, 0, 0)
    assert Earning.objects.get().record == volunteer_of_old.pk
    operations.donate(
        actor=actor(member.person), bank_id=bank.pk, pool_id=bank.pools.get(name="poor").pk, minutes=60, at=AT
    )
    people.erase_person(actor=SYSTEM, person_id=member.person_id, reason="本人要求（示例）", at=AT)
    assert (Earning.objects.get().kept, ServiceRecord.objects.count()) == (60, 1)
    assert list(checking.broken()) == []


def replace_member(member: Member, person: Any) -> Member:
    """Give a member as if the account were somebody else's, for that one's entry as a volunteer."""
    return Member(person=person, bank=member.bank)


def test_a_credit_by_the_operations_goes_as_before_and_its_moves_too() -> None:
    bank = a_bank()
    member = a_member(bank)
    told = verified(member, 90)
    made = operations.credit(actor=SYSTEM, told=told, at=AT)
    assert made is not None
    assert operations.credit(actor=SYSTEM, told=replace(told, minutes=900), at=AT) == made
    operations.take_back(actor=SYSTEM, record=told.record, at=AT)
    assert Earning.objects.get().returned == 90
    assert serve(member, 30).kept == 30
    assert bank.area == DISTRICT

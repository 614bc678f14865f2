"""Rules of an area, accounts, credits for verified service and what becomes of them: all of it in the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.kernel.timebank.examples import examples
from shanzhi.ledger import checking
from shanzhi.service.models import Reversal
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.models import Earning, Lot, Member, PolicyVersion
from tests.service.support import a_record
from tests.support.people import AT, a_person, actor, an_actor
from tests.timebank.support import (
    DISTRICT,
    FOUNDED,
    LONGEST,
    OLD,
    RULES,
    SERVED,
    SYSTEM,
    a_bank,
    a_member,
    a_student,
    on,
    pool,
    serve,
    stands,
    verified,
)
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def level() -> None:
    """Have the database look now at what it looks at on commit, and prove the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert list(checking.broken()) == []


class TestTheRules:
    def test_are_data_that_every_published_example_fits_into(self) -> None:
        for place, example in zip(("370102", "370102001", "370102001001"), examples(), strict=True):
            rules = example.policy.model_dump(mode="json") | {"from_day": "2026-02-20"}
            bank = operations.found_bank(actor=SYSTEM, area=place, name=example.title["zh"], rules=rules, at=FOUNDED)
            kept = PolicyVersion.objects.get(bank=bank).policy
            assert kept.model_dump(exclude={"area", "published", "from_day"}) == example.policy.model_dump(
                exclude={"area", "published", "from_day"}
            )

    def test_change_for_days_to_come_alone_and_by_officers(self) -> None:
        bank = a_bank(notice_days=30, from_day="2026-02-10")
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        given: dict[str, Any] = {"bank_id": bank.pk, "at": AT}
        later = {**RULES, "from_day": "2026-12-24", "reviewers": 2, "notice_days": 30}
        for wrong, field in (
            ({**later, "from_day": "2026-12-20"}, "from_day"), ({**later, "cap": {"minutes": 0}}, "cap_minutes"),
            ({**later, "pools": ["poor"]}, "cap_pool"), ({**later, "colour": 1}, "colour"),
        ):  # fmt: skip
            with pytest.raises(refusals.BadRules) as said:
                operations.publish_rules(actor=officer, rules=wrong, **given)
            assert said.value.field == field
        with pytest.raises(refusals.NotTheKeeper):
            operations.publish_rules(actor=an_actor(Role.COMMUNITY_SECRETARY, DISTRICT), rules=later, **given)
        with pytest.raises(NotFound):
            operations.publish_rules(actor=an_actor(Role.DISTRICT_OFFICER, "110114"), rules=later, **given)
        made = operations.publish_rules(actor=officer, rules=later, **given)
        assert (made.version, made.policy.reviewers, made.from_day) == (2, 2, date(2026, 12, 24))
        with pytest.raises(refusals.BankThere):
            a_bank()


class TestAnAccount:
    def test_is_one_for_each_person_of_a_verified_name_and_by_the_rules(self) -> None:
        bank = a_bank(spending={"least_age": 60, "gifts_to": ["parent"]})
        given: dict[str, Any] = {"bank_id": bank.pk, "student": False, "at": AT}
        for who, refusal in (
            (a_person(verified=False), refusals.NameNotVerified),
            (a_person(born_on=date(2010, 1, 2)), refusals.ConsentFirst),
            (a_person(born_on=date(2015, 1, 2)), refusals.ConsentFirst),
        ):
            with pytest.raises(refusal):
                operations.open_account(actor=actor(who), **given)
        person = a_person()
        made = operations.open_account(actor=actor(person), **given)
        assert made.number.startswith(DISTRICT)
        with pytest.raises(refusals.MemberAlready):
            operations.open_account(actor=actor(person), **given)
        with pytest.raises(Forbidden):
            operations.open_account(actor=actor(a_person()), person_id=a_person().pk, **given)
        operations.close_account(actor=actor(person), member_id=made.pk, at=AT)
        again = operations.open_account(actor=actor(person), **given)
        assert (again.pk, Member.objects.count()) == (made.pk, 1)
        serve(again, 60)
        with pytest.raises(refusals.AccountNotEmpty):
            operations.close_account(actor=actor(person), member_id=made.pk, at=AT)


class TestVerifiedService:
    def test_is_credited_once_by_the_clock_and_taken_off_when_it_is_reversed(self) -> None:
        bank = a_bank()
        member = a_member(bank)
        one = a_volunteer(member.person)
        a_record(one, state="noticed")
        good = a_record(one, state="verified", minutes=90)
        school = a_team(kind="school", unit="示例中学", name="示例校队")
        a_record(one, school, state="verified", minutes=30)
        a_record(a_volunteer(), state="verified")  # of somebody without an account
        assert operations.run_clock(at=AT)["credited"] == 2
        assert operations.run_clock(at=AT)["credited"] == 0
        assert stands(member) == (90, 30, 0)
        assert on(bank.issued) == -120
        earned = Earning.objects.get(record=good.pk)
        assert (earned.value, earned.kept, earned.on, earned.kind) == (90, 90, SERVED, "visit")
        operations.donate(actor=actor(member.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=70, at=AT)
        assert stands(member) == (50, 0, 0)  # those for donation only went first
        Reversal.objects.create(record=good, reason="记错", reversed_at=AT)
        assert operations.run_clock(at=AT)["taken_back"] == 1
        earned.refresh_from_db()
        assert (earned.returned, earned.uncovered) == (50, 40)
        assert (stands(member), on(bank.issued), on(bank.uncovered)) == ((0, 0, 0), -30, -40)
        assert operations.credit(actor=SYSTEM, told=verified(member, 90, record=good.pk), at=AT) == earned
        level()

    def test_above_the_cap_goes_to_its_pool_and_waits_for_two_reviewers(self) -> None:
        bank = a_bank(cap={"minutes": 100, "pool": "area"}, reviewers=2)
        keeper = an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT)
        member = a_member(bank)
        record = verified(member, 130)
        assert operations.credit(actor=SYSTEM, told=record, at=AT) is None
        own = a_member(bank, person=a_person("", Role.SUBDISTRICT_OFFICER, role_area=DISTRICT))
        with pytest.raises(refusals.OwnMatter):
            operations.review_record(actor=actor(own.person), bank_id=bank.pk, told=verified(own, 5), at=AT)
        operations.review_record(actor=keeper, bank_id=bank.pk, told=record, at=AT)
        found = Earning.objects.get(record=record.record)
        assert (found.kept, found.donated, found.refused) == (100, 30, 0)
        assert (stands(member), on(pool(bank, "area").account)) == ((100, 0, 0), 30)
        with pytest.raises(refusals.NothingToReview):
            operations.review_record(actor=keeper, bank_id=bank.pk, told=record, at=AT)
        level()

    def test_of_days_before_the_rules_or_of_the_young_says_why_it_counts_for_nothing(self) -> None:
        bank = a_bank()
        member = a_member(bank)
        early = serve(member, 60, day=date(2025, 12, 31))
        assert (early.value, early.reason, early.entry) == (0, "not_in_force", None)
        operations.take_back(actor=SYSTEM, record=early.record, at=AT)
        assert serve(member, 60, area="110114008001") is None  # no bank there
        young = a_student(bank, a_person())
        child = serve(young, 60, day=date(AT.year - 2, 1, 5))  # at 14, before the bank had rules
        assert (child.value, child.reason) == (0, "not_in_force")
        operations.publish_rules(actor=SYSTEM, bank_id=bank.pk, at=AT - timedelta(days=60), rules={
            **RULES, "from_day": "2026-10-01", "members": {"least_age": 18, "students_from": 17}})  # fmt: skip
        refused = serve(young, 60)  # at 16
        assert (refused.value, refused.kept, refused.refused, refused.reason) == (60, 0, 60, "too_young")
        assert on(bank.issued) == 0


class TestGivingAndTime:
    def test_gifts_go_to_relatives_of_the_age_and_keep_their_days(self) -> None:
        bank = a_bank()
        giver, mother, friend = a_member(bank, 120), a_member(bank, born_on=OLD), a_member(bank)
        given: dict[str, Any] = {"actor": actor(giver.person), "bank_id": bank.pk, "at": AT}
        for number, relation, minutes, refusal in (
            (mother.number, "spouse", 60, refusals.ByTheRules),
            (friend.number, "parent", 60, refusals.ByTheRules),
            (giver.number, "parent", 60, refusals.NotOneself),
            ("370102000000000", "parent", 60, refusals.UnknownReceiver),
            (mother.number, "parent", 121, refusals.NotEnough),
            (mother.number, "parent", 0, refusals.BadMinutes),
        ):
            with pytest.raises(refusal):
                operations.give(number=number, relation=relation, minutes=minutes, **given)
        operations.give(number=mother.number, relation="parent", minutes=50, **given)
        assert (stands(giver), stands(mother)) == ((70, 0, 0), (50, 0, 0))
        lot = Lot.objects.get(member=mother)
        assert (lot.earned, lot.expires) == (SERVED, date(2029, 10, 20))
        full = a_member(bank, 5990, born_on=OLD)
        with pytest.raises(refusals.NoRoomThere) as plain:
            operations.give(number=full.number, relation="parent", minutes=20, **given)
        assert "10" not in str(plain.value.text)
        with pytest.raises(refusals.NotEnough):
            operations.give(number=full.number, relation="parent", minutes=71, **given)
        level()
        after = AT.replace(year=2029, month=10, day=20)  # the full one served on days after, at most 24 hours on each
        assert operations.run_clock(at=after - timedelta(days=1))["expired"] == 0
        assert operations.run_clock(at=after)["expired"] == 3
        assert [stands(one)[0] for one in (giver, mother, full)] == [0, 0, 5990 - LONGEST]
        assert operations.run_clock(at=after + timedelta(days=5))["expired"] == 1
        assert [stands(one)[0] for one in (giver, mother, full)] == [0, 0, 0]
        assert on(pool(bank, "poor").account) == 6110
        level()

    def test_a_pool_helps_who_has_none_when_two_others_agree(self) -> None:
        bank = a_bank()
        donor, needy = a_member(bank, 300), a_member(bank)
        operations.donate(actor=actor(donor.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=200, at=AT)
        first, second, third = (an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT) for _ in range(3))
        given: dict[str, Any] = {"pool_id": pool(bank).pk, "number": needy.number, "reason": "独居，行动不便", "at": AT}
        with pytest.raises(refusals.PoolShort):
            operations.propose_grant(actor=first, minutes=201, **given)
        grant = operations.propose_grant(actor=first, minutes=120, **given)
        with pytest.raises(refusals.OwnMatter):
            operations.agree_to_grant(actor=first, grant_id=grant.pk, at=AT)
        with pytest.raises(NotFound):
            operations.agree_to_grant(actor=an_actor(Role.DISTRICT_OFFICER, "110114"), grant_id=grant.pk, at=AT)
        operations.agree_to_grant(actor=second, grant_id=grant.pk, at=AT)
        with pytest.raises(refusals.NothingToReview):
            operations.agree_to_grant(actor=second, grant_id=grant.pk, at=AT)
        assert stands(needy) == (0, 0, 0)
        assert operations.agree_to_grant(actor=third, grant_id=grant.pk, at=AT).state == "given"
        assert (stands(needy), on(pool(bank).account)) == ((120, 0, 0), 80)
        other = operations.propose_grant(actor=first, minutes=80, **given)
        assert operations.decline_grant(actor=second, grant_id=other.pk, reason="已有帮助", at=AT).state == "declined"
        level()

"""What waits for the clock and for keepers: records to credit, reviews that are lacking, own matters, pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as operations_of_people
from shanzhi.people.models import Consent, Guardianship, Person
from shanzhi.people.texts import PRIVACY
from shanzhi.timebank import operations, queries, refusals, sources
from shanzhi.timebank.forms.desk import PoolForm
from shanzhi.timebank.forms.own import DonateForm
from shanzhi.timebank.models import Earning, Review, Sign
from shanzhi.ui.choosing import Asked
from tests.service.support import a_record
from tests.support.organizations import an_organization
from tests.support.people import AREA, AT, a_person, actor, merge_away
from tests.timebank.support import (
    DISTRICT,
    FOUNDED,
    RULES,
    SYSTEM,
    a_bank,
    a_deal,
    a_member,
    a_student,
    pool,
    serve,
    verified,
)
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def a_keeper() -> Person:
    """Make an officer of the bank's area."""
    return a_person("", Role.SUBDISTRICT_OFFICER, role_area=DISTRICT)


def a_guarded(keeper: Person) -> Person:
    """Make a minor of 17 years of whom a keeper is the guardian."""
    ward = a_person(AREA, born_on=date(AT.year - 17, 1, 2))
    Guardianship.objects.create(
        ward=ward, guardian=keeper, kind="parent", starts_on=date(2020, 1, 1), document="household_register",
        document_tail="123X", verified_by=a_person(AREA), verified_at=FOUNDED,
    )  # fmt: skip
    return ward


class TestTheClock:
    def test_looks_at_no_record_that_waits_and_at_a_bounded_number(self) -> None:
        bank = a_bank(reviewers=2, from_day="2026-02-01")
        member, away = a_member(bank, at=AT), a_member(bank, at=AT)
        one = a_volunteer(member.person)
        short = a_record(one, state="verified", minutes=30)
        early = a_record(one, state="verified", minutes=40, served_on=date(2026, 1, 10))
        a_record(a_volunteer(away.person, area="110114008001"), state="verified")  # where no bank is
        guardian = a_person()
        student = a_student(bank, guardian)
        young = a_record(a_volunteer(student.person), state="verified", minutes=50)
        for record in (short, young):
            assert record.pk not in sources.due(AT, 9)
        for record in (short, young):
            Review.objects.create(bank=bank, record=record.pk, reviewer=a_person(), at=AT)
        assert set(sources.due(AT, 9)) == {early.pk, short.pk, young.pk}
        assert sources.due(AT, 1) == [early.pk]
        Consent.objects.filter(guardianship__isnull=False).update(withdrawn_at=AT)
        assert set(sources.due(AT, 9)) == {early.pk, short.pk}
        assert operations.run_clock(at=AT)["credited"] == 2
        assert sources.due(AT, 9) == []
        assert sorted(Earning.objects.values_list("value", flat=True)) == [0, 30]

    def test_credits_at_the_nearest_bank_by_the_rules_of_that_one(self) -> None:
        wide, near = a_bank(), a_bank(AREA[:9], name="示例街道公益银行", reviewers=2)
        person = a_person()
        members = [a_member(one, person=person) for one in (wide, near)]
        record = a_record(a_volunteer(person), state="verified")
        assert sources.due(AT, 9) == []
        assert list(sources.for_review(wide, SYSTEM)) == []
        assert [vars(one)["account"] for one in sources.for_review(near, SYSTEM)] == [members[1].number]
        operations.review_record(
            actor=actor(a_keeper()), bank_id=near.pk, told=sources.told(record_of(record.pk)), at=AT
        )
        assert Earning.objects.get().member == members[1]

    def test_asks_for_the_consent_where_crediting_does(self) -> None:
        student = a_student(a_bank(), a_person())
        old = a_person(AREA, born_on=student.person.born_on)
        record = a_record(a_volunteer(old), state="verified")
        merge_away(old, student.person, staff=a_keeper())
        assert sources.due(AT, 9) == [record.pk]
        Consent.objects.filter(guardianship__isnull=False).update(withdrawn_at=AT)
        assert sources.due(AT, 9) == []
        assert operations.credit(actor=SYSTEM, told=sources.told(record_of(record.pk)), at=AT) is None


def record_of(key: Any) -> Any:
    """Give a record as the room reads it."""
    return sources.standing().get(pk=key)


class TestTheListOfReviews:
    def test_holds_what_lacks_a_reviewer_by_the_rules_of_its_day_and_is_open_to_the_viewer(self) -> None:
        bank = a_bank()
        keeper, other = a_keeper(), a_keeper()
        given: dict[str, Any] = {"actor": SYSTEM, "bank_id": bank.pk, "at": FOUNDED}
        operations.publish_rules(rules={**RULES, "from_day": "2026-10-01", "reviewers": 3}, **given)
        own = a_member(bank, person=a_person("", Role.SUBDISTRICT_OFFICER, role_area=DISTRICT))
        one = a_volunteer(a_member(bank).person)
        a_record(one, state="verified", served_on=date(2026, 9, 1), minutes=20)  # one reviewer was enough then
        lacking = a_record(one, state="verified", minutes=30)
        a_record(a_volunteer(own.person, area=AREA), state="verified", minutes=40)
        assert [row.pk for row in sources.for_review(bank, actor(own.person))] == [lacking.pk]
        assert len(sources.for_review(bank, actor(keeper))) == 2
        operations.review_record(actor=actor(keeper), bank_id=bank.pk, told=sources.told(record_of(lacking.pk)), at=AT)
        assert [row.minutes for row in sources.for_review(bank, actor(keeper))] == [40]
        assert queries.waits(bank, actor(other)).records == 2
        operations.review_record(actor=actor(other), bank_id=bank.pk, told=sources.told(record_of(lacking.pk)), at=AT)
        assert Earning.objects.get().record == lacking.pk
        assert lacking.verified_by is not None
        assert lacking.verified_by not in {row.reviewer for row in Review.objects.all()}


def test_a_keeper_decides_nothing_of_a_ward() -> None:
    bank = a_bank(members={"least_age": 14})
    keeper, other = a_keeper(), a_member(bank, 300)
    ward = a_guarded(keeper)
    consent(ward)
    member = operations.open_account(actor=SYSTEM, bank_id=bank.pk, student=False, person_id=ward.pk, at=AT)
    serve(member, 120)
    acting: dict[str, Any] = {"actor": actor(keeper), "at": AT}
    with pytest.raises(refusals.OwnMatter):
        operations.review_record(bank_id=bank.pk, told=verified(member, 5), **acting)
    operations.donate(actor=actor(other.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=90, at=AT)
    asked: dict[str, Any] = {"pool_id": pool(bank).pk, "number": member.number, "minutes": 30, "reason": "独居（示例）"}
    with pytest.raises(refusals.OwnMatter):
        operations.propose_grant(**asked, **acting)
    grant = operations.propose_grant(actor=actor(a_keeper()), at=AT, **asked)
    for act in (operations.agree_to_grant, lambda **given: operations.decline_grant(reason="示例", **given)):
        with pytest.raises(refusals.OwnMatter):
            act(grant_id=grant.pk, **acting)
    found = a_deal(member, other, 30, state="asked")
    operations.agree_as_guardian(deal_id=found.pk, **acting)
    operations.promise(actor=actor(ward), deal_id=found.pk, at=AT)
    operations.dispute(actor=actor(ward), deal_id=found.pk, reason="没有来", at=AT)
    with pytest.raises(refusals.OwnMatter):
        operations.settle(deal_id=found.pk, minutes=0, decision="退还", **acting)
    sign = Sign.objects.create(
        bank=bank, kind="burst", members=[member.pk], month=AT.date().replace(day=1), times=9, minutes=90, seen_at=AT
    )
    with pytest.raises(refusals.OwnMatter):
        operations.decide_sign(sign_id=sign.pk, acted=False, reason="示例", **acting)


def consent(ward: Person) -> None:
    """Have a minor consent."""
    from_ward = actor(ward)
    operations_of_people.give_consent(actor=from_ward, purpose=PRIVACY.purpose, at=FOUNDED)


def test_pools_are_of_bodies_of_the_area_and_the_common_ones_stand_first() -> None:
    bank = a_bank()
    keeper = actor(a_keeper())
    inside = [an_organization(DISTRICT, name=f"示例互助社{place}") for place in range(3)]
    outside = an_organization("110114", name="示例外地社")
    given: dict[str, Any] = {"actor": keeper, "bank_id": bank.pk, "at": AT}
    with pytest.raises(NotFound) as said:
        operations.open_pool(organization_id=outside.pk, **given)
    assert said.value.field == "organization_id"
    for one in inside:
        operations.open_pool(organization_id=one.pk, **given)
    source = queries.pool_choice(queries.open_pools(bank, AT))
    assert source.few is not None
    assert [one.name for one in source.few][3:] == [one.name for one in inside]
    assert [one.name for one in source.search("互助社1")] == ["示例互助社1"]
    assert [one.code for one in source.search("困难")] == [str(pool(bank).pk)]
    assert set(source.find([str(pool(bank).pk), "x"])) == {str(pool(bank).pk)}
    bodies = queries.bodies(bank)
    assert bodies.few is not None
    assert {one.name for one in bodies.few} == {one.name for one in inside}
    many = replace(bodies, few=None)  # more than a list holds
    field = PoolForm(bodies=many).fields["organization_id"]
    assert str(field.help_text) == "输入名称的一部分，然后搜索。"
    assert field.clean(Asked(words="示例互助社1")) == str(inside[1].pk)
    assert "社会组织" in str(DonateForm(pools=replace(source, few=None)).fields["pool_id"].help_text)

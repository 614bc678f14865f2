"""Accounts opened for many at once: who gets one, who is passed over and why, once however often it is sent."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.ledger import checking
from shanzhi.ledger.models import Account
from shanzhi.people.models import Person
from shanzhi.places.models import Area
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.apps import broken_banks
from shanzhi.timebank.demo import crowd as crowd_demo
from shanzhi.timebank.models import Bank, Earning, Lot, Member
from shanzhi.timebank.operations import opening
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations import load_examples
from tests.support.people import AREA, AT, a_person, actor, an_actor, client_for, merge_away
from tests.timebank.support import DISTRICT, OLD, SYSTEM, a_bank, a_member, stands
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def opened(bank: Bank, people: list[Person], **given: Any) -> operations.Opened:
    """Open accounts for these."""
    values = {"actor": SYSTEM, "bank_id": bank.pk, "person_ids": [one.pk for one in people], "at": AT, **given}
    return operations.open_accounts(**values)


def codes(passed: dict[Any, Refusal]) -> dict[Any, str]:
    """Give the reasons as programs read them."""
    return {key: why.code for key, why in passed.items()}


def test_gives_each_who_fits_an_account_and_says_why_others_have_none() -> None:
    bank = a_bank()
    fit = [a_person(AREA, born_on=OLD) for _ in range(3)]
    member = a_member(bank, born_on=OLD)
    unseen, young = a_person(AREA, verified=False, born_on=OLD), a_person(AREA, born_on=date(2015, 1, 1))
    found = opened(bank, [*fit, member.person, unseen, young])
    assert {one.person_id for one in found.made} == {one.pk for one in fit}
    assert codes(found.passed) == {
        member.person_id: refusals.MemberAlready.code, unseen.pk: refusals.NameNotVerified.code,
        young.pk: refusals.ConsentFirst.code,
    }  # fmt: skip
    for one in found.made:
        assert stands(one) == (0, 0, 0)
        assert Account.objects.filter(pk__in=(one.credits, one.bound, one.held), owner_id=one.person_id).count() == 3
        assert Event.objects.filter(verb="timebank.member.open", subject_id=str(one.pk)).count() == 1
    assert not list(checking.broken())
    assert not list(broken_banks())
    again = opened(bank, fit)
    assert (again.made, set(codes(again.passed).values())) == ([], {refusals.MemberAlready.code})


def test_is_for_who_keeps_the_bank_and_for_residents_of_its_area() -> None:
    bank, here, elsewhere = a_bank(), a_person(AREA, born_on=OLD), a_person("110101001001", born_on=OLD)
    with pytest.raises(Refusal) as told:
        opened(bank, [here], actor=actor(here, at=AT))
    assert told.value.code == "not_the_bank_keeper"
    with pytest.raises(NotFound):
        opened(bank, [here, elsewhere])
    with pytest.raises(NotFound):
        operations.open_accounts(actor=SYSTEM, bank_id=bank.pk, person_ids=[uuid4()], at=AT)
    for many in (0, opening.MOST + 1):
        with pytest.raises(refusals.TooManyAtOnce):
            operations.open_accounts(actor=SYSTEM, bank_id=bank.pk, person_ids=[uuid4()] * many, at=AT)
    assert not Member.objects.exists()


def test_a_keeper_sends_the_numbers_of_volunteers_once_and_is_told_whom_the_bank_passed_over() -> None:
    bank = a_bank()
    fit, member = a_volunteer(a_person(AREA, born_on=OLD)), a_volunteer(a_member(bank, born_on=OLD).person)
    young, old_record = a_volunteer(a_person(AREA, born_on=date(2015, 1, 1))), a_volunteer()
    elsewhere = a_volunteer(a_person("110101001001", born_on=OLD))
    keeper = client_for(Role.SUBDISTRICT_OFFICER, DISTRICT)
    merge_away(old_record.person, fit.person, staff=keeper.person)
    numbers = [one.number for one in (fit, member, young, elsewhere, old_record, fit)] + ["370102999999999"]

    def send(client: Any, key: str, body: dict[str, Any]) -> Any:
        way = f"/api/v1/timebank/banks/{bank.pk}/accounts/many"
        return client.post(way, body, content_type="application/json", headers={"Idempotency-Key": key})

    first, again = (send(keeper, "many-accounts-1", {"numbers": numbers}) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["made"] == 1
    assert {one["number"]: one["code"] for one in first.json()["passed"]} == {
        member.number: refusals.MemberAlready.code, young.number: refusals.ConsentFirst.code,
        old_record.number: refusals.MemberAlready.code, elsewhere.number: "unknown_volunteer",
        "370102999999999": "unknown_volunteer",
    }  # fmt: skip
    unknown = {one["message"] for one in first.json()["passed"] if one["code"] == "unknown_volunteer"}
    assert unknown == {str(refusals.UnknownVolunteer().text)}
    assert Member.objects.filter(bank=bank).count() == 2
    later = send(keeper, "many-accounts-2", {"numbers": [fit.number]}).json()
    assert (later["made"], [one["code"] for one in later["passed"]]) == (0, [refusals.MemberAlready.code])
    for sent in ([], ["1"] * (opening.MOST + 1)):
        assert send(keeper, "many-accounts-3", {"numbers": sent}).status_code == 422
    with pytest.raises(NotFound):
        operations.open_for_volunteers(
            actor=an_actor(Role.DISTRICT_OFFICER, "110114"), bank_id=bank.pk, numbers=numbers, at=AT
        )


def test_asks_the_database_no_more_for_many_than_for_few() -> None:
    bank, counts = a_bank(), []
    for many in (2, 12):
        people = [a_person(AREA, born_on=OLD) for _ in range(many)]
        numbers = [a_volunteer(one).number for one in people]
        with CaptureQueriesContext(connection) as asked:
            found = operations.open_for_volunteers(actor=SYSTEM, bank_id=bank.pk, numbers=numbers, at=AT)
        assert (found.made, found.passed) == (many, {})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_demos_crowd_is_labelled_whole_and_there_once() -> None:
    bank = a_bank()
    load_examples(actor=SYSTEM, area="", at=AT)
    told: list[tuple[str, int, int]] = []
    for _again in range(2):
        crowd_demo.load(at=AT, progress=lambda *one: told.append(one), count=60)
    crowd = Person.objects.filter(synthetic=True, volunteer__isnull=False)
    assert (crowd.count(), Volunteer.objects.filter(state="active").count()) == (60, 60)
    assert Member.objects.filter(bank=bank).count() == 60
    assert set(crowd.values_list("area", flat=True)) <= set(Area.objects.values_list("code", flat=True))
    assert crowd.values("area").distinct().count() > 1
    served = Earning.objects.filter(member__bank=bank)
    assert served.count() == 60 // crowd_demo.SERVED
    assert Lot.objects.filter(member__bank=bank).count() == served.count()
    assert told[-1] == (crowd_demo.STEP, 60, 60)
    assert not list(checking.broken())
    assert not list(broken_banks())
    assert bank.area == DISTRICT

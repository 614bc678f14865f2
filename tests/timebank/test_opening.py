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
from shanzhi.ledger import checking
from shanzhi.ledger.models import Account
from shanzhi.people.models import Person
from shanzhi.places.models import Area
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.apps import broken_banks
from shanzhi.timebank.demo import crowd as crowd_demo
from shanzhi.timebank.models import Bank, Earning, Lot, Member
from shanzhi.volunteering.models import Volunteer
from shanzhi.volunteering.operations import load_examples
from tests.support.people import AREA, AT, a_person, actor
from tests.timebank.support import DISTRICT, OLD, SYSTEM, a_bank, a_member, stands

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def opened(bank: Bank, people: list[Person], **given: Any) -> operations.Opened:
    """Open accounts for these."""
    values = {"actor": SYSTEM, "bank_id": bank.pk, "person_ids": [one.pk for one in people], "at": AT, **given}
    return operations.open_accounts(**values)


def test_gives_each_who_fits_an_account_and_says_why_others_have_none() -> None:
    bank = a_bank()
    fit = [a_person(AREA, born_on=OLD) for _ in range(3)]
    member = a_member(bank, born_on=OLD)
    unseen, young = a_person(AREA, verified=False, born_on=OLD), a_person(AREA, born_on=date(2015, 1, 1))
    found = opened(bank, [*fit, member.person, unseen, young])
    assert {one.person_id for one in found.made} == {one.pk for one in fit}
    assert found.passed == {
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
    assert (again.made, set(again.passed.values())) == ([], {refusals.MemberAlready.code})


def test_is_for_who_keeps_the_bank_and_for_residents_of_its_area() -> None:
    bank, here, elsewhere = a_bank(), a_person(AREA, born_on=OLD), a_person("110101001001", born_on=OLD)
    with pytest.raises(Refusal) as told:
        opened(bank, [here], actor=actor(here, at=AT))
    assert told.value.code == "not_the_bank_keeper"
    for strangers in ([here, elsewhere], []):
        with pytest.raises((NotFound, refusals.TooManyAtOnce)):
            opened(bank, strangers)
    with pytest.raises(NotFound):
        operations.open_accounts(actor=SYSTEM, bank_id=bank.pk, person_ids=[uuid4()], at=AT)
    assert not Member.objects.exists()


def test_asks_the_database_no_more_for_many_than_for_few() -> None:
    bank, counts = a_bank(), []
    for many in (2, 12):
        people = [a_person(AREA, born_on=OLD) for _ in range(many)]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(opened(bank, people).made) == many
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

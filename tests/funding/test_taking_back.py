"""An income that was wrong, and what a team is told of its claims."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from shanzhi.funding import operations, queries, refusals
from shanzhi.funding.models import IncomeReversal
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Entry
from shanzhi.notices.models import Delivery
from shanzhi.people.models import Person
from tests.funding.test_operations import refused
from tests.support.funds import AT, DAY, SUBDISTRICT, Money, money, on
from tests.support.people import an_actor, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture
def made() -> Money:
    """A fund with its people."""
    return money()


class TestAnIncomeRecordedByMistake:
    def test_is_taken_back_by_a_second_person_for_a_reason_while_it_is_free(self, made: Money) -> None:
        wrong = operations.take_in(
            actor=made.officer, fund_id=made.fund.pk, amount_fen=3_000_00, source="donations", on=DAY, key="mistake",
            at=AT,
        )  # fmt: skip
        undo = {"income_id": wrong.pk, "reason": "多记一笔", "at": AT}
        refused(refusals.OwnRecord, operations.take_back, actor=made.officer, **undo)
        refused(refusals.NotInCharge, operations.take_back, actor=an_actor(Role.SOCIAL_WORKER, SUBDISTRICT), **undo)
        refused(NotFound, operations.take_back, actor=an_actor(Role.SUBDISTRICT_OFFICER, "370102002"), **undo)
        refused(refusals.ReasonMissing, operations.take_back, actor=made.keeper, **{**undo, "reason": " "})
        back = operations.take_back(actor=made.keeper, **undo)
        assert operations.take_back(actor=made.keeper, **undo) == back
        refused(refusals.TakenBack, operations.take_back, actor=made.district, **undo)
        assert Entry.objects.get(pk=back.entry).reverses_id == wrong.entry
        assert on(made.fund) == 100_000_00
        assert queries.fund_figures(made.fund).received == 100_000_00
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            IncomeReversal.objects.update(reason="x")
        page = (
            sign_in(Client(), Person.objects.get(pk=made.officer.person()))
            .get(f"/desk/funding/funds/{made.fund.pk}/")
            .content.decode()
        )
        assert "多记一笔" in page
        assert page.count("take-back") == 1  # the first money alone may be taken back still

    def test_stays_once_its_money_is_granted_or_the_same_hand_would_undo_it(self, made: Money) -> None:
        made.signed()
        first = made.fund.incomes.get()
        undo = {"income_id": first.pk, "reason": "记错", "at": AT}
        found = refused(refusals.OverLimit, operations.take_back, actor=made.keeper, **undo)
        assert "20,000" in found.text
        found = refused(refusals.SpentSince, operations.take_back, actor=made.district, **undo)
        assert "¥90,000.00" in found.text
        assert not IncomeReversal.objects.exists()
        with pytest.raises(IntegrityError, match="funding_own_record"), transaction.atomic():
            IncomeReversal.objects.create(
                income=first, reason="x", entry=uuid4(), reversed_by=made.officer.person_id, at=AT
            )


class TestATeam:
    def test_is_told_what_became_of_its_claims_and_no_reason_leaves_the_page(self, made: Money) -> None:
        grant = made.paid()
        good, bad = made.claim(grant), made.claim(grant, line=2)
        operations.approve_expense(actor=made.officer, expense_id=good.pk, at=AT)
        operations.refuse_expense(actor=made.officer, expense_id=bad.pk, reason="发票抬头不对", at=AT)
        rows = Delivery.objects.filter(channel="app", notice__category="claims").order_by("notice__kind")
        assert [(one.person_id, one.notice.kind) for one in rows] == [
            (made.leader.pk, "claims.approved"), (made.leader.pk, "claims.refused"),
        ]  # fmt: skip
        assert "发票抬头不对" not in str([one.notice.values for one in rows])  # the page says why, to who may see it
        page = sign_in(Client(), made.leader).get("/account/notices/").content.decode()
        assert "¥100.00" in page

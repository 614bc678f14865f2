"""Money from the fund to the receipt: who may, how much, and what the ledger says then."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from PIL import Image

from shanzhi.audit.models import Event
from shanzhi.funding import operations, queries, refusals
from shanzhi.funding.models import Disclosure, Expense, Fund, Grant, Payment
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Entry
from shanzhi.ledger.refusals import PeriodClosed as LedgerClosed
from shanzhi.notices.models import Delivery
from shanzhi.work import files, pictures
from tests.support.funds import AT, COMMUNITY, DAY, SUBDISTRICT, Money, a_photo, money, on, state
from tests.support.people import a_person, actor, an_actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]

UNFIT: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({"area": "370102001002"}, refusals.OutsideArea),
    ({"area": "110114008001"}, refusals.OutsideArea),
    ({"theme": "助老"}, refusals.OutsideTheme),
    ({"ends_on": date(2027, 1, 1)}, refusals.OutsidePeriod),
    ({"title": "合唱"}, refusals.OutsidePurpose),
    ({"lines": [operations.Line("材料", 1)]}, refusals.BadSums),
    ({"lines": [operations.Line("材料", -1)]}, refusals.BadAmount),
    ({"tranches": []}, refusals.BadParts),
    ({"tranches": [operations.Part(10_000_00, "When signed")]}, refusals.BadParts),
    ({"ends_on": date(2026, 1, 1)}, refusals.BadPeriod),
]
SENSELESS: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({"amount_fen": -1}, refusals.BadAmount),
    ({"amount_fen": 0}, refusals.BadAmount),
    ({"amount_fen": 2**70}, refusals.BadAmount),
    ({"amount_fen": 4_000_01, "line": 2}, refusals.LineFull),
    ({"line": 9}, NotFound),
    ({"spent_on": date(2026, 11, 25)}, refusals.BadDay),
    ({"spent_on": date(2026, 1, 4)}, refusals.BadDay),
    ({"spent_on": date(2026, 2, 1)}, refusals.PeriodClosed),
    ({"invoice": "?"}, refusals.BadInvoice),
    ({"invoice": ""}, refusals.BadInvoice),
    ({"seller_code": "x" * 30}, refusals.BadInvoice),
    ({"what": " "}, refusals.BadName),
    ({"photo": b""}, refusals.NoPhoto),
    ({"photo": b"%PDF-1.7 no picture"}, pictures.NotAPicture),
    ({"photo": b"\xff\xd8\xff" + b"\0" * 99}, pictures.NotAPicture),
    ({"photo": b"\xff\xd8\xff" + b"\0" * (50 * 1024**2)}, pictures.PictureTooLarge),
    ({"from_advance": True}, refusals.HeldShort),
]


@pytest.fixture
def made() -> Money:
    return money(areas=[COMMUNITY], themes=["环境"], purposes=["楼道"])


def refused(wrong: type[Refusal], act_refused: Any, **given: Any) -> Refusal:
    """Have something refused, with nothing changed."""
    before = (Entry.objects.count(), Event.objects.count(), Expense.objects.count(), Payment.objects.count())
    with pytest.raises(wrong) as found, transaction.atomic():
        act_refused(**given)
    assert before == (Entry.objects.count(), Event.objects.count(), Expense.objects.count(), Payment.objects.count())
    assert len(found.value.text) >= 8
    return found.value


class TestAFund:
    def test_takes_money_in_once_by_its_key_and_never_into_a_closed_period(self, made: Money) -> None:
        take = {"actor": made.officer, "fund_id": made.fund.pk, "source": "donations", "key": "gift-0001", "at": AT}
        first = operations.take_in(**take, amount_fen=500_00, on=date(2026, 3, 1))
        assert operations.take_in(**take, amount_fen=500_00, on=date(2026, 3, 1)) == first
        assert on(made.fund) == 100_500_00
        for wrong in (0, -1, 10**18, 2**70):
            refused(refusals.BadAmount, operations.take_in, **{**take, "key": "another1"}, amount_fen=wrong, on=DAY)
        ledger.close_period(actor=made.officer, book_id=made.book.pk, through=date(2026, 3, 31), at=AT, today=DAY)
        found = refused(
            LedgerClosed, operations.take_in, **{**take, "key": "late-gift"}, amount_fen=1, on=date(2026, 3, 31)
        )
        assert "2026" in found.text
        outsider = an_actor(Role.SUBDISTRICT_OFFICER, "370102002")
        refused(NotFound, operations.take_in, **{**take, "actor": outsider, "key": "foreign1"}, amount_fen=1, on=DAY)

    def test_gives_only_for_what_it_is_bound_to(self, made: Money) -> None:
        for given, wrong in UNFIT:
            refused(wrong, made.grant, **given)
        assert not Grant.objects.exists()

    def test_gives_a_project_one_grant_and_never_more_than_it_has(self, made: Money) -> None:
        first = made.signed()
        refused(refusals.GrantTaken, made.grant, proposal=first.proposal)
        large = {"lines": [operations.Line("材料", 90_000_01)], "tranches": [operations.Part(90_000_01, "signed")]}
        draft = made.grant(**large)
        for party in ("funder", "recipient"):
            operations.record_signature(actor=made.officer, grant_id=draft.pk, party=party, signed_on=DAY, at=AT)
        found = refused(
            refusals.FundShort, operations.record_signature, actor=made.officer, grant_id=draft.pk, party="keeper",
            signed_on=DAY, at=AT,
        )  # fmt: skip
        assert "90,000.00" in found.text
        draft.refresh_from_db()
        assert draft.state == "draft"


def unequal(grant: Grant) -> None:
    grant.lines.filter(number=1).update(amount_fen=1)
    connection.check_constraints()


class TestAnAgreement:
    def test_comes_into_force_with_the_last_signature_of_its_latest_version(self, made: Money) -> None:
        grant = made.grant()
        sign = {"actor": made.officer, "grant_id": grant.pk, "at": AT}
        operations.record_signature(**sign, party="funder", signed_on=DAY)
        refused(refusals.BadSigner, operations.record_signature, **sign, party="funder", signed_on=DAY)
        refused(refusals.BadDay, operations.record_signature, **sign, party="keeper", signed_on=DAY + timedelta(1))
        operations.renew_agreement(actor=made.officer, grant_id=grant.pk, remarks="改了付款日", at=AT)
        for party in ("funder", "recipient"):
            operations.record_signature(**sign, party=party, signed_on=DAY)
        assert on(made.fund) == 100_000_00
        operations.record_signature(**sign, party="keeper", signed_on=DAY)
        grant.refresh_from_db()
        assert (grant.state, grant.signed_on) == ("in_force", DAY)
        assert state(grant) == {"balance": 90_000_00, "committed": 10_000_00, "held": 0, "line-1": 0, "line-2": 0}
        first = grant.tranches.get(number=1)
        assert (first.state, first.due_on) == ("payable", date(2026, 12, 15))  # 15 working days after 24 November
        assert grant.tranches.get(number=2).state == "waiting"
        with pytest.raises(DatabaseError), transaction.atomic():
            grant.agreements.update(digest="sha256:x")
        with pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(amount_fen=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            unequal(grant)


class TestAPayment:
    def test_takes_two_others_within_their_limits(self, made: Money) -> None:
        grant = made.signed()
        tranche = grant.tranches.get(number=1)
        payment = operations.ask_payment(actor=made.keeper, tranche_id=tranche.pk, at=AT)
        assert operations.ask_payment(actor=made.officer, tranche_id=tranche.pk, at=AT) == payment
        approve = operations.approve_payment
        refused(refusals.OwnMoney, approve, actor=made.keeper, payment_id=payment.pk, at=AT)
        leads_too = a_person("370102001", Role.SUBDISTRICT_OFFICER)
        operations.join_team(actor=made.officer, grant_id=grant.pk, person_id=leads_too.pk, at=AT)
        refused(refusals.OwnMoney, approve, actor=actor(leads_too), payment_id=payment.pk, at=AT)
        refused(refusals.OwnMoney, approve, actor=made.lead, payment_id=payment.pk, at=AT)
        worker = an_actor(Role.SOCIAL_WORKER, SUBDISTRICT)
        refused(refusals.NotInCharge, approve, actor=worker, payment_id=payment.pk, at=AT)
        approve(actor=made.officer, payment_id=payment.pk, at=AT)
        refused(refusals.SamePerson, approve, actor=made.officer, payment_id=payment.pk, at=AT)
        assert on(grant, "held") == 0
        limit = {"area": SUBDISTRICT, "role": "district_officer", "act": "payment", "at": AT}
        refused(refusals.OwnMoney, operations.set_limit, **limit, actor=made.district, limit_fen=1)
        refused(Forbidden, operations.set_limit, **limit, actor=made.keeper, limit_fen=1)
        operations.set_limit(**limit, actor=Actor.system("tests"), limit_fen=6_999_99)
        found = refused(refusals.OverLimit, approve, actor=made.district, payment_id=payment.pk, at=AT)
        assert "6,999.99" in found.text
        operations.set_limit(**limit, actor=Actor.system("tests"), limit_fen=7_000_00)
        paid = approve(actor=made.district, payment_id=payment.pk, at=AT)
        assert approve(actor=made.district, payment_id=payment.pk, at=AT) == paid
        assert state(grant)["held"] == 7_000_00
        assert (paid.state, paid.first_by, paid.second_by) == ("paid", made.officer.person_id, made.district.person_id)
        for change in ({"state": "asked"}, {"second_by": paid.first_by}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Payment.objects.filter(pk=paid.pk).update(**change)

    def test_waits_for_its_condition_and_may_be_refused_and_asked_again(self, made: Money) -> None:
        grant = made.signed()
        later = grant.tranches.get(number=2)
        refused(MoveRefused, operations.ask_payment, actor=made.keeper, tranche_id=later.pk, at=AT)
        meet = {"actor": made.officer, "proposal": grant.proposal, "at": AT}
        refused(refusals.BadParts, operations.meet_condition, **meet, condition="completion")
        assert [one.number for one in operations.meet_condition(**meet, condition="midterm")] == [2]
        assert operations.meet_condition(**meet, condition="midterm") == []
        payment = operations.ask_payment(actor=made.keeper, tranche_id=later.pk, at=AT)
        refused(refusals.ReasonMissing, operations.refuse_payment, actor=made.officer, payment_id=payment.pk,
                reason=" ", at=AT)  # fmt: skip
        operations.refuse_payment(actor=made.officer, payment_id=payment.pk, reason="账号不对", at=AT)
        again = operations.ask_payment(actor=made.keeper, tranche_id=later.pk, at=AT)
        assert again != payment
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.create(tranche=later, asked_at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=again.pk).update(
                first_by=made.leader.pk
            )  # whoever writes: nobody of the team approves


class TestAnExpense:
    def test_is_entered_on_its_line_when_another_approves(self, made: Money) -> None:
        grant = made.paid()
        claim = made.claim(grant, seller_code=" 9137 0102000000012x", invoice="no １２３")
        assert (claim.seller_code, claim.invoice) == ("91370102000000012X", "NO123")
        approve = operations.approve_expense
        refused(refusals.OwnMoney, approve, actor=made.lead, expense_id=claim.pk, at=AT)
        refused(NotFound, approve, actor=an_actor(Role.DISTRICT_OFFICER, "110114"), expense_id=claim.pk, at=AT)
        refused(refusals.NotInCharge, approve, actor=an_actor(Role.AUDITOR, SUBDISTRICT), expense_id=claim.pk, at=AT)
        done = approve(actor=made.officer, expense_id=claim.pk, at=AT)
        assert approve(actor=made.officer, expense_id=claim.pk, at=AT).entry == done.entry
        assert (state(grant)["line-1"], state(grant)["held"]) == (100_00, 6_900_00)
        own = made.claim(grant, actor=made.officer)  # for a team without an account, by who keeps its money
        refused(refusals.OwnMoney, approve, actor=made.officer, expense_id=own.pk, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            Expense.objects.filter(pk=own.pk).update(decided_by=made.officer.person_id)
        with pytest.raises(DatabaseError), transaction.atomic():
            Expense.objects.filter(pk=done.pk).update(amount_fen=1)
        refused(MoveRefused, operations.refuse_expense, actor=made.officer, expense_id=done.pk, reason="x", at=AT)

    def test_of_a_receipt_used_anywhere_is_refused_until_that_claim_was(self, made: Money) -> None:
        grant, other = made.paid(), money().paid()
        photo = a_photo()
        first = made.claim(grant, invoice="A1", photo=photo)
        elsewhere = money()
        third = elsewhere.paid()
        found = refused(refusals.ReceiptUsed, elsewhere.claim, grant=third, invoice="a1")
        assert found.field == "invoice"
        found = refused(refusals.ReceiptUsed, made.claim, grant=grant, photo=photo)
        assert found.field == "photo"
        operations.refuse_expense(actor=made.officer, expense_id=first.pk, reason="看不清", at=AT)
        assert made.claim(grant, invoice="A1", photo=photo).state == "sent"
        assert other.state == "in_force"

    def test_that_makes_no_sense_is_refused_and_leaves_nothing(self, made: Money) -> None:
        grant = made.paid()
        ledger.close_period(actor=made.officer, book_id=made.book.pk, through=date(2026, 2, 28), at=AT, today=DAY)
        for given, wrong in SENSELESS:
            refused(wrong, made.claim, grant=grant, **given)

    def test_of_too_many_pixels_or_half_a_picture_is_refused(self, made: Money) -> None:
        grant = made.paid()
        many = BytesIO()
        Image.new("1", (10_000, 5_001)).save(many, "PNG")
        refused(pictures.PictureTooLarge, made.claim, grant=grant, photo=many.getvalue())
        whole = a_photo((400, 400), "JPEG")
        refused(pictures.NotAPicture, made.claim, grant=grant, photo=whole[: len(whole) // 2])
        refused(pictures.NotAPicture, made.claim, grant=grant, photo=a_photo(kind="GIF"))

    def test_keeps_the_photo_without_place_and_device(self, made: Money) -> None:
        exif = Image.Exif()
        exif[0x010F], exif[0x8825] = "A camera", {1: "N", 2: (36.0, 40.0, 0.0)}
        claim = made.claim(made.paid(), photo=a_photo((3000, 1500), "JPEG", exif=exif))
        for digest, longest in ((claim.picture, 2400), (claim.small, 900)):
            content = files.path_of(digest, room="funding").read_bytes()
            assert b"A camera" not in content
            with Image.open(BytesIO(content)) as kept:
                assert (max(kept.size), dict(kept.getexif())) == (longest, {})

    def test_beyond_what_was_paid_or_what_a_line_has_left_says_how_much_is_left(self, made: Money) -> None:
        grant = made.paid()
        two = [made.claim(grant, amount_fen=3_500_00), made.claim(grant, amount_fen=3_500_00)]
        operations.approve_expense(actor=made.officer, expense_id=two[0].pk, at=AT)
        found = refused(
            refusals.LineFull, operations.approve_expense, actor=made.officer, expense_id=two[1].pk, at=AT
        )  # the database holds it: the claim was made while there was room
        assert "2,500.00" in found.text
        made.spent(grant, line=2, amount_fen=3_400_00)
        found = refused(refusals.HeldShort, made.claim, grant=grant, amount_fen=200_00)
        assert "100.00" in found.text

    def test_of_another_team_or_an_outsider_does_not_exist(self, made: Money) -> None:
        grant = made.paid()
        stranger = an_actor(None, COMMUNITY)
        refused(NotFound, made.claim, grant=grant, actor=stranger)
        refused(NotFound, made.claim, grant=money().paid())
        refused(refusals.NotOfTheTeam, made.claim, grant=grant, actor=an_actor(Role.AUDITOR, SUBDISTRICT))


class TestARequest:
    def ask(self, made: Money, grant: Grant, **given: object) -> object:
        return operations.ask(**{"actor": made.lead, "grant_id": grant.pk, "why": "材料涨价", "at": AT, **given})

    def test_moves_budget_between_lines_and_what_may_be_spent_with_it(self, made: Money) -> None:
        grant = made.paid()
        made.spent(grant, line=2, amount_fen=1_000_00)
        change = {"kind": "lines", "source": 2, "target": 1}
        refused(refusals.NotEnough, self.ask, made=made, grant=grant, amount_fen=3_000_01, **change)
        refused(refusals.SameLine, self.ask, made=made, grant=grant, amount_fen=1, kind="lines", source=1, target=1)
        asked = self.ask(made, grant, amount_fen=3_000_00, **change)
        decide = {"request_id": asked.pk, "at": AT}
        refused(Forbidden, operations.grant_request, actor=made.keeper, **decide)
        operations.grant_request(actor=made.officer, **decide)
        assert list(grant.lines.order_by("number").values_list("amount_fen", flat=True)) == [9_000_00, 1_000_00]
        refused(refusals.LineFull, made.claim, grant=grant, line=2, amount_fen=1)
        made.spent(grant, line=1, amount_fen=6_000_00)
        refused(MoveRefused, operations.refuse_request, actor=made.officer, reason="x", **decide)

    def test_advances_money_to_who_asks_which_is_spent_or_repaid(self, made: Money) -> None:
        grant = made.paid()
        asked = self.ask(made, grant, kind="advance", amount_fen=500_00)
        operations.grant_request(actor=made.keeper, request_id=asked.pk, at=AT)
        made.spent(grant, amount_fen=300_00, from_advance=True)
        refused(refusals.NotEnough, self.ask, made=made, grant=grant, kind="repayment", amount_fen=200_01)
        refused(refusals.StillOpen, operations.close, actor=made.officer, proposal=grant.proposal, at=AT)
        back = self.ask(made, grant, kind="repayment", amount_fen=200_00)
        operations.grant_request(actor=made.keeper, request_id=back.pk, at=AT)
        figures = queries.grant_figures([grant])[grant.pk]
        assert (figures.advanced, figures.held, figures.spent) == (0, 6_700_00, 300_00)

    def test_gives_unspent_money_back_and_claws_back(self, made: Money) -> None:
        grant = made.paid()
        gift = self.ask(made, grant, kind="return", amount_fen=1_000_00)
        operations.grant_request(actor=made.officer, request_id=gift.pk, at=AT)
        refused(refusals.NotInCharge, self.ask, made=made, grant=grant, kind="clawback", amount_fen=1)
        claw = self.ask(made, grant, kind="clawback", amount_fen=2_000_00, actor=made.keeper)
        operations.grant_request(actor=made.officer, request_id=claw.pk, at=AT)
        assert (state(grant)["balance"], state(grant)["held"]) == (93_000_00, 4_000_00)


class TestTheEnd:
    def test_of_a_stopped_grant_pays_nothing_more_and_settles(self, made: Money) -> None:
        grant = made.paid()
        operations.meet_condition(actor=made.officer, proposal=grant.proposal, condition="midterm", at=AT)
        payment = operations.ask_payment(actor=made.keeper, tranche_id=grant.tranches.get(number=2).pk, at=AT)
        refused(refusals.ReasonMissing, operations.stop, actor=made.officer, proposal=grant.proposal, reason="", at=AT)
        operations.stop(actor=made.officer, proposal=grant.proposal, reason="中期未通过", at=AT)
        refused(refusals.NotInForce, operations.approve_payment, actor=made.district, payment_id=payment.pk, at=AT)
        assert (state(grant)["committed"], state(grant)["balance"]) == (0, 93_000_00)
        waiting = made.claim(grant, amount_fen=1_000_00)
        refused(refusals.StillOpen, operations.close, actor=made.officer, proposal=grant.proposal, at=AT)
        operations.approve_expense(actor=made.officer, expense_id=waiting.pk, at=AT)
        closed = operations.close(actor=made.officer, proposal=grant.proposal, at=AT)
        assert (closed.state, closed.ends_on, closed.disclose_by) == ("closed", DAY, date(2026, 4, 5))
        operations.disclose_grant(actor=made.officer, grant_id=grant.pk, at=AT)  # what was late before stays late
        closed.refresh_from_db()
        assert closed.disclose_by == date(2027, 2, 24)
        assert state(grant) == {"balance": 99_000_00, "committed": 0, "held": 0, "line-1": 1_000_00, "line-2": 0}
        refused(refusals.NotInForce, made.claim, grant=grant)
        with pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(state="in_force")


class TestADisclosure:
    def test_is_due_every_three_months_and_tells_donors_what_the_ledger_says(self, made: Money) -> None:
        donor = an_actor(None, COMMUNITY)
        for _twice in range(2):
            operations.name_donor(
                actor=made.officer,
                fund_id=made.fund.pk,
                person_id=donor.person_id,
                hidden=True,
                at=AT,
            )
        assert made.fund.donors.count() == 1
        grant = made.paid()
        made.spent(grant, amount_fen=300_00)
        assert grant.disclose_by == date(2026, 4, 5)
        assert made.fund.disclose_by == date(2026, 4, 1)
        refused(Forbidden, operations.disclose_grant, actor=made.lead, grant_id=grant.pk, at=AT)
        told = operations.disclose_grant(actor=made.keeper, grant_id=grant.pk, at=AT)
        assert (told.kind, told.figures["spent_fen"], told.figures["left_fen"]) == ("regular", 300_00, 6_700_00)
        grant.refresh_from_db()
        assert grant.disclose_by == date(2027, 3, 20)  # the full report, three months after the end
        operations.disclose_fund(actor=made.officer, fund_id=made.fund.pk, at=AT)
        late = AT + timedelta(days=60)
        assert operations.disclose_grant(actor=made.keeper, grant_id=grant.pk, at=late).kind == "final"
        refused(refusals.NotDue, operations.disclose_grant, actor=made.keeper, grant_id=grant.pk, at=late)
        assert Delivery.objects.filter(person_id=donor.person_id, channel="app").count() == 3
        assert [one.pk for one in queries.given(viewer=donor)] == [made.fund.pk]
        with pytest.raises(DatabaseError), transaction.atomic():
            Disclosure.objects.update(digest="sha256:y")
        total = queries.fund_figures(Fund.objects.get(pk=made.fund.pk))
        assert (total.received, total.spent, total.free) == (100_000_00, 300_00, 90_000_00)

    def test_of_an_emergency_is_due_every_five_days(self) -> None:
        assert money(emergency=True).fund.disclose_by == date(2026, 1, 6)


def test_two_grants_never_share_a_team_by_number() -> None:
    """An unknown grant is none, for whoever asks."""
    found = money()
    with pytest.raises(NotFound):
        found.claim(Grant(pk=uuid4()))

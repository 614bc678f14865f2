"""The pages of money walked through: a receipt from the phone to the public page, with what each may see on the way."""

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.funding import operations, refusals
from shanzhi.funding.models import Expense, Grant
from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.work.files import folder
from tests.people.conftest import make_areas
from tests.support.funds import AT, DAY, SUBDISTRICT, a_photo, money
from tests.support.people import client_for, sign_in
from tests.support.races import answers

MOST_QUERIES = 8


def sent(**given: object) -> dict[str, object]:
    values = {
        "line": "1", "amount_fen": "128.50", "what": "灯泡", "spent_on": DAY.isoformat(), "invoice": "20261124001",
        "seller_code": "91370102000000012X", "seller": "五金店（示例）", "idempotency_key": uuid4().hex,
        "photo": SimpleUploadedFile("a.png", a_photo()),
    }  # fmt: skip
    return {**values, **given}


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
class TestAReceipt:
    def test_with_a_fault_is_refused_beside_its_field(self) -> None:
        made = money()
        grant = made.paid()
        team = sign_in(Client(), made.leader)
        own = f"/money/mine/{grant.pk}/"
        assert f"{own}expense/?line=1" in team.get(own).content.decode()
        for fault, field in (
            ({"amount_fen": "-1"}, "amount_fen"), ({"amount_fen": "6000.01"}, "amount_fen"),
            ({"photo": SimpleUploadedFile("a.png", b"no picture")}, "photo"), ({"photo": ""}, "photo"),
            ({"invoice": "??"}, "invoice"), ({"spent_on": "2030-01-01"}, "spent_on"), ({"line": "9"}, "line"),
        ):  # fmt: skip
            answer = team.post(f"{own}expense/", sent(**fault))
            assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field}), fault
        assert not Expense.objects.exists()

    def test_goes_from_the_phone_to_the_public_page(self) -> None:
        made = money()
        grant = made.paid()
        team = sign_in(Client(), made.leader)
        own = f"/money/mine/{grant.pk}/"
        form = f"{own}expense/"
        key = uuid4().hex
        picture = a_photo()
        first, again = (
            team.post(form, sent(idempotency_key=key, photo=SimpleUploadedFile("a.png", picture))) for _time in range(2)
        )
        assert first["Location"] == again["Location"] == own
        claim = Expense.objects.get()
        assert "待审批" in team.get(own).content.decode()
        used = team.post(form, sent(photo=SimpleUploadedFile("b.png", a_photo())))
        assert set(used.context["form"].errors) == {"invoice"}
        page = f"/money/expenses/{claim.pk}/"
        assert "自己" in team.get(page).content.decode()  # why not: it is the team's own money
        assert team.post(page, {"decision": "approve"}).status_code == 403
        officer = sign_in(Client(), Person.objects.get(pk=made.officer.person_id))
        assert officer.get(f"/money/photos/{claim.pk}/")["Content-Type"] == "image/jpeg"
        assert Client().get(f"/money/photos/{claim.pk}/").status_code == 302
        public = f"/money/projects/{grant.pk}/"
        assert claim.invoice not in Client().get(public).content.decode()
        assert officer.post(page, {"decision": "refuse", "reason": ""}).status_code == 422
        assert officer.post(page, {"decision": "approve"}).status_code == 302
        assert claim.invoice in Client().get(public).content.decode()
        receipt = f"/money/receipts/{claim.pk}/"
        assert Client().get(receipt).status_code == 404  # until staff struck out what is personal
        struck = {"photo": SimpleUploadedFile("c.png", a_photo())}
        assert officer.post(f"/desk/funding/expenses/{claim.pk}/picture/", struck).status_code == 302
        assert Client().get(receipt)["Content-Type"] == "image/jpeg"
        assert receipt in Client().get(public).content.decode()

    def test_and_a_grant_are_set_up_at_the_desk(self) -> None:
        made = money()
        officer = sign_in(Client(), Person.objects.get(pk=made.officer.person_id))
        fund = f"/desk/funding/funds/{made.fund.pk}/"
        data = {
            "title": "合唱角", "area": "370102001001", "theme": "", "purpose": "", "custody": "own",
            "lines": "材料 6,000\n活动：4000元", "tranches": "签署 7000\n中期 3000", "starts_on": "2026-01-05",
            "ends_on": "2026-12-20", "leader": str(made.leader.pk),
        }  # fmt: skip
        wrong = officer.post(f"{fund}grant/", {**data, "tranches": "签署 7000"})
        assert "¥7,000.00" in wrong.content.decode()
        assert officer.post(f"{fund}grant/", data).status_code == 302
        grant = Grant.objects.get()
        one = f"/desk/funding/grants/{grant.pk}/"
        for ending, start in (("docx", b"PK"), ("pdf", b"%PDF")):
            assert officer.get(f"{one}agreement.{ending}").content.startswith(start)
        for party in ("funder", "recipient"):
            today = timezone.localdate().isoformat()
            assert officer.post(f"{one}sign/", {"party": party, "signed_on": today}).status_code == 302
        grant.refresh_from_db()
        assert (grant.state, grant.amount_fen) == ("in_force", 10_000_00)
        page = officer.get(one).content.decode()
        assert "最迟拨付日" in page
        history = officer.get(f"/audit/history/funding.grant/{grant.pk}/").content.decode()
        assert all(words in history for words in ("资助已建立", "签署已登记", "资助已生效"))
        assert officer.get(f"/audit/history/funding.fund/{made.fund.pk}/").status_code == 200
        other = client_for(Role.SUBDISTRICT_OFFICER, "370102002")
        assert other.get(f"/audit/history/funding.fund/{made.fund.pk}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
class TestThePublicPage:
    def test_says_what_is_overdue_and_asks_the_database_no_oftener_for_more_rows(self) -> None:
        made = money()
        grant = made.paid()
        made.spent(grant)
        pages = [f"/money/funds/{made.fund.pk}/", f"/money/projects/{grant.pk}/"]
        assert "已逾期" in Client().get(pages[0]).content.decode()
        counts = []
        for _round in range(2):
            counts.append([])
            for path in pages:
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    assert Client().get(path).status_code == 200
                counts[-1].append(len(asked))
            for _more in range(3):
                made.spent(grant, amount_fen=1_00)
            made.signed()
        assert counts[0] == counts[1]
        assert max(counts[0]) <= MOST_QUERIES, counts
        sheet = b"".join(Client().get(f"{pages[0]}?expense-export=xlsx"))
        rows = list(openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows(values_only=True))
        assert sum("灯泡" in map(str, row) for row in rows) == 7

    def test_of_the_supervisor_lists_the_overdue_first_in_red_words(self) -> None:
        made = money()
        made.paid()
        page = client_for(Role.DISTRICT_OFFICER, SUBDISTRICT[:6]).get("/desk/funding/due/").content.decode()
        assert "已逾期，应于 2026-04-05 前公开" in page
        assert 'class="tag bad"' in page or "bad" in page


def photos_kept() -> set[str]:
    """Give the digests of all photos of receipts that lie in the folder."""
    return {f"sha256:{path.name}" for path in folder("funding").rglob("*") if path.is_file()}


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
def test_only_the_size_that_a_page_shows_is_kept_of_a_picture_made_public(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = money()
    spent = made.spent(made.paid())
    own = photos_kept()
    assert own == {spent.picture, spent.small}
    photo = a_photo(size=(1200, 90))
    operations.publish_picture(actor=made.officer, expense_id=spent.pk, photo=photo, at=AT)
    spent.refresh_from_db()
    assert photos_kept() - own == {spent.public_picture}


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_the_same_invoice_at_once_are_one(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_areas()
    made = money()
    first, second = made.paid(), made.paid()
    lead = made.lead

    def act(grant: Grant) -> object:
        return made.claim(grant, actor=lead, invoice="RACE1")

    found = answers(lambda: act(first), lambda: act(second))
    assert sorted(isinstance(one, Refusal) for one in found) == [False, True]
    assert any(isinstance(one, refusals.ReceiptUsed) for one in found)
    kept = Expense.objects.get()
    assert photos_kept() == {kept.picture, kept.small}  # nothing of the photo that was refused


@pytest.mark.django_db(transaction=True)
def test_two_second_approvals_at_once_pay_once() -> None:
    make_areas()
    made = money()
    grant = made.signed()
    payment = operations.ask_payment(actor=made.keeper, tranche_id=grant.tranches.get(number=1).pk, at=AT)
    operations.approve_payment(actor=made.officer, payment_id=payment.pk, at=AT)
    answers(*[lambda: operations.approve_payment(actor=made.district, payment_id=payment.pk, at=AT)] * 2)
    payment.refresh_from_db()
    assert payment.state == "paid"
    assert Grant.objects.get(pk=grant.pk).tranches.get(number=1).state == "paid"

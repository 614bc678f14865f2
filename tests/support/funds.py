"""A fund with money and a grant with its people, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from typing import Any
from uuid import uuid4

from PIL import Image

from shanzhi.funding import operations
from shanzhi.funding.models import Expense, Fund, Grant
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Account, Balance, Book
from shanzhi.people.models import Person
from tests.support.people import a_person, actor, an_actor

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
SUBDISTRICT, COMMUNITY = "370102001", "370102001001"
SYSTEM = Actor.system("tests")
_colours = count(1)


def a_photo(size: tuple[int, int] = (60, 40), kind: str = "PNG", **more: Any) -> bytes:
    """Make a picture that no other test made."""
    number = next(_colours)
    picture = Image.new("RGB", size, (number % 256, number // 256 % 256, 7))
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@dataclass
class Money:
    """A fund of 100,000 yuan in a subdistrict's book, and who is needed."""

    book: Book
    fund: Fund
    officer: Actor
    district: Actor
    keeper: Actor
    leader: Person

    def grant(self, **given: Any) -> Grant:
        """Open a grant of 10,000 yuan: two lines, two tranches."""
        values: dict[str, Any] = {
            "actor": self.officer, "fund_id": self.fund.pk, "proposal": uuid4(), "title": "楼道灯（示例）",
            "area": COMMUNITY, "theme": "环境", "custody": "community", "starts_on": date(2026, 1, 5),
            "ends_on": date(2026, 12, 20), "team": [self.leader.pk], "at": AT,
            "lines": [operations.Line("材料", 6_000_00), operations.Line("活动", 4_000_00)],
            "tranches": [operations.Part(7_000_00, "signed"), operations.Part(3_000_00, "midterm")],
        }  # fmt: skip
        return operations.open_grant(**{**values, **given})

    def signed(self, **given: Any) -> Grant:
        """Open a grant whose agreement all parties signed."""
        made = self.grant(**given)
        for party in ("funder", "recipient", *(("keeper",) if made.custody == "community" else ())):
            operations.record_signature(actor=self.officer, grant_id=made.pk, party=party, signed_on=DAY, at=AT)
        return Grant.objects.get(pk=made.pk)

    def paid(self, **given: Any) -> Grant:
        """Open a grant whose first tranche is paid."""
        made = self.signed(**given)
        payment = operations.ask_payment(actor=self.keeper, tranche_id=made.tranches.get(number=1).pk, at=AT)
        for one in (self.officer, self.district):
            operations.approve_payment(actor=one, payment_id=payment.pk, at=AT)
        return made

    @property
    def lead(self) -> Actor:
        """The leader of the team, acting."""
        return actor(self.leader)

    def claim(self, grant: Grant, **given: Any) -> Expense:
        """Claim an expense of 100 yuan on the first line."""
        values: dict[str, Any] = {
            "actor": self.lead, "grant_id": grant.pk, "line": 1, "amount_fen": 100_00, "spent_on": DAY,
            "what": "灯泡", "seller": "五金店（示例）", "seller_code": "91370102000000012X",
            "invoice": str(uuid4().int)[:20], "photo": a_photo(), "at": AT,
        }  # fmt: skip
        return operations.claim_expense(**{**values, **given})

    def spent(self, grant: Grant, **given: Any) -> Expense:
        """Claim an expense and have it approved."""
        made = self.claim(grant, **given)
        return operations.approve_expense(actor=self.officer, expense_id=made.pk, at=AT)


def money(**fund: Any) -> Money:
    """Make a book, a fund with 100,000 yuan in it and its people."""
    book = ledger.create_book(
        actor=SYSTEM, name=f"示例账本 {uuid4().int % 10**6}", area=SUBDISTRICT, begins_on=date(2026, 1, 1), at=AT,
        synthetic=True,
    )  # fmt: skip
    officer = an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
    keeper = a_person(COMMUNITY)
    ledger.name_keeper(actor=officer, book_id=book.pk, person_id=keeper.pk, at=AT)
    values: dict[str, Any] = {
        "name": "微创投基金（示例）", "kind": "government", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)
    }  # fmt: skip
    made = operations.create_fund(actor=officer, book_id=book.pk, at=AT, **{**values, **fund})
    operations.take_in(
        actor=officer, fund_id=made.pk, amount_fen=100_000_00, source="appropriation", on=date(2026, 1, 6),
        key="the-first-money", at=AT,
    )  # fmt: skip
    district = an_actor(Role.DISTRICT_OFFICER, SUBDISTRICT[:6])
    return Money(book, made, officer, district, actor(keeper), a_person(COMMUNITY))


def on(owner: Fund | Grant, role: str = "balance") -> int:
    """Give in fen what is on an account."""
    found = Account.objects.filter(owner_id=owner.pk, role=role).first()
    return Balance.objects.get(pk=found.pk).amount if found else 0


def state(grant: Grant) -> dict[str, int]:
    """Give all balances of a grant and of its fund."""
    rows = Balance.objects.filter(account__owner_id__in=[grant.pk, grant.fund_id])
    return dict(rows.values_list("account__role", "amount"))

"""The money of the first round: a fund of 30,000 yuan, a grant for each project, paid, spent and settled in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from django.utils import timezone
from PIL import Image, ImageDraw

from shanzhi.funding import operations as funding
from shanzhi.funding.models import Fund, Grant
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.outcomes.demo.content import MATERIALS_FEN, ROUND_FEN, First
from shanzhi.outcomes.demo.people import SUBDISTRICT, Staff
from shanzhi.people.models import Person
from shanzhi.projects.models import Project
from shanzhi.ventures.models import Call

FUND: Final = "泉城路街道首轮微创投公益金（示例）"


@dataclass(frozen=True, slots=True)
class Money:
    """The fund and who acts on it: `operator` asks, `district` and `subdistrict` approve."""

    office: Staff
    fund: Fund
    call: UUID
    title: str

    @classmethod
    def begin(cls, office: Staff, held: dict[str, Person], call: Call, at: datetime) -> Money:
        """Have book and fund, and take the money in."""
        day, officer = timezone.localdate(at), office["district"]
        book = ledger.create_book(
            actor=officer, name="泉城路街道首轮公益资金账（示例）", area=SUBDISTRICT,
            begins_on=day - timedelta(days=60), at=at, synthetic=True,
        )  # fmt: skip
        fund = funding.create_fund(
            actor=officer, book_id=book.pk, name=FUND, kind="government", purpose="资助首轮微创投项目（示例）", at=at,
            starts_on=day - timedelta(days=30), ends_on=day + timedelta(days=700), synthetic=True,
        )  # fmt: skip
        funding.take_in(
            actor=officer, fund_id=fund.pk, amount_fen=ROUND_FEN, source="appropriation", on=day, at=at,
            key="first-round-income", donor_id=None,
        )  # fmt: skip
        return cls(office, fund, call.pk, call.title)

    def grant(self, project: Project, given: First, at: datetime) -> Grant:
        """Open the grant of a project, have it signed, and its first part paid."""
        officer, proposal, day = self.office["district"], project.proposal, timezone.localdate(at)
        assert proposal.contact_id is not None  # every played proposal has its contact person
        made = funding.open_grant(
            actor=officer, fund_id=self.fund.pk, proposal=proposal.pk, title=proposal.title, area=project.community,
            theme=proposal.theme, custody="own", at=at, starts_on=project.starts_on,
            ends_on=project.ends_on + timedelta(days=60), team=[proposal.contact_id], round_id=self.call,
            round_title=self.title, synthetic=True,
            lines=[funding.Line("材料", MATERIALS_FEN), funding.Line("活动", given.events_fen)],
            tranches=[funding.Part(MATERIALS_FEN, "signed"), funding.Part(given.events_fen, "completion")],
        )  # fmt: skip
        for party in ("funder", "recipient"):
            funding.record_signature(actor=officer, grant_id=made.pk, party=party, signed_on=day, at=at)
        self.pay(made, 1, at)
        return made

    def pay(self, grant: Grant, number: int, at: datetime) -> None:
        """Have a part asked for by one and approved by two others."""
        tranche = grant.tranches.get(number=number)
        asked = funding.ask_payment(actor=self.office["operator"], tranche_id=tranche.pk, at=at)
        for login in ("subdistrict", "district"):
            funding.approve_payment(actor=self.office[login], payment_id=asked.pk, at=at)

    def spend(self, grant: Grant, team: Actor, line: int, receipt: int, at: datetime) -> None:
        """Claim the whole of a line with a receipt, and approve it."""
        found = grant.lines.get(number=line)
        made = funding.claim_expense(
            actor=team, grant_id=grant.pk, line=line, amount_fen=found.amount_fen, spent_on=timezone.localdate(at),
            what="材料（示例）" if line == 1 else "活动用品（示例）",
            seller="示例日用商店", seller_code="91370102000000088X",
            invoice=f"{2018_0000 + receipt:020d}", photo=_receipt(receipt), at=at,
        )  # fmt: skip
        funding.approve_expense(actor=self.office["second"], expense_id=made.pk, at=at)

    def settle(self, grant: Grant, at: datetime) -> None:
        """Close a grant and publish its figures."""
        officer = self.office["district"]
        funding.close(actor=officer, proposal=grant.proposal, reason="项目完成（示例）", at=at)
        funding.disclose_grant(actor=officer, grant_id=grant.pk, at=at)


def _receipt(number: int) -> bytes:
    """Draw a made-up receipt."""
    picture = Image.new("RGB", (240, 160), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((4, 4, 235, 155), outline="black", width=2)
    pen.text((20, 30), "EXAMPLE RECEIPT", fill="black")
    pen.text((20, 70), f"No. FIRST-{number:06d}", fill="black")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

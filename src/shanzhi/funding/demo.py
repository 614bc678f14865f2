"""The made-up fund of the demo with two grants, put there by the operations and labelled 示例."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID, uuid5

from django.utils import timezone
from PIL import Image, ImageDraw

from shanzhi.funding import operations
from shanzhi.funding.models import Fund, Grant
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.money import format_yuan
from shanzhi.ledger import operations as ledger

NAME: Final = "解放路街道微创投公益金（示例）"
AREA: Final = "370102001"
COMMUNITY: Final = "370102001002"
_ROOT: Final = UUID("5a1e0c7e-2d5b-4c11-9b0a-3f8f2a6d7c10")
_LINES: Final = (("材料", 6_000_00), ("活动", 2_500_00), ("宣传", 1_500_00))
_SPENT: Final = ((1, 1_280_00, "感应灯 20 盏"), (2, 460_00, "居民议事会茶水"), (1, 895_50, "电线与开关"))


def ensure(*, staff: dict[str, Actor], at: datetime) -> Fund:
    """Have the fund, its grants and some expenses there; once, from the demo's staff by their login names."""
    known = Fund.objects.filter(name=NAME, synthetic=True).first()
    if known is not None:
        return known
    today = timezone.localdate(at)
    district = staff["district"]
    book = ledger.create_book(
        actor=district, name="解放路街道公益资金账（示例）", area=AREA, begins_on=today - timedelta(days=300), at=at,
        synthetic=True,
    )  # fmt: skip
    fund = operations.create_fund(
        actor=district, book_id=book.pk, name=NAME, kind="government", purpose="资助居民身边的小项目（示例）", at=at,
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=500), synthetic=True,
    )  # fmt: skip
    donor = operations.name_donor(actor=district, fund_id=fund.pk, person_id=staff["resident"].person(), at=at)
    for source, amount, giver in (("appropriation", 200_000_00, None), ("donations", 5_000_00, donor.pk)):
        operations.take_in(
            actor=district, fund_id=fund.pk, amount_fen=amount, source=source, on=today - timedelta(days=120), at=at,
            key=f"demo-{source}", donor_id=giver,
        )  # fmt: skip
    operations.set_limit(actor=district, area=AREA, role="keeper", act="expense", limit_fen=5_000_00, at=at)
    first = _grant(staff, fund, "楼道感应灯（示例）", "community", at)
    _spend(staff, first, at)
    _grant(staff, fund, "邻里合唱角（示例）", "own", at)
    operations.disclose_grant(actor=district, grant_id=first.pk, at=at)
    return fund


def _grant(staff: dict[str, Actor], fund: Fund, title: str, custody: str, at: datetime) -> Grant:
    """Open a grant, have it signed by all, and its first tranche paid."""
    today, district = timezone.localdate(at), staff["district"]
    made = operations.open_grant(
        actor=district, fund_id=fund.pk, proposal=uuid5(_ROOT, title), title=title, area=COMMUNITY, theme="社区环境",
        lines=[operations.Line(name, amount) for name, amount in _LINES], custody=custody, at=at,
        tranches=[operations.Part(6_000_00, "signed"), operations.Part(4_000_00, "midterm")],
        starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=240), team=[staff["leader"].person()],
        round_id=uuid5(_ROOT, "round"), round_title="微创投第一轮（示例）", synthetic=True,
    )  # fmt: skip
    for party in ("funder", "recipient", *(("keeper",) if custody == "community" else ())):
        operations.record_signature(actor=district, grant_id=made.pk, party=party, signed_on=today, at=at)
    payment = operations.ask_payment(actor=staff["operator"], tranche_id=made.tranches.get(number=1).pk, at=at)
    for one in (district, staff["subdistrict"]):
        operations.approve_payment(actor=one, payment_id=payment.pk, at=at)
    return Grant.objects.get(pk=made.pk)


def _spend(staff: dict[str, Actor], grant: Grant, at: datetime) -> None:
    """Enter expenses by the team's leader; the last one waits, and a change between lines is asked for."""
    today = timezone.localdate(at)
    for number, (line, amount, what) in enumerate(_SPENT, 1):
        made = operations.claim_expense(
            actor=staff["leader"], grant_id=grant.pk, line=line, amount_fen=amount, spent_on=today, what=what,
            seller="示例五金商店", seller_code="91370102000000099X", invoice=f"{number:020d}",
            photo=_receipt(number, amount), at=at,
        )  # fmt: skip
        if number < len(_SPENT):
            operations.approve_expense(actor=staff["district"], expense_id=made.pk, at=at)
            operations.publish_picture(
                actor=staff["district"], expense_id=made.pk, photo=_receipt(number, amount, struck=True), at=at
            )
    operations.ask(
        actor=staff["leader"], grant_id=grant.pk, kind="lines", source=3, target=1, amount_fen=300_00,
        why="宣传由志愿者自办，材料不够（示例）", at=at,
    )  # fmt: skip


def _receipt(number: int, amount: int, *, struck: bool = False) -> bytes:
    """Draw a made-up receipt, with its name blacked out where it is for the public."""
    picture = Image.new("RGB", (480, 320), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((8, 8, 471, 311), outline="black", width=2)
    for row, text in enumerate(
        ("EXAMPLE RECEIPT", f"No. DEMO-{number:06d}", f"{format_yuan(amount)[1:]} CNY", "Buyer: -")
    ):
        pen.text((30, 40 + row * 50), text, fill="black")
    if struck:
        pen.rectangle((30, 185, 300, 215), fill="black")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

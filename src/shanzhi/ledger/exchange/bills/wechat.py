"""Bills of WeChat Pay: a person's, a business's transactions of a day, and the flow of a business's account.

The shapes are named in docs/sources.md. The newer workbook (.xlsx) of a person's bill has the same rows as the CSV.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shanzhi.kernel.money import NotAnAmount, format_yuan
from shanzhi.ledger.exchange.bills.reading import (
    NAME,
    Cells,
    Columns,
    MissingRows,
    NoTotals,
    Row,
    Skip,
    Statement,
    WrongSum,
    clean,
    fen,
    follow,
    header_of,
    period,
    read_rows,
    table,
    titles_of,
)

PERSONAL: Final = "wechat"
TRADES: Final = "wechat_trades"
FLOW: Final = "wechat_flow"
BILL: Final = Columns(
    "交易时间", amount="金额(元)", counterparty="交易对方", text=("商品", "交易类型", "备注"), serial="交易单号"
)
TRADE: Final = Columns("交易时间", amount="应结订单金额", text=("商品名称", "商户订单号"), serial="微信订单号")
REFUND: Final = "退款金额"
FUNDS: Final = Columns(
    "记账时间", amount="收支金额(元)", text=("业务名称", "业务类型", "备注", "业务凭证号"), serial="资金流水单号",
    balance="账户结余(元)",
)  # fmt: skip
WAY: Final = "收支类型"
_COUNT: Final = re.compile(r"共\s*(\d+)\s*笔记录")
# The types of neutral entries that leave the purse, and those that come to it.
_LEAVES: Final = ("零钱提现", "转入零钱通", "信用卡还款", "购买理财通")
_COMES: Final = ("零钱充值", "零钱通转出-到零钱", "理财通赎回")
_DEAD: Final = ("对方已退还", "提现失败", "支付失败", "已关闭", "未支付")


def _signed(cells: Cells) -> int:
    amount, way, kind = fen(cells.get(BILL.amount, "")), cells.get("收/支", ""), cells.get("交易类型", "")
    status = cells.get("当前状态", "")
    if amount == 0 or status.startswith(_DEAD):
        raise Skip("closed")
    if way == "收入":
        return amount
    if way == "支出":
        return -amount
    if kind.startswith(_LEAVES):
        return -amount
    if kind.startswith(_COMES):
        return amount
    raise Skip("neither")


def find(rows: Sequence[Row]) -> tuple[str, int] | None:
    """Find which bill it is and where its headings stand."""
    for kind, needed in (
        (PERSONAL, {BILL.day, BILL.amount, BILL.serial}),
        (FLOW, {FUNDS.day, FUNDS.amount, WAY}),
        (TRADES, {TRADE.day, TRADE.amount, TRADE.serial}),
    ):
        place = header_of(rows, needed)
        if place is not None:
            return kind, place
    return None


def read(rows: Sequence[Row], header: int) -> Statement:
    """Read a person's bill. Raises CutBill, MissingRows."""
    statement = Statement(PERSONAL)
    titles, body = titles_of(rows[header]), list(rows[header + 1 :])
    read_rows(statement, titles, body, BILL, _signed)
    said = _COUNT.search("\n".join(",".join(cells) for _number, cells in rows[:header]))
    if said and int(said[1]) != len(body):
        last = body[-1][0] if body else rows[header][0]
        raise MissingRows(field=NAME, said=said[1], found=len(body), row=last)
    if not said:
        statement.warnings.append(("no_sign", {}))
    paid = sum(1 for _number, cells in body if "银行" in ",".join(cells[6:7]))
    if paid:
        statement.warnings.append(("by_card", {"count": paid}))
    follow(statement)
    period(statement, rows[:header])
    return statement


def _totals(footer: Sequence[Row], last: int) -> dict[str, str]:
    """Give the two last rows, headings and totals, as one. Raises NoTotals."""
    if len(footer) < 2 or len(footer[1][1]) < len(titles_of(footer[0])):
        raise NoTotals(field=NAME, row=last)
    return dict(zip(titles_of(footer[0]), (clean(cell) for cell in footer[1][1]), strict=False))


def _hold(said: dict[str, str], found: dict[str, int], last: int) -> None:
    """Hold what was added up to the totals of the file: numbers for what counts, fen for what is money."""
    for title, value in found.items():
        if title not in said:
            continue
        if title.endswith("数"):
            if not said[title].isdigit() or int(said[title]) != value:
                raise MissingRows(field=NAME, said=said[title], found=value, row=last)
        elif (told := _money(said[title], last)) != value:
            raise WrongSum(field=NAME, said=format_yuan(told), found=format_yuan(value), row=last)


def _money(text: str, last: int) -> int:
    """Read a total. Raises NoTotals where it was cut."""
    try:
        return fen(text)
    except NotAnAmount as problem:
        raise NoTotals(field=NAME, row=last) from problem


def _trade(cells: Cells) -> int:
    status = cells.get("交易状态", "")
    amount = fen(cells.get(TRADE.amount) or "0")
    if status == "REFUND":
        amount = -abs(fen(cells.get(REFUND) or "0"))
    if status == "REVOKED" or amount == 0:
        raise Skip("closed")
    return amount


def read_trades(rows: Sequence[Row], header: int) -> Statement:
    """Read a business's transactions. The fee is told in the totals alone. Raises as `read_flow` does."""
    statement = Statement(TRADES)
    body, footer = table(rows, header, lambda cells: clean(cells[0]) == "总交易单数")
    read_rows(statement, titles_of(rows[header]), body, TRADE, _trade)
    last = body[-1][0] if body else rows[header][0]
    said = _totals(footer, last)
    if not statement.faults:
        came = sum(line.amount for line in statement.lines if line.amount > 0)
        back = -sum(line.amount for line in statement.lines if line.amount < 0)
        _hold(said, {"总交易单数": len(body), "应结订单总金额": came, "退款总金额": back}, last)
    if said.get("手续费总金额", "0").strip("0."):
        statement.warnings.append(("fees", {"amount": said["手续费总金额"]}))
    follow(statement)
    period(statement, ())
    return statement


def _flow(cells: Cells) -> int:
    amount = fen(cells.get(FUNDS.amount, ""))
    if cells.get(WAY) not in ("收入", "支出") or amount == 0:
        raise Skip("neither")
    return amount if cells[WAY] == "收入" else -amount


def read_flow(rows: Sequence[Row], header: int) -> Statement:
    """Read the flow of a business's account. Raises CutBill, NoTotals, MissingRows, WrongSum, BrokenChain."""
    statement = Statement(FLOW)
    body, footer = table(rows, header, lambda cells: clean(cells[0]) == "资金流水总笔数")
    read_rows(statement, titles_of(rows[header]), body, FUNDS, _flow)
    last = body[-1][0] if body else rows[header][0]
    said = _totals(footer, last)
    if not statement.faults:
        came = [line.amount for line in statement.lines if line.amount > 0]
        left = [-line.amount for line in statement.lines if line.amount < 0]
        found = {"收入笔数": len(came), "收入金额": sum(came), "支出笔数": len(left), "支出金额": sum(left)}
        if not said.get("资金流水总笔数", "").isdigit() or int(said["资金流水总笔数"]) != len(body):
            raise MissingRows(field=NAME, said=said.get("资金流水总笔数", "?"), found=len(body), row=last)
        _hold(said, found, last)
    follow(statement)
    period(statement, ())
    return statement

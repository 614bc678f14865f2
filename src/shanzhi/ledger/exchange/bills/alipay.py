"""Bills of Alipay: a person's or shop's transactions in their three shapes, and the account flow of a business.

The shapes are named in docs/sources.md. Alipay says in the file itself that its sums count otherwise than the rows, so
only the number of entries of the first three is held to; the account flow of a business adds up and chains exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shanzhi.kernel.money import format_yuan
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

PERSONAL: Final = "alipay"
FLOW: Final = "alipay_flow"
NEW: Final = Columns("交易时间", amount="金额", counterparty="交易对方", text=("商品说明", "备注"), serial="交易订单号")
OLD: Final = Columns(
    "交易创建时间", amount="金额（元）", counterparty="交易对方", text=("商品名称", "备注"), serial="交易号"
)
DIRECTION: Final = "收/支"
MERCHANT: Final = Columns(
    "发生时间", income="收入金额", outgo="支出金额", counterparty="对方账号", serial="账务流水号", balance="账户余额",
    text=("业务类型", "商品名称", "备注"),
)  # fmt: skip
DEAD: Final = ("交易关闭", "支付失败", "失败", "已关闭", "等待付款", "解冻成功", "信用服务使用成功")
_COUNT: Final = re.compile(r"共\s*(\d+)\s*笔记录")
_TOTAL: Final = re.compile(r"#(支出|收入)合计[：:]\s*(\d+)笔[，,]\s*共(-?[\d.]+)元")
_UNIT: Final = re.compile(r"[（(][^（()）]*元[)）]$")
# What of "neither income nor expense" leaves the account, and what comes to it.
_LEAVES: Final = ("提现", "转出到银行卡", "转出至银行卡", "余额宝-转入", "余额宝-自动转入", "还款", "买入")
_COMES: Final = ("充值", "余额宝-转出至余额", "转出至余额", "卖出")


def is_flow(rows: Sequence[Row]) -> bool:
    """Tell the account flow of a business by its first line."""
    return bool(rows) and clean(rows[0][1][0]).startswith("#支付宝账务明细")


def find(rows: Sequence[Row]) -> tuple[int, Columns] | None:
    """Find the headings of a person's or shop's transactions."""
    for columns in (NEW, OLD):
        place = header_of(rows, columns.needed | {DIRECTION, columns.serial})
        if place is not None:
            return place, columns
    return None


def _signed(cells: Cells, columns: Columns) -> int:
    status, way = cells.get("交易状态", ""), cells.get(DIRECTION, "")
    amount = fen(cells.get(columns.amount, ""))
    if status.startswith(DEAD) or amount == 0:
        raise Skip("closed")
    words = " ".join(cells.get(name, "") for name in (*columns.text, "交易分类"))
    if way == "收入" or status == "退款成功" or cells.get("资金状态") == "已收入":
        return amount
    if way == "支出":
        return -amount
    if any(word in words for word in _LEAVES):
        return -amount
    if any(word in words for word in _COMES):
        return amount
    raise Skip("neither")


def read(rows: Sequence[Row], header: int, columns: Columns) -> Statement:
    """Read transactions. Raises CutBill, MissingRows."""
    statement = Statement(PERSONAL)
    titles = titles_of(rows[header])
    body, footer = table(rows, header, lambda cells: clean(cells[0]) == "" or cells[0].lstrip().startswith("---"))
    read_rows(statement, titles, body, columns, lambda cells: _signed(cells, columns))
    around = [*rows[:header], *footer]
    said = _COUNT.search("\n".join(",".join(cells) for _number, cells in around))
    last = body[-1][0] if body else rows[header][0]
    if said and int(said[1]) != len(body):
        raise MissingRows(field=NAME, said=said[1], found=len(body), row=last)
    if not said:
        statement.warnings.append(("no_sign", {}))
    paid = sum(1 for _number, cells in body if "银行" in ",".join(cells[len(titles) // 2 :]))
    if paid:
        statement.warnings.append(("by_card", {"count": paid}))
    follow(statement)
    period(statement, rows[:header])
    return statement


def _flow_titles(row: Row) -> list[str]:
    return [_UNIT.sub("", title) for title in titles_of(row)]


def read_flow(rows: Sequence[Row]) -> Statement:
    """Read the account flow of a business. Raises CutBill, NoTotals, MissingRows, WrongSum, BrokenChain, BadBill."""
    statement = Statement(FLOW)
    header = next(place for place, (_number, cells) in enumerate(rows) if not clean(cells[0]).startswith("#"))
    titles = _flow_titles(rows[header])
    body, footer = table(rows, header, lambda cells: clean(cells[0]).startswith("#"))
    read_rows(
        statement, titles, body, MERCHANT,
        lambda cells: fen(cells.get(MERCHANT.income) or "0") - abs(fen(cells.get(MERCHANT.outgo) or "0")),
    )  # fmt: skip
    last = body[-1][0] if body else rows[header][0]
    totals = {found[1]: (int(found[2]), fen(found[3]))
              for found in _TOTAL.finditer("\n".join(",".join(cells) for _number, cells in footer))}  # fmt: skip
    if set(totals) != {"支出", "收入"}:
        raise NoTotals(field=NAME, row=last)
    if not statement.faults:
        _hold(statement, totals, last)
    statement.lines = [line for line in statement.lines if line.amount]
    follow(statement)
    period(statement, rows[:header])
    return statement


def _hold(statement: Statement, totals: dict[str, tuple[int, int]], last: int) -> None:
    for word, sign in (("收入", 1), ("支出", -1)):
        amounts = [line.amount for line in statement.lines if line.amount * sign > 0]
        count, said = totals[word]
        if count != len(amounts):
            raise MissingRows(field=NAME, said=count, found=len(amounts), row=last)
        if abs(sum(amounts)) != abs(said):
            found = format_yuan(abs(sum(amounts)))
            raise WrongSum(field=NAME, found=found, said=format_yuan(abs(said)), row=last)

"""Bills of banks, which have no common shape: read by a mapping of headings, some ready, others kept with a book.

A bank's debit (借方) is what left the account of its customer, its credit (贷方) what came to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shanzhi.kernel.money import NotAnAmount, format_yuan
from shanzhi.ledger.exchange.bills.reading import (
    NAME,
    Cells,
    Columns,
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

KIND: Final = "bank"
READY: Final[Mapping[str, Columns]] = {
    "工商银行（借记卡）": Columns(
        "交易日期", income="记账金额(收入)", outgo="记账金额(支出)", counterparty="对方户名",
        text=("摘要", "交易详情", "交易场所"), balance="余额",
    ),
    "工商银行（企业网银）": Columns(
        "交易时间", income="贷方发生额", outgo="借方发生额", counterparty="对方单位名称", text=("摘要", "用途"),
        serial="凭证号", balance="余额",
    ),
    "中国银行": Columns(
        "记账日期", time="记账时间", amount="金额", counterparty="对方账户名", text=("交易名称", "附言"), balance="余额"
    ),
    "建设银行": Columns(
        "交易日期", amount="交易金额", counterparty="对方账号与户名", text=("摘要", "交易地点/附言"), balance="账户余额"
    ),
}  # fmt: skip
_ENDS: Final = ("合计", "总计", "人民币合计", "本页合计", "#")
_CURRENCIES: Final = ("记账币种", "币别", "币种")
_YUAN: Final = ("", "人民币", "人民币元", "CNY", "RMB")


def find(rows: Sequence[Row], own: Mapping[str, Columns]) -> tuple[int, Columns] | None:
    """Find the mapping whose headings the file has: the book's own first, then the ready ones."""
    wanted = [(columns, columns.needed) for columns in own.values()]
    # A ready shape may lack a column of its words: older exports have one less.
    wanted += [(columns, columns.needed | {columns.balance, columns.counterparty}) for columns in READY.values()]
    for columns, titles in wanted:
        place = header_of(rows, titles)
        if place is not None:
            return place, columns
    return None


def _signed(cells: Cells, columns: Columns) -> int:
    if any(cells.get(title, "") not in _YUAN for title in _CURRENCIES):
        raise Skip("currency")
    if columns.amount:
        amount = fen(cells.get(columns.amount, ""))
    else:
        came, left = cells.get(columns.income, ""), cells.get(columns.outgo, "")
        if not came and not left:
            raise NotAnAmount
        amount = (fen(came) if came else 0) - (fen(left) if left else 0)
    if amount == 0:
        raise Skip("closed")
    return amount


def read(rows: Sequence[Row], header: int, columns: Columns, *, ended: bool) -> Statement:
    """Read a bank's bill; `ended` tells whether the file ends with a line. Raises CutBill, WrongSum, BrokenChain."""
    statement = Statement(KIND)
    titles = titles_of(rows[header])
    day = titles.index(columns.day)
    body, footer = table(rows, header, lambda cells: _foot(cells, day))
    read_rows(statement, titles, body, columns, lambda cells: _signed(cells, columns))
    held = not statement.faults and _hold(statement, titles, footer, columns)
    if not statement.faults:
        follow(statement)
    if not held:
        statement.warnings.append(("no_sign" if statement.closing is None else "no_end", {}))
    if not ended and not footer:
        statement.warnings.append(("no_line_end", {}))
    period(statement, rows[:header])
    return statement


def _foot(cells: list[str], day: int) -> bool:
    """Tell a line of totals or words below the table: by such a word at its start, or by a day's cell that is empty."""
    return clean(cells[0]).startswith(_ENDS) or (len(cells) > day + 1 and not clean(cells[day]))


def _hold(statement: Statement, titles: Sequence[str], footer: Sequence[Row], columns: Columns) -> bool:
    """Hold money in and out to the totals below the table; tell whether there are any."""
    if not footer or not columns.income:
        return False
    number, cells = footer[0]
    held = False
    for title, sign in ((columns.income, 1), (columns.outgo, -1)):
        said = _said(cells, titles.index(title))
        if said is None:
            continue
        found = sign * sum(line.amount for line in statement.lines if line.amount * sign > 0)
        if said != found:
            raise WrongSum(field=NAME, row=number, said=format_yuan(said), found=format_yuan(found))
        held = True
    return held


def _said(cells: Sequence[str], place: int) -> int | None:
    """Read a total."""
    try:
        return fen(clean(cells[place])) if place < len(cells) and clean(cells[place]) else None
    except NotAnAmount:
        return None

"""Bill files of Alipay, WeChat Pay and banks: known by what is in them, never by their name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.ledger.exchange.bills import alipay, bank, wechat
from shanzhi.ledger.exchange.bills.reading import NAME, BadBill, Columns, Statement, ends_with_line, grid

KINDS: Final = {
    alipay.PERSONAL: _("Alipay transactions"),
    alipay.FLOW: _("Alipay account flow of a business"),
    wechat.PERSONAL: _("WeChat Pay bill"),
    wechat.TRADES: _("WeChat Pay transactions of a business"),
    wechat.FLOW: _("WeChat Pay account flow of a business"),
    bank.KIND: _("Bank statement"),
}
WARNINGS: Final = {
    "no_sign": _(
        "The file says nowhere how many rows or what sum it holds. Whether it is whole cannot be seen; compare its end."
    ),
    "no_end": _(
        "The balances follow from row to row, but the file names no totals. Whether rows are missing at its end or "
        "beginning cannot be seen; compare the first and the last row."
    ),
    "no_line_end": _("The last row ends without an end of line. Compare it with the bank's own page."),
    "by_card": _(
        "%(count)s rows were paid by or to a bank card. They stand in the bank's statement too; leave them out here if "
        "that account is in the book."
    ),
    "fees": _("The fees of %(amount)s yuan stand in the totals alone and are no rows. Enter them by hand."),
}
SKIPPED: Final = {
    "closed": _("No money moved: closed, failed, or an amount of zero."),
    "currency": _("Not in yuan."),
    "neither": _("Neither income nor expense, and its kind does not tell which way the money went."),
}


def read(content: bytes, own: Mapping[str, Columns] | None = None) -> Statement:
    """Read a bill file; `own` are the mappings of the book for banks. Raises BadBill and its kinds, BadFile."""
    rows = grid(content)
    if alipay.is_flow(rows):
        if len(rows) < 3 or all(cells[0].strip().startswith("#") for _number, cells in rows):
            raise BadBill(field=NAME)
        return alipay.read_flow(rows)
    mapped = bank.find(rows, own or {})
    if (found := wechat.find(rows)) is not None:
        kind, header = found
        by_kind = {wechat.PERSONAL: wechat.read, wechat.TRADES: wechat.read_trades, wechat.FLOW: wechat.read_flow}
        return by_kind[kind](rows, header)
    if (shape := alipay.find(rows)) is not None:
        return alipay.read(rows, *shape)
    if mapped is None:
        raise BadBill(field=NAME)
    return bank.read(rows, *mapped, ended=ends_with_line(content))

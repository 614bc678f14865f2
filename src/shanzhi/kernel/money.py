"""Money: whole fen (1/100 yuan), never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.words import _

# The largest amount a bigint column and a person's eye can take: a hundred billion yuan.
MOST_FEN: Final = 10**13
_YUAN: Final = re.compile(
    r"^[¥￥]?\s*(?P<sign>-?)(?P<yuan>\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．](?P<fen>\d{1,2}))?\s*元?$"
)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


class NotAnAmount(Invalid):
    """The text is not an amount in yuan."""

    code = "not_an_amount"
    message = _("Write the amount in yuan with at most two decimals, such as 12,345.00.")


def parse_yuan(text: str) -> int:
    """Read an amount in yuan ('12,345.00', '￥500', '500元', full-width digits) as whole fen; raise NotAnAmount."""
    match = _YUAN.match(text.strip().translate(_FULL_WIDTH))
    if match is None:
        raise NotAnAmount
    fen = int(re.sub(r"[,，]", "", match["yuan"])) * 100 + int((match["fen"] or "0").ljust(2, "0"))
    if fen > MOST_FEN:
        raise NotAnAmount
    return -fen if match["sign"] else fen


def format_yuan(fen: int) -> str:
    """Write fen as ¥12,345.00."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def fen_to_yuan(fen: int) -> Decimal:
    """Give the exact amount in yuan, for exchange formats."""
    return Decimal(fen).scaleb(-2)

"""How amounts of any commodity read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from shanzhi.kernel.money import format_yuan
from shanzhi.ledger.models import Commodity

CNY = "CNY"


def amount_words(amount: int, commodity: Commodity) -> str:
    """Write whole units as they are read: fen as ¥12.00, others with their unit."""
    if commodity.code == CNY:
        return format_yuan(amount)
    whole, rest = divmod(abs(amount), 10**commodity.digits)
    text = f"{whole:,}" + (f".{rest:0{commodity.digits}d}" if commodity.digits else "")
    return _("%(amount)s %(unit)s") % {"amount": f"{'-' if amount < 0 else ''}{text}", "unit": commodity.unit}

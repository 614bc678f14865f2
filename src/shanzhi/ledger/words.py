"""How amounts of any commodity read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shanzhi.kernel.money import format_yuan
from shanzhi.ledger.models import Commodity

CNY: Final = "CNY"
MIN: Final = "MIN"
UNDOING: Final = "reverse."
_kinds: Final[dict[str, Any]] = {"transfer": gettext_lazy("Transfer")}


def register_kinds(words: Mapping[str, Any]) -> None:
    """Say how kinds of entries read; rooms that enter do it when the site starts."""
    _kinds.update(words)


def kind_words(kind: str) -> str:
    """Give a kind of entry in words; one that no room knows any more as it stands."""
    if kind.startswith(UNDOING):
        return _("Reversal: %(kind)s") % {"kind": kind_words(kind.removeprefix(UNDOING))}
    return str(_kinds.get(kind, kind))


def _unit(commodity: Commodity, amount: int) -> str:
    """Name the unit: of time, which every book counts in, in the reader's language."""
    return ngettext("minute", "minutes", abs(amount)) if commodity.code == MIN else commodity.unit


def amount_words(amount: int, commodity: Commodity) -> str:
    """Write whole units as they are read: fen as ¥12.00, others with their unit."""
    if commodity.code == CNY:
        return format_yuan(amount)
    whole, rest = divmod(abs(amount), 10**commodity.digits)
    text = f"{whole:,}" + (f".{rest:0{commodity.digits}d}" if commodity.digits else "")
    return _("%(amount)s %(unit)s") % {"amount": f"{'-' if amount < 0 else ''}{text}", "unit": _unit(commodity, amount)}

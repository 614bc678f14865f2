"""The tables of the ledger."""

from shanzhi.ledger.models.bills import (
    Action,
    BillColumns,
    BillContent,
    BillFile,
    BillLine,
    BillMatch,
    BillRule,
    How,
)
from shanzhi.ledger.models.books import BY_HAND, Account, Balance, Book, Commodity, Keeper, Nature, Owner
from shanzhi.ledger.models.journal import Closing, ClosingBalance, Entry, Posting

__all__ = [
    "BY_HAND", "Account", "Action", "Balance", "BillColumns", "BillContent", "BillFile", "BillLine", "BillMatch",
    "BillRule", "Book", "Closing", "ClosingBalance", "Commodity", "Entry", "How", "Keeper", "Nature", "Owner",
    "Posting",
]  # fmt: skip

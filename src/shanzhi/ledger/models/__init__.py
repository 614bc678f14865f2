"""The tables of the ledger."""

from shanzhi.ledger.models.books import Account, Balance, Book, Commodity, Keeper, Nature, Owner
from shanzhi.ledger.models.journal import Closing, ClosingBalance, Entry, Posting

__all__ = [
    "Account", "Balance", "Book", "Closing", "ClosingBalance", "Commodity", "Entry", "Keeper", "Nature", "Owner",
    "Posting",
]  # fmt: skip

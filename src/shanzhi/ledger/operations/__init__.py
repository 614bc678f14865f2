"""Every write of the ledger."""

from shanzhi.ledger.operations.accounts import (
    account_for,
    bound,
    close_account,
    hold_between,
    make_account,
    make_accounts,
    open_account,
)
from shanzhi.ledger.operations.books import (
    close_period,
    create_book,
    create_commodity,
    name_keeper,
    release_keeper,
)
from shanzhi.ledger.operations.content import Entered, Leg
from shanzhi.ledger.operations.entering import enter, ready_transfer, reverse, transfer, undo
from shanzhi.ledger.operations.many import MOST_MOVES, Move, transfer_many
from shanzhi.ledger.operations.together import enter_each as transfer_each

__all__ = [
    "MOST_MOVES", "Entered", "Leg", "Move", "account_for", "bound", "close_account", "close_period", "create_book",
    "create_commodity", "enter", "hold_between", "make_account", "make_accounts", "name_keeper", "open_account",
    "ready_transfer", "release_keeper", "reverse", "transfer", "transfer_each", "transfer_many", "undo",
]  # fmt: skip

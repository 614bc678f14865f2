"""Registers of offices: received, checked, decided, taken, taken back."""

from shanzhi.organizations.operations.registers.checking import check_register
from shanzhi.organizations.operations.registers.deciding import (
    AnotherImpossible,
    NotACandidate,
    NotDoubtful,
    another_impossible,
    decide_row,
)
from shanzhi.organizations.operations.registers.receiving import (
    BadColumns,
    RegisterGone,
    forget_register,
    name_columns,
    receive_register,
)
from shanzhi.organizations.operations.registers.undoing import start_undo, undo_register
from shanzhi.organizations.operations.registers.writing import NothingToTake, take_register, write_register
from shanzhi.places.exchange.lists.choosing import ColumnTwice, NoWorksheet

__all__ = [
    "AnotherImpossible",
    "BadColumns",
    "ColumnTwice",
    "NoWorksheet",
    "NotACandidate",
    "NotDoubtful",
    "NothingToTake",
    "RegisterGone",
    "another_impossible",
    "check_register",
    "decide_row",
    "forget_register",
    "name_columns",
    "receive_register",
    "start_undo",
    "take_register",
    "undo_register",
    "write_register",
]

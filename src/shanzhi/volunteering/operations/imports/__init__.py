"""Lists of volunteers: received, checked, decided, taken, taken back."""

from shanzhi.places.exchange.lists.choosing import ColumnTwice, NoWorksheet
from shanzhi.volunteering.operations.imports.checking import check_import
from shanzhi.volunteering.operations.imports.deciding import ChildWithoutGuardian, NotDoubtfulRow, decide_row
from shanzhi.volunteering.operations.imports.receiving import (
    ImportGone,
    NoNameColumn,
    forget_import,
    name_columns,
    receive_import,
)
from shanzhi.volunteering.operations.imports.undoing import start_undo, undo_import
from shanzhi.volunteering.operations.imports.writing import NothingInList, take_import, write_import

__all__ = [
    "ChildWithoutGuardian",
    "ColumnTwice",
    "ImportGone",
    "NoNameColumn",
    "NoWorksheet",
    "NotDoubtfulRow",
    "NothingInList",
    "check_import",
    "decide_row",
    "forget_import",
    "name_columns",
    "receive_import",
    "start_undo",
    "take_import",
    "undo_import",
    "write_import",
]

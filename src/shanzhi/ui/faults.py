"""The faults of a sheet that somebody sent, as a list: found by row and column, and taken along to mend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, Rows


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell; the header is row 1. `id` is its place among the faults."""

    id: int
    row: int
    field: str
    cure: str


def _found(rows: Rows, text: str) -> Rows:
    """Find by the number of the row, or by a part of what would help."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted == str(row.row) or wanted in row.cure.casefold())


FAULTS: Final = Listing(
    key="faults",
    prefix="fault-",
    caption=_("Faults of the sheet"),
    columns=(
        Column("row", _("Row"), "number", sort="row"),
        Column("field", _("Column"), sort="field"),
        Column("cure", _("What would help")),
    ),
    default_sort="row",
    filters=(ChoiceFilter("field", _("Column"), choices=()),),
    search=_found,
    search_label=_("Number of the row, or words"),
    empty=Empty(_("The sheet has no faults.")),
)


def faults_of(found: Iterable[tuple[int, str, str]]) -> tuple[Listing, Rows]:
    """Give the list of faults, each as row, column and cure, with the columns that have some to choose from."""
    rows = [Fault(place, *one) for place, one in enumerate(found, 1)]
    columns = [(name, name) for name in dict.fromkeys(row.field for row in rows)]
    return replace(FAULTS, filters=(ChoiceFilter("field", _("Column"), choices=columns),)), Rows(rows)

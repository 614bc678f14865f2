"""The declaration of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

from shanzhi.ui.listing.columns import Column, Empty
from shanzhi.ui.listing.filters import Filter

Words = str | Promise
# from rows and words to the rows that hold them; the rows are of a queryset, or `Rows` where they are worked out
Search = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Listing:
    """What a list shows and how it may be narrowed and ordered.

    `key` names the export file and the part of the page that changes. `default_sort` is a column's key, '-' before it
    for the largest first. `paging` 'auto' offers page numbers up to 10,000 rows and goes from mark to mark beyond;
    'keyset' never counts pages. `tie` is the unique field that settles equal rows. `cards` replaces the table by a
    template drawn for each row as `row`. `prefix` goes before each of its parameters in an address, so that several
    lists may stand on one page.
    """

    key: str
    columns: Sequence[Column]
    default_sort: str
    filters: Sequence[Filter] = field(default_factory=tuple)
    search: Search | None = None
    search_label: Words = ""
    page_size: int = 25
    paging: Literal["auto", "keyset"] = "auto"
    tie: str = "id"
    empty: Empty | None = None
    caption: Words = ""
    cards: str = ""
    export: bool = True
    prefix: str = ""

    def column(self, key: str) -> Column | None:
        """Find a column by its key."""
        return next((column for column in self.columns if column.key == key), None)

    @property
    def searchable(self) -> bool:
        """Tell whether the list has a search (a template would call `search` itself)."""
        return self.search is not None

    @property
    def shown(self) -> list[Column]:
        """The columns of the page."""
        return [column for column in self.columns if column.on_page]

    @property
    def exported(self) -> list[Column]:
        """The columns of the export."""
        return [column for column in self.columns if column.in_export]

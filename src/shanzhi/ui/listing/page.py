"""One page of a list, worked out from a request: what was asked, which rows, how many, and where to go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from shanzhi.ui import formatting
from shanzhi.ui.listing import order as ordering
from shanzhi.ui.listing.columns import table_body
from shanzhi.ui.listing.declaration import Listing
from shanzhi.ui.listing.drawn import Chip, FilterView, Heading, chip_row, control, head_cell, option_tags
from shanzhi.ui.listing.filters import FEW, Filter, Several
from shanzhi.ui.listing.memory import Rows
from shanzhi.ui.listing.recent import counted

MOST_COUNTED: Final = 10_000
LONGEST_SEARCH: Final = 100
_PLACE_KEYS: Final = frozenset({"page", "after", "before", "export"})


@dataclass(frozen=True)
class Question:
    """Which of several was meant; a link for each."""

    words: str
    chips: tuple[Chip, ...]
    more: bool


@dataclass
class ListPage:
    """What `ui/listing.html` draws."""

    listing: Listing
    request: HttpRequest
    order: ordering.Order
    rows: list[Any] = field(default_factory=list)
    total: int = 0
    capped: bool = False
    page: int = 1
    pages: int = 0
    before: str = ""
    after: str = ""
    search: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    @property
    def count_words(self) -> str:
        """How many rows there are: exact up to 10,000, '10,000+' beyond."""
        return f"{MOST_COUNTED:,}+" if self.capped else formatting.count(self.total)

    @property
    def narrowed(self) -> bool:
        """Tell whether a search or a filter is on."""
        return bool(self.search or self.values)

    def url(self, **changes: str) -> str:
        """Write the address of this list with some parameters changed ('' takes one away), from its first page."""
        params = {key: value for key, value in self.params.items() if key not in _PLACE_KEYS}
        return self._address(params | changes)

    def _address(self, own: dict[str, str]) -> str:
        """Write an address with these parameters of the list; what other lists of the page were asked stays."""
        mine = {f"{self.listing.prefix}{key}": value for key, value in own.items() if value}
        query = urlencode({**self.others, **mine})
        return (f"{self.request.path}?{query}" if query else self.request.path) + self.anchor

    @property
    def anchor(self) -> str:
        """Where the list begins, for addresses of a page that holds more than it."""
        return f"#list-{self.listing.key}" if self.listing.prefix else ""

    @property
    def everything(self) -> str:
        """The address at which nothing narrows this list."""
        return self._address({})

    @property
    def asked(self) -> bool:
        """Tell whether the address asks anything of this list."""
        return bool(self.params)

    @property
    def body(self) -> SafeString:
        """The rows of the table."""
        return table_body(self.listing.shown, self.rows)

    @property
    def head(self) -> SafeString:
        """The heads of the columns, drawn."""
        return mark_safe("".join(map(head_cell, self.headings)))  # noqa: S308 - escaped by _head_cell

    @property
    def headings(self) -> list[Heading]:
        """The heads of the columns."""
        return [self._heading(column) for column in self.listing.shown]

    def _heading(self, column: Any) -> Heading:
        if not column.sort:
            return Heading(str(column.label), column.css)
        mine = self.order.key == column.key
        down = mine and self.order.descending
        state = "descending" if down else "ascending" if mine else "none"
        target = column.key if down or not mine else f"-{column.key}"
        return Heading(str(column.label), column.css, self.url(sort=target), state)

    def ask(self, one: Filter, several: Several) -> None:
        """Ask which of several values a filter was meant to have."""
        words = gettext("More than one place is called “%(words)s”. Which one?") % {"words": self.params[one.key]}
        chips = tuple(Chip(label, self.url(**{one.key: value})) for value, label in several.options)
        self.questions.append(Question(words, chips, several.more))

    @property
    def sort_options(self) -> SafeString:
        """The orders to choose from; '' where no column can be sorted."""
        return option_tags(tuple(ordering.choices(self.listing)), self.order.parameter)

    @property
    def removals(self) -> list[Chip]:
        """A chip for each thing that narrows the list; its link takes it away."""
        chips = [Chip(f"“{self.search}”", self.url(q=""))] if self.search else []
        for one in self.listing.filters:
            if one.key in self.values:
                words = f"{one.label}{'：' if formatting.chinese() else ': '}" + one.words(
                    self.values[one.key], self.request
                )
                chips.append(Chip(words, self.url(**dict.fromkeys(one.keys, ""))))
        return chips

    @cached_property
    def chip_filters(self) -> list[FilterView]:
        """The filters that stand open as chips."""
        return [view for view in self._views if view.chips]

    @cached_property
    def form_filters(self) -> list[FilterView]:
        """The filters that stand in the form."""
        return [view for view in self._views if not view.chips]

    @cached_property
    def _views(self) -> list[FilterView]:
        return [self._view(one) for one in self.listing.filters]

    def _view(self, one: Filter) -> FilterView:
        given = tuple(self.params.get(key, "") for key in one.keys)
        names = tuple(f"{self.listing.prefix}{key}" for key in one.keys)
        options = tuple(one.options(self.request))
        chips: tuple[Chip, ...] = ()
        if options and len(options) <= FEW:
            chosen = given[0] if one.key in self.values else ""
            everything = Chip(gettext("All"), self.url(**{one.key: ""}), not chosen)
            chips = (everything, *(Chip(words, self.url(**{one.key: v}), v == chosen) for v, words in options))
        return FilterView(str(one.label), "choice" if options else one.shape, chips, options, names, given, given[0])

    @property
    def controls(self) -> SafeString:
        """The controls of the filters in the form, drawn."""
        return mark_safe("".join(map(control, self.form_filters)))  # noqa: S308 - escaped by control

    @property
    def chip_rows(self) -> SafeString:
        """The filters that stand open as chips, drawn."""
        return mark_safe("".join(map(chip_row, self.chip_filters)))  # noqa: S308 - escaped by chip_row

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters that the form must carry on: filters that stand as chips, and what other lists were asked.

        All others have controls in it.
        """
        names = {name for view in self.chip_filters for name in view.names}
        mine = [(f"{self.listing.prefix}{key}", value) for key, value in self.params.items()]
        return [*((name, value) for name, value in mine if name in names), *self.others.items()]

    @property
    def page_links(self) -> list[Chip | None]:
        """The numbers of pages around this one; None is a gap."""
        near = {1, self.pages, *range(self.page - 1, self.page + 2)}
        links: list[Chip | None] = []
        last = 0
        for number in sorted(n for n in near if 1 <= n <= self.pages):
            if number > last + 1:
                links.append(None)
            links.append(Chip(str(number), self.url(page=str(number)), number == self.page))
            last = number
        return links

    @property
    def export_limit(self) -> str:
        """How many rows an export holds at most, where the list may be longer; '' where all will fit."""
        return formatting.count(most_exported()) if self.capped or self.total > most_exported() else ""

    @property
    def xlsx_url(self) -> str:
        """The address of this list as an Excel sheet."""
        return self.url(export="xlsx")

    @property
    def csv_url(self) -> str:
        """The address of this list as CSV."""
        return self.url(export="csv")

    @cached_property
    def previous_url(self) -> str:
        """The address of the page before, or ''."""
        if self.pages:
            return self.url(page=str(self.page - 1)) if self.page > 1 else ""
        return self.url(before=self.before) if self.before else ""

    @cached_property
    def next_url(self) -> str:
        """The address of the page after, or ''."""
        if self.pages:
            return self.url(page=str(self.page + 1)) if self.page < self.pages else ""
        return self.url(after=self.after) if self.after else ""


def most_exported() -> int:
    """How many rows an export may hold: the setting EXPORT_ROWS, 50,000 by default."""
    return int(getattr(settings, "EXPORT_ROWS", 50_000))


def narrowed(listing: Listing, queryset: ordering.Source, page: ListPage) -> ordering.Source:
    """Apply search and filters; what makes no sense is left out and said so in the page's warnings."""
    for one in listing.filters:
        value = one.parse(page.params, page.request)
        if isinstance(value, Several):
            page.ask(one, value)
        elif value is not None:
            page.values[one.key] = value
            queryset = queryset.filter(one.query(value))
        elif any(page.params.get(key) for key in one.keys):
            page.warnings.append(
                gettext("The filter “%(name)s” was not understood and left out.") % {"name": one.label}
            )
    if listing.search and page.search:
        return cast("ordering.Source", listing.search(queryset, page.search))
    return queryset


def parameters(source: Mapping[str, str]) -> dict[str, str]:
    """Read the parameters of an address; NUL, which PostgreSQL does not store, is dropped."""
    return {key: source[key].replace("\x00", "").strip() for key in source}


def _parted(given: dict[str, str], prefix: str) -> tuple[dict[str, str], dict[str, str]]:
    """Part the parameters of an address into those of the list, without its prefix, and the others."""
    mine = {key.removeprefix(prefix): value for key, value in given.items() if key.startswith(prefix)}
    return mine, {key: value for key, value in given.items() if value and not key.startswith(prefix)}


def build(request: HttpRequest, listing: Listing, queryset: ordering.Source) -> tuple[ListPage, ordering.Source]:
    """Read what was asked and narrow the rows to it; gives the page without rows, and the rows unordered."""
    params, others = _parted(parameters(request.GET), listing.prefix)
    order = ordering.chosen(listing, params.get("sort", ""))
    words = params.get("q", "")[:LONGEST_SEARCH]
    page = ListPage(listing, request, order, params=params, others=others, search=words)
    return page, narrowed(listing, queryset, page)


def fill(page: ListPage, queryset: QuerySet[Any] | Rows) -> None:
    """Fetch the rows of the page and count, in two queries at most."""
    if isinstance(queryset, Rows):
        page.total = queryset.count()
        return _by_number(page, ordering.ordered(queryset, page.order))
    page.total = counted(queryset, MOST_COUNTED)
    page.capped = page.total > MOST_COUNTED
    if page.listing.paging == "auto" and not page.capped:
        return _by_number(page, ordering.ordered(queryset, page.order))
    return _by_mark(page, queryset, page.order)


def _by_number(page: ListPage, rows: QuerySet[Any] | Rows) -> None:
    size = page.listing.page_size
    page.pages = max(1, -(-page.total // size))
    wanted = page.params.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    page.page = min(max(number, 1), page.pages)
    if str(page.page) != wanted:
        words = gettext("There is no page “%(page)s”; this is page %(number)s.")
        page.warnings.append(words % {"page": wanted[:20], "number": page.page})
    page.rows = list(rows[(page.page - 1) * size : page.page * size])


def _by_mark(page: ListPage, queryset: QuerySet[Any], order: ordering.Order) -> None:
    listing, size = page.listing, page.listing.page_size
    after, before = page.params.get("after", ""), page.params.get("before", "")
    backwards = bool(before and not after)
    rows = ordering.ordered(queryset, order, backwards=backwards)
    try:
        if after or before:
            rows = ordering.beyond(rows, listing, order, after or before, backwards=backwards)
    except ordering.BadMark:
        page.warnings.append(gettext("This link into the list is no longer valid; the list starts from its beginning."))
        rows, after, before, backwards = ordering.ordered(queryset, order), "", "", False
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    page.rows = found[::-1] if backwards else found
    if page.rows:
        page.after = ordering.mark(listing, order, page.rows[-1]) if more or backwards else ""
        page.before = ordering.mark(listing, order, page.rows[0]) if (more if backwards else after) else ""

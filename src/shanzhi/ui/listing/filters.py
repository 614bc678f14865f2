"""Filters of a list: each reads its own parameters, narrows the rows and shows itself as chips."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from shanzhi.kernel.areas import LEVELS, upper_bound
from shanzhi.ui import formatting
from shanzhi.ui.choosing import LONGEST_WORDS, MOST_MATCHES, AreaSource, Place, lines

Words = str | Promise
Choices = Iterable[tuple[str, Words]]
FEW = 6
"""Up to so many choices are shown as chips; more go into a select."""


@dataclass(frozen=True)
class Filter:
    """A filter named `key` in the address; `field` is what it compares, by default the key.

    `apply` replaces the comparison: it takes the value and gives a Q.
    """

    key: str
    label: Words
    field: str = ""
    apply: Callable[[Any], Q] | None = None

    @property
    def shape(self) -> str:
        """How the page asks for it: text, choice or days."""
        return "text"

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters that this filter reads."""
        return (self.key,)

    @property
    def path(self) -> str:
        """What this filter compares."""
        return self.field or self.key

    def options(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """List the values to choose from and their words; none where anything can be typed."""
        return []

    def parse(self, params: Mapping[str, str], request: HttpRequest) -> Any:
        """Read the value; None when none is given or it makes no sense."""
        return params.get(self.key, "").strip() or None

    def query(self, value: Any) -> Q:
        """Turn the value into a condition."""
        return self.apply(value) if self.apply else Q(**{self.path: value})

    def words(self, value: Any, request: HttpRequest) -> str:
        """Say the value in words, for the chip that takes it away."""
        return str(value)


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One of several values; `choices` are pairs, or a function of the request that gives them."""

    choices: Choices | Callable[[HttpRequest], Choices] = ()

    @property
    def shape(self) -> str:
        """Chips or a select; without choices (an area's code) a text."""
        return "choice" if self.choices else "text"

    def options(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """List the values and their words."""
        pairs = self.choices(request) if callable(self.choices) else self.choices
        return [(str(value), str(label)) for value, label in pairs]

    def parse(self, params: Mapping[str, str], request: HttpRequest) -> str | None:
        """Read the value; one that is not among the choices counts as none."""
        given = params.get(self.key, "")
        return given if given and any(given == value for value, _ in self.options(request)) else None

    def words(self, value: Any, request: HttpRequest) -> str:
        """Say the chosen value in its own words."""
        return dict(self.options(request)).get(value, str(value))


@dataclass(frozen=True)
class BooleanFilter(Filter):
    """Yes or no."""

    yes: Words = ""
    no: Words = ""

    @property
    def shape(self) -> str:
        """Two chips."""
        return "choice"

    def options(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """List both values and their words."""
        return [("1", str(self.yes or gettext("Yes"))), ("0", str(self.no or gettext("No")))]

    def parse(self, params: Mapping[str, str], request: HttpRequest) -> bool | None:
        """Read '1' or '0'."""
        return {"1": True, "0": False}.get(params.get(self.key, ""))

    def words(self, value: Any, request: HttpRequest) -> str:
        """Say the value in its own words."""
        return self.options(request)[0 if value else 1][1]


@dataclass(frozen=True)
class DateRangeFilter(Filter):
    """From a day to a day, both included, in the time of the place; `moments` for a field that holds date and hour."""

    moments: bool = True

    @property
    def shape(self) -> str:
        """Two days."""
        return "days"

    @property
    def keys(self) -> tuple[str, ...]:
        """The first and the last day."""
        return (f"{self.key}_from", f"{self.key}_to")

    def parse(
        self, params: Mapping[str, str], request: HttpRequest
    ) -> tuple[datetime.date | None, datetime.date | None] | None:
        """Read both days; one that is none is left out."""
        first, last = (_day(params.get(key, "")) for key in self.keys)
        return (first, last) if first or last else None

    def query(self, value: Any) -> Q:
        """Compare from the start of the first day to the end of the last."""
        if self.apply:
            return self.apply(value)
        first, last = value
        cast = _midnight if self.moments else _same
        condition = Q()
        if first:
            condition &= Q(**{f"{self.path}__gte": cast(first)})
        if last:
            condition &= Q(**{f"{self.path}__lt": cast(last + datetime.timedelta(days=1))})
        return condition

    def words(self, value: Any, request: HttpRequest) -> str:
        """Say both days."""
        first, last = value
        return f"{formatting.day(first) if first else '…'} – {formatting.day(last) if last else '…'}"


class Picked(str):
    """A code with the words for it, so that the name need not be looked up again."""

    label: str = ""

    @classmethod
    def of(cls, place: Place) -> "Picked":
        """Pick a place."""
        picked = cls(place.code)
        picked.label = place.words
        return picked


@dataclass(frozen=True)
class Several:
    """More than one value fits what was typed: the reader is asked which."""

    options: tuple[tuple[str, str], ...]
    more: bool


@dataclass(frozen=True)
class AreaFilter(ChoiceFilter):
    """An area with all below it. `source` gives the areas open to the reader: a list where they are few, else by name.

    Without a source, `choices` as for ChoiceFilter, or any code.
    """

    source: Callable[[HttpRequest], AreaSource] | None = None

    @property
    def shape(self) -> str:
        """Asked for by name where nothing says that areas are few."""
        return "area" if self.source else super().shape

    def options(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """List the areas where they are few."""
        return super().options(request) if self.source is None else lines(self.source(request).few or ())

    def parse(self, params: Mapping[str, str], request: HttpRequest) -> Any:
        """Read a code, or the name of an area; Several where the name is that of more than one."""
        given = params.get(self.key, "").strip()
        if self.source is not None:
            return self._sought(given[:LONGEST_WORDS], self.source(request)) if given else None
        if self.choices:
            return super().parse(params, request)
        return given if given.isascii() and given.isdigit() and len(given) in LEVELS else None

    def _sought(self, given: str, source: AreaSource) -> "Picked | Several | None":
        if given.isascii() and given.isdigit():
            held = source.find([given])
            return Picked.of(held[given]) if given in held else None
        matches = source.search(given)
        exact = [place for place in matches if place.name == given] or matches
        if len(exact) == 1:
            return Picked.of(exact[0])
        options = tuple((place.code, place.words) for place in matches[:MOST_MATCHES])
        return Several(options, len(matches) > MOST_MATCHES) if options else None

    def query(self, value: Any) -> Q:
        """Compare by the range of codes, which the index serves."""
        if self.apply:
            return self.apply(value)
        return Q(**{f"{self.path}__gte": str(value), f"{self.path}__lt": upper_bound(value)})

    def words(self, value: Any, request: HttpRequest) -> str:
        """Name the area."""
        return value.label if isinstance(value, Picked) else super().words(value, request)


def _day(text: str) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2999 else None


def _same(value: datetime.date) -> datetime.date:
    return value


def _midnight(value: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(value, datetime.time.min))

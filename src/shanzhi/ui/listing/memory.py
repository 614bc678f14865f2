"""Rows that are worked out and stand in no table, such as those of a count, with what a list asks of its rows."""

import operator
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Final

from django.db.models import F, OrderBy, Q

_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class Rows:
    """A few thousand rows at most: all of them are held, so that they need no query and are counted exactly."""

    def __init__(self, rows: Iterable[Any]) -> None:
        """Take the rows; each has the attributes that the list orders and filters by."""
        self._rows = list(rows)

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows."""
        return iter(self._rows)

    def __getitem__(self, part: slice) -> "Rows":
        """Give a part of the rows."""
        return Rows(self._rows[part])

    def count(self) -> int:
        """Count the rows."""
        return len(self._rows)

    def iterator(self, chunk_size: int = 0) -> Iterator[Any]:
        """Go through the rows, as an export does."""
        return iter(self._rows)

    def having(self, test: Callable[[Any], bool]) -> "Rows":
        """Keep the rows that pass a test; a search is such a test."""
        return Rows(row for row in self._rows if test(row))

    def filter(self, condition: Q) -> "Rows":
        """Keep the rows that meet a condition of a filter."""
        return self.having(lambda row: _meets(row, condition))

    def order_by(self, *orders: OrderBy) -> "Rows":
        """Order the rows, empty values last unless an order says otherwise."""
        rows = self._rows
        for order in reversed(orders):
            path: Any = getattr(order.expression, "name", None)  # an F has it; its stub does not know
            if not isinstance(order.expression, F):
                raise TypeError("rows that are held are ordered by their attributes alone")
            read = attrgetter(path.replace("__", "."))
            known = sorted((row for row in rows if read(row) is not None), key=read, reverse=order.descending)
            empty = [row for row in rows if read(row) is None]
            rows = [*empty, *known] if order.nulls_first else [*known, *empty]
        return Rows(rows)


def _meets(row: Any, condition: Q) -> bool:
    if condition.connector not in (Q.AND, Q.OR):
        raise ValueError(f"a condition joined by {condition.connector} is not understood")
    join = all if condition.connector == Q.AND else any
    children: list[Any] = condition.children  # conditions, and pairs of a path and a value
    parts = (_meets(row, one) if isinstance(one, Q) else _compares(row, *one) for one in children)
    met = not condition.children or join(parts)
    return met != condition.negated


def _compares(row: Any, path: str, wanted: Any) -> bool:
    steps, _dot, last = path.rpartition("__")
    name, way = (steps, last) if steps and last in _COMPARISONS else (path, "exact")
    value = attrgetter(name.replace("__", "."))(row)
    # a value that is not there meets nothing, as in the database
    return value is not None and _COMPARISONS[way](value, wanted)

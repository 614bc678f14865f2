"""What a process remembers for a minute, so that every page of a long list need not ask for it again.

Only what may be a minute old belongs here: that a list has more rows than are counted, and names of areas to choose
from. Each process of the server remembers for itself.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

SECONDS: Final = 60.0
Value = TypeVar("Value")


class Recent(Generic[Value]):
    """A few values by their keys, each for a minute."""

    def __init__(self, most: int = 500) -> None:
        """Keep at most so many; the oldest go first."""
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()
        _all.append(self)

    def get(self, key: Hashable) -> Value | None:
        """Give what is remembered, or None."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
        return value if until > time.monotonic() else None

    def keep(self, key: Hashable, value: Value) -> None:
        """Remember from now on."""
        with self._lock:
            self._kept[key] = (time.monotonic() + SECONDS, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()


_all: list[Recent[Any]] = []
_long: Recent[bool] = Recent()


def forget() -> None:
    """Forget all that any list remembers."""
    for one in _all:
        one.clear()


def _conditions(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out what is shown of each row: it says nothing of how many there are, and costs the most to write."""
    query = rows.query
    return rows if query.group_by is not None or query.combinator or query.distinct else rows.values("pk")


def counted(queryset: QuerySet[Any], most: int) -> int:
    """Count the rows up to `most`; one more than that stands for all numbers above it.

    Counting that far costs the most of all that a long list asks of the database, so 'more' is remembered. A short
    list is counted each time: its number and its pages are always right.
    """
    rows = queryset.order_by()
    try:
        words, values = _conditions(rows).query.sql_with_params()
    except EmptyResultSet:
        return 0
    key = (rows.db, most, words, repr(values))
    if _long.get(key):
        return most + 1
    found = rows[: most + 1].count()
    if found > most:
        _long.keep(key, True)
    return found

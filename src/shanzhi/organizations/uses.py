"""Where organisations are named all over the site, so that one in use is never removed when a register is taken back.

Tables that point to organisations by a key are known by themselves. Rooms above keep the bare number of one; each says
so in its `AppConfig.ready`:

    uses.register("ventures_proposal", "organization")
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection

from shanzhi.organizations.models import Membership, Organization, RegisterEntry

_named: Final[dict[tuple[str, str], None]] = {}


def register(table: str, column: str) -> None:
    """Say that a column of a table holds numbers of organisations."""
    _named[table, column] = None


def _places() -> list[tuple[str, str]]:
    """List table and column of every place but those that a register itself fills and looks at row by row."""
    own = (Membership, RegisterEntry)
    keys = [
        (one.related_model._meta.db_table, str(one.field.column))
        for one in Organization._meta.related_objects
        if one.related_model not in own
    ]
    return [*keys, *_named]


def used(organizations: Collection[UUID]) -> set[UUID]:
    """Tell which of these organisations something else names, in one query."""
    if not organizations:
        return set()
    quote = connection.ops.quote_name
    parts = [
        f"SELECT {quote(column)} FROM {quote(table)} WHERE {quote(column)} = ANY(%(ids)s)"  # noqa: S608 - our own names
        for table, column in _places()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), {"ids": list(organizations)})
        return {row[0] for row in cursor.fetchall()}

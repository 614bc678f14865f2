"""Which tables are audited: whoever changes a row of theirs leaves a digest of it in the tree.

A table is audited when its rows are what events tell of. Each room says so of its own tables in its `AppConfig.ready`:

    coverage.cover("ventures_award")
    coverage.leave_out("voting_envelope", "a record of it would tell when a voter cast")

A test goes through all tables and fails where neither was said. `reconcile` runs after every migrate: it puts triggers
on tables that lack them and digests the rows that are there. The triggers and their cost are told in docs/decisions,
'audit tree'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import connection, transaction

from shanzhi.kernel.canonical import digest

Mode = Literal["rows", "group", "later"]
# Gives table, key and words of each record that does not hold.
Check = Callable[[], Iterable[tuple[str, str, str]]]
TRIGGERS: Final = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
PREFIX: Final = "audit_told"
LOCK_PATIENCE: Final = "10s"


@dataclass(frozen=True, slots=True)
class Cover:
    """How a table is audited.

    `rows`: a digest for each row under its `key`. `group`: one digest for all rows of the same `key`, in the order of
    the column `order`, for rows that come in bulk and stay. `later`: the same, but taken by the sealer within a minute.
    Columns `left_out` may change unseen.
    """

    table: str
    key: str = "id"
    mode: Mode = "rows"
    order: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the triggers are told."""
        return (self.mode, self.key, self.order, *self.left_out)


_covers: Final[dict[str, Cover]] = {}
_left_out: Final[dict[str, str]] = {}
_checks: Final[dict[str, Check]] = {}


def cover(table: str, *, key: str = "id", mode: Mode = "rows", order: str = "", left_out: tuple[str, ...] = ()) -> None:
    """Say that a table is audited; see `Cover`. Saying it again replaces what was said."""
    names = (table, key, *([order] if order else []), *left_out)
    if not all(name.isidentifier() for name in names) or (mode != "rows" and not order):
        raise ValueError(f"no such cover: {names}")
    _covers[table] = Cover(table, key, mode, order, left_out)


def leave_out(table: str, why: str) -> None:
    """Say that a table is not audited, and why."""
    _left_out[table] = why


def check(name: str, run: Check) -> None:
    """Say how a room checks records of its own; `name` says what, for the report of `shanzhi audit verify`."""
    _checks[name] = run


def checks() -> dict[str, Check]:
    """Give the rooms' own checks by name."""
    return dict(sorted(_checks.items()))


def covers() -> tuple[Cover, ...]:
    """Give the audited tables in the order of their names."""
    return tuple(_covers[name] for name in sorted(_covers))


def cover_of(table: str) -> Cover | None:
    """Give how a table is audited, or None."""
    return _covers.get(table)


def left_out() -> dict[str, str]:
    """Give the tables that are not audited, with the reasons."""
    return dict(sorted(_left_out.items()))


def fingerprint() -> str:
    """Digest all that was said, so that a test database is made anew when it changes."""
    return digest([[one.table, *one.arguments] for one in covers()])


def quoted(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def installed() -> dict[str, dict[str, tuple[str, ...]]]:
    """Read from the catalogue which enabled triggers of ours are on which table, with their arguments."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgargs FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE starts_with(t.tgname, %s) AND t.tgenabled IN ('O', 'A')"
            " AND c.relnamespace = 'public'::regnamespace",
            [PREFIX],
        )
        for table, name, arguments in cursor.fetchall():
            words = bytes(arguments).decode().split("\0")[:-1]
            found.setdefault(table, {})[name] = tuple(words)
    return found


def wanted(one: Cover) -> dict[str, tuple[str, ...]]:
    """Give the triggers that a table should have, with their arguments."""
    return {**{f"{PREFIX}_{event}": one.arguments for event in TRIGGERS}, f"{PREFIX}_truncate": ()}


def uncovered() -> list[str]:
    """List the audited tables whose triggers are missing, disabled or other than they should be."""
    found = installed()
    return [one.table for one in covers() if found.get(one.table, {}) != wanted(one)]


def reconcile() -> list[str]:
    """Put the triggers where they are missing or other than wanted; give the tables that were covered now."""
    found, present = installed(), set(connection.introspection.table_names())
    if "audit_rowchange" not in present:
        return []
    changed = [one for one in covers() if one.table in present and found.get(one.table, {}) != wanted(one)]
    for one in changed:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
            for name in found.get(one.table, {}):
                cursor.execute(f"DROP TRIGGER {quoted(name)} ON {quoted(one.table)}")
            for statement in _making(one):
                cursor.execute(statement)
    return [one.table for one in changed]


def _making(one: Cover) -> Iterator[str]:
    table = quoted(one.table)
    arguments = ", ".join("'" + word.replace("'", "''") + "'" for word in one.arguments)
    for event, rows in TRIGGERS.items():
        function = "audit_tell" if one.mode == "rows" else "audit_tell_groups"
        if event == "update" and one.left_out:
            function, rows = "audit_tell_seen", "OLD TABLE AS before NEW"
        yield (
            f"CREATE TRIGGER {PREFIX}_{event} AFTER {event.upper()} ON {table} REFERENCING {rows} TABLE AS touched"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}({arguments})"
        )
    yield (
        f"CREATE TRIGGER {PREFIX}_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_emptying()"
    )


@contextmanager
def load_in_bulk(cursor: Any, table: str) -> Iterator[None]:
    """Load a table of millions without a digest a row while it runs; the sealer digests the new rows within a minute.

    Inside a transaction, by the table's owner. Nothing but rows that were not there before may be written inside.
    """
    for event in TRIGGERS:
        cursor.execute(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER {PREFIX}_{event}")
    yield
    for event in TRIGGERS:
        cursor.execute(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER {PREFIX}_{event}")
    cursor.execute(
        "INSERT INTO audit_rowchange (\"table\", op, keys, digests) VALUES (%s, 'L', '{}', '{}')",
        [table],
    )

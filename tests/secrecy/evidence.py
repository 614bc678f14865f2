"""What somebody gets hold of who has the whole database server: tables, files, log of changes, backups, logs."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from shanzhi.config.embedded import SUPERUSER, Cluster, binaries

PAGE: Final = 8192
WAL: Final = {"wal_level": "replica", "max_wal_senders": "4", "wal_keep_size": "1GB", "autovacuum": "off"}
"""Nothing is cleared away that an attacker might still find."""
RECEIPT: Final = re.compile(rb"(?=([A-Z2-7]{24}))")
"""Overlapping: the byte before a receipt, which tells its length, looks like a part of it."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Voter:
    """A voter as everybody with the database knows them: the identifiers under which rows may speak of them."""

    names: tuple[str, ...]
    raw: tuple[bytes, ...]


@dataclass(frozen=True)
class Tuple:
    """A row as it lies in a table's file, dead ones too."""

    table: str
    xmin: int
    xmax: int
    data: bytes


@dataclass(repr=False)  # hundreds of megabytes, which a failing test would write out
class Evidence:
    """All that was found, of one vote.

    `calls` are the voters in the order of casting, some of them twice; of some the choice is `known`. `envelope_of` is
    each voter's last row of the box, known to who looked into it after every cast.
    """

    envelope: str
    ballot: str
    codes: list[str]
    patterns: dict[str, tuple[int, ...]]
    voters: list[Voter]
    calls: list[int]
    known: dict[int, str]
    envelope_of: dict[int, Row] = field(default_factory=dict)
    before: dict[str, list[Row]] = field(default_factory=dict)
    after: dict[str, list[Row]] = field(default_factory=dict)
    stats: str = ""
    pages: dict[str, list[Tuple]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    wal_text: str = ""
    nodes: dict[str, str] = field(default_factory=dict)
    server_log: str = ""
    site_log: str = ""
    words: dict[str, str] = field(default_factory=dict)
    """What else says a choice than codes, such as why a sheet is invalid."""
    request: tuple[str, str] = ("PUT", "ballot")
    """By which method and route a ballot comes in, as the site's log has it."""

    def pattern(self, positions: tuple[int, ...]) -> str:
        """Name what a ballot says."""
        return next((name for name, one in self.patterns.items() if one == positions), "")

    @property
    def order(self) -> list[int]:
        """The voters in the order of their first casts."""
        return list(dict.fromkeys(self.calls))

    @property
    def last(self) -> list[int]:
        """The voters in the order of their last casts."""
        return list(dict.fromkeys(self.calls[::-1]))[::-1]

    @property
    def orders(self) -> dict[str, list[int]]:
        """Every order of the voters that somebody with the server knows."""
        return {"first casts": self.order, "last casts": self.last}

    @property
    def ballots(self) -> list[Row]:
        """The ballots after the close."""
        return self.after[self.ballot]

    def said(self, text: str) -> str:
        """Name the pattern whose codes, all of them and no others, stand in a text."""
        found = tuple(position for position, code in enumerate(self.codes) if code in text)
        return self.pattern(found) if found else next((self.words[word] for word in self.words if word in text), "")


@dataclass(repr=False)
class PaperEvidence(Evidence):
    """The same of a vote on paper, where an envelope is a sheet as one person read it, and `calls` are the readings.

    `places` are the voters of each polling place in the order of their marks; `codes_of` begin the places' serials;
    `printed` are serial and receipt of each sheet in the order of the PDF; `watched` are rows that might count along,
    looked at after each reading, with the voter whose sheet it was.
    """

    places: dict[str, list[int]] = field(default_factory=dict)
    codes_of: dict[str, str] = field(default_factory=dict)
    printed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    watched: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def marked(self) -> list[int]:
        """The voters in the order in which they got sheets."""
        return [voter for voters in self.places.values() for voter in voters]

    @property
    def orders(self) -> dict[str, list[int]]:
        """The order of the marks beside those of the first and the last readings."""
        return {**super().orders, "marks": self.marked}


def superuser(cluster: Cluster) -> psycopg.Connection[Any]:
    """Connect as the one who may read everything."""
    return psycopg.connect(cluster.url("shanzhi", role=SUPERUSER), autocommit=True)


@contextmanager
def nothing_forgotten(cluster: Cluster) -> Iterator[None]:
    """Keep the server from clearing away replaced lines meanwhile, as anybody can who may open a transaction."""
    with superuser(cluster) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT 1 FROM pg_class LIMIT 1")
        yield
        connection.execute("COMMIT")


def tables(cluster: Cluster) -> dict[str, list[Row]]:
    """Read every row of every table with its hidden columns."""
    with superuser(cluster) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        ]
        return {name: rows(connection, name) for name in names}


def rows(connection: psycopg.Connection[Any], table: str) -> list[Row]:
    """Read a table in the order in which it lies."""
    query = sql.SQL("SELECT ctid::text AS ctid, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax, * FROM {}")
    cursor = connection.execute(query.format(sql.Identifier(table)))
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def statistics(cluster: Cluster) -> str:
    """Read what the planner and the monitors know, freshly gathered."""
    with superuser(cluster) as connection:
        connection.execute("ANALYZE")
        found = []
        for view in ("pg_stats", "pg_stat_activity", "pg_stat_user_tables", "pg_stat_user_indexes", "pg_locks"):
            found += [str(row) for row in connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(view)))]
    return "\n".join(found)


def pages(cluster: Cluster, names: Mapping[str, str]) -> list[Tuple]:
    """Take the files of tables apart, without asking the database what still counts."""
    with superuser(cluster) as connection:
        connection.execute("CHECKPOINT")
        found = []
        for name in names:
            row = connection.execute("SELECT pg_relation_filepath(%s)", [name]).fetchone()
            assert row is not None
            found += list(_tuples(name, (cluster.data / row[0]).read_bytes()))
    return found


def _tuples(table: str, content: bytes) -> Iterator[Tuple]:
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        (lower,) = struct.unpack_from("<H", page, 12)
        for at in range(24, lower, 4):
            (item,) = struct.unpack_from("<I", page, at)
            offset, length = item & 0x7FFF, item >> 17
            if length:
                xmin, xmax = struct.unpack_from("<II", page, offset)
                yield Tuple(table, xmin, xmax, page[offset + page[offset + 22] : offset + length])


def nodes(cluster: Cluster, names: Mapping[str, str]) -> dict[str, str]:
    """Give by table the number under which the log of changes speaks of it."""
    with superuser(cluster) as connection:
        found = {}
        for name in names:
            row = connection.execute("SELECT pg_relation_filenode(%s)", [name]).fetchone()
            found[name] = str(row[0] if row else "")
    return found


def here(cluster: Cluster) -> str:
    """Give the place up to which the log of changes is written, and begin a new file of it."""
    with superuser(cluster) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal() + 1)").fetchone()
    return str(row[0] if row else "")


def wal(cluster: Cluster, since: str = "") -> tuple[str, bytes]:
    """Decode the log of changes, and give its bytes as well; all of it, or from a file of it on."""
    folder = cluster.data / "pg_wal"
    with superuser(cluster) as connection:
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
    names = (path for path in folder.iterdir() if re.fullmatch(r"[0-9A-F]{24}", path.name))
    segments = sorted(path for path in names if path.name >= since)
    used = [path for path in segments if path.read_bytes().strip(b"\0")]
    text = subprocess.run(
        [binaries() / "pg_waldump", "-p", folder, used[0].name, used[-1].name],
        capture_output=True,
        text=True,
        check=False,  # it ends with an error where the log ends
    ).stdout
    return text, b"".join(path.read_bytes() for path in used)


def backup(cluster: Cluster, target: Path) -> bytes:
    """Take a base backup while the server runs; give all its bytes."""
    subprocess.run(
        [
            binaries() / "pg_basebackup", "-h", cluster.sockets, "-U", SUPERUSER, "-D", target, "-X", "stream",
            "-c", "fast", "--no-sync",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return b"".join(path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file())

"""Ask a site everything that it answers, as everybody, and write each answer so that two can be compared.

What must differ between two answers to the same question is taken out first. The list is short and strict, because
whatever it takes out is not looked at: ids of rows that only one of the two has, random tokens,
digests over either, and how long something took. The clock stands still and every request bears one number, so that
both are compared as they are.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

from django.db import connection
from django.test import Client, TestCase
from django_tasks.signals import task_enqueued

from shanzhi.config.metrics import exposition
from shanzhi.voting.operations.envelopes import grouped
from tests.support.database import as_owner

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
RANDOM: Final = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=")\w{64}"'), r'\1<token>"'),
    (re.compile(r'(name="idempotency_key"[^>]* value=")[\w-]+"'), r'\1<token>"'),
    (re.compile(r'("challenge": ")[\w-]{43}"'), r'\1<token>"'),  # what a passkey must sign
    (re.compile(r"([?&]state=)[\w-]{22}\b"), r"\1<token>"),  # what WeChat must bring back
)
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
HEADERS: Final = (
    "Content-Type", "Location", "Content-Disposition", "ETag", "Last-Modified", "Allow", "Content-Language",
)  # fmt: skip
# Figures count what was asked of this process, so they are compared by how much each grew; readiness tells how far the
# clock, which stands still here, is from the database's; a generator is set up by a fresh secret, drawn as a picture.
NEVER_ASKED: Final = ("/-/metrics", "/-/ready", "/account/second-factor/generator/")
TIMES: Final = re.compile(r"_created\b|_seconds_(?!count)")
EXAMPLES: Final = ("/ui/pieces/",)  # a list of made-up rows
WRITES: Final = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(?!django_session")')
SEARCHED: Final = re.compile(r'<input[^>]* name="((?:\w+-)?q)"')
FILTERS: Final = re.compile(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', re.DOTALL)
OPTION: Final = re.compile(r'<option value="([^"]+)"')
EXPORTS: Final = re.compile(r'href="([^"]*\bexport=csv[^"]*)"')
CHIPS: Final = re.compile(r'class="chip" href="([^"]+)"')


Asked = tuple[str, str]
"""Who asked, and what."""


@dataclass
class Found:
    """What was seen of one twin: its rows, what its making logged, put off and counted, and what it answered.

    `told` are the questions whose answers read what the making wrote; `written` names those tables. `changed` are the
    questions that wrote something themselves, such as that a notice was read: they shape the answers after them.
    """

    answers: dict[Asked, str] = field(default_factory=dict)
    told: set[Asked] = field(default_factory=set)
    changed: set[Asked] = field(default_factory=set)
    written: frozenset[str] = frozenset()
    logs: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Neutral:
    """Take out what must differ; `known` are the ids and digests that both twins have, `own` the voter's receipt."""

    known: frozenset[str]
    own: str = ""

    def __call__(self, text: str) -> str:
        """Write a text without it."""
        text = UUID.sub(lambda one: one[0] if one[0] in self.known else "<id>", text)
        text = DIGEST.sub(lambda one: one[0] if one[0] in self.known else "<digest>", text)
        for pattern, instead in RANDOM:
            text = pattern.sub(instead, text)
        for written in (self.own, grouped(self.own)) if self.own else ():
            text = text.replace(written, "<receipt>")
        return text


def ids_and_digests() -> frozenset[str]:
    """Give all ids and digests that stand in the database."""
    columns = _columns(("uuid", "text", "character varying", "jsonb"))
    text = "\n".join(line for lines in _rows(columns) for line in lines)
    return frozenset([*UUID.findall(text), *DIGEST.findall(text)])


class Sweep:
    """Asks one address after the other and notes in `found` what comes back, with what was logged on the way."""

    def __init__(self, clients: dict[str, Client], neutral: Neutral, found: Found) -> None:
        """Take who asks."""
        self.clients, self.neutral, self.found = clients, neutral, found
        self._seen: set[Asked] = set()

    def everything(self, paths: Sequence[str]) -> None:
        """Ask all addresses as everybody; of a list also what its search, its filters and its exports give."""
        for who in self.clients:
            for path in paths:
                self._ask(who, path)
                for more in self._more(path, self.found.answers[who, path]):
                    self._ask(who, more)

    def again(self, asked: Iterable[Asked]) -> None:
        """Ask what was asked before."""
        for who, path in asked:
            self._ask(who, path)

    def _ask(self, who: str, path: str) -> None:
        read: list[str] = []

        def reading(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            read.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(reading), listening() as lines:
            answer = self.clients[who].get(path)
            raw = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        heads = [f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers]
        text = "\n".join([str(answer.status_code), *heads, _text(raw), *lines])
        self.found.answers[who, path] = self.neutral(text)
        if any(table in sql for sql in read for table in self.found.written):
            self.found.told.add((who, path))
        if any(WRITES.match(sql) for sql in read):
            self.found.changed.add((who, path))

    def _more(self, path: str, text: str) -> Iterator[str]:
        """Give what else a page with a list answers; once for all who are shown the same list."""
        start, end = text.find("<main"), text.find("</main>")
        main = text[start:end]
        if not text.startswith("200") or start < 0 or path in EXAMPLES or (path, main) in self._seen:
            return
        self._seen.add((path, main))
        for name in dict.fromkeys(SEARCHED.findall(main)):
            yield f"{path}?{name}=00"
        for link in dict.fromkeys([*EXPORTS.findall(main), *CHIPS.findall(main)[:2]]):
            yield urljoin(path, link.replace("&amp;", "&"))
        for name, options in FILTERS.findall(main):
            if first := OPTION.search(options):
                yield f"{path}?{name}={first[1]}"


def _text(raw: bytes) -> str:
    """Read an answer; of a packed file what is in it."""
    if raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return "\n".join(f"{name}\n{packed.read(name).decode('utf-8', 'replace')}" for name in packed.namelist())
    return raw.decode("utf-8", "replace")


@contextmanager
def watched(found: Found, neutral: Neutral) -> Iterator[None]:
    """Write down what the making of a twin in the block logs, puts off, counts and writes."""
    figures, counts = _figures(), _written()

    def enqueued(sender: Any, task_result: Any, **_more: Any) -> None:
        found.tasks.append(neutral(f"{task_result.task.name} {task_result.args!r} {task_result.kwargs!r}"))

    task_enqueued.connect(enqueued)
    try:
        with listening() as lines, TestCase.captureOnCommitCallbacks(execute=True):
            yield
    finally:
        task_enqueued.disconnect(enqueued)
    found.logs = [neutral(line) for line in lines]
    grown = {name: value - figures.get(name, 0) for name, value in _figures().items()}
    found.figures = {name: value for name, value in grown.items() if value}
    found.written = frozenset(name for name, count in _written().items() if count != counts[name]) - RANDOM_ROWS
    found.rows = contents(neutral)


def _written() -> dict[str, int]:
    """Count what this transaction has written into each table so far, what was undone again included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


@contextmanager
def listening() -> Iterator[list[str]]:
    """Give the lines that are logged in the block, at every level, without how long something took."""
    handler, root = _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class _Lines(logging.Handler):
    """Keeps every line of ours, with whatever fields came with it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        if record.name.startswith(("shanzhi", "django.request", "django.security")):
            said = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
            kept = {name: value for name, value in said.items() if name not in ("seconds", "exc_info")}
            self.lines.append(f"{record.name} {json.dumps(kept, default=str, sort_keys=True, ensure_ascii=False)}")


def _figures() -> dict[str, float]:
    """Give the figures for operators that count something; times in seconds are left out."""
    lines = [line for line in exposition().decode().splitlines() if not line.startswith("#")]
    pairs = (line.rsplit(" ", 1) for line in lines if not TIMES.search(line))
    return {name: float(value) for name, value in pairs}


def _columns(kinds: tuple[str, ...]) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = ANY(%s) AND udt_name <> '_bytea' ORDER BY table_name, ordinal_position",
            [list(kinds)],
        )
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            found.setdefault(table, []).append(column)
    return found


def _rows(columns: dict[str, list[str]]) -> Iterator[list[str]]:
    with connection.cursor() as cursor:
        for table, names in columns.items():
            listed = ", ".join(f'"{name}"' for name in names)
            cursor.execute(f'SELECT ROW({listed})::text FROM "{table}"')
            yield [line for (line,) in cursor.fetchall()]


PLAIN: Final = ("text", "character varying", "integer", "bigint", "smallint", "boolean", "numeric", "jsonb", "date",
                "uuid", "timestamp with time zone", "ARRAY", "double precision")  # fmt: skip
RANDOM_ROWS: Final = frozenset({"django_session"})  # sealed, by a key of each one's own
SEALED: Final = ("voting_envelope", "voting_paperentry")


def contents(neutral: Neutral) -> dict[str, list[str]]:
    """Give every row of every table as far as it is no ciphertext; of ballots' ciphertext the length."""
    columns = {table: names for table, names in _columns(PLAIN).items() if table not in RANDOM_ROWS}
    found = {table: sorted(map(neutral, rows)) for table, rows in zip(columns, _rows(columns), strict=True)}
    for table in SEALED:
        names = _columns(("bytea",))[table]
        lengths = ", ".join(f'octet_length("{name}")' for name in names)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT ROW({lengths})::text FROM "{table}"')
            found[f"lengths of {table}"] = sorted(line for (line,) in cursor.fetchall())
    return found


@contextmanager
def same_numbers() -> Iterator[None]:
    """Set the counters of all tables back at the end, so that what is done again gets the same numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || quote_ident(sequencename), last_value FROM pg_sequences")
        before = cursor.fetchall()
    yield
    with as_owner(), connection.cursor() as cursor:
        for name, value in before:
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, value or 1, value is not None])


def differences(left: Found, right: Found, where: str) -> dict[str, str]:
    """Tell where two twins differ in one respect: each place with the first difference there."""
    one, other = (_placed(getattr(found, where), where) for found in (left, right))
    places = other.keys() if where == "answers" else one.keys() | other.keys()
    pairs = {place: (one.get(place, ""), other.get(place, "")) for place in places}
    return {place: _first(*texts) for place, texts in sorted(pairs.items()) if texts[0] != texts[1]}


def _placed(seen: Any, where: str) -> dict[str, str]:
    """Write what was seen as texts by their places."""
    if isinstance(seen, list):
        return {where: "\n".join(seen)}
    names = {key: " ".join(key) if isinstance(key, tuple) else key for key in seen}
    return {
        name: "\n".join(seen[key]) if isinstance(seen[key], list) else str(seen[key]) for key, name in names.items()
    }


def _first(a: str, b: str) -> str:
    place = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"{a[max(place - 80, 0) : place + 80]!r} | {b[max(place - 80, 0) : place + 80]!r}"

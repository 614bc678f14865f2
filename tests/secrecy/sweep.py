"""Ask a site everything that it answers, as everybody, and write each answer so that two can be compared.

What must differ between two answers to the same question is taken out first. The list is short and strict, because
whatever it takes out is not looked at: ids of rows that only one of the two has, random tokens, numbers of requests,
digests over either, and how long something took. The clock stands still, so that moments are compared as they are.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
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
    (re.compile(r'("request_id": ")[0-9a-f]{16}"'), r'\1<number>"'),
    (re.compile(r'(<span class="figure">)[0-9a-f]{16}</span>'), r"\1<number></span>"),
)
SECONDS: Final = re.compile(r'("seconds": )[\d.]+')
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
HEADERS: Final = ("Content-Type", "Location", "Content-Disposition", "ETag", "Last-Modified", "Allow", "Content-Language")
# Figures count what was asked of this process, so they are compared by how much each grew; readiness tells how far the
# clock, which stands still here, is from the database's.
NEVER_ASKED: Final = ("/-/metrics", "/-/ready")
SEARCHED: Final = re.compile(r'<input[^>]* name="((?:\w+-)?q)"')
FILTERS: Final = re.compile(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', re.DOTALL)
OPTION: Final = re.compile(r'<option value="([^"]+)"')
EXPORTS: Final = re.compile(r'href="([^"]*\bexport=(?:csv|xlsx)[^"]*)"')
CHIPS: Final = re.compile(r'class="chip" href="([^"]+)"')


@dataclass
class Found:
    """What was seen of one twin: answers by who asked what, and what was written where."""

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
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
    text = "\n".join(line for lines in _rows(_columns(("uuid", "text", "character varying", "jsonb"))) for line in lines)
    return frozenset([*UUID.findall(text), *DIGEST.findall(text)])


class Sweep:
    """Asks one address after the other; `neutral` writes the answers."""

    def __init__(self, clients: dict[str, Client], neutral: Neutral) -> None:
        """Take who asks."""
        self.clients, self.neutral = clients, neutral
        self._seen: set[tuple[str, str]] = set()

    def ask(self, paths: Sequence[str]) -> dict[tuple[str, str], str]:
        """Ask all addresses as everybody; of a list also what its search, its filters and its exports give."""
        found: dict[tuple[str, str], str] = {}
        for who, client in self.clients.items():
            for path in paths:
                found[who, path] = answer = self.neutral(self._answer(client, path))
                for more in self._more(path, answer):
                    found[who, more] = self.neutral(self._answer(client, more))
        return found

    def _answer(self, client: Client, path: str) -> str:
        answer = client.get(path)
        heads = [f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers]
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return "\n".join([str(answer.status_code), *heads, _text(raw)])

    def _more(self, path: str, text: str) -> Iterator[str]:
        """Give what else a page with a list answers; once for all who are shown the same list."""
        start, end = text.find("<main"), text.find("</main>")
        main = text[start:end]
        if not text.startswith("200") or start < 0 or (path, main) in self._seen:
            return
        self._seen.add((path, main))
        for name in dict.fromkeys(SEARCHED.findall(main)):
            yield f"{path}?{name}=00"
        for link in dict.fromkeys([*EXPORTS.findall(main), *CHIPS.findall(main)]):
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
    """Write down what is logged, put off and counted in the block, and what lies in the database at its end."""
    lines: list[str] = []
    handler = _Lines(lines)
    before, root = _figures(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    def enqueued(sender: Any, task_result: Any, **_more: Any) -> None:
        found.tasks.append(neutral(f"{task_result.task.name} {task_result.args!r} {task_result.kwargs!r}"))

    task_enqueued.connect(enqueued)
    try:
        with TestCase.captureOnCommitCallbacks(execute=True):
            yield
        found.rows = contents(neutral)
    finally:
        task_enqueued.disconnect(enqueued)
        root.removeHandler(handler)
        root.setLevel(level)
    found.logs = [neutral(SECONDS.sub(r"\1<seconds>", line)) for line in lines]
    found.figures = {name: value - before.get(name, 0) for name, value in _figures().items()}


class _Lines(logging.Handler):
    """Keeps every line, with whatever fields came with it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        if record.name.startswith(("shanzhi", "django.request", "django.security")):
            said = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
            self.lines.append(f"{record.name} {json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)}")


def _figures() -> dict[str, float]:
    """Give the figures for operators that count something; times in seconds are left out."""
    lines = [line for line in exposition().decode().splitlines() if not line.startswith("#")]
    pairs = (line.rsplit(" ", 1) for line in lines if "_seconds_" not in line or "_count" in line)
    return {name: float(value) for name, value in pairs}


def _columns(kinds: tuple[str, ...]) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = ANY(%s) ORDER BY table_name, ordinal_position",
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
RANDOM_ROWS: Final = frozenset({"django_session"})
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
    pairs = {place: (one.get(place, ""), other.get(place, "")) for place in one.keys() | other.keys()}
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

"""Looking through a doubtful file before it is read: what must be decided, where, and what could be said to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shanzhi.tally.pabulib.errors import Doubt, Notices, PabulibError
from shanzhi.tally.pabulib.layout import elections, settle_line_ends
from shanzhi.tally.pabulib.meta import read_meta
from shanzhi.tally.pabulib.reader import Reading, Source, read
from shanzhi.tally.pabulib.rows import read_table
from shanzhi.tally.pabulib.source import MAX_BYTES, load, to_utf8
from shanzhi.tally.pabulib.treatment import SETTLED_BY, STRICT, Treatment, is_open, lenient

FIRST = frozenset({"encoding", "many_elections", "vote_type"})
"""What the other faults of a file depend on; asked alone, before them."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds: doubts that nobody has decided (`open`), those that were (`settled`), and the election.

    While doubts are open, `reading` shows the file with all of them passed over, and is nothing to count; it is None
    where not even that can be shown.
    """

    reading: Reading | None
    open: tuple[Doubt, ...]
    settled: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """One of several elections in a file: the line of its META and what it calls itself."""

    line: int
    title: str


def survey(source: Source, *, treat: Treatment = STRICT, limit: int = MAX_BYTES) -> Survey:
    """Find every doubtful fault of a file at once. Raises PabulibError for a fault that no treatment can settle."""
    try:
        reading = read(source, treat=lenient(treat), limit=limit)
    except PabulibError as error:
        name = SETTLED_BY.get(error.code, "")
        if name not in FIRST or not is_open(treat, name):
            raise
        return Survey(None, (Doubt(name, 1, (error.as_notice(),)),), ())
    still = tuple(doubt for doubt in reading.doubts if is_open(treat, doubt.treatment))
    settled = tuple(doubt for doubt in reading.doubts if not is_open(treat, doubt.treatment))
    return Survey(replace(reading, treat=treat), still, settled)


def headings(source: Source, *, treat: Treatment = STRICT, limit: int = MAX_BYTES) -> list[Heading]:
    """List the elections of a file that several were run together in, for somebody to choose one by its name."""
    notices = Notices()
    text = settle_line_ends(to_utf8(load(source, limit=limit), encoding=treat.encoding, notices=notices), notices)
    found = []
    for sections in elections(text):
        try:
            meta = read_meta(read_table(sections[0], notices), notices)
        except PabulibError:  # told when that election is chosen
            found.append(Heading(sections[0].line - 1, ""))
            continue
        title, part = meta.get("description"), meta.get("subunit") or meta.get("unit")
        found.append(Heading(sections[0].line - 1, title if part in title else f"{title} · {part}".strip(" ·")))
    return found

"""What paper adds to the ways of finding out who cast which ballot: sheets with serials, readings, places, a PDF."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from tests.secrecy.attackers import NEAR, by_size, columns, row_text, sortable
from tests.secrecy.evidence import PaperEvidence, Row
from tests.secrecy.judge import Guess

SheetAttacker = Callable[[PaperEvidence, str], list[Guess]]
"""Guesses which sheet each voter of a place got, by serial."""
BallotAttacker = Callable[[PaperEvidence], list[Guess]]
"""Guesses what each voter chose, knowing the serial of each voter's sheet."""


def _serials(evidence: PaperEvidence, place: str) -> re.Pattern[str]:
    return re.compile(rf"{evidence.codes_of[place]}\d{{6}}[0-9A-Z]")


def _voters_in(evidence: PaperEvidence, place: str, text: str) -> list[int]:
    return [voter for voter in evidence.places[place] if any(name in text for name in evidence.voters[voter].names)]


def one_row(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Look for rows of any table that name a voter together with a serial."""
    found = []
    for when, tables in (("before", evidence.before), ("after", evidence.after)):
        for table, rows in tables.items():
            named: dict[int, str] = {}
            for row in rows:
                text = row_text(row)
                if serial := _serials(evidence, place).search(text):
                    named.update(dict.fromkeys(_voters_in(evidence, place, text), serial[0]))
            found.append(Guess(f"rows of {table} {when}", receipts=named))
    return found


def one_transaction(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Join whatever was written by one transaction: a row that names a voter, and one that names a sheet."""
    sheets: dict[int, str] = {}
    rows = [row for rows in evidence.before.values() for row in rows]
    for row in rows:
        if serial := _serials(evidence, place).search(row_text(row)):
            sheets.setdefault(row["xmin"], serial[0])
    named = {
        voter: sheets[row["xmin"]]
        for row in rows
        if row["xmin"] in sheets
        for voter in _voters_in(evidence, place, row_text(row))
    }
    return [Guess("xmin", receipts=named)]


def in_order(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Take the rows of any table that name serials, in the order of any column, for the order of the marks."""
    found = []
    marked = evidence.places[place]
    wanted = _serials(evidence, place)
    for table, rows in evidence.before.items():
        with_serial = [(row, match[0]) for row in rows if (match := wanted.search(row_text(row)))]
        if len({serial for _row, serial in with_serial}) < len(marked):
            continue
        for column in columns([row for row, _serial in with_serial]):
            lying = [serial for _row, serial in sorted(with_serial, key=lambda pair: sortable(pair[0][column]))]
            found += _in_turn(f"{table} by {column}", marked, lying)
    return found


def order_of_readings(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Take the order in which sheets were read in, by each reader, for the order of the marks."""
    sheets = {row["id"]: row["serial"] for row in evidence.before.get("voting_sheet", [])}
    code, marked = evidence.codes_of[place], evidence.places[place]
    rows = [(row, row.get("serial") or sheets[row["sheet_id"]]) for row in evidence.before[evidence.envelope]]
    found = []
    for number in (1, 2):
        read = [(row, serial) for row, serial in rows if row["round"] == number and serial.startswith(code)]
        lying = [serial for _row, serial in sorted(read, key=lambda pair: pair[0]["xmin"])]
        found += _in_turn(f"reading {number}", marked, lying)
    return found


def _in_turn(name: str, marked: Sequence[int], serials: Sequence[str]) -> list[Guess]:
    own = list(dict.fromkeys(serials))
    ways = (("", own), (" backwards", own[::-1]))
    return [Guess(f"{name}{way}", receipts=dict(zip(marked, listed, strict=False))) for way, listed in ways]


def words_of_logs(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Search the logs and the decoded log of changes for lines that name a voter together with a serial."""
    found = []
    texts = {"site": evidence.site_log, "server": evidence.server_log, "changes": evidence.wal_text}
    for name, text in texts.items():
        named: dict[int, str] = {}
        for line in text.splitlines():
            if serial := _serials(evidence, place).search(line):
                named.update(dict.fromkeys(_voters_in(evidence, place, line), serial[0]))
        found.append(Guess(f"words of the log: {name}", receipts=named))
    return found


def bytes_beside(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Search the bytes of log of changes and backups for serials beside the numbers of voters."""
    found = []
    wanted = re.compile(_serials(evidence, place).pattern.encode())
    for name, content in evidence.blobs.items():
        near: dict[int, Counter[str]] = {}
        for match in wanted.finditer(content):
            if (voter := _nearest(evidence, place, content, match.start())) is not None:
                near.setdefault(voter, Counter())[match[0].decode()] += 1
        named = {voter: counts.most_common(1)[0][0] for voter, counts in near.items()}
        found.append(Guess(f"serials beside voters in {name}", receipts=named))
    return found


def _nearest(evidence: PaperEvidence, place: str, content: bytes, at: int) -> int | None:
    """Give the voter of whom a number lies nearest to a place in a file, if any does."""
    start = max(at - NEAR, 0)
    around = content[start : at + NEAR]
    found = [
        (abs(start + around.rfind(raw, 0, at - start) - at), voter)
        for voter in evidence.places[place]
        for raw in evidence.voters[voter].raw
        if raw in around[: at - start]
    ]
    return min(found)[1] if found else None


SHEETS: Final[tuple[SheetAttacker, ...]] = (
    one_row, one_transaction, in_order, order_of_readings, words_of_logs, bytes_beside,
)  # fmt: skip


def running_figures(evidence: PaperEvidence) -> list[Guess]:
    """Watch the rows of place and vote from sheet to sheet: a figure that moves with some alone tells of them."""
    moves = _moves(evidence.watched)
    like = {moves[voter]: said for voter, said in evidence.known.items() if voter in moves}
    return [
        Guess("what moved", {v: like[move] for v, move in moves.items() if v not in evidence.known and move in like})
    ]


def _moves(watched: Sequence[tuple[int, list[str]]]) -> dict[int, str]:
    """Say what each voter's first reading moved, and by how much; nothing of those that moved nothing."""
    found: dict[int, str] = {}
    before: list[Row] = []
    for voter, texts in watched:
        rows = [json.loads(text) for text in texts]
        moved = [
            f"{name}{_by(old.get(name), new[name])}"
            for old, new in zip(before, rows, strict=False)
            for name in new
            if old.get(name) != new[name]
        ]
        if moved and voter not in found:
            found[voter] = " ".join(moved)
        before = rows
    return found


def _by(old: Any, new: Any) -> str:
    return f"{new - old:+}" if isinstance(old, int) and isinstance(new, int) else "!"


def figures_of_places(evidence: PaperEvidence) -> list[Guess]:
    """Take a place all of whose sheets are told to be invalid, and guess so of everybody there."""
    choices: dict[int, str] = {}
    for tables in (evidence.before, evidence.after):
        for text in (row_text(row) for rows in tables.values() for row in rows):
            for place, code in evidence.codes_of.items():
                for part in re.findall(rf"\{{[^{{}}]*'code': '{code}'[^{{}}]*\}}", text):
                    told = re.search(r"'invalid': (\d+)", part)
                    if told and int(told[1]) == len(evidence.places[place]):
                        choices |= dict.fromkeys(evidence.places[place], "invalid")
    return [Guess("places without a valid sheet", choices)]


def pace_of_readings(evidence: PaperEvidence) -> list[Guess]:
    """Compare how long the first reader took over each sheet, by the moments of the events."""
    events = [row for row in evidence.before["audit_event"] if row["verb"] == "voting.paper.enter"]
    moments = [row["at"] for row in sorted(events, key=lambda row: row["xmin"])]
    pairs = list(zip(evidence.calls, moments, [None, *moments], strict=False))
    first: dict[int, float] = {}
    for voter, at, before in pairs:
        if isinstance(before, datetime) and voter not in first:
            first[voter] = (at - before).total_seconds()
    valid = {voter: took for voter, took in first.items() if voter not in evidence.places["visits"]}
    return [by_size(evidence, "time between readings", valid)]


BALLOTS: Final[tuple[BallotAttacker, ...]] = (running_figures, figures_of_places)


def pdf_with_serials(evidence: PaperEvidence) -> list[Guess]:
    """Look each noted serial up in the PDF, which gives the receipt, and the receipt among the ballots."""
    receipts = dict(pair for rows in evidence.printed.values() for pair in rows)
    said = {row["receipt"]: evidence.pattern(tuple(row["choices"])) for row in evidence.ballots}
    by_voter = {
        number: receipts[name]
        for number, voter in enumerate(evidence.voters)
        for name in voter.names
        if name in receipts
    }
    return [
        Guess("receipts", receipts=by_voter),
        Guess("choices", {voter: said.get(receipt, "invalid") for voter, receipt in by_voter.items()}),
    ]


def pdf_in_order(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Take the order of the PDF for the order in which its sheets were handed out."""
    return _in_turn("PDF", evidence.places[place], [serial for serial, _receipt in evidence.printed[place]])


def pdf_with_readings(evidence: PaperEvidence, place: str) -> list[Guess]:
    """Take the order of reading in for that of the marks, and look the serials up in the PDF."""
    receipts = dict(evidence.printed[place])
    return [
        Guess(guess.name, receipts={voter: receipts[serial] for voter, serial in (guess.receipts or {}).items()})
        for guess in order_of_readings(evidence, place)
    ]

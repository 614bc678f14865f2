"""Ways to find out who cast which ballot. Each takes the evidence and gives its guesses; it knows no key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tests.secrecy.evidence import RECEIPT, Evidence, Row
from tests.secrecy.judge import Guess

Attacker = Callable[[Evidence], list[Guess]]
NEAR: Final = 400
"""Bytes within which two things in a file may belong together."""
_RECORD: Final = re.compile(r"rmgr: Heap +len \(rec/tot\): +(\d+)/ *(\d+), tx: +(\d+).*?desc: (\w+)")


def text_of(value: Any) -> str:
    """Write a value so that whatever is readable in it can be searched for."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1") + " " + bytes(value).hex()
    return str(value)


def row_text(row: Row) -> str:
    """Write a whole row."""
    return " ".join(text_of(value) for value in row.values())


def ballot_pattern(evidence: Evidence, row: Row) -> str:
    """Name what a ballot after the close says."""
    return evidence.pattern(tuple(row["choices"]))


def in_turn(evidence: Evidence, name: str, voters: Sequence[int], ballots: Sequence[Row]) -> list[Guess]:
    """Guess that the n-th of these voters cast the n-th of these ballots, or the other way round."""
    found = []
    for way, listed in (("", list(ballots)), (" backwards", list(ballots)[::-1])):
        pairs = list(zip(voters, listed, strict=False))
        choices = {voter: ballot_pattern(evidence, row) for voter, row in pairs}
        receipts = {voter: row["receipt"] for voter, row in pairs}
        found += [Guess(f"{name}{way}: choices", choices), Guess(f"{name}{way}: receipts", receipts=receipts)]
    return found


def sortable(value: Any) -> tuple[str, Any]:
    """Order values of any kind: numbers as numbers, places in a file by page and line."""
    if isinstance(value, int | float):
        return ("number", value)
    if isinstance(value, str) and (place := re.fullmatch(r"\((\d+),(\d+)\)", value)):
        return ("place", (int(place[1]), int(place[2])))
    return (type(value).__name__, text_of(value))


def columns(rows: Sequence[Row]) -> list[str]:
    """List the columns by which rows can be put in an order."""
    return [name for name in (rows[0] if rows else {}) if len({text_of(row[name]) for row in rows}) > 1]


def one_row(evidence: Evidence) -> list[Guess]:
    """Look for rows, of any table, that name a voter together with codes of a ballot or with a receipt."""
    found = []
    receipts = {row["receipt"]: ballot_pattern(evidence, row) for row in evidence.ballots}
    for when, tables in (("before", evidence.before), ("after", evidence.after)):
        for table, rows in tables.items():
            choices = {}
            for row in rows:
                text = row_text(row)
                voter = next((n for n, one in enumerate(evidence.voters) if any(x in text for x in one.names)), None)
                said = evidence.said(text) or next((p for receipt, p in receipts.items() if receipt in text), "")
                if voter is not None and said:
                    choices[voter] = said
            found.append(Guess(f"rows of {table} {when}", choices))
    return found


def order_of_ballots(evidence: Evidence) -> list[Guess]:
    """Take ballots in the order of any of their columns, hidden ones too, for the order of casting."""
    found = []
    for column in ["as they lie", *columns(evidence.ballots)]:
        rows = evidence.ballots
        if column != "as they lie":
            rows = sorted(rows, key=lambda row: sortable(row[column]))
        for order, voters in evidence.orders.items():
            found += in_turn(evidence, f"ballots by {column}, {order}", voters, rows)
    return found


def order_of_envelopes(evidence: Evidence) -> list[Guess]:
    """Take the envelopes of known voters in the order of any column, and the ballots in the order of any of theirs."""
    found = []
    for column in columns(list(evidence.envelope_of.values())):
        voters = sorted(evidence.envelope_of, key=lambda voter: sortable(evidence.envelope_of[voter][column]))
        for other in columns(evidence.ballots):
            rows = sorted(evidence.ballots, key=lambda row: sortable(row[other]))
            found += in_turn(evidence, f"envelopes by {column}, ballots by {other}", voters, rows)
    return found


def transactions(evidence: Evidence) -> list[Guess]:
    """Join whatever was written by one transaction: a row that names a voter, and a ballot."""
    ballots = {row["xmin"]: row for row in evidence.ballots}
    choices, receipts = {}, {}
    for rows in [*evidence.before.values(), *evidence.after.values()]:
        for row in rows:
            ballot = ballots.get(row["xmin"])
            if ballot is None:
                continue
            text = row_text(row)
            for number, voter in enumerate(evidence.voters):
                if any(name in text for name in voter.names):
                    choices[number] = ballot_pattern(evidence, ballot)
                    receipts[number] = ballot["receipt"]
    return [Guess("xmin: choices", choices), Guess("xmin: receipts", receipts=receipts)]


def content_of_envelopes(evidence: Evidence) -> list[Guess]:
    """Read envelopes as they stand in the table: is a code or a receipt in the clear?"""
    receipts = {row["receipt"]: ballot_pattern(evidence, row) for row in evidence.ballots}
    choices = {}
    for voter, row in evidence.envelope_of.items():
        text = row_text(row)
        said = evidence.said(text) or next((p for receipt, p in receipts.items() if receipt in text), "")
        if said:
            choices[voter] = said
    return [Guess("envelopes in the clear", choices)]


def by_size(evidence: Evidence, name: str, sizes: Mapping[int, float]) -> Guess:
    """Guess that whoever left more bytes, or took more time, chose more projects."""
    voters = sorted(sizes, key=lambda voter: sizes[voter])
    patterns = sorted(evidence.patterns, key=lambda one: len(evidence.patterns[one]))
    share = len(voters) / len(patterns)
    return Guess(name, {voter: patterns[min(int(n / share), len(patterns) - 1)] for n, voter in enumerate(voters)})


def size_of_envelopes(evidence: Evidence) -> list[Guess]:
    """Compare the lengths of envelopes, column by column."""
    found = []
    for column in columns(list(evidence.envelope_of.values())):
        sizes = {voter: len(text_of(row[column])) for voter, row in evidence.envelope_of.items()}
        if len(set(sizes.values())) > 1:
            found.append(by_size(evidence, f"length of {column}", sizes))
    return found


def equal_envelopes(evidence: Evidence) -> list[Guess]:
    """Compare envelopes with those of voters whose choice is known: equal parts may mean equal choices."""
    found = []
    for column in columns(list(evidence.envelope_of.values())):
        for length in (4, 64, 10_000):
            like = {
                text_of(evidence.envelope_of[voter][column])[:length]: said for voter, said in evidence.known.items()
            }
            choices = {
                voter: like[start]
                for voter, row in evidence.envelope_of.items()
                if voter not in evidence.known and (start := text_of(row[column])[:length]) in like
            }
            found.append(Guess(f"equal {column}, first {length}", choices))
    return found


def replaced_envelopes(evidence: Evidence) -> list[Guess]:
    """Read envelopes as they lie in the table's file, replaced ones too, in their order and content."""
    tuples = [one for one in evidence.pages["before"] if one.table == evidence.envelope]
    by_write = sorted(tuples, key=lambda one: one.xmin)
    written = dict(zip(evidence.calls, by_write, strict=False))  # of each voter the last
    found = [by_size(evidence, "length of lines", {voter: len(one.data) for voter, one in written.items()})]
    choices = {}
    for voter, one in written.items():
        if said := evidence.said(text_of(one.data)):
            choices[voter] = said
    return [*found, Guess("lines in the clear", choices)]


def order_in_files(evidence: Evidence) -> list[Guess]:
    """Take the ballots as they lie in the table's file after the close, and the emptied envelopes beside them."""
    ballots = {row["receipt"]: row for row in evidence.ballots}
    lines = (one.data for one in evidence.pages["after"] if one.table == evidence.ballot)
    lying = [ballots[r] for line in lines for r in _receipts(line) if r in ballots]
    found = []
    for order, voters in evidence.orders.items():
        found += in_turn(evidence, f"lines of ballots, {order}", voters, lying)
    emptied = [one for one in evidence.pages["after"] if one.table == evidence.envelope and one.xmax]
    close = max((one.xmax for one in emptied), default=0)
    at_close = [one for one in emptied if one.xmax == close]
    whose = evidence.calls if len(at_close) == len(evidence.calls) else evidence.last
    turn = {id(one): whose[n] for n, one in enumerate(sorted(at_close, key=lambda one: one.xmin))}
    voters = list(dict.fromkeys(turn[id(one)] for one in at_close))
    return found + in_turn(evidence, "emptied envelopes beside ballots", voters, lying)


def _receipts(content: bytes) -> list[str]:
    return [match[1].decode() for match in RECEIPT.finditer(content)]


def bytes_of_everything(evidence: Evidence) -> list[Guess]:
    """Search the bytes of log of changes and backups: receipts in their order, and codes or receipts beside voters."""
    found = []
    ballots = {row["receipt"]: row for row in evidence.ballots}
    for name, content in evidence.blobs.items():
        places: dict[str, int] = {}
        for match in RECEIPT.finditer(content):
            if (receipt := match[1].decode()) in ballots:
                places.setdefault(receipt, match.start())
        lying = [ballots[receipt] for receipt in sorted(places, key=lambda one: places[one])]
        for order, voters in evidence.orders.items():
            found += in_turn(evidence, f"receipts in {name}, {order}", voters, lying)
        beside = {
            v: ballot_pattern(evidence, ballots[r]) for r, at in places.items() for v in _near(evidence, content, at)
        }
        found.append(Guess(f"receipts beside voters in {name}", beside))
        found.append(Guess(f"codes beside voters in {name}", _codes_near_voters(evidence, content)))
    return found


def _near(evidence: Evidence, content: bytes, at: int) -> Iterable[int]:
    around = content[max(at - NEAR, 0) : at + NEAR]
    held = [number for number, voter in enumerate(evidence.voters) if any(raw in around for raw in voter.raw)]
    return held[:1] if len(held) == 1 else ()


def _codes_near_voters(evidence: Evidence, content: bytes) -> dict[int, str]:
    prefix = re.escape(evidence.codes[0][:6].encode())
    choices = {}
    for match in re.finditer(prefix + rb"[0-9A-Z]*", content):
        around = content[max(match.start() - 60, 0) : match.end() + 150]
        for voter in _near(evidence, content, match.start()):
            if said := evidence.said(around.decode("latin-1")):
                choices[voter] = said
    return choices


def log_of_changes(evidence: Evidence) -> list[Guess]:
    """Compare the lengths of the records that the decoded log of changes has of envelopes, in the order of casting."""
    node = evidence.nodes[evidence.envelope]
    records = [_RECORD.search(line) for line in evidence.wal_text.splitlines() if f"/{node} " in f"{line} "]
    casts = [one for one in records if one and one[4] in ("INSERT", "UPDATE", "HOT_UPDATE")]
    sizes = {voter: float(record[1]) for voter, record in zip(evidence.calls, casts, strict=False)}
    found = [by_size(evidence, "records of casts", sizes)]
    choices = {}
    for line in evidence.wal_text.splitlines():
        if not (said := evidence.said(line)):
            continue
        for number, voter in enumerate(evidence.voters):
            if any(name in line for name in voter.names):
                choices[number] = said
    return [*found, Guess("words of the decoded log", choices)]


def logs(evidence: Evidence) -> list[Guess]:
    """Search the logs of server and site for lines that tell, and compare how long requests took."""
    found = []
    for name, text in (("server", evidence.server_log), ("site", evidence.site_log)):
        choices = {}
        for line in text.splitlines():
            said = evidence.said(line)
            if not said:
                continue
            for number, voter in enumerate(evidence.voters):
                if any(one in line for one in voter.names):
                    choices[number] = said
        found.append(Guess(f"words of the {name}'s log", choices))
    times = dict(zip(evidence.calls, _times(evidence), strict=False))
    found.append(by_size(evidence, "time of casts", times))
    return found


def _times(evidence: Evidence) -> list[float]:
    method, route = evidence.request
    found = []
    for line in evidence.site_log.splitlines():
        if f'"{method}"' in line and route in line and line.startswith("{"):
            found.append(float(json.loads(line)["seconds"]))
    return found


def planner(evidence: Evidence) -> list[Guess]:
    """Search what the planner remembers of columns for values that name voter and choice."""
    choices = {}
    for part in re.split(r"[,{}]", evidence.stats):
        said = evidence.said(part)
        if not said:
            continue
        for number, voter in enumerate(evidence.voters):
            if any(name in part for name in voter.names):
                choices[number] = said
    return [Guess("values in the statistics", choices)]


ATTACKERS: Final[tuple[Attacker, ...]] = (
    one_row,
    order_of_ballots,
    order_of_envelopes,
    transactions,
    content_of_envelopes,
    size_of_envelopes,
    equal_envelopes,
    replaced_envelopes,
    order_in_files,
    bytes_of_everything,
    log_of_changes,
    logs,
    planner,
)

"""The VOTES section in bulk: text columns become flat arrays; only odd rows are looked at one by one (`odd.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from shanzhi.tally.pabulib.amounts import parse_amount
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.flat import NEWLINE, Bytes, Ints, as_bytes, as_texts, find, pieces
from shanzhi.tally.pabulib.odd import OddRows
from shanzhi.tally.pabulib.rows import Table
from shanzhi.tally.pabulib.treatment import Treatment

_BLANK, _UNKNOWN = -1, -2
_MOST_POINTS = 10**9
_FINEST_POINTS = 10**6
_MOST_CELLS = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Flat ballots; `lines[b]` is the line of ballot b, `voters` its voter id where the file has one."""

    offsets: npt.NDArray[np.int64]
    choices: npt.NDArray[np.int32]
    points: npt.NDArray[np.int64] | None
    scale: int
    rows: npt.NDArray[np.int64]
    lines: Sequence[int]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Projects named by each ballot."""
        return np.diff(self.offsets)

    def line(self, ballot: int) -> int:
        """The line of the file that ballot stands in."""
        return int(self.lines[int(self.rows[ballot])])

    def kept(self, mask: npt.NDArray[np.bool_]) -> Ballots:
        """Only the ballots of the mask."""
        if mask.all():
            return self
        wanted = np.repeat(mask, self.lengths)
        points = None if self.points is None else self.points[wanted]
        offsets = offsets_of(self.lengths[mask])
        return replace(self, offsets=offsets, choices=self.choices[wanted], points=points, rows=self.rows[mask])


def offsets_of(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each ballot begins in the flat arrays, and where the last one ends."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def read_ballots(table: Table, kind: str, index: dict[str, int], treat: Treatment, notices: Notices) -> Ballots:
    """All ballots of the section. Blank ones stay; rows that say nothing at all (padding) are skipped."""
    column, lines = table.flat("vote"), table.lines
    if column is None:
        raise refusal("missing_column", table.header_line, section="VOTES", column="vote")
    points = _point_texts(table, kind, column, notices)
    odd = OddRows(kind, index, treat, notices)
    votes: list[str] | None = None
    while True:
        counts, choices, found = _bulk(column, index)
        if not len(found):
            break
        votes = as_texts(column) if votes is None else votes
        votes, points, lines = odd.mend(votes, points, lines, found.tolist())
        column = as_bytes(votes)
    worth, scale = (None, 1) if points is None else _points(points, counts, column, lines)
    blank = choices == _BLANK
    if blank.any():
        rows = np.repeat(np.arange(len(counts)), counts)
        counts[rows[blank]] = 0
        worth = None if worth is None else worth[~blank]
        choices = choices[~blank]
    return Ballots(offsets_of(counts), choices, worth, scale, np.arange(len(counts)), lines)


def _point_texts(table: Table, kind: str, votes: Bytes, notices: Notices) -> list[str] | None:
    """The points of each row as text, empty where they stand inside the vote; None where ballots give none."""
    points = table.column("points")
    if kind not in ("cumulative", "scoring"):
        if points is not None and any(text.strip() for text in points):
            notices.add("unused_points", table.header_line, kind=kind)
        return None
    if points is None and (votes != NEWLINE).any() and not (votes == ord(":")).any():
        raise refusal("no_points", table.header_line)
    return [""] * len(table.lines) if points is None else points


def _bulk(column: Bytes, index: dict[str, int]) -> tuple[Ints, npt.NDArray[np.int32], Ints]:
    """Pieces of each row, choices (blank -1, unknown -2) and the rows that need a closer look."""
    starts, lengths, counts = pieces(column, commas=True)
    choices = find(column, starts, lengths, list(index), unknown=_UNKNOWN)
    if choices is None:
        texts = column.tobytes().decode().replace("\n", ",").split(",")[:-1]
        choices = np.fromiter((index.get(text, _UNKNOWN) for text in texts), np.int32, len(texts))
    blank = lengths == 0
    if blank.any():
        choices[blank] = _BLANK
    if not len(counts) or int(counts.max()) == 1:
        return counts, choices, np.flatnonzero(choices == _UNKNOWN)
    rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    odd = (choices == _UNKNOWN) | (blank & (counts[rows] > 1))
    return counts, choices, np.unique(np.concatenate([rows[odd], _twice(rows, choices, len(counts), len(index) + 2)]))


def _twice(rows: Ints, choices: npt.NDArray[np.int32], number: int, width: int) -> Ints:
    """The rows in which a choice stands more than once; choices lie from -2 to `width` - 3."""
    keys: Ints = np.asarray(rows * width + choices + 2, dtype=np.int64)
    if number * width <= _MOST_CELLS:
        seen = np.zeros(number * width, dtype=np.bool_)
        seen[keys] = True
        if np.count_nonzero(seen) == len(keys):
            return np.zeros(0, dtype=np.int64)
    keys.sort()
    doubled: Ints = keys[1:][keys[1:] == keys[:-1]]
    return doubled // width


def _points(points: list[str], counts: Ints, votes: Bytes, lines: Sequence[int]) -> tuple[Ints, int]:
    """Points beside the choices as whole numbers, and what a point was multiplied by to make them whole."""
    if not points:
        return np.zeros(0, dtype=np.int64), 1
    column = as_bytes(points)
    _, _, given = pieces(column, commas=True)
    wrong = np.flatnonzero(given != counts)
    if len(wrong):
        row = int(wrong[0])
        raise refusal("points_length", lines[row], choices=int(counts[row]), points=int(given[row]))
    tokens = column.tobytes().decode().replace("\n", ",").split(",")[:-1]
    worth = {token: _worth(token) for token in set(tokens)}
    if None in worth.values():
        _refuse_bad_points(points, as_texts(votes), lines, {token for token, value in worth.items() if value is None})
    exact = {token: Fraction(0) if value is None else value for token, value in worth.items()}
    scale = lcm(*(value.denominator for value in exact.values()))
    whole = {token: int(value * scale) for token, value in exact.items()}
    return np.fromiter(map(whole.__getitem__, tokens), np.int64, len(tokens)), scale


def _worth(token: str) -> Fraction | None:
    parsed = parse_amount(token)
    if parsed is None or parsed[1] or not 0 <= parsed[0] <= _MOST_POINTS or parsed[0].denominator > _FINEST_POINTS:
        return None
    return parsed[0]


def _refuse_bad_points(points: list[str], votes: list[str], lines: Sequence[int], bad: set[str]) -> None:
    """Name the first row whose points are no numbers; a blank vote may leave them out."""
    for vote, text, line in zip(votes, points, lines, strict=True):
        for token in text.split(","):
            if token in bad and (vote.strip() or token.strip()):
                raise refusal("bad_points", line, text=token.strip())


def spread_default(ballots: Ballots, default: Fraction, projects: int) -> Ballots:
    """Give every project that a ballot does not list the default points (`default_score`)."""
    count = len(ballots.offsets) - 1
    if count * projects > _MOST_CELLS:
        raise refusal("default_score_too_large", 0, cells=count * projects)
    if ballots.points is None or not default:
        return ballots
    scale = lcm(ballots.scale, default.denominator)
    cells = np.full((count, projects), int(default * scale), dtype=np.int64)
    cells[np.repeat(np.arange(count), ballots.lengths), ballots.choices] = ballots.points * (scale // ballots.scale)
    everyone = np.tile(np.arange(projects, dtype=np.int32), count)
    offsets = np.arange(count + 1, dtype=np.int64) * projects
    return replace(ballots, offsets=offsets, choices=everyone, points=cells.reshape(-1), scale=scale)

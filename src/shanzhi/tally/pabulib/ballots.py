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
from shanzhi.tally.pabulib.odd import OddRows
from shanzhi.tally.pabulib.rows import Table
from shanzhi.tally.pabulib.treatment import Treatment

_NOT_COMMA_OR_LINE = bytes(set(range(256)) - {10, 44})
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
    votes, lines = table.column("vote"), table.lines
    if votes is None:
        raise refusal("missing_column", table.header_line, section="VOTES", column="vote")
    points = table.column("points")
    if kind not in ("cumulative", "scoring"):
        if points is not None and any(text.strip() for text in points):
            notices.add("unused_points", table.header_line, kind=kind)
        points = None
    elif points is None and not any(":" in vote for vote in votes) and any(votes):
        raise refusal("no_points", table.header_line)
    else:
        points = [""] * len(votes) if points is None else points
    odd = OddRows(kind, index, treat, notices)
    while True:
        offsets, choices, found = _bulk(votes, index)
        if not len(found):
            break
        votes, points, lines = odd.mend(votes, points, lines, found.tolist())
    worth, scale = (None, 1) if points is None else _points(points, np.diff(offsets), votes, lines)
    if worth is not None:
        worth = worth[choices >= 0]
    lengths = np.diff(offsets)
    if len(choices):
        lengths[choices[offsets[:-1]] == _BLANK] = 0
    choices = choices[choices >= 0]
    return Ballots(offsets_of(lengths), choices, worth, scale, np.arange(len(votes)), lines)


def _bulk(
    votes: list[str], index: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Offsets, choices (blank -1, unknown -2) and the rows that need a closer look."""
    if not votes:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    lengths, tokens = _tokens(votes)
    known = {**index, "": _BLANK}
    try:
        choices = np.fromiter(map(known.__getitem__, tokens), np.int32, len(tokens))
    except KeyError:
        choices = np.fromiter((known.get(token, _UNKNOWN) for token in tokens), np.int32, len(tokens))
    offsets = offsets_of(lengths)
    if int(lengths.max()) == 1:
        return offsets, choices, np.flatnonzero(choices == _UNKNOWN)
    rows = np.repeat(np.arange(len(votes), dtype=np.int64), lengths)
    odd = (choices == _UNKNOWN) | ((choices == _BLANK) & (lengths[rows] > 1))
    keys = np.sort(rows * (len(index) + 2) + choices + 2)
    twice = keys[1:][keys[1:] == keys[:-1]] // (len(index) + 2)
    return offsets, choices, np.unique(np.concatenate([rows[odd], twice]))


def _tokens(texts: list[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """How many pieces each text has between its commas, and all pieces in one list."""
    joined = "\n".join(texts)
    marks = np.frombuffer(joined.encode().translate(None, _NOT_COMMA_OR_LINE) + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(marks == 10)
    if len(ends) != len(texts):  # a quoted field ran over lines
        return _tokens([text.replace("\n", " ") for text in texts])
    return np.diff(ends, prepend=-1), joined.replace("\n", ",").split(",")


def _points(
    points: list[str], lengths: npt.NDArray[np.int64], votes: list[str], lines: Sequence[int]
) -> tuple[npt.NDArray[np.int64], int]:
    """Points beside the choices as whole numbers, and what a point was multiplied by to make them whole."""
    if not points:
        return np.zeros(0, dtype=np.int64), 1
    counts, tokens = _tokens(points)
    wrong = np.flatnonzero(counts != lengths)
    if len(wrong):
        row = int(wrong[0])
        raise refusal("points_length", lines[row], choices=int(lengths[row]), points=int(counts[row]))
    worth = {token: _worth(token) for token in set(tokens)}
    bad = {token for token, value in worth.items() if value is None and token.strip()}
    empty = {token for token in worth if not token.strip()}
    if bad or empty:
        _refuse_bad_points(points, votes, lines, bad)
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
            if token in bad or (vote.strip() and not token.strip()):
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

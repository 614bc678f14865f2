"""Judgements on ballots as a whole: who voted twice, what breaks the limits of META, whether votes are missing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from shanzhi.tally.election import Project
from shanzhi.tally.pabulib.amounts import format_amount, parse_amount
from shanzhi.tally.pabulib.ballots import Ballots
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.flat import all_differ
from shanzhi.tally.pabulib.meta import Meta
from shanzhi.tally.pabulib.rows import Table
from shanzhi.tally.pabulib.treatment import Treatment

_LOST_AT_MOST = Fraction(1, 100)
_WIDEST = 2**62
_LIMITED = ("length", "sum_cost", "points", "sum_points")


def support(ballots: Ballots, projects: int) -> npt.NDArray[np.int64]:
    """How many ballots name each project."""
    return np.bincount(ballots.choices, minlength=projects).astype(np.int64)


def skip_padding(table: Table, ballots: Ballots) -> Ballots:
    """Leave out rows in which both the voter and the vote are empty: spreadsheets add such rows, voters do not."""
    found = table.pieces("voter_id")
    if found is None or found[2].all():
        return ballots
    voters = table.column("voter_id") or []
    named = np.fromiter((bool(voters[i].strip()) for i in _table_rows(table, ballots)), np.bool_, len(ballots.rows))
    return ballots.kept(named | (ballots.lengths > 0))


def _table_rows(table: Table, ballots: Ballots) -> Sequence[int]:
    """The row of the table that each ballot came from; dropped ballots shift the two."""
    if len(ballots.lines) == len(table.lines):
        return range(len(ballots.rows)) if len(ballots.rows) == len(table.lines) else list(map(int, ballots.rows))
    place = {line: row for row, line in enumerate(table.lines)}
    return [place[ballots.lines[row]] for row in ballots.rows.tolist()]


def check_voters(
    table: Table,
    ballots: Ballots,
    filed: int,
    meta: Meta,
    projects: Sequence[Project],
    treat: Treatment,
    notices: Notices,
) -> Ballots:
    """A voter id that stands twice: refused, unless told, or unless the file's own totals count all `filed` rows."""
    found = table.pieces("voter_id")
    if found is None or all_differ(*found):
        return ballots
    voters = table.column("voter_id") or []
    first: dict[str, int] = {}
    again: list[tuple[int, int]] = []
    rows = _table_rows(table, ballots)
    for ballot, row in enumerate(rows):
        voter = voters[row].strip()
        if voter and first.setdefault(voter, ballot) != ballot:
            again.append((first[voter], ballot))
            if treat.duplicate_voters == "last":
                first[voter] = ballot
    if not again:
        return ballots
    how = treat.duplicate_voters
    counted = how not in ("first", "last") and _totals_count_all(ballots, filed, meta, projects)
    named = [voters[rows[ballot]].strip() for _earlier, ballot in again]
    if not counted:
        for (earlier, ballot), name in zip(again, named, strict=True):
            line, other = ballots.line(ballot), ballots.line(earlier)
            notices.doubt("duplicate_voters", line, refuse=how == "refuse", id=name, other=other)
    return _settle_voters(ballots, again, named[0], counted, how, notices)


def _settle_voters(
    ballots: Ballots, again: list[tuple[int, int]], name: str, counted: bool, how: str, notices: Notices
) -> Ballots:
    """Keep all votes of a voter who stands twice, or the first or last of them."""
    line = ballots.line(again[0][1])
    if how in ("first", "last"):
        notices.add("duplicate_voters_taken", line, times=len(again), id=name, which=how)
        mask = np.ones(len(ballots.rows), dtype=np.bool_)
        mask[[pair[1 if how == "first" else 0] for pair in again]] = False
        return ballots.kept(mask)
    reason, reason_zh = "as asked", "依照要求"
    if counted:
        reason, reason_zh = "because the totals of the file count both", "因为文件中的合计数包含两张"
    notices.add("duplicate_voters_kept", line, times=len(again), id=name, reason=reason, reason_zh=reason_zh)
    return ballots


def _totals_count_all(ballots: Ballots, filed: int, meta: Meta, projects: Sequence[Project]) -> bool:
    """Whether the totals in the file agree with every row counted (some publishers count the header row as well)."""
    stated = meta.whole("num_votes", Notices())
    return stated in (filed, filed + 1) or _support_as_stated(ballots, projects)


def _support_as_stated(ballots: Ballots, projects: Sequence[Project]) -> bool:
    counted = support(ballots, len(projects)).tolist()
    return all(project.stated_votes == found for project, found in zip(projects, counted, strict=True))


def check_count(
    ballots: Ballots,
    filed: int,
    meta: Meta,
    projects: Sequence[Project],
    ends_whole: bool,
    treat: Treatment,
    notices: Notices,
) -> None:
    """Compare `num_votes` with the rows filed: a small difference is common and harmless, a large lack is a cut.

    A lack of more than one in a hundred (or any, when the last line has no end) is refused unless the votes stated for
    each project agree with those counted.
    """
    rows = len(ballots.rows)
    if not rows:
        notices.add("no_ballots", meta.last_line)
    stated = meta.whole("num_votes", notices)
    if stated is None or stated == filed:
        return
    lack = stated - filed
    last = ballots.line(rows - 1) if rows else meta.last_line
    tolerated = 0 if not ends_whole else max(1, int(stated * _LOST_AT_MOST))
    if lack > tolerated and not _support_as_stated(ballots, projects):
        refuse = treat.missing_ballots != "count"
        notices.doubt("missing_ballots", last, refuse=refuse, stated=stated, found=filed)
    notices.add("num_votes", meta.line("num_votes"), stated=stated, found=filed)


def check_single_choice(ballots: Ballots, treat: Treatment, notices: Notices) -> Ballots:
    """`choose-1` ballots name one project; more is a contradiction that the file cannot settle."""
    several = np.flatnonzero(ballots.lengths > 1)
    if not len(several):
        return ballots
    for ballot, length in zip(several.tolist(), ballots.lengths[several].tolist(), strict=True):
        refuse = treat.several_choices == "refuse"
        notices.doubt("several_choices", ballots.line(ballot), refuse=refuse, count=length)
    line, count = ballots.line(int(several[0])), int(ballots.lengths[several[0]])
    notices.add("several_choices_taken", line, times=len(several), count=count, how=treat.several_choices)
    return ballots.kept(ballots.lengths <= 1) if treat.several_choices == "drop-ballot" else ballots


def check_limits(
    ballots: Ballots, kind: str, meta: Meta, projects: Sequence[Project], treat: Treatment, notices: Notices
) -> Ballots:
    """Hold ballots against the limits of META. Blank ones break none. Counted as filed unless told otherwise."""
    limited = {key for key in _LIMITED if meta.get(f"min_{key}") or meta.get(f"max_{key}")}
    figures = _figures(ballots, kind, projects, limited)
    keep = np.ones(len(ballots.rows), dtype=np.bool_)
    named = ballots.lengths > 0
    for key, (values, scale, reduce_at) in figures.items():
        for side in ("min", "max"):
            name = f"{side}_{key}"
            limit = parse_amount(meta.get(name)) if meta.get(name) else None
            if limit is None:
                continue
            bound = limit[0] * scale
            breaks = values < -(-bound // 1) if side == "min" else values > bound // 1
            if reduce_at is not None:
                flat = np.zeros(len(ballots.rows), dtype=np.bool_)
                flat[reduce_at[breaks]] = True
                wrong = np.flatnonzero(flat)
            else:
                wrong = np.flatnonzero(breaks & named)
            if len(wrong):
                at = int(wrong[0])
                value = values[at] if reduce_at is None else values[breaks][0]
                found = format_amount(Fraction(int(value), scale))
                _report_limit(ballots.line(at), len(wrong), name, meta.get(name), found, treat, notices)
                keep[wrong] = False
    return ballots.kept(keep) if treat.over_limits == "drop" else ballots


def _report_limit(line: int, times: int, key: str, limit: str, found: str, treat: Treatment, notices: Notices) -> None:
    if treat.over_limits == "refuse":
        raise refusal("over_limits_refused", line, key=key, limit=limit, found=found)
    notices.doubt("over_limits", line, refuse=False, times=times, key=key, limit=limit, found=found)
    code = "over_limits_dropped" if treat.over_limits == "drop" else "over_limits"
    notices.add(code, line, times=times, key=key, limit=limit, found=found)


_Figure = tuple[npt.NDArray[np.int64], int, npt.NDArray[np.int64] | None]


def _figures(ballots: Ballots, kind: str, projects: Sequence[Project], limited: set[str]) -> dict[str, _Figure]:
    """What stated limits speak of, per ballot (or per mention, with its ballot), times a scale that makes it whole."""
    figures: dict[str, _Figure] = {}
    if "length" in limited:
        figures["length"] = (ballots.lengths, 1, None)
    scale = lcm(*(project.cost.denominator for project in projects))
    costs = [int(project.cost * scale) for project in projects]
    if "sum_cost" in limited and kind in ("approval", "choose-1") and sum(costs) < _WIDEST:
        worth = np.array(costs, dtype=np.int64)
        figures["sum_cost"] = (_sums(worth[ballots.choices], ballots.offsets), scale, None)
    if ballots.points is not None and limited & {"points", "sum_points"}:
        figures["sum_points"] = (_sums(ballots.points, ballots.offsets), ballots.scale, None)
        owners = np.repeat(np.arange(len(ballots.rows)), ballots.lengths)
        figures["points"] = (ballots.points, ballots.scale, owners)
    return figures


def _sums(values: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    sums: npt.NDArray[np.int64] = running[offsets[1:]] - running[offsets[:-1]]
    return sums


def check_weights(table: Table, treat: Treatment, notices: Notices) -> None:
    """A weight other than one would make some ballots count more; no rule here knows that."""
    for column in ("weight", "vote_weight", "voter_weight"):
        weights = table.column(column)
        if weights is None:
            continue
        alike = {text for text in set(weights) if _is_one(text)}
        for row, text in enumerate(weights):
            if text not in alike:
                refuse = treat.weights == "refuse"
                notices.doubt("weights", table.lines[row], refuse=refuse, text=text, column=column)
                notices.add("weights_ignored", table.lines[row], column=column)


def _is_one(weight: str) -> bool:
    parsed = parse_amount(weight) if weight.strip() else (Fraction(1), "")
    return parsed is not None and parsed[0] == 1

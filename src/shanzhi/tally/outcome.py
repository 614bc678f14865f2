"""What a count gives: winners, the whole course, ties, and the standing of every project, with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from shanzhi.tally.faults import Remark
from shanzhi.tally.spec import Spec
from shanzhi.tally.ties import Tie

Status = Literal["won", "lost", "excluded"]
Why = Literal[
    "chosen",  # in its turn
    "free",  # costs nothing and has support
    "filled",  # after the rule, what still fitted, by votes
    "too-dear",  # did not fit in the money left at its turn
    "stopped",  # the rule had stopped before its turn
    "unaffordable",  # its supporters could not cover its cost
    "unsupported",  # nobody supports it
    "rival",  # an exclusive project was chosen
    "beyond-purse",  # costs more than the whole purse
    "threshold",  # below the least support
    "score-threshold",  # below the least score
    "jury-threshold",  # below the least score of the jury
]


@dataclass(frozen=True, slots=True)
class Round:
    """One selection. Money in currency units.

    `price` is what a full payer gave per unit of worth (per voter; per point with points or Borda), `rate` the figure
    that was lowest or highest and so decided (Equal Shares: price per satisfaction; Phragmen: load; greedy: score or
    score per cost). `payers` are supporters who paid something, `left` is what remained in the purse. `tied`, `by` and
    `passed` repeat the tie, if there was one (see `Tie`).
    """

    number: int
    project: str
    cost: Fraction
    price: Fraction | None
    rate: Fraction | None
    payers: int
    left: Fraction
    tied: tuple[str, ...] = ()
    by: str = ""
    note: str = ""
    passed: tuple[str, ...] = ()


Verdict = Literal[
    "enough",  # the amount named would have been enough: a recount says so
    "never",  # provably none would have been enough
    "not-found",  # none of those tried would have been enough
    "unsearched",  # not tried, to keep the count short
]
More = Literal[
    "votes",  # further ballots of those cast name it too; which of them makes no difference
    "points",  # more points from voters who give it some, or from one where nobody does
    "firsts",  # voters who do not rank it yet put it first, those with the longest lists
    "richest",  # voters who do not support it yet do, those with most of their share left
    "lightest",  # voters who do not support it yet do, those who carry the lowest load
]


@dataclass(frozen=True, slots=True)
class Way:
    """One change by itself, all else equal: the amount that would have been enough, or why none is named.

    `utmost` when no smaller change would have been enough (in whole units of currency above `had`, in whole votes).
    """

    verdict: Verdict
    amount: Fraction | None = None
    utmost: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What a loser would have needed to win, or an excluded project to take part: more support, or a lower cost."""

    more: More
    support: Way
    cost: Way


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one project and why.

    `score` is what the rule ordered by, `turn` the round in which it was chosen, or the place at which it was passed.
    `had` is the money there was for it (left in the purse at its turn; left to its supporters, rounded down to 1/100),
    `left` what was left in the purse when the shares were spent, where that mattered too, `other` the project that
    stood in its way, `needed` what a threshold asks for (one on score tells in `had` what score there was). `need` is
    worked out apart from the count (see `needs`) and is no part of the digest.
    """

    project: str
    name: str
    cost: Fraction
    votes: int
    score: Fraction
    status: Status
    why: Why
    turn: int | None = None
    had: Fraction | None = None
    other: str = ""
    needed: Fraction | None = None
    left: Fraction | None = None
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a count, the same for every order of ballots.

    `winners` in order of selection; `share` is the endowment of each voter in Equal Shares (currency units) in the run
    that counts, `ended` tells what stopped the raising, and `runs` how many runs that took (no part of the digest:
    quicker ways may need fewer). Warnings concern the reader of the count, not the winners.
    """

    spec: Spec
    winners: tuple[str, ...]
    total_cost: Fraction
    budget: Fraction
    ballots: int
    rounds: tuple[Round, ...]
    ties: tuple[Tie, ...]
    standings: tuple[Standing, ...]
    warnings: tuple[Remark, ...] = ()
    share: Fraction | None = None
    runs: int = 1
    ended: str = ""
    digest: str = field(default="", compare=False)

    @property
    def skipped(self) -> tuple[Standing, ...]:
        """Return the projects that did not win, each with its reason."""
        return tuple(standing for standing in self.standings if standing.status != "won")

    def standing(self, project: str) -> Standing:
        """Return the standing of one project; KeyError when it was not on the list."""
        for standing in self.standings:
            if standing.project == project:
                return standing
        raise KeyError(project)

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as plain JSON values with its digest; the same outcome always gives the same bytes."""
        body = _body(self)
        for row, item in zip(body["projects"], self.standings, strict=True):
            if item.need is not None:
                row["need"] = need_as_json(item.need)
        return {**body, "digest": self.digest}


def sealed(outcome: Outcome) -> Outcome:
    """Return the outcome with its digest: sha256 over its canonical JSON without the warnings and needs."""
    body = _body(outcome)
    del body["warnings"]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(outcome, digest="sha256:" + hashlib.sha256(text.encode()).hexdigest())


def amount(value: Fraction) -> str:
    """Write an amount exactly: whole, as a decimal when it ends, else as a fraction ("7", "7.25", "22/3")."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, digits = value.denominator, 0
    while rest % 10 in (0, 2, 4, 5, 6, 8) and rest > 1:
        rest = rest // 10 if rest % 10 == 0 else (rest // 2 if rest % 2 == 0 else rest // 5)
        digits += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    whole = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
    text = f"{whole[:-digits]}.{whole[-digits:].rstrip('0')}".rstrip(".")
    return f"-{text}" if value < 0 else text


def rounded(value: Fraction, digits: int = 9) -> str:
    """Write a figure of the course, whose exact fraction may run to hundreds of digits, to some decimals."""
    return amount(Fraction(round(value * 10**digits), 10**digits))


def _optional(value: Fraction | None) -> str | None:
    return None if value is None else amount(value)


def _body(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.spec.rule,
        "satisfaction": outcome.spec.satisfaction,
        "completion": outcome.spec.completion,
        "tie_order": list(outcome.spec.ties),
        "threshold": _threshold(outcome.spec),
        "composite": _composite(outcome.spec),
        "winners": list(outcome.winners),
        "total_cost": amount(outcome.total_cost),
        "budget": amount(outcome.budget),
        "ballots": outcome.ballots,
        "share": _optional(outcome.share),
        "ended": outcome.ended,
        "rounds": [_round(item) for item in outcome.rounds],
        "ties": [tie.as_json() for tie in outcome.ties],
        "projects": [_standing(item) for item in outcome.standings],
        "warnings": [asdict(remark) for remark in outcome.warnings],
    }


def _threshold(spec: Spec) -> dict[str, Any]:
    least = spec.threshold
    return {"voters": least.voters, "share": amount(least.share), "by_cost": least.by_cost, "score": least.score}


def _composite(spec: Spec) -> dict[str, Any] | None:
    parts = spec.composite
    if parts is None:
        return None
    return {
        "vote_weight": amount(parts.vote_weight),
        "jury_weight": amount(parts.jury_weight),
        "least_votes_share": amount(parts.least_votes_share),
        "least_jury_score": parts.least_jury_score,
        "jury": dict(sorted(parts.jury.items())),
    }


def _round(item: Round) -> dict[str, Any]:
    return {
        "round": item.number,
        "project": item.project,
        "cost": amount(item.cost),
        "price": None if item.price is None else rounded(item.price),
        "rate": None if item.rate is None else rounded(item.rate, 15),
        "payers": item.payers,
        "left": amount(item.left),
        "tied": list(item.tied),
        "by": item.by,
        "passed": list(item.passed),
        "note": item.note,
    }


def _standing(item: Standing) -> dict[str, Any]:
    return {
        "project": item.project,
        "name": item.name,
        "cost": amount(item.cost),
        "votes": item.votes,
        "score": amount(item.score),
        "status": item.status,
        "why": item.why,
        "turn": item.turn,
        "had": _optional(item.had),
        "other": item.other,
        "needed": _optional(item.needed),
        "left": _optional(item.left),
    }


def need_as_json(need: Need) -> dict[str, Any]:
    """Return a need as plain JSON."""
    ways = {"support": need.support, "cost": need.cost}
    told = {
        name: {"verdict": way.verdict, "amount": _optional(way.amount), "utmost": way.utmost}
        for name, way in ways.items()
    }
    return {"more": need.more, **told}

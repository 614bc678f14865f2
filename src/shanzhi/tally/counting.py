"""The public door: count an election by a spec."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

from shanzhi.tally.admission import apply_thresholds
from shanzhi.tally.election import Election
from shanzhi.tally.faults import CountingError, Remark, remark
from shanzhi.tally.ground import Ground
from shanzhi.tally.outcome import Outcome, sealed
from shanzhi.tally.spec import Completion, RuleName, Satisfaction, Spec, TieKey
from shanzhi.tally.story import Story
from shanzhi.tally.story_ordered import tell_ordered
from shanzhi.tally.story_phragmen import tell_phragmen
from shanzhi.tally.story_shares import tell_shares


def count(election: Election, spec: Spec) -> Outcome:
    """Count an election and tell the whole course.

    The winners are those of exact rational arithmetic, whatever the order of the ballots. Money is in the currency
    unit of the election. Rules: order of score with and without skipping (`score`, `score-no-skip`; votes, or
    points and Borda scores where the satisfaction says so), score per cost (`per-cost`), Equal Shares (Peters,
    Pierczyński and Skowron 2021) with its completions, sequential Phragmén, and jury and votes together
    (`composite`). Thresholds come first; of projects that share an `exclusive` name only the first chosen wins.

    Raises CountingError when the election or the spec cannot be counted.
    """
    _check(spec)
    group = spec.rule == "phragmen" or (spec.rule == "equal-shares" and spec.completion != "none")
    ground = Ground(election, spec, group=group)
    apply_thresholds(ground)
    story = _tell(ground)
    story.exclude()
    projects = election.projects
    return sealed(
        Outcome(
            spec=spec,
            winners=tuple(projects[position].id for position in story.won),
            total_cost=sum((projects[position].cost for position in story.won), Fraction(0)),
            budget=election.budget,
            ballots=election.ballots,
            rounds=tuple(story.rounds),
            ties=tuple(story.ties),
            standings=tuple(story.standings[position] for position in range(len(projects))),
            warnings=_warnings(election, spec),
            share=story.share,
            runs=story.runs,
            ended=story.ended,
        )
    )


def _tell(ground: Ground) -> Story:
    if ground.spec.rule == "equal-shares":
        return tell_shares(ground)
    if ground.spec.rule == "phragmen":
        return tell_phragmen(ground)
    return tell_ordered(ground)


def _check(spec: Spec) -> None:
    """Refuse words that a spec read from outside may carry although its type forbids them."""
    known: list[tuple[str, str, str, tuple[str, ...]]] = [
        ("rule", "规则", spec.rule, get_args(RuleName)),
        ("satisfaction", "满意度", spec.satisfaction, get_args(Satisfaction)),
        ("completion", "补齐方式", spec.completion, get_args(Completion)),
    ]
    known += [("tie key", "平局依据", key, get_args(TieKey)) for key in spec.ties]
    for what, what_zh, value, choices in known:
        if value not in choices:
            raise CountingError("unknown-word", what=what, what_zh=what_zh, value=value, known=", ".join(choices))
    if spec.completion != "none" and spec.rule != "equal-shares":
        raise CountingError("no-completion")


def _warnings(election: Election, spec: Spec) -> tuple[Remark, ...]:
    warnings = []
    if not election.ballots:
        warnings.append(remark("no-ballots"))
    if spec.composite is not None:
        missing = [project.id for project in election.projects if project.id not in spec.composite.jury]
        if missing and spec.rule == "composite":
            warnings.append(remark("no-jury-score", projects=", ".join(missing)))
    return tuple(warnings)

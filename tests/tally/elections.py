"""Small elections made at random, rich in ties, thresholds met exactly, free projects and empty ballots."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from shanzhi.tally.election import BallotKind, Election, Project, from_lists
from shanzhi.tally.spec import Completion, Composite, RuleName, Satisfaction, Spec, Threshold, TieKey

COSTS = st.one_of(
    st.integers(0, 12).map(Fraction),
    st.sampled_from([Fraction(1, 2), Fraction(5, 2), Fraction(33, 10), Fraction(20), Fraction(40), Fraction(0)]),
)
SATISFACTIONS: dict[BallotKind, tuple[Satisfaction, ...]] = {
    "approval": ("cost", "cardinality"),
    "points": ("cost", "cardinality", "points"),
    "ranked": ("cost", "cardinality", "borda"),
}
COMPLETIONS: tuple[Completion, ...] = ("none", "add1", "add1u", "exhaustive-supported", "exhaustive-all")
TIES: tuple[TieKey, ...] = ("id", "cost", "votes", "listed")


@st.composite
def elections(draw: st.DrawFn, *, kind: BallotKind | None = None, exclusive: bool = True, voters: int = 9) -> Election:
    kind = kind or draw(st.sampled_from(["approval", "points", "ranked"]))
    size = draw(st.integers(1, 6))
    clubs = st.sampled_from(["", "", "", "park", "road"]) if exclusive else st.just("")
    ids = draw(st.permutations([str(number) for number in range(7, 7 + size)]))
    projects = [Project(ids[p], draw(COSTS), f"Project {p}", draw(clubs)) for p in range(size)]
    ballots: list[list[int]] = []
    for _ in range(draw(st.integers(1, 4))):
        order = draw(st.permutations(range(size)))
        ballot = list(order[: draw(st.integers(0, size))])
        ballots += [ballot] * draw(st.integers(1, max(1, voters // 3)))
    budget = draw(st.one_of(st.integers(0, 40).map(Fraction), st.sampled_from([Fraction(25, 2), Fraction(100, 3)])))
    if kind != "points":
        return from_lists(projects=projects, budget=budget, kind=kind, ballots=ballots)
    points = [[draw(st.integers(0, 4)) for _ in ballot] for ballot in ballots]
    return from_lists(projects=projects, budget=budget, kind=kind, ballots=ballots, points=points)


def tie_orders() -> st.SearchStrategy[tuple[TieKey, ...]]:
    return st.lists(st.sampled_from(TIES), min_size=1, max_size=4, unique=True).map(tuple)


def thresholds() -> st.SearchStrategy[Threshold]:
    return st.builds(
        Threshold,
        voters=st.sampled_from([0, 0, 0, 1, 2]),
        share=st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 3), Fraction(1, 2)]),
        by_cost=st.sampled_from([0, 0, 1, 3]),
        score=st.sampled_from([0, 0, 0, 1, 3]),
    )


@st.composite
def specs(draw: st.DrawFn, election: Election, *, rule: RuleName | None = None, **fixed: Any) -> Spec:
    rule = rule or draw(
        st.sampled_from(["score", "score-no-skip", "per-cost", "equal-shares", "equal-shares", "phragmen", "composite"])
    )
    composite = None
    if rule == "composite":
        weight = draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)]))
        jury = {project.id: draw(st.sampled_from([0, 2500, 5000, 10000])) for project in election.projects}
        composite = Composite(
            weight,
            1 - weight,
            draw(st.sampled_from([Fraction(0), Fraction(1, 4)])),
            draw(st.sampled_from([0, 2600])),
            jury,
        )
    values: dict[str, Any] = {
        "satisfaction": draw(st.sampled_from(SATISFACTIONS[election.kind])),
        "completion": draw(st.sampled_from(COMPLETIONS)) if rule == "equal-shares" else "none",
        "ties": draw(tie_orders()),
        "threshold": draw(thresholds()),
        "composite": composite,
    }
    return Spec(rule, **(values | fixed))

"""What must hold of every count, whatever the ballots."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.tally import Election, Outcome, Project, Spec, count, from_lists
from tests.tally.elections import elections, specs

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ballots_of(election: Election) -> list[list[int]]:
    ends = election.offsets.tolist()
    return [election.choices[a:b].tolist() for a, b in pairwise(ends)]


def points_of(election: Election) -> list[list[int]] | None:
    if election.points is None:
        return None
    ends = election.offsets.tolist()
    return [election.points[a:b].tolist() for a, b in pairwise(ends)]


def reordered(election: Election, order: list[int]) -> Election:
    ballots, points = ballots_of(election), points_of(election)
    return from_lists(
        projects=election.projects,
        budget=election.budget,
        kind=election.kind,
        ballots=[ballots[b] for b in order],
        points=None if points is None else [points[b] for b in order],
    )


def relisted(election: Election, order: list[int]) -> Election:
    """The same election with its projects listed in another order."""
    place = np.argsort(np.array(order))
    return replace(
        election,
        projects=tuple(election.projects[p] for p in order),
        choices=place[election.choices].astype(np.int32),
    )


def without(election: Election, gone: int) -> Election:
    ballots, points = ballots_of(election), points_of(election)
    kept = [[at for at, p in enumerate(ballot) if p != gone] for ballot in ballots]
    return from_lists(
        projects=[project for p, project in enumerate(election.projects) if p != gone],
        budget=election.budget,
        kind=election.kind,
        ballots=[[b[at] - (b[at] > gone) for at in keep] for b, keep in zip(ballots, kept, strict=True)],
        points=None if points is None else [[w[at] for at in keep] for w, keep in zip(points, kept, strict=True)],
    )


class TestAnyCount:
    @MANY
    @given(st.data())
    def test_is_the_same_for_every_order_of_ballots(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        spec = data.draw(specs(election))
        order = data.draw(st.permutations(range(election.ballots)))
        first, second = count(election, spec), count(reordered(election, list(order)), spec)
        assert first == second
        assert first.digest == second.digest

    @MANY
    @given(st.data())
    def test_is_the_same_for_every_order_of_the_list_unless_that_breaks_ties(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        spec = data.draw(specs(election))
        spec = replace(spec, ties=tuple(key for key in spec.ties if key != "listed"))
        order = list(data.draw(st.permutations(range(len(election.projects)))))
        first, second = count(election, spec), count(relisted(election, order), spec)
        assert first.winners == second.winners
        assert first.rounds == second.rounds
        assert first.ties == second.ties

    @MANY
    @given(st.data())
    def test_never_overspends_nor_joins_what_excludes_each_other(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        outcome = count(election, data.draw(specs(election)))
        assert outcome.total_cost <= outcome.budget
        clubs = [p.exclusive for p in election.projects if p.exclusive and p.id in outcome.winners]
        assert len(clubs) == len(set(clubs))
        spent = Fraction(0)
        for turn in outcome.rounds:
            spent += turn.cost
            assert turn.left == outcome.budget - spent
        assert [turn.project for turn in outcome.rounds] == list(outcome.winners)

    @MANY
    @given(st.data())
    def test_gives_every_project_a_standing(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        outcome = count(election, data.draw(specs(election)))
        assert [item.project for item in outcome.standings] == [project.id for project in election.projects]
        assert {item.project for item in outcome.standings if item.status == "won"} == set(outcome.winners)

    @MANY
    @given(st.data())
    def test_does_not_depend_on_a_loser_that_nobody_backs(self, data: st.DataObject) -> None:
        election = data.draw(elections(kind="approval"))
        spec = data.draw(specs(election))
        # Without skipping, with exhaustion over all, and in Phragmen's last tie of all that nobody backs, such a
        # project has a part by the rule's own words; with a jury it may stand before others.
        own_words = spec.rule in ("score-no-skip", "phragmen", "composite")
        if own_words or spec.completion in ("add1u", "exhaustive-all"):
            spec = replace(spec, rule="equal-shares", completion="add1", composite=None)
        outcome = count(election, spec)
        for position, standing in enumerate(outcome.standings):
            if standing.status != "won" and not standing.votes:
                assert count(without(election, position), spec).winners == outcome.winners


class TestEqualShares:
    @MANY
    @given(st.data())
    def test_gives_every_cohesive_group_its_due(self, data: st.DataObject) -> None:
        """EJR up to one: a group that agrees on projects T and holds enough of the purse for them has a member with at
        least |T| - 1 winners, or one that any further project of T would lift to |T|."""
        election = data.draw(elections(kind="approval", exclusive=False, voters=6))
        outcome = count(election, Spec("equal-shares", "cardinality"))
        ballots = [set(ballot) for ballot in ballots_of(election)]
        won = {p for p, project in enumerate(election.projects) if project.id in outcome.winners}
        for size in range(1, len(election.projects) + 1):
            for wanted in combinations(range(len(election.projects)), size):
                group = [ballot for ballot in ballots if ballot.issuperset(wanted)]
                cost = sum((election.projects[p].cost for p in wanted), Fraction(0))
                if not group or cost * len(ballots) > election.budget * len(group):
                    continue
                due = any(len(ballot & won | {p}) >= size for ballot in group for p in wanted if p not in won)
                assert due or set(wanted) <= won

    @MANY
    @given(st.data())
    def test_does_not_depend_on_a_loser_whose_backers_cannot_buy_it(self, data: st.DataObject) -> None:
        election = data.draw(elections(exclusive=False))
        spec = replace(data.draw(specs(election, rule="equal-shares")), completion="none")
        # A threshold of Borda points would move with the number of projects, and so let the others out.
        spec = replace(spec, satisfaction="cardinality", threshold=replace(spec.threshold, score=0))
        outcome = count(election, spec)
        for position, standing in enumerate(outcome.standings):
            if standing.why == "unaffordable":
                assert count(without(election, position), spec).winners == outcome.winners


class TestFloatsAlone:
    def test_are_the_same_code_without_the_exact_decisions(self) -> None:
        election = from_lists(projects=_three(), budget=12, kind="approval", ballots=[[0, 1], [0], [2]])
        exact = count(election, Spec("equal-shares"))
        loose: Outcome = count(election, Spec("equal-shares", exact=False))
        assert loose.winners == exact.winners


def _three() -> list[Project]:
    return [Project(name, Fraction(cost)) for name, cost in (("a", 6), ("b", 3), ("c", 4))]

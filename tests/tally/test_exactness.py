"""The quick count and the plain one in fractions choose the same projects in the same order."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.tally import Project, Spec, count, from_lists
from shanzhi.tally.spec import RuleName
from tests.tally import naive
from tests.tally.elections import COMPLETIONS, elections, specs

SLOW = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestAnyRule:
    @SLOW
    @given(st.data())
    def test_chooses_what_plain_fractions_choose(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        spec = data.draw(specs(election))
        assert list(count(election, spec).winners) == naive.count(election, spec)


class TestEqualShares:
    @SLOW
    @given(st.data())
    def test_chooses_what_plain_fractions_choose(self, data: st.DataObject) -> None:
        election = data.draw(elections(voters=24))
        spec = data.draw(specs(election, rule="equal-shares", completion=data.draw(st.sampled_from(COMPLETIONS))))
        assert list(count(election, spec).winners) == naive.count(election, spec)

    @SLOW
    @given(st.data())
    def test_states_prices_whose_payments_cover_each_cost(self, data: st.DataObject) -> None:
        election = data.draw(elections(kind="approval", exclusive=False, voters=24))
        spec = data.draw(specs(election, rule="equal-shares"))
        outcome = count(election, spec)
        money = [outcome.share or Fraction(0)] * election.ballots
        place = {project.id: number for number, project in enumerate(election.projects)}
        for turn in outcome.rounds:
            if turn.note == "filled":
                continue
            assert turn.price is not None
            position = place[turn.project]
            backers = [
                voter
                for voter in range(election.ballots)
                if position in election.choices[election.offsets[voter] : election.offsets[voter + 1]]
            ]
            paid = {voter: min(money[voter], turn.price) for voter in backers}
            assert sum(paid.values(), Fraction(0)) == turn.cost
            assert turn.payers == (sum(money[voter] > 0 for voter in backers) if turn.cost else len(backers)) or not (
                turn.cost
            )
            for voter, amount in paid.items():
                money[voter] -= amount


class TestAnElectionAtTheEdge:
    def test_buys_what_costs_exactly_what_its_supporters_have(self) -> None:
        """61 shares of 150000 / 61 make 150000 in fractions, and a little less or more in floats."""
        for voters in range(2, 200):
            projects = [Project("a", Fraction(150000)), Project("b", Fraction(1))]
            election = from_lists(projects=projects, budget=150000, kind="approval", ballots=[[0]] * voters)
            assert count(election, Spec("equal-shares")).winners == ("a",)

    def test_refuses_what_costs_a_hair_more_than_its_supporters_have(self) -> None:
        hair = Fraction(1, 10**12)
        for voters in (3, 61, 97):
            projects = [Project("a", Fraction(150000) + hair)]
            election = from_lists(projects=projects, budget=150000, kind="approval", ballots=[[0]] * voters)
            assert count(election, Spec("equal-shares")).winners == ()

    def test_tells_rates_apart_that_differ_beyond_floats(self) -> None:
        hair = Fraction(1, 10**15)
        projects = [Project("a", Fraction(10) + hair), Project("b", Fraction(10))]
        election = from_lists(projects=projects, budget=12, kind="approval", ballots=[[0, 1]] * 3)
        rules: list[RuleName] = ["equal-shares", "phragmen", "per-cost"]
        for rule in rules:
            assert count(election, Spec(rule, "cardinality")).winners == ("b",)

"""The log of ties tells who won each, who was passed over, and where a tie ended the count."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.tally import Project, Spec, Tie, count, from_lists
from shanzhi.tally.reasons import sentence
from shanzhi.tally.spec import RuleName
from tests.tally.elections import elections, specs

MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ORDERED: list[RuleName] = ["score", "score-no-skip", "per-cost"]


def projects(*costs: int) -> list[Project]:
    return [Project(name, Fraction(cost)) for name, cost in zip("abcdef", costs, strict=False)]


class TestATie:
    @MANY
    @given(st.data())
    def test_names_the_winner_of_its_round(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        outcome = count(election, data.draw(specs(election)))
        for tie in outcome.ties:
            assert len(tie.tied) >= 2
            assert set(tie.passed) <= set(tie.tied) - {tie.chosen}
            if tie.chosen:
                turn = outcome.rounds[tie.round - 1]
                assert (turn.project, turn.tied, turn.passed, turn.by) == (tie.chosen, tie.tied, tie.passed, tie.by)
            else:
                assert outcome.spec.rule == "score-no-skip"
                assert tie.round == len(outcome.rounds) + 1
            # whoever was passed over did not win, or only after it
            early = set(outcome.winners[: tie.round - 1])
            assert not early & set(tie.tied)
            assert not set(tie.passed) & set(outcome.winners)

    @MANY
    @given(st.data())
    def test_is_logged_whenever_an_equal_that_fits_must_wait(self, data: st.DataObject) -> None:
        election = data.draw(elections(exclusive=False))
        spec = data.draw(specs(election, rule=data.draw(st.sampled_from(ORDERED)), satisfaction="cardinality"))
        outcome = count(election, spec)
        standings = {s.project: s for s in outcome.standings if s.status != "excluded" and s.cost}
        worth = {s.project: s.score / (s.cost if spec.rule == "per-cost" else 1) for s in standings.values()}
        logged = {tie.round: set(tie.tied) for tie in outcome.ties}
        for turn in outcome.rounds:
            if turn.project in worth:
                ahead, before = outcome.winners[: turn.number], turn.left + turn.cost
                equal = {name for name in worth if worth[name] == worth[turn.project] and name not in ahead}
                waiting = {name for name in equal if standings[name].cost <= before}
                assert not waiting or waiting | {turn.project} <= logged[turn.number]

    def test_whose_first_does_not_fit_goes_to_the_next_and_says_so(self) -> None:
        ballots = [[0, 1, 2], [0, 1, 2], [2]]
        election = from_lists(projects=projects(60, 50, 50), budget=100, kind="approval", ballots=ballots)
        outcome = count(election, Spec("score"))
        assert outcome.winners == ("c", "b")
        assert outcome.ties == (Tie(2, ("a", "b"), "b", "id", ("a",)),)
        assert "a stood equal and came before it, but could not win" in sentence(outcome.standing("b"), outcome, "en")
        assert "a与它相同且在先，但无法入选" in sentence(outcome.standing("b"), outcome, "zh")

    def test_whose_first_does_not_fit_still_decides_between_the_others(self) -> None:
        election = from_lists(projects=projects(90, 40, 40), budget=50, kind="approval", ballots=[[0, 1, 2]])
        assert count(election, Spec("score")).ties == (Tie(1, ("a", "b", "c"), "b", "id", ("a",)),)

    def test_at_which_the_count_stops_is_logged(self) -> None:
        ballots = [[0, 1, 2], [0, 1, 2], [2]]
        election = from_lists(projects=projects(60, 50, 50), budget=100, kind="approval", ballots=ballots)
        outcome = count(election, Spec("score-no-skip"))
        assert outcome.winners == ("c",)
        assert outcome.ties == (Tie(2, ("a", "b"), "", "id", ("a",)),)

    def test_at_whose_last_the_count_stops_decides_nothing(self) -> None:
        rivals = [replace(project, exclusive="park") for project in projects(5, 5)]
        listed = [*rivals, Project("c", Fraction(9))]
        election = from_lists(projects=listed, budget=10, kind="approval", ballots=[[0, 1, 2], [0]])
        assert count(election, Spec("score-no-skip")).ties == ()

    def test_in_the_filling_up_is_logged(self) -> None:
        ballots = [[0], [1], [2], [2], [2]]
        election = from_lists(projects=projects(3, 3, 8), budget=12, kind="approval", ballots=ballots)
        outcome = count(election, Spec("equal-shares", "cost", "add1u"))
        assert outcome.winners == ("c", "a")
        assert {turn.note for turn in outcome.rounds} == {"filled"}
        assert outcome.ties == (Tie(2, ("a", "b"), "a", "id"),)

    def test_of_free_rivals_is_logged(self) -> None:
        free = [Project(name, Fraction(0), exclusive="park") for name in "ab"]
        election = from_lists(projects=free, budget=5, kind="approval", ballots=[[0, 1]])
        assert count(election, Spec("equal-shares")).ties == (Tie(1, ("a", "b"), "a", "id"),)

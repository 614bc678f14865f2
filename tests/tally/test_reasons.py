"""The sentences. That every promise in them is kept is tried in `test_needs.py`."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.tally import Project, Spec, Threshold, count, from_lists
from shanzhi.tally.comparison import compare, wins_under
from shanzhi.tally.needs import with_needs
from shanzhi.tally.reasons import money, reasons, sentence
from tests.tally.elections import COMPLETIONS, elections, specs
from tests.tally.test_properties import ballots_of

MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


ONE_AS_MANY = re.compile(r"\b1 (?:more )?(?:votes|supporters|voters|points|ballots)\b")


class TestTheMoneyLeftToSupporters:
    @MANY
    @given(st.data())
    def test_is_what_the_rounds_left_them(self, data: st.DataObject) -> None:
        election = data.draw(elections(kind="approval", exclusive=False))
        outcome = count(election, data.draw(specs(election, rule="equal-shares", threshold=Threshold())))
        ids = [project.id for project in election.projects]
        ballots = [{ids[p] for p in ballot} for ballot in ballots_of(election)]
        left = [outcome.share or Fraction(0)] * election.ballots
        for turn in outcome.rounds:
            if turn.note != "filled" and turn.price is not None:
                left = [m - min(m, turn.price) if turn.project in b else m for m, b in zip(left, ballots, strict=True)]
        for standing in outcome.standings:
            if standing.why == "unaffordable":
                total = sum((m for m, b in zip(left, ballots, strict=True) if standing.project in b), Fraction(0))
                assert standing.had == Fraction(int(total * 100), 100)
                assert total < standing.cost


class TestASentence:
    def test_tells_a_loser_in_both_languages_what_was_missing(self) -> None:
        projects = [Project("a", Fraction(100)), Project("b", Fraction(60))]
        election = from_lists(projects=projects, budget=120, kind="approval", ballots=[[0], [0], [1]])
        outcome = with_needs(election, count(election, Spec("score")))
        en, zh = (
            sentence(outcome.standing("b"), outcome, language, unit)
            for language, unit in (("en", "yuan"), ("zh-hans", "元"))
        )
        assert en == (
            "Not chosen: at its turn 20.00 yuan was left in the purse, less than its cost of 60.00 yuan; "
            "it would have been chosen with 2 more votes or at a cost of at most 20.00 yuan."
        )
        assert zh == ("未入选：轮到它时余额为20.00元，不足以支付60.00元；若再多2票，或金额不超过20.00元，即可入选。")

    def test_tells_what_the_supporters_had_left(self) -> None:
        projects = [Project("a", Fraction(100)), Project("b", Fraction(61))]
        election = from_lists(projects=projects, budget=150, kind="approval", ballots=[[0], [0], [1]])
        outcome = with_needs(election, count(election, Spec("equal-shares")))
        assert sentence(outcome.standing("b"), outcome, "en") == (
            "Not chosen: its only supporter had 50.00 left of its cost of 61.00, so 11.00 was missing; it would have "
            "been chosen with 2 more supporters (the voters with most of their share left) or at a cost of at most "
            "50.00."
        )
        assert sentence(outcome.standing("a"), outcome, "zh") == (
            "第1轮入选：2名支持者用各自份额付清100.00，每人至多付50.00。"
        )

    @MANY
    @given(st.data())
    def test_is_there_for_every_project_under_every_rule(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        for reason in reasons(with_needs(election, count(election, data.draw(specs(election))))):
            assert reason.en.endswith(".")
            assert reason.zh.endswith("。")
            assert not ONE_AS_MANY.search(reason.en)

    def test_without_needs_promises_nothing(self) -> None:
        election = from_lists(projects=[Project("a", Fraction(9))], budget=5, kind="approval", ballots=[[0]])
        outcome = count(election, Spec("score"))
        assert sentence(outcome.standing("a"), outcome, "en") == (
            "Not chosen: its cost of 9.00 is more than the whole purse of 5.00."
        )

    def test_writes_money_with_two_decimals(self) -> None:
        assert money(Fraction(1234567, 100)) == "12,345.67"
        assert money(Fraction(12345), "元", "zh") == "12,345.00元"
        assert money(Fraction(1, 3), "yuan") == "0.33 yuan"


class TestTheComparison:
    def test_names_what_each_other_rule_would_have_done(self) -> None:
        projects = [Project("a", Fraction(90)), Project("b", Fraction(30)), Project("c", Fraction(30))]
        ballots = [[0]] * 5 + [[1]] * 4 + [[2]] * 3
        election = from_lists(projects=projects, budget=100, kind="approval", ballots=ballots)
        others = {(item.spec.rule, item.spec.completion): item for item in compare(election, Spec("score"))}
        assert ("score", "none") not in others
        assert ("score-no-skip", "none") in others
        assert {completion for rule, completion in others if rule == "equal-shares"} == set(COMPLETIONS)
        shares = others["equal-shares", "add1"]
        assert shares.also == ("b", "c")
        assert shares.instead == ("a",)
        assert (shares.reached, shares.total_cost) == (7, 60)

    def test_counts_other_completions_as_other_rules(self) -> None:
        election = from_lists(projects=[Project("a", Fraction(1))], budget=1, kind="approval", ballots=[[0]])
        others = {(o.spec.rule, o.spec.completion) for o in compare(election, Spec("equal-shares", "cost", "add1"))}
        assert {completion for rule, completion in others if rule == "equal-shares"} == set(COMPLETIONS) - {"add1"}

    def test_tells_under_which_of_them_a_project_wins(self) -> None:
        projects = [Project("a", Fraction(90)), Project("b", Fraction(30)), Project("c", Fraction(30))]
        ballots = [[0]] * 5 + [[1]] * 4 + [[2]] * 3
        election = from_lists(projects=projects, budget=100, kind="approval", ballots=ballots)
        others = compare(election, Spec("score"))
        assert [o.spec.rule for o in wins_under(others, "a")] == ["score-no-skip"]
        assert {o.spec.rule for o in wins_under(others, "b")} == {"per-cost", "equal-shares", "phragmen"}

    def test_leaves_the_election_as_it_was(self) -> None:
        election = from_lists(projects=[Project("a", Fraction(1))], budget=1, kind="approval", ballots=[[0]])
        before = election.choices.copy()
        compare(election, Spec("phragmen"))
        assert np.array_equal(before, election.choices)

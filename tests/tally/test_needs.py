"""What a loser would have needed: each promise is kept when it is tried, and its absence is said in so many words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.tally import Election, Outcome, Project, Spec, Standing, Threshold, count, from_lists
from shanzhi.tally.needs import search, unsearched, with_found, with_needs
from shanzhi.tally.pabulib import read
from shanzhi.tally.reasons import sentence
from shanzhi.tally.spec import Completion, Composite, RuleName
from tests.tally.changes import at_cost, joiners, with_more
from tests.tally.elections import COMPLETIONS, elections, specs
from tests.tally.pabulib.files import SHARED

SLOW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CENT = Fraction(1, 100)
SWIECIE = Path(__file__).resolve().parents[2] / "src/shanzhi/ventures/demo/Poland_Swiecie_2023.pb"
RULES: list[tuple[RuleName, Completion]] = [
    *(("equal-shares", completion) for completion in COMPLETIONS),
    ("phragmen", "none"),
    ("score", "none"),
    ("score-no-skip", "none"),
    ("per-cost", "none"),
]
WORDS = {
    ("support", "never"): ("would have been enough alone", "不足以使其入选"),
    ("support", "not-found"): ("that was tried would have been enough alone", "都不足以使其入选"),
    ("points", "never"): ("no number of further points alone would have been enough", "仅增加得分不足以使其入选"),
    ("cost", "never"): ("no lower cost alone would have been enough", "仅降低金额不足以使其入选"),
    ("cost", "not-found"): ("no lower cost that was tried would have been enough", "试算过的更低金额都不足以使其入选"),
}


def wins(election: Election | None, outcome: Outcome, project: str) -> bool:
    assert election is not None
    return project in count(election, outcome.spec).winners


def check_cost(election: Election, outcome: Outcome, item: Standing) -> None:
    """A cost that is promised is enough; the next whole unit is not where that is said; none where none is."""
    assert item.need is not None
    way = item.need.cost
    if way.verdict == "enough":
        assert way.amount is not None
        assert 0 < way.amount < item.cost
        assert wins(at_cost(election, item.project, way.amount), outcome, item.project)
        above = Fraction(way.amount // 1 + 1)
        if way.utmost and above < item.cost:
            assert not wins(at_cost(election, item.project, above), outcome, item.project)
    elif way.verdict == "never":
        for cost in (CENT, item.cost / 2, item.cost * Fraction(9, 10)):
            if CENT <= cost < item.cost:
                assert not wins(at_cost(election, item.project, cost), outcome, item.project)


def check_support(election: Election, outcome: Outcome, item: Standing) -> None:
    """Support that is promised is enough; one less is not where that is said; none is where none is."""
    assert item.need is not None
    way = item.need.support
    if way.verdict == "enough":
        number = int(way.amount or 0)
        assert number > 0
        assert wins(with_more(election, outcome, item.project, number), outcome, item.project)
        if way.utmost and number > 1:
            assert not wins(with_more(election, outcome, item.project, number - 1), outcome, item.project)
    elif way.verdict == "never" and item.need.more != "points":
        position = [project.id for project in election.projects].index(item.project)
        for number in range(1, len(joiners(election, outcome, position, item.need.more)) + 1):
            assert not wins(with_more(election, outcome, item.project, number), outcome, item.project)


def check_words(outcome: Outcome, item: Standing) -> None:
    """What is not promised is said."""
    assert item.need is not None
    en, zh = (sentence(item, outcome, language) for language in ("en", "zh"))
    assert ("it would have been chosen" in en) == ("即可入选" in zh)
    assert ("it would have been chosen" in en) == ("enough" in (item.need.support.verdict, item.need.cost.verdict))
    for name, way in (("support", item.need.support), ("cost", item.need.cost)):
        if way.verdict != "enough" and (name, item.why) != ("support", "beyond-purse"):
            of_points = name == "support" and item.need.more == "points" and way.verdict == "never"
            said = WORDS["points" if of_points else name, way.verdict]
            assert said[0] in en
            assert said[1] in zh


class TestEveryLoser:
    @SLOW
    @given(st.data())
    def test_is_told_what_would_have_been_enough_or_that_nothing_was_found(self, data: st.DataObject) -> None:
        election = data.draw(elections())
        declared = count(election, data.draw(specs(election)))
        outcome = with_needs(election, declared)
        assert outcome.digest == declared.digest
        for item in outcome.standings:
            if item.status == "lost":
                check_cost(election, outcome, item)
                check_support(election, outcome, item)
                check_words(outcome, item)

    @SLOW
    @given(st.data())
    def test_of_equal_shares_is_told_so_too(self, data: st.DataObject) -> None:
        election = data.draw(elections(voters=24))
        completion = data.draw(st.sampled_from(COMPLETIONS))
        spec = data.draw(specs(election, rule="equal-shares", completion=completion, threshold=Threshold()))
        outcome = with_needs(election, count(election, spec))
        for item in outcome.standings:
            if item.status == "lost":
                check_cost(election, outcome, item)
                check_support(election, outcome, item)
                check_words(outcome, item)

    @SLOW
    @given(st.data())
    def test_gets_the_same_answer_for_every_order_of_ballots(self, data: st.DataObject) -> None:
        election = data.draw(elections(kind="approval"))
        spec = data.draw(specs(election))
        order = data.draw(st.permutations(range(election.ballots)))
        ends = election.offsets.tolist()
        ballots = [election.choices[ends[b] : ends[b + 1]].tolist() for b in order]
        other = from_lists(projects=election.projects, budget=election.budget, kind="approval", ballots=ballots)
        assert with_needs(election, count(election, spec)) == with_needs(other, count(other, spec))


@pytest.mark.thorough
class TestARealElection:
    @pytest.mark.parametrize(("rule", "completion"), RULES)
    @pytest.mark.parametrize("name", ["swiecie", "assen"])
    def test_names_for_every_loser_a_change_that_a_recount_confirms(
        self, name: str, rule: RuleName, completion: Completion
    ) -> None:
        path = SWIECIE if name == "swiecie" else SHARED / "official" / "Netherlands_Assen_2024.pb"
        if not path.exists():
            pytest.skip(f"the official election is not here: {path} (set SHANZHI_SHARED_DATA)")
        election = read(path)
        spec = Spec(rule, "cost", completion, threshold=Threshold(by_cost=3 if name == "swiecie" else 0))
        outcome = with_needs(election, count(election, spec))
        losers = [item for item in outcome.standings if item.status == "lost"]
        assert losers
        for item in losers:
            assert item.need is not None
            assert "enough" in (item.need.cost.verdict, item.need.support.verdict), item
            check_cost(election, outcome, item)
            check_words(outcome, item)
            if item.need.support.verdict == "enough":
                number = int(item.need.support.amount or 0)
                assert wins(with_more(election, outcome, item.project, number), outcome, item.project)


class TestAnExcludedProject:
    @SLOW
    @given(st.data())
    def test_is_told_what_would_have_let_it_take_part(self, data: st.DataObject) -> None:
        election = data.draw(elections(kind="approval"))
        spec = data.draw(specs(election, composite=None, rule="score"))
        outcome = with_needs(election, count(election, spec))
        for item in outcome.standings:
            if item.why != "threshold":
                continue
            if item.score < spec.threshold.score:  # it would still lack the score
                assert item.need is None
                continue
            assert item.need is not None
            support, cost = item.need.support, item.need.cost
            if support.verdict == "enough":
                number = int(support.amount or 0)
                for given_, out in ((number, False), (number - 1, True)):
                    changed = with_more(election, outcome, item.project, given_)
                    assert changed is not None
                    assert (count(changed, spec).standing(item.project).why == "threshold") == out
            else:
                assert item.needed is not None
                assert item.needed > election.ballots
            if cost.verdict == "enough":
                assert cost.amount is not None
                for amount, out in ((cost.amount, False), (cost.amount + CENT, True)):
                    changed = at_cost(election, item.project, amount)
                    assert (count(changed, spec).standing(item.project).why == "threshold") == out

    def test_is_told_nothing_where_a_further_threshold_would_keep_it_out(self) -> None:
        projects = [Project(name, Fraction(10)) for name in "ab"]
        election = from_lists(projects=projects, budget=100, kind="approval", ballots=[[0], [0], [0], [0, 1]])
        parts = Composite(
            vote_weight=Fraction(1, 2), jury_weight=Fraction(1, 2), least_votes_share=Fraction(1, 2),
            least_jury_score=6000, jury={"a": 8000, "b": 1000},
        )  # fmt: skip
        spec = Spec("composite", "cost", composite=parts)
        outcome = with_needs(election, count(election, spec))
        assert outcome.standing("b").why == "threshold"
        assert outcome.standing("b").need is None

    def test_by_its_points_is_told_how_many_it_lacked(self) -> None:
        projects = [Project(name, Fraction(5)) for name in "ab"]
        ballots, points = [[0, 1], [0]], [[4, 2], [5]]
        election = from_lists(projects=projects, budget=10, kind="points", ballots=ballots, points=points)
        spec = Spec("equal-shares", "cost", threshold=Threshold(score=5))
        outcome = with_needs(election, count(election, spec))
        assert sentence(outcome.standing("b"), outcome, "en") == (
            "Did not take part: it had a score of 2 and needed at least 5; 3 more would have let it take part."
        )
        points[1:] = [[5, 3]]
        ballots[1:] = [[0, 1]]
        more = from_lists(projects=projects, budget=10, kind="points", ballots=ballots, points=points)
        assert count(more, spec).standing("b").status == "won"


class TestANeed:
    def three(self, *costs: int) -> list[Project]:
        return [Project(name, Fraction(cost)) for name, cost in zip("abc", costs, strict=False)]

    def test_of_more_votes_than_there_are_ballots_is_not_promised(self) -> None:
        election = from_lists(projects=self.three(60, 50), budget=100, kind="approval", ballots=[[0], [0], [0, 1]])
        outcome = with_needs(election, count(election, Spec("score")))
        item = outcome.standing("b")
        assert item.need is not None
        assert item.need.support.verdict == "never"
        assert "not even the support of all 3 ballots would have been enough alone" in sentence(item, outcome, "en")
        assert "即使3张选票全部支持也不足以使其入选" in sentence(item, outcome, "zh")

    def test_counts_one_vote_less_where_the_order_of_ties_is_for_it(self) -> None:
        ballots = [[1], [1], [0], []]
        election = from_lists(projects=self.three(60, 50), budget=100, kind="approval", ballots=ballots)
        outcome = with_needs(election, count(election, Spec("score")))
        assert "with 1 more vote or" in sentence(outcome.standing("a"), outcome, "en")

    def test_says_when_one_more_unit_each_would_have_overspent(self) -> None:
        election = from_lists(projects=self.three(6, 6), budget=10, kind="approval", ballots=[[0], [0], [1], [1]])
        outcome = with_needs(election, count(election, Spec("equal-shares", "cost", "add1")))
        text = sentence(outcome.standing("b"), outcome, "en")
        assert "one more unit of money for each voter would have overspent the purse" in text
        assert "每人份额再加1个货币单位就会超出资金总额" in sentence(outcome.standing("b"), outcome, "zh")

    def test_says_how_much_the_filling_up_had_left(self) -> None:
        election = from_lists(projects=self.three(6, 6), budget=10, kind="approval", ballots=[[0], [0], [1], [1]])
        outcome = with_needs(election, count(election, Spec("equal-shares", "cost", "add1u")))
        assert "the 4.00 then left in the purse did not cover it" in sentence(outcome.standing("b"), outcome, "en")

    def test_beyond_the_work_allowed_is_said_not_to_have_been_searched(self) -> None:
        election = from_lists(projects=self.three(6, 6), budget=10, kind="approval", ballots=[[0], [0], [1], [1]])
        outcome = with_needs(election, count(election, Spec("equal-shares", "cost", "add1")), work=1)
        item = outcome.standing("b")
        assert "what it would have needed was not searched" in sentence(item, outcome, "en")
        assert "未试算入选所需的条件" in sentence(item, outcome, "zh")

    def test_of_a_project_beyond_the_purse_is_a_cost(self) -> None:
        for rule, completion in RULES:
            election = from_lists(projects=self.three(20, 5), budget=10, kind="approval", ballots=[[0], [0, 1], [0]])
            outcome = with_needs(election, count(election, Spec(rule, "cost", completion)))
            need = outcome.standing("a").need
            assert need is not None
            assert need.cost.verdict == "enough", (rule, completion)
            assert need.support.verdict == "never"

    def test_of_a_project_that_a_rival_ruled_out_is_told(self) -> None:
        projects = [replace(project, exclusive="park") for project in self.three(4, 5)]
        for rule, completion in RULES:
            election = from_lists(projects=projects, budget=10, kind="approval", ballots=[[0], [0], [1]])
            outcome = with_needs(election, count(election, Spec(rule, "cardinality", completion)))
            item = outcome.standing("b")
            assert item.why == "rival"
            assert item.need is not None
            assert item.need.support.verdict == "enough", (rule, completion)

    def test_of_a_project_that_nobody_backs_is_told(self) -> None:
        for rule, completion in RULES:
            election = from_lists(projects=self.three(4, 8), budget=10, kind="approval", ballots=[[0], [0], []])
            outcome = with_needs(election, count(election, Spec(rule, "cost", completion)))
            need = outcome.standing("b").need
            assert need is not None
            assert "enough" in (need.support.verdict, need.cost.verdict), (rule, completion)


class TestTheSearchThatGoesOn:
    @given(elections(), st.sampled_from(COMPLETIONS))
    @settings(max_examples=30, deadline=None)
    def test_finds_what_a_count_with_enough_work_finds(self, election: Election, completion: Completion) -> None:
        spec = Spec("equal-shares", "cardinality", completion)
        short = with_needs(election, count(election, spec), work=1)
        left = unsearched(short)
        assert left == [
            one.project
            for one in sorted(short.standings, key=lambda one: (-one.votes, one.project))
            if one.need is not None and "unsearched" in (one.need.support.verdict, one.need.cost.verdict)
        ]
        found = with_found(short, dict(search(election, short, left)))
        assert unsearched(found) == []
        assert found.digest == short.digest
        whole = with_needs(election, short, work=10**12)
        assert [found.standing(project).need for project in left] == [whole.standing(project).need for project in left]

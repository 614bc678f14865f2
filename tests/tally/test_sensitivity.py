"""Other weights for votes and jury, counted anew."""

from fractions import Fraction

import pytest

from shanzhi.tally.counting import count
from shanzhi.tally.election import Project, from_lists
from shanzhi.tally.faults import CountingError
from shanzhi.tally.sensitivity import sensitivity
from shanzhi.tally.spec import Composite, Spec

# a has all votes, b half of them; the jury likes c best. Two of the three can be paid.
ELECTION = from_lists(
    projects=[Project(name, Fraction(100), name) for name in "abc"],
    budget=Fraction(200),
    kind="approval",
    ballots=[[0, 1], [0, 1], [0], [0]],
)
JURY = {"a": 5000, "b": 4000, "c": 9000}


def spec(votes: Fraction) -> Spec:
    return Spec("composite", composite=Composite(votes, 1 - votes, jury=JURY))


class TestTheWinnersUnderOtherWeights:
    def test_are_counted_by_votes_alone_and_by_the_jury_alone(self) -> None:
        found = {one.key: one for one in sensitivity(ELECTION, spec(Fraction(1, 2)))}
        assert set(found["votes"].winners) == {"a", "b"}
        assert set(found["jury"].winners) == {"a", "c"}

    def test_say_who_comes_and_who_goes(self) -> None:
        declared = set(count(ELECTION, spec(Fraction(1, 2))).winners)
        for one in sensitivity(ELECTION, spec(Fraction(1, 2))):
            assert (declared | set(one.came)) - set(one.went) == set(one.winners)
            assert one.same == (set(one.winners) == declared)

    def test_find_the_point_at_which_the_result_turns(self) -> None:
        # b: w/2 + 2(1-w)/5; c: 9(1-w)/10; equal at w = 1/2, where the tie goes to b by its id
        found = {one.key: one for one in sensitivity(ELECTION, spec(Fraction(51, 100)))}
        assert found["+5"].same
        assert not found["-5"].same
        assert found["-5"].came == ("c",)
        assert found["-5"].went == ("b",)

    def test_stay_within_nothing_and_all(self) -> None:
        keys = [one.key for one in sensitivity(ELECTION, spec(Fraction(98, 100)))]
        assert "+2" in keys
        assert "+3" not in keys

    def test_are_asked_only_of_a_rule_with_a_jury(self) -> None:
        with pytest.raises(CountingError):
            sensitivity(ELECTION, Spec("score"))

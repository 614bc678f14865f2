"""Matches by example: what is weighed, what is explained, who is called up, what is refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shanzhi.matching import (
    EMERGENCY,
    Answer,
    Case,
    Hurdle,
    Limits,
    MatchingError,
    Part,
    Point,
    Shift,
    Span,
    Unfilled,
    Volunteer,
    Weights,
    best,
    call_up,
    greedy,
    on_plane,
)
from shanzhi.matching.flow import one_each
from shanzhi.matching.ground import read, survey
from shanzhi.matching.prices import MILLION, price
from tests.matching.cases import most

ROOT = Path(__file__).resolve().parents[2]
ALL_DAY = (Span(0, 600),)
HERE = Point(0, 0)
#: Where the distance stands among the parts.
PLACE = 5


def volunteer(name: str, **more: Any) -> Volunteer:
    return Volunteer(name, **{"free": ALL_DAY, "at": HERE, **more})


def shift(name: str, start: int = 60, end: int = 120, **more: Any) -> Shift:
    return Shift(name, Span(start, end), **{"at": HERE, **more})


def given_to(answer: Answer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in answer.pairs:
        found.setdefault(pair.shift, []).append(pair.volunteer)
    return found


def crowd(volunteers: int, shifts: int, seed: int = 7) -> Case:
    """Many for few, all on one day, so that places and people both are scarce."""
    dice = random.Random(seed)
    return Case(
        tuple(
            volunteer(
                f"v{number:03}",
                at=Point(dice.randint(-4000, 4000), dice.randint(-4000, 4000)),
                load=dice.choice((0, 300, 900)),
                most=dice.choice((120, 200, None)),
                kinds=frozenset(dice.sample("abcd", dice.randint(0, 2))),
            )
            for number in range(volunteers)
        ),
        tuple(
            shift(
                f"s{number:02}",
                begin := dice.randrange(0, 400, 20),
                begin + dice.choice((60, 80, 100)),
                kind=dice.choice("abcd"),
                places=dice.randint(1, 2),
                priority=dice.randint(0, 3),
            )
            for number in range(shifts)
        ),
    )


class TestTheBestWhole:
    def test_sends_the_able_where_nobody_else_can_go_though_another_pair_scores_more(self) -> None:
        able = volunteer("able", skills=frozenset({"first aid"}), kinds=frozenset({"fair"}))
        other = volunteer("other")
        case = Case((able, other), (shift("aid", must=frozenset({"first aid"})), shift("fair", kind="fair")))
        assert given_to(best(case)) == {"aid": ["able"], "fair": ["other"]}
        assert given_to(greedy(case)) == {"fair": ["able"]}
        assert greedy(case).total < best(case).total

    def test_fills_the_more_pressing_shift_first(self) -> None:
        case = Case((volunteer("one"),), (shift("a"), shift("b", priority=3)))
        assert given_to(best(case)) == {"b": ["one"]}

    def test_asks_first_who_gave_less_lately_and_spreads_turns(self) -> None:
        tired, fresh = volunteer("a", load=900), volunteer("b", load=100)
        assert given_to(best(Case((tired, fresh), (shift("s"),)))) == {"s": ["b"]}
        two = (shift("s"), shift("t", 200, 260))
        even = (volunteer("a"), volunteer("b"))
        assert sorted(given_to(best(Case(even, two))).values()) == [["a"], ["b"]]
        piled = replace(Case((volunteer("b", load=100), tired), two), weights=Weights(again=0))
        assert given_to(best(piled)) == {"s": ["b"], "t": ["b"]}

    def test_explains_each_point(self) -> None:
        one = volunteer("v", at=Point(640, 0), skills=frozenset({"x"}), load=300)
        wanted = shift("s", nice=frozenset({"x", "y"}), language="en", priority=2)
        later = shift("t", 200, 260)
        first, second = best(Case((one,), (wanted, later))).pairs
        assert first.parts == (
            Part("filled", 100, 100, 1, 1),
            Part("priority", 40, 60, 2, 3),
            Part("skills", 10, 20, 1, 2),
            Part("language", 0, 10, 0, 1),
            Part("wish", 10, 20, 1, 2),
            Part("distance", 17, 20, 640, 5000),
            Part("load", 22, 30, 300, 1200),
        )
        assert first.score == 199
        assert second.parts[-1] == Part("again", -10, 0, 2, 3)

    def test_counts_the_last_metre_and_minute_as_within(self) -> None:
        """As far as one goes at most, in two stretches of time that touch, for as long as one gives at most."""
        just = volunteer("a", at=Point(300, 400), furthest=500, free=(Span(90, 130), Span(60, 90)), most=60)
        assert given_to(best(Case((just,), (shift("s"), shift("t", 131, 140))))) == {"s": ["a"]}
        for less in (
            {"furthest": 499},
            {"free": (Span(90, 130), Span(60, 89))},
            {"most": 59},
            {"free": (Span(60, 119),)},
        ):
            assert not best(Case((replace(just, **less),), (shift("s"),))).pairs
        pause = Case((volunteer("a"),), (shift("s"), shift("t", 130, 150)))
        assert len(best(replace(pause, limits=Limits(between=10))).pairs) == 2
        assert len(best(replace(pause, limits=Limits(between=11))).pairs) == 1

    def test_says_why_a_place_stays_open(self) -> None:
        people = (
            volunteer("a", age=17),
            volunteer("b", age=70, free=()),
            volunteer("c", age=30, at=Point(0, 2000), furthest=1999),
            volunteer("d", age=30),
            volunteer("e", age=30, most=30),
        )
        wanted = shift("s", places=3, least_age=18, greatest_age=65)
        answer = best(Case(people, (wanted, shift("t", 100, 160, priority=3, least_age=30))))
        assert given_to(answer) == {"t": ["d"]}
        assert answer.unfilled == (
            Unfilled(
                "s",
                3,
                (Hurdle("age", 2, 1), Hurdle("minutes", 1, 1), Hurdle("distance", 1, 1)),
                1,
                0,
                (("overlap", 1),),
            ),
        )


class TestOneShiftEach:
    def test_is_a_flow_and_the_best_there_is_by_the_limit_or_since_all_overlap(self) -> None:
        case = crowd(12, 6)
        single = replace(case, limits=Limits(shifts=1))
        together = replace(
            case, shifts=tuple(replace(one, when=Span(100, 160 + at)) for at, one in enumerate(case.shifts))
        )
        assert [one_each(survey(read(one))) for one in (case, single, together)] == [False, True, True]
        for one in (single, together, replace(together, shifts=())):
            answer = best(one)
            assert answer.total == answer.bound == most(one)
            assert answer.left_out == 0


class TestACallUp:
    def test_takes_only_who_agreed_and_the_nearest_whatever_they_wish_or_gave(self) -> None:
        people = (
            volunteer("asleep", kinds=frozenset({"flood"})),
            volunteer("far", on_call=True, at=Point(3000, 0), kinds=frozenset({"flood"})),
            volunteer("near", on_call=True, at=Point(200, 0), load=5000, kinds=frozenset({"tea"})),
        )
        wanted = shift("s", kind="flood")
        case = call_up(people, (wanted,))
        assert case.weights is EMERGENCY
        assert given_to(best(case)) == {"s": ["near"]}
        assert given_to(best(Case(people, (wanted,)))) == {"s": ["asleep"]}
        (open_,) = best(call_up(people, (replace(wanted, places=3),))).unfilled
        assert (open_.missing, open_.hurdles) == (1, (Hurdle("on_call", 1, 1),))
        parts = {part.name: part.of for part in best(case).pairs[0].parts}
        assert parts["wish"] == parts["load"] == 0
        assert parts["distance"] > parts["skills"] > parts["language"]


class TestPrices:
    def test_take_in_the_pairs_they_lack_and_hold_for_all(self) -> None:
        case = replace(crowd(60, 12), limits=Limits(shifts=2, candidates=1))
        few, all_ = (price(survey(read(replace(case, limits=one)))) for one in (case.limits, Limits(2, candidates=99)))
        assert few.rounds > 1
        assert not few.candidates.all()
        assert not ((few.margin > 0) & ~few.candidates).any()
        assert abs(few.bound - all_.bound) < 100

    def test_let_a_narrow_search_say_how_far_it_may_be_from_the_best(self) -> None:
        for seed in range(2):
            case = replace(crowd(12, 6, seed), limits=Limits(shifts=2, candidates=1))
            whole = best(case)
            assert whole.total == whole.bound == most(case)
            ground = survey(read(case))
            prices = price(ground)
            narrow = best(replace(case, limits=replace(case.limits, searched=20)))
            assert 0 < narrow.left_out < narrow.considered
            assert narrow.bound is not None
            assert narrow.total <= whole.total <= narrow.bound <= prices.bound // MILLION
            assert narrow.gap == narrow.bound - narrow.total

    def test_hold_also_where_a_narrow_search_misses_the_best(self) -> None:
        """Hours that do not fill up evenly: the pairs that the prices put nearest are not those of the best whole."""
        missed = 0
        for seed in (19, 40, 70):
            dice = random.Random(seed)
            number = dice.randint(2, 3)
            people = tuple(
                volunteer(f"v{place}", load=dice.choice((0, 300, 600)), most=dice.choice((100, 110, 130)), at=None)
                for place in range(number)
            )
            shifts = tuple(
                shift(f"s{at}", at * 60, at * 60 + dice.choice((40, 50, 60)), priority=dice.randint(0, 3), at=None)
                for at in range(6)
            )
            case = Case(people, shifts, Weights(filled=0, again=0), Limits(searched=1))
            answer, truth = best(case), most(case)
            assert answer.bound is not None
            assert answer.total <= truth <= answer.bound
            missed += answer.total < truth
        assert missed

    def test_say_truly_what_a_whole_with_a_pair_can_be_worth(self) -> None:
        """Each pair forced in turn: the best whole that holds it is never worth more than bound and margin allow."""
        case = replace(crowd(8, 4, 3), weights=Weights(again=0), limits=Limits(shifts=1))
        ground = survey(read(case))
        prices = price(ground)
        for place in range(len(ground.shift)):
            who, what = case.volunteers[ground.volunteer[place]].id, case.shifts[ground.shift[place]].id
            rest = replace(
                case,
                volunteers=tuple(one for one in case.volunteers if one.id != who),
                shifts=tuple(
                    replace(one, places=one.places - (one.id == what))
                    for one in case.shifts
                    if one.places > (one.id == what)
                ),
            )
            forced = int(ground.score[place]) + most(rest)
            assert forced * MILLION <= prices.bound + min(0, int(prices.margin[place]))


class TestAnAnswer:
    def test_is_the_same_in_another_process_and_another_order(self) -> None:
        case = crowd(80, 15)
        code = (
            "from tests.matching.test_matching import crowd\nfrom dataclasses import replace\n"
            "from shanzhi.matching import best\ncase = crowd(80, 15)\n"
            "case = replace(case, volunteers=case.volunteers[::-1], shifts=case.shifts[::-1])\n"
            "print(repr(best(case)))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": "99", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
        )
        assert done.stdout.strip() == repr(best(case))


class TestWhatMakesNoSense:
    @pytest.mark.parametrize(
        ("people", "shifts", "code", "field", "thing"),
        [
            ([volunteer("a"), volunteer("a")], [], "repeated-id", "volunteers", "a"),
            ([], [shift("s"), shift("s")], "repeated-id", "shifts", "s"),
            ([volunteer("a", free=(Span(5, 5),))], [], "ends-before-start", "free", "a"),
            ([volunteer("a", load=-1)], [], "out-of-range", "load", "a"),
            ([volunteer("a", at=Point(10**8, 0))], [], "out-of-range", "at", "a"),
            ([], [shift("s", 9, 3)], "ends-before-start", "when", "s"),
            ([], [shift("s", places=0)], "out-of-range", "places", "s"),
            ([], [shift("s", least_age=30, greatest_age=20)], "out-of-range", "greatest_age", "s"),
            ([], [shift("s", priority=4)], "out-of-range", "priority", "s"),
            ([], [shift("s", language_must=True)], "out-of-range", "language_must", "s"),
        ],
    )
    def test_is_named_by_thing_and_field(
        self, people: list[Volunteer], shifts: list[Shift], code: str, field: str, thing: str
    ) -> None:
        with pytest.raises(MatchingError) as refused:
            best(Case(tuple(people), tuple(shifts)))
        assert (refused.value.code, refused.value.field, refused.value.thing) == (code, field, thing)

    def test_are_weights_and_limits_out_of_range(self) -> None:
        for weights, limits, field in (
            (Weights(reach=0), Limits(), "weights.reach"),
            (Weights(again=-1), Limits(), "weights.again"),
            (Weights(), Limits(shifts=0), "limits.shifts"),
        ):
            with pytest.raises(MatchingError, match=field):
                greedy(Case((), (), weights, limits))


class TestPlaces:
    def test_lie_on_a_plane_in_metres(self) -> None:
        """Jinan, about 36.67 N 117.02 E: a hundredth of a degree is 1,112 m north and 892 m east."""
        about = (36_670_000, 117_020_000)
        point = on_plane(36_680_000, 117_030_000, about=about)
        assert (point.north, point.east) == (1112, 892)
        assert on_plane(*about, about=about) == Point(0, 0)

    def test_unknown_of_a_volunteer_count_for_nothing_and_meet_no_limit(self) -> None:
        nowhere, limited = volunteer("a", at=None), volunteer("b", at=None, furthest=100)
        answer = best(Case((nowhere, limited), (shift("s", places=2), shift("home", 200, 260, at=None, places=2))))
        assert given_to(answer) == {"home": ["a", "b"], "s": ["a"]}
        parts = {pair.shift: pair.parts[PLACE] for pair in answer.pairs if pair.volunteer == "a"}
        assert parts == {"home": Part("distance", 20, 20, 0, 5000), "s": Part("distance", 0, 20, -1, 5000)}


def test_many_pairs_are_arrays_and_no_objects() -> None:
    """A million pairs that all fit are kept as three arrays of whole numbers."""
    people = tuple(volunteer(f"v{number}") for number in range(2_000))
    ground = survey(read(Case(people, tuple(shift(f"s{number}") for number in range(500)))))
    assert len(ground.shift) == 1_000_000
    assert {array.dtype for array in (ground.shift, ground.volunteer, ground.score)} == {np.dtype(np.int64)}

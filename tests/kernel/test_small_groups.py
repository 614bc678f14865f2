"""What is published about few people keeps to its measure, and nobody who knows the measure finds anybody out."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.kernel.small_groups import (
    Group,
    Limits,
    Pattern,
    Table,
    coarsen,
    coarsen_groups,
    fault,
    figures,
    tabulate,
)

MANY = settings(max_examples=400, deadline=None)
Ballots = Counter[frozenset[int]]


def patterns(ballots: Ballots) -> dict[Pattern, int]:
    return {Pattern(tuple(sorted(one)), one): number for one, number in ballots.items()}


def table_of(ballots: Ballots, projects: int) -> Table:
    return tabulate(patterns(ballots), projects)


@st.composite
def elections(draw: st.DrawFn) -> tuple[Ballots, int, Limits]:
    """Ballots of 0 to 60 voters on 1 to 6 projects, often alike, and limits that fit them."""
    projects = draw(st.integers(1, 6))
    least = draw(st.integers(1, projects))
    most = draw(st.integers(least, projects))
    blank = draw(st.booleans())
    kinds = [frozenset(c) for size in range(least, most + 1) for c in itertools.combinations(range(projects), size)]
    kinds += [frozenset()] if blank else []
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5))
    ballots: Ballots = Counter()
    for one in chosen:
        ballots[one] += draw(st.integers(0, 14))
    limits = Limits(draw(st.integers(0, 70)), draw(st.integers(1, 7)), least, most, blank, draw(st.booleans()))
    return +ballots, projects, limits


class TestACoarsenedTable:
    @MANY
    @given(elections())
    def test_keeps_to_the_measure_and_stays_as_it_is_when_coarsened_again(
        self, given_: tuple[Ballots, int, Limits]
    ) -> None:
        ballots, projects, limits = given_
        table = coarsen(table_of(ballots, projects), limits)
        assert fault(table, limits) == ""
        assert coarsen(table, limits) == table

    @MANY
    @given(elections())
    def test_says_nothing_untrue(self, given_: tuple[Ballots, int, Limits]) -> None:
        ballots, projects, limits = given_
        raw = table_of(ballots, projects)
        table = coarsen(raw, limits)
        assert all(told in (None, true) for told, true in zip(table.votes, raw.votes, strict=True))
        assert table.blank in (None, raw.blank)
        assert table.size in (None, raw.size)
        assert all(raw.patterns[one] == number for one, number in table.patterns.items())
        if table.size is not None:
            assert sum(table.patterns.values()) + table.merged == raw.size

    @MANY
    @given(elections())
    def test_is_the_whole_one_where_many_voted(self, given_: tuple[Ballots, int, Limits]) -> None:
        ballots, projects, limits = given_
        raw = table_of(ballots, projects)
        assert coarsen(raw, replace(limits, electorate=ballots.total())) == raw
        assert raw.kind == "whole"

    @MANY
    @given(elections())
    def test_depends_on_the_ballots_and_not_on_their_order(self, given_: tuple[Ballots, int, Limits]) -> None:
        ballots, projects, limits = given_
        turned = Counter(dict(reversed(list(ballots.items()))))
        assert coarsen(table_of(ballots, projects), limits) == coarsen(table_of(turned, projects), limits)

    def test_shows_no_more_than_the_outcome_of_fewer_than_two_groups(self) -> None:
        table = coarsen(table_of(Counter({frozenset({0}): 9}), 2), Limits(50, 5))
        assert table == Table(None, {}, 0, (None, None), None)
        assert table.kind == "decided"

    def test_holds_back_what_all_or_all_but_few_chose(self) -> None:
        ballots = Counter({frozenset({0, 1}): 12, frozenset({0}): 14, frozenset({0, 2}): 3})
        table = coarsen(table_of(ballots, 4), Limits(50, 5))
        assert table.votes == (None, 12, None, None)
        assert (table.kind, table.patterns, table.blank) == ("totals", {}, None)

    def test_merges_rare_ballots_and_keeps_the_totals(self) -> None:
        ballots = Counter(
            {frozenset({0}): 8, frozenset({1}): 7, frozenset({0, 1}): 6, frozenset({2}): 5, frozenset({1, 2}): 2}
        )
        table = coarsen(table_of(ballots, 3), Limits(50, 5))
        assert table.kind == "merged"
        assert table.votes == (14, 15, 7)
        shown = {one.content: number for one, number in table.patterns.items()}
        assert (shown, table.merged) == ({(0,): 8, (1,): 7, (0, 1): 6}, 7)  # two would be a group too small to name

    def test_shows_no_ballot_where_one_choice_would_tell_another(self) -> None:
        ballots = Counter({frozenset({0, 1}): 9, frozenset({1}): 9, frozenset({2}): 9})
        table = coarsen(table_of(ballots, 3), Limits(50, 5))
        assert (table.kind, table.votes) == ("totals", (9, 18, 9))

    def test_gives_no_figure_from_which_a_held_one_follows(self) -> None:
        limits = Limits(50, 5, least=1, most=1, blank=False)
        assert figures(20, (9, 9, 2), limits) == (None, None, None)  # 20 - 9 - 9 would tell
        assert figures(20, (9, 9, 2), replace(limits, most=3)) == (9, 9, None)
        assert figures(20, (9, 9, 2), replace(limits, most=3, bound=True)) == (None, None, None)


LITTLE = [
    *((projects, voters, group, 1, 9, blank) for projects, voters, group in
      ((1, 6, 2), (1, 8, 3), (2, 6, 2), (2, 8, 2), (2, 6, 3), (2, 12, 3), (3, 8, 2)) for blank in (True, False)),
    *((projects, voters, group, 1, 1, blank) for projects, voters, group in
      ((3, 6, 2), (3, 9, 3), (3, 12, 3), (4, 12, 3), (5, 10, 3), (4, 13, 4)) for blank in (True, False)),
    *((3, voters, group, 2, 2, blank) for voters, group in ((8, 2), (12, 3)) for blank in (True, False)),
    *((3, voters, group, 1, 2, blank) for voters, group in ((8, 2), (9, 3)) for blank in (True, False)),
]  # fmt: skip
NO_CHOICE = {(1, 6, 2, 1, 9, False), (1, 8, 3, 1, 9, False)}  # one project and no blank vote: the ballot's rule tells


class TestWhoKnowsTheMeasureAndTheOwnBallots:
    """Every election of a size is laid out; those that are published alike are what a reader cannot tell apart."""

    @pytest.mark.parametrize("case", LITTLE, ids=str)
    def test_learns_of_no_one_else_what_they_support_or_do_not(
        self, case: tuple[int, int, int, int, int, bool]
    ) -> None:
        projects, voters, group, least, most, blank = case
        limits = Limits(10**6, group, least, min(most, projects), blank)
        kinds = [
            frozenset(one)
            for size in range(projects + 1)
            for one in itertools.combinations(range(projects), size)
            if (blank if size == 0 else least <= size <= most)
        ]
        alike = defaultdict(list)
        for cast in itertools.combinations_with_replacement(kinds, voters):
            ballots = Counter(cast)
            table = coarsen(table_of(ballots, projects), limits)
            alike[repr((table, sorted(map(repr, table.patterns.items()))))].append((ballots, table))
        found = [
            (ballots[0][1], known, project)
            for ballots in alike.values()
            if ballots[0][1].size is not None
            for number in range(group - 1)
            for known in itertools.combinations_with_replacement(kinds, number)
            for project in range(projects)
            if self.certain([one for one, _table in ballots], Counter(known), project)
        ]
        assert bool(found) == (case in NO_CHOICE)

    def certain(self, worlds: list[Ballots], known: Ballots, project: int) -> bool:
        """Whether in all elections with the known ballots everybody else, or nobody else, supports the project."""
        others = [one - known for one in worlds if known <= one]
        seen = [{project in kind for kind in one} for one in others]
        return bool(seen) and (all(one == {True} for one in seen) or all(one == {False} for one in seen))


@st.composite
def parted(draw: st.DrawFn) -> tuple[dict[str, Group], Limits]:
    """Up to five parts of up to 40 voters with figures on three projects."""
    groups = {}
    for number in range(draw(st.integers(1, 5))):
        size = draw(st.integers(0, 40))
        groups[f"g{number}"] = Group(size, tuple(draw(st.integers(0, size)) for _ in range(3)))
    return groups, Limits(draw(st.sampled_from([0, 60, 500])), draw(st.integers(1, 7)))


class TestFiguresOfParts:
    @MANY
    @given(parted())
    def test_tell_of_no_few_voters_not_by_subtraction_either(self, given_: tuple[dict[str, Group], Limits]) -> None:
        groups, limits = given_
        k = limits.group
        size = sum(one.size for one in groups.values())
        votes = tuple(sum(one.votes[p] or 0 for one in groups.values()) for p in range(3))
        whole = coarsen(Table(size, {}, 0, votes, 0), limits)
        told = coarsen_groups(groups, whole, limits)
        for name, one in told.items():
            assert one.size == groups[name].size >= 2 * k
            assert all(v is None or k <= v <= one.size - k for v in one.votes)
            assert all(v in (None, true) for v, true in zip(one.votes, groups[name].votes, strict=True))
        rest = sum(one.size for name, one in groups.items() if name not in told)
        assert rest == 0 or rest >= 2 * k or not told
        for project in range(3):
            hidden = [name for name in groups if name not in told or told[name].votes[project] is None]
            if hidden == list(groups):
                continue
            assert whole.votes[project] is not None
            left = sum(groups[name].votes[project] or 0 for name in hidden)
            assert not hidden or k <= left <= sum(groups[name].size for name in hidden) - k

    def test_are_all_told_where_every_part_is_large_and_mixed(self) -> None:
        groups = {"east": Group(40, (20, 9)), "west": Group(30, (12, 15))}
        whole = Table(70, {}, 0, (32, 24), 0)
        assert coarsen_groups(groups, whole, Limits(50, 5)) == groups

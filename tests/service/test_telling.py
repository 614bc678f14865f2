"""What the public is told of helpers and leaders: nothing below five follows from all the pages taken together."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.service import queries
from shanzhi.service.models import ServiceRules
from shanzhi.service.queries.telling import SMALL, STAGES, held_back, held_back_below
from tests.service.support import a_record
from tests.support.people import AT, LONG_AGO
from tests.volunteering.support import a_volunteer

# Areas with those right below; a person may serve in any of them, in one with parts too.
BELOW: Mapping[str, tuple[str, ...]] = {
    "0": ("0a", "0b", "0c"), "0a": ("0aa", "0ab", "0ac"), "0b": ("0ba", "0bb"),
}  # fmt: skip
AREAS = ("0", "0a", "0b", "0c", "0aa", "0ab", "0ac", "0ba", "0bb")
KINDS = [
    frozenset(("helper", *more)) for n in range(len(STAGES)) for more in itertools.combinations(STAGES[1:], n)
]  # fmt: skip
Person = tuple[str, frozenset[str]]
Figure = tuple[str, str]


def same(number: int) -> dict[str, int]:
    return dict.fromkeys(STAGES, number)


def column(whole: int, *parts: int) -> list[int | None]:
    """Tell one stage of an area and its parts, the whole first."""
    above = held_back(same(whole))
    hidden = held_back_below(same(whole), [same(one) for one in parts], above)
    return [None if "core" in stages else number for number, stages in zip((whole, *parts), (above, *hidden),
                                                                          strict=True)]  # fmt: skip


def test_small_numbers_are_left_out_so_that_the_total_gives_nothing_away() -> None:
    assert column(33, 3, 10, 20) == [33, None, None, 20]
    assert column(7, 3, 4, 0) == [7, None, None, 0]
    assert column(3, 3) == [None, None]
    assert column(20, 1, 1, 6, 12) == [20, None, None, None, 12]  # two of together two persons
    assert column(5, 1, 1, 1, 1, 1, 0) == [5, *[None] * 6]
    assert column(23, 10, 11) == [23, None, 11]  # two serve in the whole and in no part
    helpers = {"helper": 11, "core": 7, "leader": 0, "founder": 0}
    parts = [{"helper": 3, "core": 0, "leader": 0, "founder": 0}, {"helper": 8, "core": 7, "leader": 0, "founder": 0}]
    hidden = held_back_below(helpers, parts, held_back(helpers))
    assert hidden == [frozenset(("helper", "core"))] * 2  # seven core members would say that there are seven helpers


def test_whoever_knows_the_rule_finds_no_small_number_either() -> None:
    """Lay out every column up to a size, take together those that are told alike, and look whether they agree."""
    for many, most in ((1, 12), (2, 12), (3, 10)):
        alike: defaultdict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
        for parts in itertools.product(range(most), repeat=many):
            for rest in range(most - sum(parts)):
                alike[tuple(column(sum(parts) + rest, *parts))].append(parts)
        for told, found in alike.items():
            for place in range(many):
                values = {parts[place] for parts in found}
                small = len(values) == 1 and 0 < next(iter(values)) < SMALL
                assert not small, (told, found)


def tally(people: Iterable[Person]) -> Counter[Figure]:
    return Counter((area, stage) for home, stages in people for area in AREAS if home.startswith(area)
                   for stage in stages)  # fmt: skip


def told(people: list[Person]) -> dict[Figure, int | None]:
    """Give what the pages of all areas tell."""
    found = tally(people)

    def numbers(area: str) -> dict[str, int]:
        return {stage: found[area, stage] for stage in STAGES}

    hidden = {"0": held_back(numbers("0"))}
    for area, parts in BELOW.items():
        hidden |= zip(parts, held_back_below(numbers(area), [numbers(one) for one in parts], hidden[area]), strict=True)
    return {
        (area, stage): None if stage in hidden[area] else found[area, stage] for area in AREAS for stage in STAGES
    }  # fmt: skip


def others(people: list[Person]) -> Iterator[Counter[Figure]]:
    """Give how figures change if the people were others: one moves, has or lacks a stage; two swap; one more, less."""
    some: set[Person] = set(people)

    def change(gone: list[Person], come: list[Person]) -> Counter[Figure]:
        made = tally(come)
        made.subtract(tally(gone))
        return made

    for one in some:
        yield change([one], [])
        for home, kind in itertools.product(AREAS, KINDS):
            yield change([one], [(home, kind)])
        for two in some - {one}:
            yield change([one, two], [(one[0], two[1]), (two[0], one[1])])
            for stage in (one[1] - two[1]) - {"helper"}:
                yield change([one, two], [(one[0], one[1] - {stage}), (two[0], two[1] | {stage})])
    for home, kind in itertools.product(AREAS, KINDS):
        yield change([], [(home, kind)])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(KINDS)), max_size=45))
def test_no_number_below_five_can_be_computed_from_all_pages(people: list[Person]) -> None:
    figures, shown = tally(people), told(people)
    unknown = {figure for figure, number in figures.items() if 0 < number < SMALL}
    assert all(shown[figure] is None for figure in unknown)
    for area, stage in itertools.product(BELOW, STAGES):
        if shown[area, stage] is not None:  # what is left when all told parts are taken off
            left = figures[area, stage] - sum(shown[part, stage] or 0 for part in BELOW[area])
            assert left == 0 or left >= SMALL, (area, stage, left)
    for changed in others(people):
        if all(shown[figure] is None for figure, by in changed.items() if by):
            unknown -= {figure for figure, by in changed.items() if by}
        if not unknown:
            return
    assert not unknown, "no other people are told alike"


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
def test_an_area_tells_the_same_on_its_own_page_as_in_the_row_of_the_area_above() -> None:
    rules = {"valid_from": date(2026, 1, 1), "star_minutes": [60], "paper": "record", "prefix": "示例",
             "core_times": 1, "core_months": 12, "source": "示例，非官方", "created_at": LONG_AGO}  # fmt: skip
    ServiceRules.objects.create(area="", version=1, core_minutes=100, **rules)
    ServiceRules.objects.create(area="370102001001", version=1, core_minutes=60, **rules)
    for home, many in (("370102001001", 6), ("370102001002", 3), ("370102002001", 7)):
        for _ in range(many):
            a_record(a_volunteer(area=home), minutes=70, state="verified")
    ways = ("37", "3701", "370102", "370102001", "370102001001", "370102001002", "370102002")
    pages = {code: queries.growth(code=code, at=AT, public=True) for code in ways}
    for page in pages.values():
        for row in page.below:
            if row.code in pages:
                assert pages[row.code].whole.counts == row.counts, row.code
    assert pages["3701"].whole.counts["helper"] == 16
    assert pages["370102001001"].whole.counts["helper"] is None  # its neighbour's three would follow
    full = queries.growth(code="370102001", at=AT, public=False)
    assert [one.counts["core"] for one in full.below if one.counts["helper"]] == [6, 0]  # each by the own rules
    assert full.whole.counts["core"] == 6

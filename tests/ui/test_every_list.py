"""Every list of the product can be searched, filtered, sorted, paged and taken along."""

import ast
import re
import sys

import pytest
from django.urls import get_resolver

from shanzhi.ui.listing import Listing
from shanzhi.ui.listing import order as ordering
from tests.architecture.source import PACKAGE


def declared() -> dict[str, Listing]:
    """Give every list that a room declares, by module and name; the addresses draw in the rooms."""
    assert get_resolver().url_patterns
    modules = {name: module for name, module in sys.modules.items() if name.startswith("shanzhi.")}
    return {
        f"{name.removeprefix('shanzhi.')}.{word}": value
        for name, module in sorted(modules.items())
        for word, value in vars(module).items()
        if isinstance(value, Listing)
    }


def written() -> tuple[set[str], list[str]]:
    """Read from the source where lists are declared: by module and name, and, apart, those that have no such name."""
    named, hidden = set(), []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        top = {
            id(one.value): ast.unparse(one.target if isinstance(one, ast.AnnAssign) else one.targets[0])
            for one in tree.body
            if isinstance(one, ast.Assign | ast.AnnAssign)
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in (call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "Listing"):
            if id(call) in top:
                named.add(f"{module}.{top[id(call)]}")
            else:
                hidden.append(f"{module}:{call.lineno}")
    return named, hidden


def tables() -> set[str]:
    """Give the templates that draw the rows of a table, or the outcomes of a vote, by themselves."""
    drawn = re.compile(r"<tbody(?:(?!</tbody>).)*?{% for |outcome-list[^>]*>\s*{% for ", re.DOTALL)
    return {
        str(path.relative_to(PACKAGE)).replace("/templates/", ":").partition(":")[2]
        for path in PACKAGE.rglob("templates/**/*.html")
        if drawn.search(path.read_text())
    }


LISTS = declared()
# What a list lacks, with the reason.
LACKING: dict[str, set[str]] = {}
# Tables that are no lists, with the reason why each stays short.
SHORT = {
    "ui/pieces/chart.html": "the figures of one chart",
    "people/import_preview.html": "the faults of a file that was sent, to be mended there",
    "places/sheet.html": "the faults of a file that was sent, and what it would write",
    "notices/delivered.html": "the ways by which one notice went out",
    "ventures/desk/training_sheet.html": "the faults of a file that was sent, to be mended there",
    "ventures/desk/change_part.html": "the changed parts of one round's terms",
    "ventures/proposal_body.html": "the budget of one proposal",
    "ventures/jury/result.html": "one sheet for each proposal, with the criteria across",
    "voting/channels.html": "the polling places of one vote beside their totals",
    "voting/electorate.html": "one figure for each community; the roll itself is a list",
    "voting/list_print.html": "paper: all of a list is printed",
    "voting/places.html": "the polling places of one vote",
    "voting/sensitivity.html": "the weighings of one count",
}


class TestWhatIsDeclared:
    def test_is_all_found_by_these_tests(self) -> None:
        named, hidden = written()
        assert named <= LISTS.keys()
        assert [place for place in hidden if not place.startswith("ui.")] == []

    def test_is_no_table_drawn_past_the_lists(self) -> None:
        assert tables() <= SHORT.keys()

    def test_has_exemptions_only_where_they_are_needed(self) -> None:
        assert LACKING.keys() <= LISTS.keys()
        assert SHORT.keys() <= tables()

    def test_has_prefixes_that_cannot_be_taken_for_one_another(self) -> None:
        prefixes = sorted({one.prefix for one in LISTS.values() if one.prefix})
        assert [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)] == []


class TestTheLists:
    def test_are_found_in_every_room_that_has_some(self) -> None:
        rooms = {"audit", "notices", "people", "places", "portal", "ventures", "voting", "work"}
        assert {name.split(".")[0] for name in LISTS} == rooms

    @pytest.mark.parametrize("name", LISTS)
    def test_can_be_searched_filtered_sorted_paged_and_taken_along(self, name: str) -> None:
        listing = LISTS[name]
        able = {
            "search": listing.searchable and bool(listing.search_label),
            "filters": bool(listing.filters),
            "sort": len(ordering.choices(listing)) >= 2,
            "pages": 0 < listing.page_size <= 100,
            "export": listing.export and bool(listing.exported),
        }
        assert {one for one, there in able.items() if not there} == LACKING.get(name, set())

    @pytest.mark.parametrize("name", LISTS)
    def test_open_in_an_order_that_they_offer(self, name: str) -> None:
        listing = LISTS[name]
        assert listing.default_sort in dict(ordering.choices(listing))

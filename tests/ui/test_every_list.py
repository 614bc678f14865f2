"""Every list of the product can be searched, filtered, sorted, paged and taken along."""

from __future__ import annotations

import ast
import re
import sys
from calendar import monthcalendar
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import get_resolver

from shanzhi.funding.operations.opening import MOST_LINES, MOST_TRANCHES
from shanzhi.funding.rules import EXAMPLE_LIMITS
from shanzhi.kernel.personal import REGISTRY
from shanzhi.ledger.models.journal import MOST_LEGS
from shanzhi.notices.kinds import CHANNELS
from shanzhi.organizations.models import Purpose
from shanzhi.people.processing import fields_of
from shanzhi.service.queries.growth import MOST_BELOW
from shanzhi.tally import sensitivity
from shanzhi.ui import samples
from shanzhi.ui.listing import Listing
from shanzhi.ui.listing import order as ordering
from shanzhi.ventures.forms import desk as call_forms
from shanzhi.ventures.operations.drafts import MOST_ROWS
from shanzhi.voting.views import results
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


@dataclass(frozen=True)
class Short:
    """Why a table is no list: what keeps it short, at most how many rows it can have, and whence that is known."""

    reason: str
    most: int
    rows: Callable[[], int]


MOST_WEEKS = max(len(monthcalendar(year, month)) for year in range(2000, 2028) for month in range(1, 13))


def fields_of_a_part() -> int:
    """Give the most fields that one part of a round's terms has."""
    return max(len(form.base_fields) for _label, form in call_forms.PARTS.values())


def weighings() -> int:
    """Count the ways in which a composite rule is weighed: votes alone, the jury alone, and some points either way."""
    return 2 + 2 * sensitivity.REACH


def bars() -> int:
    """Give the most rows of a chart's table; whoever draws one is known here by what it draws."""
    drawn = {path.stem for path in PACKAGE.rglob("*.py") if "pieces.Chart(" in path.read_text()}
    assert drawn == {"results", "weighing", "samples"}
    shown = max(len(chart.categories) for chart in samples.charts())
    return max(results.MOST_BARS, weighings(), shown)


def fields_of_a_use() -> int:
    """Give the most kinds of personal data that one use of them names."""
    return max(len(fields_of(activity)) for activity in REGISTRY.uses())


# Tables that are no lists. What is not bounded by something small is a list.
SHORT = {
    "ui/pieces/chart.html": Short("the figures beside a chart, one for each bar", 20, bars),
    "notices/delivered.html": Short("one row for each way by which a notice can go out", 6, lambda: len(CHANNELS)),
    "ventures/desk/change_part.html": Short("the fields of one part of the terms", 20, fields_of_a_part),
    "ventures/proposal_body.html": Short("the budget as a page of the proposal's document", 60, lambda: MOST_ROWS),
    "people/processing.html": Short("the annotated fields of one use of personal data", 60, fields_of_a_use),
    "funding/desk.html": Short("the example limits", 12, lambda: len(EXAMPLE_LIMITS)),
    "funding/tranches.html": Short("the tranches of one grant", 12, lambda: MOST_TRANCHES),
    "funding/desk_grant.html": Short("the budget lines of one grant", 60, lambda: MOST_LINES),
    "funding/disclosure.html": Short(
        "the budget lines of one grant, or those of a fund, shortened", 60, lambda: MOST_LINES
    ),
    "activities/month.html": Short("the weeks of one month", 6, lambda: MOST_WEEKS),
    "service/growth.html": Short("the areas right below one area", 400, lambda: MOST_BELOW),
    "ledger/entry.html": Short("the lines of one entry", 200, lambda: MOST_LEGS),
    "outcomes/survival.html": Short("one row for each group, beside a chart", 12, lambda: len(Purpose)),
    "voting/sensitivity.html": Short("the weighings of one count", 12, weighings),
}
PRINTED = {"voting/list_print.html": "paper: all of the signed list is printed, and struck through by hand"}
# The answer to a file that is kept nowhere: a link into a list of its faults would lead to a page without them.
ANSWERED = {"ventures/desk/training_sheet.html": "the faults of a file that was sent, to be mended there"}


class TestWhatIsDeclared:
    def test_is_all_found_by_these_tests(self) -> None:
        named, hidden = written()
        assert named <= LISTS.keys()
        assert [place for place in hidden if not place.startswith("ui.")] == []

    def test_is_no_table_drawn_past_the_lists(self) -> None:
        assert tables() == SHORT.keys() | PRINTED.keys() | ANSWERED.keys()

    def test_has_exemptions_only_where_they_are_needed(self) -> None:
        assert LACKING.keys() <= LISTS.keys()

    @pytest.mark.parametrize("name", SHORT)
    def test_leaves_out_what_stays_short(self, name: str) -> None:
        assert 0 < SHORT[name].rows() <= SHORT[name].most

    @pytest.mark.parametrize("name", PRINTED)
    def test_leaves_out_what_is_for_paper(self, name: str) -> None:
        (path,) = PACKAGE.rglob(f"templates/{name}")
        assert "data-print" in path.read_text()

    def test_has_prefixes_that_cannot_be_taken_for_one_another(self) -> None:
        prefixes = sorted({one.prefix for one in LISTS.values() if one.prefix})
        assert [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)] == []

    @pytest.mark.parametrize("name", ANSWERED)
    def test_leaves_out_what_answers_a_file(self, name: str) -> None:
        (path,) = PACKAGE.rglob(f"templates/{name}")
        assert 'enctype="multipart/form-data"' in path.read_text()


class TestTheLists:
    def test_are_found_in_every_room_that_has_some(self) -> None:
        rooms = {"activities", "assignments", "attendance", "audit", "funding", "ledger", "notices", "organizations",
                 "outcomes", "people", "places", "portal", "projects", "service", "timebank", "ui", "ventures",
                 "volunteering", "voting", "work"}  # fmt: skip
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

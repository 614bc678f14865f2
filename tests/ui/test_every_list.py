"""Every list of the product can be searched, filtered, sorted, paged and taken along."""

import sys

import pytest
from django.urls import get_resolver

from shanzhi.ui.listing import Listing
from shanzhi.ui.listing import order as ordering


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


LISTS = declared()
# What a list lacks, with the reason.
LACKING = {
    # of one area alone, narrowed by what happened, by measure and by day
    "places.views.figures.FIGURES": {"search"},
    "places.views.figures.CORRECTIONS": {"search"},
    "places.views.history.HISTORY": {"search"},
}


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
        assert {one for one, there in able.items() if not there} <= LACKING.get(name, set())

    @pytest.mark.parametrize("name", LISTS)
    def test_open_in_an_order_that_they_offer(self, name: str) -> None:
        listing = LISTS[name]
        assert listing.default_sort in dict(ordering.choices(listing))

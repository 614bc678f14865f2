"""The choice of an order that stands over cards, and over tables on a phone: no script is needed for it."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation

from shanzhi.ui.listing import Column, Listing, listing_response
from shanzhi.ui.listing import order as ordering
from tests.ui.test_listing import LISTING

CARDS = replace(LISTING, cards="ui/pieces/tabs.html")
COURSE = Column("course", "State", "tag", value=lambda row: ("plain", "x"), sort="done")
MANY = replace(LISTING, columns=(*LISTING.columns, COURSE, Column("amount", "Sum", sort="fen", scale="amount")))


class Control(HTMLParser):
    """Reads the select of orders, the fields of its form, and whether it is for narrow screens alone."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.options: dict[str, bool] = {}
        self.fields: list[str] = []
        self.narrow: bool | None = None
        self.labelled = self.within = self.form = False
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.form = self.form or (tag == "form" and given.get("method") == "get" and "hx-get" in given)
        if tag == "div" and "list-sort" in (given.get("class") or ""):
            self.narrow = "only-narrow" in str(given["class"])
        if tag in ("input", "select") and self.form:
            self.fields.append(str(given.get("name")))
            self.within = given.get("name") == "sort"
        self.labelled = self.labelled or (tag == "label" and str(given.get("for")).startswith("s-"))
        if tag == "option" and self.within:
            self.options[str(given["value"])] = "selected" in given

    def handle_endtag(self, tag: str) -> None:
        self.within = self.within and tag != "select"
        self.form = self.form and tag != "form"


def control(ask: Any, listing: Listing, things: Any, **params: str) -> Control:
    return Control(listing_response(ask(**params), listing, things.objects.all(), {"heading": "Things"}).content)


class TestTheOrdersToChooseFrom:
    def test_are_both_ways_of_every_column_that_has_one(self) -> None:
        assert [value for value, _words in ordering.choices(LISTING)] == ["name", "-name", "fen", "-fen", "at", "-at"]

    def test_are_said_in_the_words_of_what_is_ordered(self) -> None:
        with translation.override("en"):
            words = dict(ordering.choices(MANY))
        assert words["name"] == "Name, A to Z"
        assert words["-fen"] == "Amount, largest first"
        assert words["at"] == "When, earliest first"
        assert words["course"] == "State, first steps first"
        assert words["-amount"] == "Sum, largest first"

    @pytest.mark.parametrize("sort", [value for value, _words in ordering.choices(MANY)])
    def test_each_sort_the_rows_so(self, ask: Any, things: Any, sort: str) -> None:
        order = ordering.chosen(MANY, sort)
        assert order.parameter == sort
        values = [getattr(row, order.path) for row in ordering.ordered(things.objects.all(), order)]
        plain = [value for value in values if value is not None]
        assert plain == sorted(plain, reverse=sort.startswith("-"))


class TestTheControl:
    def test_stands_over_cards_on_every_screen_and_over_tables_on_narrow_ones(self, ask: Any, things: Any) -> None:
        assert control(ask, CARDS, things).narrow is False
        assert control(ask, LISTING, things).narrow is True

    def test_shows_the_order_in_force(self, ask: Any, things: Any) -> None:
        for given, shown in ((None, "-at"), ("fen", "fen"), ("nonsense", "-at")):
            options = control(ask, CARDS, things, **({"sort": given} if given else {})).options
            assert [value for value, chosen in options.items() if chosen] == [shown]

    def test_is_labelled_and_sends_search_and_filters_along(self, ask: Any, things: Any) -> None:
        found = control(ask, CARDS, things, done="1", q="件")
        assert found.labelled
        assert {"done", "q", "sort", "at_from", "area"} <= set(found.fields)
        assert len(found.fields) == len(set(found.fields))

    def test_is_left_out_where_nothing_can_be_sorted(self, ask: Any, things: Any) -> None:
        plain = replace(CARDS, columns=(Column("name", "Name"),))
        assert control(ask, plain, things).narrow is None

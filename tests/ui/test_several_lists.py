"""Several lists on one page, and rows that are worked out: each list keeps to itself."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db.models import F, Q
from django.utils import translation

from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, Listing, Rows, listings_response
from shanzhi.ui.listing import page as paging
from tests.ui.test_listing import LISTING


@dataclass(frozen=True)
class Made:
    """A row that stands in no table."""

    id: int
    name: str
    fen: int | None
    done: bool


MADE = [Made(index, f"M{index % 4}", None if index % 5 == 0 else index % 3, index % 2 == 0) for index in range(30)]
LIST = Listing(
    key="made",
    prefix="made-",
    caption="Made",
    columns=(
        Column("name", "Name", sort="name"),
        Column("fen", "Amount", "money", sort="fen"),
        Column("number", "Number", "number", value="id", sort="id"),
    ),
    default_sort="number",
    filters=(
        BooleanFilter("done", "Done"),
        ChoiceFilter("name", "Name", choices=[(f"M{index}", f"Name {index}") for index in range(8)]),
    ),
    search=lambda rows, text: rows.having(lambda row: text in row.name),
    page_size=7,
)


def made(ask: Any, **params: str) -> paging.ListPage:
    page, rows = paging.build(ask(**{key.replace("_", "-"): value for key, value in params.items()}), LIST, Rows(MADE))
    paging.fill(page, rows)
    return page


class TestRowsThatAreWorkedOut:
    def test_are_searched_filtered_sorted_and_paged(self, ask: Any) -> None:
        assert [row.id for row in made(ask).rows] == list(range(7))
        assert [row.id for row in made(ask, made_page="2").rows] == list(range(7, 14))
        assert [row.id for row in made(ask, made_sort="-number").rows] == list(range(29, 22, -1))
        assert {row.name for row in made(ask, made_q="M3").rows} == {"M3"}
        assert {row.done for row in made(ask, made_done="0").rows} == {False}
        assert made(ask, made_q="M3", made_done="1").total == 0

    @pytest.mark.parametrize("sort", ["fen", "-fen"])
    def test_with_an_empty_value_come_last_either_way_and_ties_by_their_key(self, ask: Any, sort: str) -> None:
        met = [row for page in "12345" for row in made(ask, made_sort=sort, made_page=page).rows]
        sign = -1 if sort.startswith("-") else 1
        assert met == sorted(MADE, key=lambda row: (row.fen is None, sign * (row.fen or 0), row.id))

    def test_meet_conditions_as_the_database_reads_them(self) -> None:
        def ids(condition: Q) -> list[int]:
            return [row.id for row in Rows(MADE[:6]).filter(condition)]

        assert ids(Q(fen__gte=1, fen__lt=2)) == [1, 4]
        assert ids(Q(fen=2) | Q(done=True)) == [0, 2, 4]
        assert ids(~Q(done=True)) == [1, 3, 5]
        assert ids(Q()) == [0, 1, 2, 3, 4, 5]
        with pytest.raises(TypeError):
            Rows(MADE).order_by((F("fen") + 1).asc())


class TestSeveralListsOfOnePage:
    def both(self, ask: Any, things: Any, **params: str) -> str:
        mine = replace(LISTING, prefix="thing-", caption="Things")
        request = ask(**{key.replace("_", "-"): value for key, value in params.items()})
        lists = [(mine, things.objects.all()), (LIST, Rows(MADE))]
        with translation.override("en"):
            return str(listings_response(request, lists, {}, template="two_lists.html").content.decode())

    @pytest.fixture(autouse=True)
    def template(self, settings: Any) -> None:
        """Have a page with both lists."""
        drawn = "{% include 'ui/listing.html' with page=lists.KEY listing=lists.KEY.listing %}"
        page = "".join(drawn.replace("KEY", key) for key in ("things", "made"))
        engine = dict(settings.TEMPLATES[0], APP_DIRS=False)
        loaders = ["django.template.loaders.app_directories.Loader"]
        memory = ("django.template.loaders.locmem.Loader", {"two_lists.html": page})
        engine["OPTIONS"] = {**engine["OPTIONS"], "loaders": [memory, *loaders]}
        settings.TEMPLATES = [engine]

    def test_turn_their_own_pages(self, ask: Any, things: Any) -> None:
        html = self.both(ask, things, made_page="2", thing_page="3")
        assert "Page 2 of 5" in html
        assert "Page 3 of 9" in html

    def test_keep_what_the_others_were_asked(self, ask: Any, things: Any) -> None:
        html = self.both(ask, things, made_q="M1", thing_sort="name")
        assert 'href="/things/?made-q=M1&amp;thing-sort=-name#list-things"' in html
        assert '<input type="hidden" name="made-q" value="M1">' in html
        assert '<input type="hidden" name="thing-sort" value="name">' in html
        assert 'href="/things/?thing-sort=name#list-made"' in html  # the chip that takes the search away

    def test_are_taken_along_one_at_a_time(self, ask: Any, things: Any) -> None:
        request = ask(**{"made-export": "csv", "made-q": "M1", "thing-q": "nothing"})
        answer = listings_response(request, [(LIST, Rows(MADE))], {}, template="two_lists.html")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").split()
        assert len(lines) == 1 + sum(row.name == "M1" for row in MADE)

    def test_without_a_prefix_are_refused(self, ask: Any, things: Any) -> None:
        with pytest.raises(ValueError, match="needs a prefix"):
            listings_response(ask(), [(LISTING, things.objects.all())], {}, template="two_lists.html")

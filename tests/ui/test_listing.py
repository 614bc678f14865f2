"""Lists: order, paging by number and by mark, search, filters, bad parameters, cost."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shanzhi.ui.listing import (
    AreaFilter,
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    listing_response,
)
from shanzhi.ui.listing import page as paging

LISTING = Listing(
    key="things",
    columns=(
        Column("name", "Name", sort="name", url=lambda row: f"/things/{row.id}/"),
        Column("fen", "Amount", "money", sort="fen"),
        Column("at", "When", "datetime", sort="at"),
        Column("double", "Double", "money", value=lambda row: None if row.fen is None else row.fen * 2),
        Column("state", "State", "tag", value=lambda row: ("good", "done") if row.done else ("plain", "open")),
    ),
    default_sort="-at",
    filters=(
        BooleanFilter("done", "Done"),
        DateRangeFilter("at", "When"),
        AreaFilter("area", "Area"),
        ChoiceFilter("name", "Name", choices=[(f"件 {index}", f"Thing {index}") for index in range(7)]),
    ),
    search=lambda queryset, words: queryset.filter(name__contains=words),
    page_size=7,
    empty=Empty("Nothing yet", "Because it is early", "/new/", "Make one"),
)
BY_MARK = replace(LISTING, paging="keyset")


def page_of(listing: Listing, request: Any, queryset: Any) -> paging.ListPage:
    page, rows = paging.build(request, listing, queryset)
    paging.fill(page, rows)
    return page


def walk(ask: Any, listing: Listing, queryset: Any, sort: str) -> tuple[list[int], list[int]]:
    """Read a list by marks to its end and back again."""
    forth: list[int] = []
    page = page_of(listing, ask(sort=sort), queryset)
    while True:
        forth += [row.pk for row in page.rows]
        if not page.after:
            break
        page = page_of(listing, ask(sort=sort, after=page.after), queryset)
    back = [row.pk for row in page.rows]
    while page.before:
        page = page_of(listing, ask(sort=sort, before=page.before), queryset)
        back = [*(row.pk for row in page.rows), *back]
    return forth, back


class TestReadingByMarks:
    @pytest.mark.parametrize("sort", ["name", "-name", "fen", "-fen", "at", "-at"])
    def test_meets_every_row_once_in_order_there_and_back(self, ask: Any, things: Any, sort: str) -> None:
        forth, back = walk(ask, BY_MARK, things.objects.all(), sort)
        path = sort.removeprefix("-")
        first = F(path).desc(nulls_last=True) if sort.startswith("-") else F(path).asc(nulls_last=True)
        expected = list(things.objects.order_by(first, "id").values_list("pk", flat=True))
        assert forth == expected
        assert back == expected

    def test_works_with_an_annotation(self, ask: Any, things: Any) -> None:
        listing = replace(BY_MARK, columns=(*LISTING.columns, Column("late", "Late", "number", sort="late")))
        queryset = things.objects.annotate(late=F("fen") + 1)
        forth, back = walk(ask, listing, queryset, "-late")
        assert (
            forth == back == list(queryset.order_by(F("late").desc(nulls_last=True), "id").values_list("pk", flat=True))
        )

    def test_costs_the_same_two_queries_on_any_page(self, ask: Any, things: Any) -> None:
        request = ask()
        for _ in range(3):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                page = page_of(BY_MARK, request, things.objects.all())
            assert len(seen) == 2
            request = ask(after=page.after)


class TestReadingByNumber:
    def test_meets_every_row_once(self, ask: Any, things: Any) -> None:
        seen = []
        for number in range(1, 10):
            page = page_of(LISTING, ask(page=str(number), sort="name"), things.objects.all())
            seen += [row.pk for row in page.rows]
            assert page.pages == 9
        assert sorted(seen) == sorted(things.objects.values_list("pk", flat=True))

    def test_shows_the_ends_and_the_neighbours(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(page="5"), things.objects.all())
        assert [link.label if link else "…" for link in page.page_links] == ["1", "…", "4", "5", "6", "…", "9"]


class TestALongList:
    def test_counts_only_so_far_and_goes_on_by_marks(
        self, ask: Any, things: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging, "MOST_COUNTED", 50)
        page = page_of(LISTING, ask(), things.objects.all())
        assert page.count_words == "50+"
        assert page.pages == 0
        assert page.next_url.startswith("/things/?after=")


class TestBadParameters:
    @pytest.mark.parametrize(
        "params",
        [
            {"sort": "foo"}, {"sort": "-"}, {"sort": "--name"}, {"sort": "pk"}, {"sort": "double"},
            {"page": "-1"}, {"page": "0"}, {"page": "99999999999999999999"}, {"page": "zwei"}, {"page": "٣"},
            {"at_from": "2026-13-40"}, {"at_from": "0001-01-01"}, {"done": "perhaps"}, {"area": "37;--"},
            {"name": "件 99"}, {"q": "\x00"}, {"q": "%' OR 1=1"}, {"q": "件" * 5000}, {"export": "exe"},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("listing", [LISTING, BY_MARK], ids=["number", "mark"])
    def test_never_break_the_page(self, ask: Any, things: Any, listing: Listing, params: dict[str, str]) -> None:
        assert listing_response(ask(**params), listing, things.objects.all()).status_code == 200

    @pytest.mark.parametrize("mark", ["garbage", "W10:abc", "", "x" * 4000, "\x00", "eyJ9"])
    @pytest.mark.parametrize("side", ["after", "before"])
    def test_a_forged_mark_starts_from_the_beginning_and_says_so(
        self, ask: Any, things: Any, mark: str, side: str
    ) -> None:
        page = page_of(BY_MARK, ask(**{side: mark}), things.objects.all())
        first = page_of(BY_MARK, ask(), things.objects.all())
        assert [row.pk for row in page.rows] == [row.pk for row in first.rows]
        assert bool(page.warnings) == bool(mark.replace("\x00", ""))

    def test_a_mark_of_another_order_or_list_is_refused(self, ask: Any, things: Any) -> None:
        mark = page_of(BY_MARK, ask(), things.objects.all()).after
        assert page_of(BY_MARK, ask(after=mark, sort="name"), things.objects.all()).warnings
        other = replace(BY_MARK, key="others")
        assert page_of(other, ask(after=mark), things.objects.all()).warnings

    def test_are_named_in_a_warning(self, ask: Any, things: Any) -> None:
        with translation.override("en"):
            page = page_of(LISTING, ask(done="perhaps", page="44"), things.objects.all())
        assert page.warnings == [
            "The filter “Done” was not understood and left out.",
            "There is no page “44”; this is page 9.",
        ]


class TestFiltersAndSearch:
    def test_narrow_the_rows_and_the_count(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(done="1", q="件 0"), things.objects.all())
        assert page.total == things.objects.filter(done=True, name="件 0").count() > 0
        assert all(row.done for row in page.rows)

    def test_an_area_takes_in_everything_below_it(self, ask: Any, things: Any) -> None:
        assert page_of(LISTING, ask(area="37"), things.objects.all()).total == 30
        assert page_of(LISTING, ask(area="370102"), things.objects.all()).total == 30
        assert page_of(LISTING, ask(area="380000"), things.objects.all()).total == 0

    def test_a_range_of_days_holds_both_its_ends_in_local_time(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(at_from="2026-11-01", at_to="2026-11-01"), things.objects.all())
        # 1 November, 16:00 local time, is the first; midnight comes eight hours later, at two things an hour
        assert page.total == 16

    def test_can_each_be_taken_away_again(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(done="1", q="件", at_from="2026-11-01", sort="name"), things.objects.all())
        urls = [chip.url for chip in page.removals]
        assert len(urls) == 3
        assert "q=" not in urls[0]
        assert "done" not in urls[1]
        assert "at_from" not in urls[2]
        assert all("sort=name" in url for url in urls)

    def test_are_asked_for_in_the_shape_that_fits(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(), things.objects.all())
        assert [view.names for view in page.chip_filters] == [("done",)]
        assert [(view.shape, view.names) for view in page.form_filters] == [
            ("days", ("at_from", "at_to")), ("text", ("area",)), ("choice", ("name",)),
        ]  # fmt: skip

    def test_go_back_to_the_first_page(self, ask: Any, things: Any) -> None:
        page = page_of(LISTING, ask(page="3"), things.objects.all())
        assert all("page=" not in chip.url for view in page.chip_filters for chip in view.chips)


class TestTheAnswer:
    def test_is_a_whole_page_or_only_the_list_for_htmx(self, ask: Any, things: Any) -> None:
        whole = listing_response(ask(), LISTING, things.objects.all(), {"heading": "Things"})
        part = listing_response(ask(htmx=True), LISTING, things.objects.all(), {"heading": "Things"})
        assert b"<!doctype html>" in whole.content
        assert part.content.startswith(b'<section class="list" id="list-things"')
        assert "HX-Request" in part["Vary"]

    def test_escapes_what_people_typed(self, ask: Any, things: Any) -> None:
        things.objects.all().delete()
        things.objects.create(name="<script>alert(1)</script>", at="2026-11-01T00:00Z", area="11")
        body = listing_response(ask(q="<script>"), LISTING, things.objects.all()).content.decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body

    def test_of_an_empty_list_says_why_and_offers_the_next_step(self, ask: Any, things: Any) -> None:
        body = listing_response(ask(), LISTING, things.objects.none()).content.decode()
        assert "Because it is early" in body
        assert 'href="/new/"' in body

    def test_of_a_narrowed_empty_list_offers_to_show_everything(self, ask: Any, things: Any) -> None:
        with translation.override("en"):
            body = listing_response(ask(q="nowhere"), LISTING, things.objects.all()).content.decode()
        assert "Nothing matches" in body
        assert "Because it is early" not in body

    def test_says_how_it_is_sorted_and_turns_the_order_round(self, ask: Any, things: Any) -> None:
        heads = page_of(LISTING, ask(sort="name"), things.objects.all()).headings
        assert (heads[0].state, heads[0].url) == ("ascending", "/things/?sort=-name")
        assert (heads[1].state, heads[1].url) == ("none", "/things/?sort=fen")
        assert heads[3].url == ""

"""A list in a real browser: with scripts only the list is fetched, without them whole pages say the same."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support import Look, sideways, small_targets, violations

Books = Callable[..., Page]
DESKTOP = Look("desktop")
pytestmark = pytest.mark.thorough


@pytest.fixture
def books(open_page: Open, settings: Any, transactional_db: None) -> Books:
    """Open the list of 33 books on three shelves."""
    settings.ROOT_URLCONF = "tests.browser.list_site"
    start = datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC)
    Session.objects.bulk_create(
        Session(session_key=f"{'abc'[n % 3]}-{n:02d}", session_data="", expire_date=start + datetime.timedelta(days=n))
        for n in range(33)
    )
    return lambda look=DESKTOP, query="", path="/books/": open_page(f"{path}{query}", look)


def names(page: Page) -> list[str]:
    return page.locator("table.cards tbody tr td.first").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
class TestAReader:
    def test_filters_by_a_chip_and_goes_back(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts))
        page.get_by_role("link", name="Shelf B", exact=True).click()
        expect(page.locator(".list-count")).to_have_text("共11条")
        assert "shelf=b" in page.url
        assert all(name.startswith("b-") for name in names(page))
        page.go_back()
        expect(page.locator(".list-count")).to_have_text("共33条")

    def test_searches_and_takes_the_search_away(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts))
        page.get_by_role("searchbox", name="按书名查找").fill("-1")
        page.get_by_role("button", name="搜索").click()
        expect(page.locator(".list-count")).to_have_text("共10条")
        assert "q=-1" in page.url
        page.get_by_role("link", name="移除").click()
        expect(page.locator(".list-count")).to_have_text("共33条")

    def test_turns_pages_and_sorts(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts))
        page.get_by_role("link", name="下一页").click()
        expect(page.locator(".pages [aria-current]")).to_have_text("2")
        page.get_by_role("link", name="书名").click()
        expect(page.locator("th[aria-sort=descending]")).to_have_text("书名")
        assert names(page)[0] == "c-32"

    def test_opens_an_address_that_someone_sent(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts), "?shelf=c&sort=-until&page=2")
        assert names(page)[0] == "c-17"

    def test_takes_the_list_along(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts), "?shelf=c")
        with page.expect_download() as download:
            page.get_by_role("link", name="Excel").click()
        assert re.fullmatch(r"books-\d{8}\.xlsx", download.value.suggested_filename)


class TestWithScripts:
    def test_only_the_list_is_fetched(self, books: Books) -> None:
        page = books()
        page.evaluate("window.stayed = true")
        with page.expect_response(lambda answer: "shelf=a" in answer.url) as answer:
            page.get_by_role("link", name="Shelf A", exact=True).click()
        assert answer.value.text().startswith("<section")
        expect(page.locator(".list-count")).to_have_text("共11条")
        assert page.evaluate("window.stayed")
        assert page.locator("section.list").count() == 1
        assert page.faults == []  # type: ignore[attr-defined]

    @pytest.mark.parametrize("path", ["/books/", "/cards/"])
    def test_a_row_leads_to_a_page_of_its_own(self, books: Books, path: str) -> None:
        page = books(path=path)
        with page.expect_response(lambda answer: answer.url.endswith("/books/")) as answer:
            page.locator(".list-body :is(tbody, .grid) a").first.click()
        assert answer.value.text().startswith("<!doctype html>")
        expect(page.locator("main")).to_have_count(1)
        assert page.evaluate("!window.history.state")  # nothing was put into the page before

    def test_the_second_filter_keeps_the_first(self, books: Books) -> None:
        page = books()
        page.get_by_role("link", name="Shelf A", exact=True).click()
        expect(page.locator(".list-count")).to_have_text("共11条")
        page.locator(".list-box > summary").click()
        page.get_by_label("到", exact=False).last.fill("2026-11-10")
        page.get_by_role("button", name="应用").click()
        expect(page.locator(".list-count")).to_have_text("共4条")
        assert "shelf=a" in page.url


@pytest.mark.parametrize("look", [Look("small"), Look("phone", "dark"), Look("desktop", language="en")], ids=str)
class TestTheListOnAnyScreen:
    def test_is_accessible_and_fits(self, books: Books, look: Look) -> None:
        page = books(look, "?shelf=a&page=2&sort=nonsense")
        assert violations(page) == []
        assert sideways(page) == 0
        assert small_targets(page) == []

    def test_keeps_its_rows_readable(self, books: Books, look: Look) -> None:
        page = books(look)
        cells = page.locator("tbody tr").first.locator("td").all()
        lined_up = len({round(cell.bounding_box()["y"]) for cell in cells}) == 1  # type: ignore[index]
        assert lined_up == (look.device == "desktop")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
class TestAReaderOfCards:
    def test_sorts_them_and_keeps_what_was_narrowed(self, books: Books, scripts: bool) -> None:
        page = books(Look("small", scripts=scripts), "?shelf=b", "/cards/")
        page.get_by_label("排序方式").select_option("书名：倒序")
        page.get_by_role("button", name="排序").click()
        expect(page.locator("article.card h3").first).to_have_text("b-31")
        expect(page.locator(".list-count")).to_have_text("共11条")
        assert {"shelf=b", "sort=-name"} <= set(page.url.partition("?")[2].split("&"))

    def test_sorts_them_by_the_keyboard_alone(self, books: Books, scripts: bool) -> None:
        page = books(Look("desktop", scripts=scripts), path="/cards/")
        page.get_by_label("排序方式").focus()
        for key in ("ArrowDown", "Tab", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("article.card h3").first).to_have_text("c-32")


class TestTheOrderOfATable:
    def test_is_chosen_above_it_on_a_phone_and_in_its_head_elsewhere(self, books: Books) -> None:
        for device, above in (("small", True), ("desktop", False)):
            page = books(Look(device))
            assert page.get_by_label("排序方式").is_visible() is above
            assert page.get_by_role("link", name="借到").is_visible() is not above

    def test_takes_no_focus_where_it_cannot_be_seen(self, books: Books) -> None:
        page = books(Look("small"))
        page.get_by_role("button", name="排序").focus()
        for _step in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate("!document.activeElement.closest('thead')")


@pytest.mark.parametrize("look", [Look("small"), Look("desktop", "dark", "en")], ids=str)
class TestCardsOnAnyScreen:
    def test_are_accessible_and_fit(self, books: Books, look: Look) -> None:
        page = books(look, path="/cards/")
        assert violations(page) == []
        assert sideways(page) == 0
        assert small_targets(page) == []

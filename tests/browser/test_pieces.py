"""The living page of pieces in a real browser: axe, widths, modes, languages, with and without scripts."""

import pytest

from tests.browser.conftest import Open
from tests.browser.support import Look, sideways, small_targets, violations

pytestmark = pytest.mark.thorough

PIECES = "/ui/pieces/"
MIXED = [
    Look("small", "dark", "zh-hans"),
    Look("desktop", "light", "en"),
    Look("phone", "light", "zh-hans", elder=True),
]
EACH = [
    Look(device, mode, language)
    for device in ("small", "desktop")
    for mode in ("light", "dark")
    for language in ("zh-hans", "en")
]
LOOKS = list(dict.fromkeys([*MIXED, *EACH]))


@pytest.mark.parametrize("look", LOOKS, ids=str)
class TestThePiecesOnAnyScreen:
    def test_have_no_fault_that_axe_finds(self, open_page: Open, look: Look) -> None:
        page = open_page(PIECES, look)
        assert violations(page) == []

    def test_never_scroll_sideways_and_break_no_policy(self, open_page: Open, look: Look) -> None:
        page = open_page(PIECES, look)
        page.wait_for_selector(".chart-canvas canvas")
        assert sideways(page) == 0
        assert page.faults == []  # type: ignore[attr-defined]
        assert small_targets(page) == []


class TestAVisitorWithoutScripts:
    def test_reads_the_tables_behind_the_charts(self, open_page: Open) -> None:
        page = open_page(PIECES, Look(scripts=False))
        assert page.locator("figure.chart table").first.is_visible()
        assert page.locator(".chart-canvas").first.is_hidden()

    def test_switches_language_mode_and_size_by_forms(self, open_page: Open) -> None:
        page = open_page(PIECES, Look(scripts=False))
        page.locator(".only-phone > summary").click()
        page.get_by_role("button", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        page.locator(".only-phone > summary").click()
        page.get_by_role("button", name="Dark").click()
        assert page.locator("html").get_attribute("data-mode") == "dark"
        page.locator(".only-phone > summary").click()
        page.get_by_role("button", name="Large, for elders").click()
        assert page.locator("html").get_attribute("data-elder") == "1"
        assert page.url.endswith(PIECES)


class TestAFormSentTwice:
    def test_goes_out_once_and_says_that_it_is_under_way(self, open_page: Open) -> None:
        page = open_page(PIECES)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
        with page.expect_navigation():
            busy = page.evaluate(
                """() => {
                  const form = document.querySelector('form[data-once]');
                  const button = form.querySelector('button.main');
                  form.requestSubmit(button);
                  form.requestSubmit(button);
                  return button.textContent;
                }"""
            )
        assert busy == "正在提交……"
        assert len(sent) == 1


class TestAKeyboard:
    def test_reaches_the_content_by_the_skip_link(self, open_page: Open) -> None:
        page = open_page(PIECES, Look("desktop"))
        page.locator(".error-summary").evaluate("element => element.blur()")
        page.evaluate("document.body.focus(); window.scrollTo(0, 0)")
        page.keyboard.press("Tab")
        page.locator(".skip").focus()
        assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


class TestPaper:
    def test_carries_the_content_in_ink_without_the_furniture(self, open_page: Open) -> None:
        page = open_page(PIECES, Look("desktop", "dark"))
        page.emulate_media(media="print")
        for gone in (".top", ".foot", ".crumbs", ".list-tools"):
            assert page.locator(gone).first.is_hidden()
        assert page.locator(".sheet").is_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"

"""Choosing a community among hundreds in a real browser: as one types, and without scripts by a button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from shanzhi.kernel.roles import Role
from tests.browser.conftest import Open
from tests.browser.support import Look, later, sideways, small_targets, violations
from tests.support.people import a_person, an_account
from tests.support.places import load_districts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SIGN_UP = "/account/sign-up/"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def offered(page: Page) -> list[str]:
    return page.locator(".area-rows label").all_inner_texts()


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="您居住的社区").fill(words)
    page.get_by_role("button", name="搜索").click()


class TestWithoutScripts:
    def test_a_button_finds_places_and_keeps_what_was_typed(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("small", scripts=False))
        page.get_by_label("手机").fill("138 0013 8000")
        search(page, "昌平区")
        assert len(offered(page)) == 20
        assert page.get_by_text("还有更多").is_visible()
        assert page.get_by_label("手机").input_value() == "138 0013 8000"
        assert page.locator(".error-summary").count() == 0
        page.locator(".area-rows label").nth(3).click()
        assert page.locator(".area-rows input").nth(3).is_checked()

    def test_what_was_found_has_the_focus(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("phone", scripts=False))
        search(page, "天通苑")
        expect(page.locator(".area-rows input").first).to_be_focused()

    def test_only_typing_is_answered_with_the_question_which(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("phone", scripts=False))
        page.get_by_role("searchbox", name="您居住的社区").fill("昌平区")
        page.get_by_role("button", name="获取验证码").click()
        expect(page.locator("#id_area_errors")).to_contain_text("请在下面选择")
        assert len(offered(page)) == 20


class TestWithScripts:
    def test_places_come_while_one_types(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("phone"))
        page.evaluate("window.stayed = true")
        box = page.get_by_role("searchbox", name="您居住的社区")
        box.press_sequentially("历下泉城路", delay=40)
        expect(page.locator(".area-rows label")).to_have_count(4)
        assert "山东省 济南市 历下区 泉城路街道" in offered(page)[0]
        expect(box).to_be_focused()
        assert page.evaluate("window.stayed")
        assert page.faults == []  # type: ignore[attr-defined]

    def test_the_chosen_one_stays_while_one_types_on(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("desktop"))
        box = page.get_by_role("searchbox", name="您居住的社区")
        box.fill("历下泉城路")
        page.locator(".area-rows label").first.click()
        chosen = page.locator(".area-rows input:checked").input_value()
        box.fill("昌平区")
        expect(page.locator(".area-rows label")).to_have_count(21)
        assert page.locator(".area-rows input:checked").input_value() == chosen

    def test_by_the_keyboard_alone(self, open_page: Open) -> None:
        page = open_page(SIGN_UP, Look("desktop"))
        page.get_by_role("searchbox", name="您居住的社区").focus()
        page.keyboard.type("历下泉城路")
        expect(page.locator(".area-rows label")).to_have_count(4)
        for key in ("Tab", "Tab", "Space", "ArrowDown"):
            page.keyboard.press(key)
        assert page.locator(".area-rows input").nth(1).is_checked()


class TestSeveralAreas:
    def test_are_added_to_those_that_stand_open(self, open_page: Open) -> None:
        account = an_account(a_person("", Role.DISTRICT_OFFICER, role_area="110114"))
        page = open_page("/desk/calls/new/", Look("phone"), account)
        page.get_by_label("标题").fill("一轮")
        page.locator(".area-rows label").nth(1).click()
        page.get_by_role("searchbox", name="其他区域").fill("天通苑第")
        found = page.locator("fieldset.area-rows label")
        expect(found.first).to_be_visible()
        found.first.click()
        page.get_by_role("button", name="开始").click()
        page.wait_for_url("**/desk/calls/*-*/")
        assert page.faults == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "look", [Look("small"), *map(later, (Look("desktop", "dark", "en"), Look("phone", elder=True)))], ids=str
)
class TestTheChoiceOnAnyScreen:
    def test_is_accessible_and_fits(self, open_page: Open, look: Look) -> None:
        page = open_page(SIGN_UP, look)
        for words in ("天通苑", "没有这里"):
            page.locator("[name=area_words]").fill(words)
            page.locator("#id_area_found > *").first.wait_for(state="attached")
            page.wait_for_timeout(600)
            assert violations(page) == []
            assert sideways(page) == 0
            assert small_targets(page) == []

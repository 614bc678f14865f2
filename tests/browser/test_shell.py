"""The shell as a visitor of the demo with all its parts sees it."""

from typing import Any

import pytest

from shanzhi.ui import navigation
from tests.browser.conftest import Open
from tests.browser.support import Look, later, sideways, small_targets, violations


@pytest.fixture(autouse=True)
def _full_shell(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    monkeypatch.setattr(navigation, "_registry", navigation._Registry())
    for number, name in enumerate(("微创投", "项目", "区域", "开放数据", "社区组织")):
        navigation.register(f"main{number}", name, "ui:pieces", order=number)
    for number, name in enumerate(("今日待办", "提案审核", "选民名册", "人员", "组织")):
        navigation.register(f"desk{number}", name, "ui:pieces", section="desk", order=number)
    navigation.register("in", "登录", "ui:pieces", section="account")
    navigation.register("out", "退出", "ui:preferences", section="account", by_post=True)
    navigation.register("source", "来源", "ui:pieces", section="footer")
    choices = (navigation.AreaChoice("历下区", "/a/", True), navigation.AreaChoice("昌平区", "/b/"))
    navigation.set_area_source(lambda request: navigation.AreaSwitch("历下区", choices, "/areas/"))


@pytest.mark.parametrize(
    "look",
    [
        Look("small"),
        Look("desktop", "dark", "en"),
        later(Look("phone", "dark", "en")),
        later(Look("desktop")),
        later(Look("small", elder=True)),
    ],
    ids=str,
)
class TestTheFullShell:
    def test_is_accessible_closed_and_open(self, open_page: Open, look: Look) -> None:
        page = open_page("/ui/pieces/", look)
        assert violations(page) == []
        for summary in page.locator("header summary:visible").all():
            summary.click()
            assert violations(page, within="header") == []
            assert small_targets(page) == []

    def test_fits_the_width(self, open_page: Open, look: Look) -> None:
        page = open_page("/ui/pieces/", look)
        for summary in page.locator("header summary:visible").all():
            summary.click()
            assert sideways(page) == 0

    def test_says_that_people_are_made_up(self, open_page: Open, look: Look) -> None:
        page = open_page("/ui/pieces/", look)
        assert page.locator("header .demo").is_visible()
        words = "示例" if look.language == "zh-hans" else "synthetic"
        assert page.get_by_role("contentinfo").get_by_text(words).is_visible()


class TestTheMenuOfAPhone:
    def test_holds_navigation_desk_and_switches_without_scripts(self, open_page: Open) -> None:
        page = open_page("/ui/pieces/", Look(scripts=False))
        page.locator(".only-phone > summary").click()
        for name in ("微创投", "提案审核", "登录"):
            assert page.get_by_role("link", name=name).is_visible()
        for name in ("退出", "English", "深色", "大字长辈版"):
            assert page.get_by_role("button", name=name).is_visible()

"""Pages of safety that only a step leads to, in a real browser without scripts on the smallest phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from shanzhi.kernel.roles import Role
from tests.browser.conftest import Open
from tests.browser.support import Look, sideways, violations
from tests.people.test_attacks import code_now
from tests.support.people import PASSWORD, a_person, an_account
from tests.support.places import load_districts

pytestmark = pytest.mark.django_db(transaction=True)
AREA = "370102001002"


def fits(page: Page) -> None:
    assert (page.url, sideways(page), violations(page)) == (page.url, 0, [])


def test_a_generator_is_set_up_and_an_invitation_made_and_opened(open_page: Open) -> None:
    load_districts()
    account = an_account(a_person(AREA, Role.COMMUNITY_SECRETARY), password=PASSWORD)
    page = open_page("/account/second-factor/generator/", Look("small", scripts=False), account)
    if page.locator("input[name=password]").count():  # the password once more
        fits(page)
        page.fill("input[name=password]", PASSWORD)
        page.locator("main button[type=submit]").click()
    page.locator("main details summary").click()
    fits(page)
    page.fill("input[name=code]", code_now(page.locator("main code").inner_text()))
    page.locator("main button[type=submit]").click()
    assert page.locator("main ol.codes li").count() == 10
    fits(page)
    page.goto("/account/second-factor/generator/remove/")
    fits(page)
    page.goto("/desk/people/invitations/new/")
    page.fill("input[name=phone]", "13800138000")
    page.select_option("select[name=role]", "juror")
    page.select_option("select[name=area]", AREA)
    page.fill("textarea[name=reason]", "请来评审")
    page.locator("main button[type=submit]").last.click()
    link = page.locator("main code").inner_text()
    fits(page)
    page.goto(link)
    assert "评委" in page.locator("main").inner_text()
    fits(page)

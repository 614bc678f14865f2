"""Pages of safety that only a step leads to, in a real browser on the smallest phone: one secretary's first day.

After each click nothing reaches beyond the screen, and axe finds no fault.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account, RoleGrant
from tests.browser.conftest import Open
from tests.browser.support import Look, sideways, violations
from tests.people.conftest import COMMUNITY, make_areas
from tests.people.test_attacks import PHONE, code_now, with_phone
from tests.support.people import PASSWORD, a_person, an_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SMALL = Look("small")  # with scripts: axe never answers in a page that has none


def fits(page: Page) -> None:
    """Nothing reaches beyond the screen, and axe finds no fault in what the click led to."""
    assert (page.url, sideways(page), violations(page)) == (page.url, 0, [])


def press(page: Page) -> None:
    """Send the page's form, and look at what comes."""
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    fits(page)


def shown_codes(page: Page) -> list[str]:
    """Give the recovery codes on the page."""
    return page.locator("main ol.codes li").all_inner_texts()


def sets_up_a_generator(page: Page) -> list[str]:
    """Set a code generator up, a wrong code first; give the recovery codes, which are shown this once."""
    page.fill("input[name=password]", PASSWORD)  # the password once more
    press(page)
    page.locator("main details summary").click()
    fits(page)
    secret = page.locator("main code").inner_text()
    page.fill("input[name=code]", "000000")
    press(page)
    page.fill("input[name=code]", code_now(secret))
    press(page)
    codes = shown_codes(page)
    page.reload()
    fits(page)
    assert (len(codes), shown_codes(page)) == (10, [])
    return codes


def signs_in(page: Page, account: Account, *codes: str) -> None:
    """Sign in by password, and try codes as the second factor."""
    page.fill("input[name=login]", account.login_name or "")
    page.fill("input[name=password]", PASSWORD)
    press(page)
    for code in codes:
        page.fill("input[name=code]", code)
        press(page)


def test_a_generator_its_recovery_codes_and_an_invitation(open_page: Open) -> None:
    cache.clear()  # tries of codes that other tests counted
    make_areas()
    account = an_account(a_person(COMMUNITY, Role.COMMUNITY_SECRETARY), password=PASSWORD)
    codes = sets_up_a_generator(open_page("/account/second-factor/generator/", SMALL, account))

    signs_in(open_page("/account/sign-in/password/?next=/account/second-factor/", SMALL), account, codes[0])
    page = open_page("/account/sign-in/password/?next=/desk/people/invitations/new/", SMALL)
    signs_in(page, account, codes[0])
    assert page.locator("main .field-error, main .error").count(), "a code that was used once is used up"
    page.fill("input[name=code]", codes[1])
    press(page)

    page.fill("input[name=phone]", PHONE.removeprefix("+86"))
    page.select_option("select[name=role]", "volunteer")
    page.select_option("select[name=area]", COMMUNITY)
    page.fill("textarea[name=reason]", "请来帮忙")
    press(page)
    link, code = page.locator("main code").inner_text(), page.locator("main dd b.figure").inner_text()
    guest = a_person(COMMUNITY)
    invited = open_page(link, SMALL, with_phone(guest))
    fits(invited)
    for told in ("00000000", code):  # a wrong one first
        invited.fill("input[name=code]", told)
        press(invited)
    assert invited.url.endswith("/account/second-factor/")
    assert RoleGrant.objects.filter(person=guest, role=Role.VOLUNTEER, area=COMMUNITY).exists()

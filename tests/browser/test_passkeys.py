"""Passkeys in a real browser: Chromium's virtual authenticator stands in for a phone's fingerprint sensor."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page

from shanzhi.people.fields import PHONE_OF_ACCOUNT, mark
from tests.browser.support import Look, violations
from tests.support.people import a_person, an_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
PHONE = "13800138000"


@pytest.fixture
def _by_name(live_server: Any) -> None:
    """Browsers bind passkeys to names of hosts, never to bare addresses."""
    live_server.thread.host = "localhost"


def device(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """Give the page a device with a screen lock that keeps passkeys; `verifies` is whether its owner unlocks it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def sign_in_by_code(page: Page) -> None:
    """Type the phone, then the code that a demonstration shows."""
    page.goto("/account/sign-in/")
    page.fill("#id_phone", PHONE)
    page.click("form[data-once] button[type=submit]")
    page.wait_for_url("**/account/sign-in/code/**")
    page.fill("#id_code", page.inner_text("#shown-code"))
    page.click("button[name=action][value=verify]")
    page.wait_for_url(lambda url: "sign-in" not in url)


def add(page: Page) -> None:
    """Add a passkey on the page of passkeys."""
    page.goto("/account/passkeys/")
    page.click("a[href$='/account/passkeys/add/']")
    page.fill("#id_name", "示例手机")
    page.click("#passkey_button")


@pytest.mark.usefixtures("_by_name")
class TestAPasskey:
    @pytest.fixture
    def page(self, open_page: Any) -> Page:
        """A phone whose owner is on record."""
        from_office = a_person(phone=f"+86{PHONE}")
        an_account(from_office, **phone_of_account())
        page: Page = open_page("/account/sign-in/", Look("phone"))
        return page

    def test_is_added_signs_in_and_is_removed(self, page: Page) -> None:
        session, chip = device(page)
        sign_in_by_code(page)
        add(page)
        page.wait_for_url("**/account/passkeys/")
        assert "示例手机" in page.inner_text("main")
        assert violations(page) == []
        kept = session.send("WebAuthn.getCredentials", {"authenticatorId": chip})["credentials"]
        assert [one["isResidentCredential"] for one in kept] == [True]

        page.goto("/account/sign-out/")
        page.click("main button[type=submit]")
        page.goto("/account/sign-in/")
        page.click("#passkey_button")
        page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto("/account/")
        assert page.url.endswith("/account/")

        page.goto("/account/passkeys/")
        page.click("a[href$='/remove/']")
        page.wait_for_url("**/account/again/passkey/**")
        assert "未锁屏的设备" in page.inner_text(".lead")  # why it is asked for again
        assert violations(page) == []
        page.click("#passkey_button")
        page.wait_for_url("**/remove/")
        assert violations(page) == []
        page.click("main button[type=submit]")
        page.wait_for_url("**/account/passkeys/")
        assert not Authenticator.objects.exists()
        assert page.faults == []  # type: ignore[attr-defined]  # noted by open_page

    def test_that_the_device_refuses_says_what_to_do(self, page: Page) -> None:
        session, chip = device(page)
        sign_in_by_code(page)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": chip, "isUserVerified": False})
        add(page)
        page.wait_for_selector("#passkey-problem:not([hidden])")
        assert page.inner_text("#passkey-problem").strip()
        assert not Authenticator.objects.exists()
        assert violations(page) == []


def phone_of_account() -> dict[str, Any]:
    """Give the columns of an account whose phone is proven."""
    number = f"+86{PHONE}"
    return {"phone": number, "phone_mark": mark(number, purpose=PHONE_OF_ACCOUNT), "phone_verified": True}

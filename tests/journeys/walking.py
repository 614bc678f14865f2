"""A project's people on phones, at a time that the test moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Account, Person
from tests.browser.support import Look, open_context, sign_in
from tests.projects.support import Ground
from tests.support.people import an_account


@dataclass
class Walk:
    """The district on phones, at a time that the test moves."""

    browser: Browser
    address: str
    clock: Any
    ground: Ground
    context: BrowserContext | None = None

    @property
    def page(self) -> str:
        """The page of the project."""
        return f"/projects/{self.ground.project.pk}/"

    def phone(self, actor: Actor | None, at: datetime) -> Page:
        """Give somebody's phone at a moment; the one before is put away, since its sign-in would be over."""
        self.clock.move_to(at)
        self.close()
        self.context = open_context(self.browser, self.address, Look("phone"))
        if actor is not None:
            person = Person.objects.get(pk=actor.person())
            sign_in(self.context, self.address, Account.objects.filter(person=person).first() or an_account(person))
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.looked = set()  # type: ignore[attr-defined]  # kinds of answers looked at by `send`
        return page

    def close(self) -> None:
        """Put the phone away."""
        if self.context is not None:
            self.context.close()


def act_on(page: Page, words: str) -> None:
    """Follow a button or a link of the page's own part."""
    with page.expect_navigation():
        page.locator("main :is(a, button):visible").filter(has_text=re.compile(f"^{words}$")).first.click()

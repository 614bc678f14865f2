"""Somebody who was never here becomes a volunteer on a phone, with all that one may say, in two minutes of handling.

No clock is read: what a person does is counted and weighed by the keystroke-level model (Card, Moran and Newell, 1980),
so the answer is the same on each machine. A key is taken as slowly as one of random letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from shanzhi.people.models import Account
from shanzhi.volunteering import operations as volunteering
from shanzhi.volunteering.models import Volunteer
from tests.browser.support import Look, open_context
from tests.journeys.support import a_page
from tests.journeys.volunteers import PATIENCE, fits, reads
from tests.support.people import AT
from tests.support.places import SYSTEM, load_districts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOME = "370102004009"
TWO_MINUTES = 120_000
KEY, POINT, THINK, PAGE = 500, 1_100, 1_350, 1_000
"""Milliseconds of a key, of a tap with the way to it, of getting ready for a field, of a page that comes."""
SPELT = 3
"""Keys for a Chinese character, by its sound."""
MESSAGE = 5_000
"""Milliseconds until the message with the code is there and read."""


@dataclass
class Thumb:
    """Handles a phone and counts what a person would need for it, in milliseconds."""

    page: Page
    spent: int = 0
    said: list[str] = field(default_factory=list)

    def opens(self, end: str) -> None:
        """Follow a link of the page."""
        self._leads_on(f"main a[href*='{end}']:visible")

    def types(self, name: str, words: str) -> None:
        """Fill in one field, character by character."""
        self.said.append(name)
        self.spent += THINK + POINT + sum(KEY * (1 if one.isascii() else SPELT) for one in words)
        self.page.locator(f"main [name={name}]").press_sequentially(words)

    def ticks(self, name: str, *values: str) -> None:
        """Tick boxes of one question, or the only one of it."""
        self.said.append(name)
        boxes = [f"[value='{value}']" for value in values] or [""]
        self.spent += THINK + POINT * len(boxes)
        for box in boxes:
            self.page.check(f"main [name={name}]{box}")

    def finds_the_community(self, words: str) -> None:
        """Type a part of its name and tap the first that comes."""
        self.said.append("area")
        self.spent += THINK + POINT * 2 + PAGE + KEY * SPELT * len(words)
        self.page.get_by_role("searchbox").press_sequentially(words)
        self.page.locator(".area-rows label", has_text=words).first.click()

    def hands_in(self) -> None:
        """Press the main button."""
        self._leads_on("main form.form button.main")

    def _leads_on(self, what: str) -> None:
        self.spent += THINK + POINT + PAGE
        with self.page.expect_navigation():
            self.page.locator(what).first.click()
        fits(self.page)


@pytest.fixture
def thumb(browser: Browser, live_server: Any) -> Iterator[Thumb]:
    load_districts()
    volunteering.load_examples(actor=SYSTEM, area="", at=AT)
    context = open_context(browser, live_server.url, Look("phone"))
    page: Any = a_page(context, set(), patience=PATIENCE, worst=399)
    yield Thumb(page)
    context.close()
    assert page.faults == []


def signs_up(thumb: Thumb) -> None:
    thumb.page.goto("/account/volunteering/register/")
    fits(thumb.page)
    thumb.opens("/account/sign-up/")
    thumb.types("phone", "13800138000")
    thumb.types("name", "欧阳示例")
    thumb.finds_the_community("芙蓉街社区")
    thumb.ticks("consent")
    thumb.hands_in()
    thumb.spent += MESSAGE
    thumb.types("code", thumb.page.locator("#shown-code").inner_text())
    thumb.hands_in()


def test_becomes_a_volunteer_in_two_minutes_with_all_that_one_may_say(thumb: Thumb) -> None:
    signs_up(thumb)
    assert thumb.page.url.endswith("/account/volunteering/register/")  # where one wanted to go
    thumb.ticks("skills", "haircut", "first_aid")
    thumb.ticks("hours", "2-360-720", "6-360-720")
    thumb.ticks("languages", "mandarin", "dialect")
    thumb.types("metres", "2000")
    thumb.ticks("tasks", "visit_elders")
    thumb.types("wish", "陪老人")
    thumb.types("health", "不提重物")
    thumb.ticks("health_agreed")
    thumb.types("emergency_name", "赵示例")
    thumb.types("emergency_phone", "13800138001")
    thumb.hands_in()
    one = Volunteer.objects.get(person=Account.objects.get().person)
    reads(thumb.page, one.number, "理发", "周二 6:00–12:00", "普通话", "2,000 米", "探访老人", "陪老人", "138****8001")
    assert (one.state, one.area, one.health and one.health.reveal()) == ("active", HOME, "不提重物")
    assert (one.skills.count(), one.hours.count(), one.languages) == (2, 2, ["dialect", "mandarin"])
    assert len(set(thumb.said)) == 15
    assert thumb.spent <= TWO_MINUTES

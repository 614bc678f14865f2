"""A street of volunteers on phones, at a time that the test moves: who waits on the other side is there already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from shanzhi.activities.models import Shift
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account, Person
from shanzhi.service import operations as service
from shanzhi.timebank.models import Bank, Member
from shanzhi.volunteering import operations as volunteering
from shanzhi.volunteering.models import Team, Volunteer
from tests.activities.support import a_shift, a_sign_up, an_activity
from tests.browser.support import Look, open_context, sign_in, violations
from tests.journeys.support import a_page, proper, send, unseen
from tests.people.conftest import make_areas
from tests.support.people import AREA, LONG_AGO, a_person, an_account
from tests.support.places import SYSTEM
from tests.timebank.support import DISTRICT, a_bank, a_member
from tests.volunteering.support import a_team, a_volunteer, join

SHOTS = os.environ.get("SHANZHI_SHOTS", "")
PATIENCE = 40_000
"""Milliseconds that a phone waits for a busy server."""
DAY = timedelta(days=1)
STAR = 90
"""Minutes of verified service that give the first star here."""
NOTICE = 3
"""Days of notice inside the team."""
RULES: dict[str, Any] = {
    "notice_days": NOTICE, "answer_days": 3, "star_minutes": [STAR, 6000], "paper": "record", "prefix": "志服",
    "core_minutes": 3000, "core_times": 10, "core_months": 12, "source": "示例，非官方", "example": True,
}  # fmt: skip


@dataclass
class Street:
    """A team with a shift of two hours on the third day, its area's rules and bank, and the people of both."""

    browser: Browser
    address: str
    clock: Any
    first_day: datetime
    newcomer: Person
    leader: Volunteer
    other: Volunteer
    member: Member
    secretary: Person
    keeper: Person
    team: Team
    shift: Shift
    bank: Bank
    looked: set[str] = field(default_factory=set)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """Give a moment: so many days after the first, by the clock of the place."""
        return self.first_day + day * DAY + timedelta(hours=hour - self.first_day.hour, minutes=minute)

    @contextmanager
    def phone(self, who: Person | None, at: datetime | None = None) -> Iterator[Page]:
        """Give somebody's phone, the time moved on first; nothing may break behind its pages."""
        if at is not None:
            self.clock.move_to(at)
        context = open_context(self.browser, self.address, Look("phone"))
        if who is not None:
            sign_in(context, self.address, Account.objects.filter(person=who).first() or an_account(who))
        page: Any = a_page(context, self.looked, patience=PATIENCE, worst=399)
        yield page
        context.close()
        assert page.faults == []


def fits(page: Any) -> None:
    """See that the page fits the phone and that axe finds nothing."""
    proper(page)
    assert violations(page) == [], page.url
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"volunteer-{len(page.looked):02}.png", full_page=True)


def look(page: Page) -> None:
    """Look closely at the first page of each kind."""
    if unseen(page):
        fits(page)


def visit(page: Page, path: str) -> None:
    """Open a page by its address, as from the menu."""
    page.goto(path)
    look(page)


def follow(page: Page, end: str) -> None:
    """Follow the first link of the page's own part whose address ends so."""
    press(page, f"main a[href$='{end}']:visible")


def press(page: Page, what: str) -> None:
    """Press a link or a button of the page's own part, and look at what comes."""
    with page.expect_navigation():
        page.locator(what).first.click()
    look(page)


def hand_in(page: Page) -> None:
    """Press the main button of the form; what comes fits the phone."""
    send(page)
    proper(page)


def reads(page: Page, *words: str) -> None:
    """See words on the page."""
    for one in words:
        expect(page.locator("main")).to_contain_text(one, timeout=PATIENCE)


def _shift(team: Team, starts: datetime) -> Shift:
    with transaction.atomic():  # what is published has a shift when the transaction ends
        activity = an_activity(team, shifts=0, title="清洁楼道（示例）")
        return a_shift(activity, starts=starts, places=3)


@contextmanager
def street(browser: Browser, address: str) -> Iterator[Street]:
    """Make a street; it lies ahead of the real day, so nothing that is made up is in the way."""
    make_areas()
    first_day = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + DAY
    with time_machine.travel(first_day, tick=True) as clock:
        volunteering.load_examples(actor=SYSTEM, area="", at=first_day)
        service.set_rules(
            actor=SYSTEM, area=AREA, valid_from=timezone.localdate(first_day), values=RULES, at=first_day
        )  # fmt: skip
        leader, other = (a_volunteer(a_person(name=f"{name}示例")) for name in ("孙", "钱"))
        team = a_team(AREA, leader=leader, name="楼门互助队（示例）")
        join(team, other)
        shift = _shift(team, first_day + 2 * DAY)
        a_sign_up(shift, other, queued_at=LONG_AGO, signed_at=LONG_AGO)
        bank = a_bank()
        yield Street(
            browser, address, clock, first_day, newcomer=a_person(name="赵示例"), leader=leader, other=other,
            member=a_member(bank, person=other.person), secretary=a_person("370102002001", Role.COMMUNITY_SECRETARY,
            role_area=AREA, name="李示例"), keeper=a_person("370102002001", Role.DISTRICT_OFFICER,
            role_area=DISTRICT, name="周示例"), team=team, shift=shift, bank=bank,
        )  # fmt: skip

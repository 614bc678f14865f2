"""A shift on phones in a real browser: the code on the screen, signing in, the leader's list without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shanzhi.activities.models import SignUp
from shanzhi.attendance.models import Attendance, Tap
from shanzhi.people.models import Account, Person
from shanzhi.volunteering.models import TeamMember
from tests.attendance.support import Ground, a_ground
from tests.browser.support import Look, open_context, sign_in, violations
from tests.journeys.support import proper
from tests.support import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SHOTS = os.environ.get("SHANZHI_SHOTS", "")
LINE = "[data-line]"
OLD_COPY = """async () => {
    const kept = await caches.open("shanzhi-attendance");
    const headers = { date: new Date(Date.now() - 49 * 3600 * 1000).toUTCString() };
    await kept.put("/attendance/list/00000000-0000-4000-8000-000000000000/", new Response("x", { headers }));
}"""
SWEPT = """caches.open("shanzhi-attendance").then((kept) => kept.keys())
    .then((all) => all.length > 5 && !all.some((one) => one.url.includes("00000000-0000")))"""


class Shift:
    """A shift that is on, with phones for its people."""

    def __init__(self, browser: Browser, address: str) -> None:
        """Have three people signed up, whose names differ once they are masked."""
        self.browser, self.address = browser, address
        who = [people.a_person(name=f"{name}示例") for name in ("赵", "钱", "孙")]
        self.ground: Ground = a_ground(at=timezone.now(), people=who)
        self.contexts: list[BrowserContext] = []

    def phone(self, person: Person, look: Look = Look("phone")) -> Page:  # noqa: B008 - frozen
        """Give a phone signed in as somebody; what goes wrong behind its pages is noted."""
        context = open_context(self.browser, self.address, look)
        self.contexts.append(context)
        account = Account.objects.filter(person=person).first() or people.an_account(person)
        sign_in(context, self.address, account)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    def fits(self, page: Page, name: str) -> None:
        """See that the page fits the phone and that axe finds nothing."""
        proper(page)
        assert violations(page) == []
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"attendance-{name}.png", full_page=True)

    def row(self, page: Page, number: int) -> Any:
        """Give somebody's line on the list."""
        return page.locator(f"#v-{self.ground.volunteers[number].pk}")


@pytest.fixture
def shift(browser: Browser, live_server: Any) -> Iterator[Shift]:
    made = Shift(browser, live_server.url)
    yield made
    for context in made.contexts:
        context.close()


def _signs_in(shift: Shift, leader: Page) -> None:
    """Scan the code on the leader's screen, which is its address, and press the one button."""
    leader.goto(reverse("attendance:screen", args=[shift.ground.shift.pk]) + "?still=1")
    shift.fits(leader, "screen")
    volunteer = shift.phone(shift.ground.volunteers[0].person)
    volunteer.goto(leader.locator(".qr-address code").inner_text())
    shift.fits(volunteer, "gate")
    volunteer.get_by_role("button", name="现在签到").click()
    expect(volunteer.get_by_text("签到成功")).to_be_visible()
    shift.fits(volunteer, "record")


def _taps_without_network(shift: Shift, leader: Page) -> None:
    """Open the list, lose the network, tap, take one tap back, load the page again."""
    leader.goto(reverse("attendance:list", args=[shift.ground.shift.pk]))
    expect(leader.locator("#presence[data-kept]")).to_have_count(1)
    expect(shift.row(leader, 0)).to_have_attribute("data-state", "here")
    shift.fits(leader, "list")
    leader.wait_for_function("caches.open('shanzhi-attendance').then((c) => c.keys()).then((k) => k.length > 5)")
    leader.context.set_offline(True)
    for number, word in ((1, "到场"), (2, "到场"), (2, "离场"), (0, "离场")):
        shift.row(leader, number).get_by_role("button", name=word).click()
        expect(shift.row(leader, number)).to_have_attribute("data-state", "here" if word == "到场" else "left")
    expect(leader.locator(f"{LINE}[data-unsent='4']")).to_be_visible()
    shift.row(leader, 0).get_by_role("button", name="撤回").click()
    expect(leader.locator(f"{LINE}[data-unsent='3']")).to_be_visible()
    leader.evaluate(OLD_COPY)
    leader.reload()  # out of the worker's copy, with what was tapped
    expect(leader.locator(f"{LINE}[data-unsent='3']")).to_be_visible()
    expect(shift.row(leader, 2)).to_have_attribute("data-state", "left")
    expect(shift.row(leader, 0)).to_have_attribute("data-state", "here")
    shift.fits(leader, "offline")
    leader.wait_for_function(SWEPT)  # what nothing would show any more is gone, of whatever shift it was
    assert Attendance.objects.count() == 1


def _sends_once(shift: Shift, leader: Page) -> None:
    """Have the network back: everything comes in once."""
    leader.context.set_offline(False)
    expect(leader.locator(f"{LINE}[data-unsent='0']")).to_be_visible()
    leader.reload()
    expect(shift.row(leader, 1)).to_have_attribute("data-state", "here")
    told = Attendance.objects.order_by("volunteer__number").values_list("state", "way_in", "way_out")
    assert list(told) == [("here", "code", ""), ("here", "offline", ""), ("left", "offline", "offline")]
    assert sorted(Tap.objects.values_list("act", "answer")) == [
        ("arrive", "accepted"), ("arrive", "accepted"), ("leave", "accepted"),
    ]  # fmt: skip


def _hears_what_is_refused(shift: Shift, leader: Page) -> None:
    """Tap somebody without a network who meanwhile is not on the list any more."""
    leader.context.set_offline(True)
    shift.row(leader, 1).get_by_role("button", name="离场").click()
    expect(leader.locator(f"{LINE}[data-unsent='1']")).to_be_visible()
    who = shift.ground.volunteers[1]
    Attendance.objects.filter(volunteer=who).update(state="struck")
    SignUp.objects.filter(volunteer=who).update(state="left", ended_at=timezone.now() - timedelta(hours=1))
    leader.context.set_offline(False)
    expect(leader.locator("[data-refused] li")).to_contain_text("不在本班次名单上")
    leader.get_by_role("button", name="知道了").click()
    expect(leader.locator("[data-refused] li")).to_have_count(0)


def _hears_that_the_list_is_closed(shift: Shift, leader: Page) -> None:
    """Tap somebody, and lead no more by the time the network is back: that is not to be signed out."""
    leader.context.set_offline(True)
    shift.row(leader, 0).get_by_role("button", name="离场").click()
    expect(leader.locator(f"{LINE}[data-unsent='1']")).to_be_visible()
    activity, other = shift.ground.shift.activity, shift.ground.volunteers[2]
    with transaction.atomic():
        TeamMember.objects.filter(volunteer=shift.ground.leader).update(role="member")
        TeamMember.objects.filter(volunteer=other).update(role="leader")
        type(activity).objects.filter(pk=activity.pk).update(contact=other)
    leader.context.set_offline(False)
    expect(leader.locator(LINE)).to_contain_text("您已不能打开这份名单")
    shift.fits(leader, "closed")


def test_from_the_code_on_the_screen_to_the_list_without_network(shift: Shift) -> None:
    leader = shift.phone(shift.ground.leader.person)
    _signs_in(shift, leader)
    _taps_without_network(shift, leader)
    _sends_once(shift, leader)
    _hears_what_is_refused(shift, leader)
    _hears_that_the_list_is_closed(shift, leader)
    # After sign-out nothing of the list is left on the phone.
    leader.goto(reverse("account_logout"))
    leader.locator("main form button").first.click()
    expect(leader.locator("[data-forgotten]")).to_be_visible()
    shift.fits(leader, "forgotten")
    assert leader.evaluate("caches.keys()") == []

"""A day at a polling place in a real browser, on phones: from the first sheet to the totals, partly without network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Account, Person
from shanzhi.voting import operations
from shanzhi.voting.models import Ballot, Booth, PaperMark, Poll, RollEntry
from tests.browser.support import Look, open_context, sign_in, violations
from tests.journeys.support import proper, send
from tests.support import people
from tests.support.places import load_districts
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall
from tests.voting.support import STAFF, now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SHOTS = os.environ.get("SHANZHI_SHOTS", "")


class Day:
    """A hall with phones for its people."""

    def __init__(self, browser: Browser, address: str, kind: str = "booth") -> None:
        """Make the hall; its booth has not opened, and its sheets are not printed."""
        load_districts()
        self.browser, self.address = browser, address
        self.hall: Hall = a_hall(3, kind=kind, received=None, registration=True)
        self.manager = people.actor(people.a_person("", Role.SUBDISTRICT_OFFICER, role_area=support.AREA), at=now())
        self.contexts: list[BrowserContext] = []
        self.looked: set[str] = set()
        self.shots = 0

    def phone(self, who: Actor | None = None, look: Look = Look("phone")) -> Page:  # noqa: B008 - frozen
        """Give a phone signed in as somebody."""
        context = open_context(self.browser, self.address, look)
        self.contexts.append(context)
        if who is not None:
            account = Account.objects.filter(person_id=who.person()).first()
            sign_in(context, self.address, account or people.an_account(Person.objects.get(pk=who.person())))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.looked = self.looked  # type: ignore[attr-defined]  # the kinds of answers that were looked at
        return page

    def at(self, page: Page, name: str, *more: object) -> None:
        """Go to a page of the booth, and see that it fits the phone and that axe finds nothing."""
        page.goto(reverse(f"voting:{name}", args=[self.hall.booth.pk, *more]))
        self.fits(page)

    def fits(self, page: Page) -> None:
        """Look at the page as it is now."""
        proper(page)
        assert violations(page) == []
        if SHOTS:
            self.shots += 1
            page.screenshot(path=Path(SHOTS) / f"{self.shots:02d}.png", full_page=True)

    def close(self) -> None:
        """Put the phones away."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def day(browser: Browser, live_server: Any) -> Iterator[Day]:
    made = Day(browser, live_server.url)
    yield made
    made.close()


def hand_out(day: Day, page: Page, words: str) -> None:
    """Find a voter and hand out a sheet."""
    day.at(page, "booth")
    page.fill("[name=words]", words)
    with page.expect_navigation():
        page.click(".booth-search button.main")
    day.fits(page)
    page.click(".booth-found a")
    page.check("[name=document_seen]")
    day.fits(page)
    send(page)
    expect(page.locator("main")).to_contain_text("已登记")


def read_in(day: Day, page: Page, serial: str, numbers: str) -> None:
    """Read in a sheet by the keyboard alone."""
    day.at(page, "entry")
    page.keyboard.type(serial)
    page.keyboard.press("Enter")
    page.keyboard.type(numbers)
    with page.expect_navigation():
        page.keyboard.press("Enter")


class TestADayAtAPollingPlace:
    def test_from_the_first_sheet_to_the_totals(self, day: Day) -> None:
        self._prints_and_opens(day)
        self._registers_marks_and_spoils(day)
        self._works_without_network(day)
        self._closes_and_counts(day)
        self._shows_the_totals(day)

    def _prints_and_opens(self, day: Day) -> None:
        page = day.phone(day.manager)
        day.at(page, "booth_print")
        page.fill("[name=number]", "10")
        send(page)
        with page.expect_download() as download:
            page.click("main .booth-people button")
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        desk = day.phone(day.hall.first)
        day.at(desk, "booth_open")
        desk.fill("[name=received]", "10")
        send(desk)
        day.fits(desk)

    def _registers_marks_and_spoils(self, day: Day) -> None:
        desk = day.phone(day.hall.first)
        desk.goto(reverse("voting:my_booths"))
        desk.click(".booth-found a")
        desk.click(f"a[href$='/{day.hall.booth.pk}/register/']")
        day.fits(desk)
        desk.fill("[name=name]", "示例新来")
        desk.fill("[name=id_number]", people.an_id_number())
        desk.select_option("[name=area]", "370102001002")
        desk.check("[name=consent]")
        send(desk)
        assert RollEntry.objects.filter(added_at_booth=day.hall.booth).count() == 1
        desk.check("[name=document_seen]")
        send(desk)
        hand_out(day, desk, str(day.hall.number(day.hall.voters[0])))
        day.at(desk, "booth_spoil")
        desk.fill("[name=serial]", day.hall.serials(1)[0])
        send(desk)
        expect(desk.locator("main")).to_contain_text("填坏")
        voter = day.phone(support.actor(day.hall.voters[0]))
        answer = voter.goto(f"/polls/{day.hall.poll.pk}/vote/")
        assert answer is not None
        assert answer.status == 403
        expect(voter.locator("main")).to_contain_text("纸质票")

    def _works_without_network(self, day: Day) -> None:
        paper, online = day.hall.voters[1], day.hall.voters[2]
        support.vote(online, day.hall.poll.pk, ["5"])
        page = day.phone(day.hall.second)
        day.at(page, "offline")
        page.click("[data-fetch-button]")
        expect(page.locator("[data-kept]")).to_contain_text("名选民")
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("caches.open('shanzhi-booth').then((kept) => kept.keys()).then((all) => all.length > 4)")
        page.context.set_offline(True)
        page.reload()
        expect(page.locator("[data-state]")).to_contain_text("没有网络")
        for person in (paper, online):
            page.fill("#offline-q", str(day.hall.number(person)))
            page.click("[data-found] button")
        expect(page.locator("[data-waiting]")).to_contain_text("2")
        day.fits(page)
        page.reload()
        expect(page.locator("[data-waiting]")).to_contain_text("2")
        page.context.set_offline(False)
        page.reload()
        send(page, "form[data-upload]")
        expect(page.locator("main")).to_contain_text("作废")
        day.fits(page)
        states = dict(PaperMark.objects.filter(kind="provisional").values_list("person_id", "state"))
        assert states == {paper.pk: "accepted", online.pk: "void"}
        day.at(page, "offline")
        expect(page.locator("[data-waiting]")).to_contain_text("0")

    def _closes_and_counts(self, day: Day) -> None:
        hall = day.hall
        desk, second, third = day.phone(hall.first), day.phone(hall.second), day.phone(hall.third)
        day.at(desk, "booth_close")
        for name, number in {"unissued": 5, "spoiled": 1, "returned": 0, "cast": 3}.items():
            desk.fill(f"[name={name}]", str(number))
        send(desk)
        day.fits(desk)
        day.at(desk, "booth_visits")
        send(desk)
        serials = hall.serials(3)
        for serial, numbers in zip(serials, ("1 2", "0", "3"), strict=True):
            read_in(day, desk, serial, numbers)
        for serial, numbers in zip(serials, ("2 1", "0", "4"), strict=True):
            read_in(day, second, serial, numbers)
        day.at(desk, "booth_balance")
        expect(desk.locator("main")).to_contain_text("不一致")
        day.at(third, "differences")
        with third.expect_navigation():
            third.click("main .booth-people a")
        expect(third.locator("main input:focus")).to_be_visible()
        third.keyboard.type("3")
        with third.expect_navigation():
            third.keyboard.press("Enter")
        day.at(desk, "booth_balance")
        send(desk)
        day.fits(desk)
        assert Booth.objects.get().state == "reconciled"

    def _shows_the_totals(self, day: Day) -> None:
        poll: Poll = support.close(day.hall.poll)
        operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        assert Ballot.objects.count() == 4
        assert poll.channels["provisional_void"] == 1
        for look in (Look("phone"), Look("phone", "dark", "en"), Look("desktop")):
            page = day.phone(look=look)
            page.goto(f"/polls/{poll.pk}/places/")
            day.fits(page)
            page.goto(f"/polls/{poll.pk}/results/")
            proper(page)
            assert violations(page) == []


@pytest.fixture
def round_of_visits(browser: Browser, live_server: Any) -> Iterator[Day]:
    made = Day(browser, live_server.url, "home_visit")
    made.hall.open(2)
    yield made
    made.close()


class TestAHomeVisit:
    def test_is_noted_by_one_officer_confirmed_by_another_and_its_sheet_counted(self, round_of_visits: Day) -> None:
        day, hall = round_of_visits, round_of_visits.hall
        voter = hall.voters[0]
        first, second = day.phone(hall.first), day.phone(hall.second)
        first.goto(reverse("voting:booth_voter", args=[hall.booth.pk, hall.number(voter)]))
        first.check("[name=document_seen]")
        send(first)
        assert PaperMark.objects.get().state == "awaiting"
        visits = reverse("voting:booth_visits", args=[hall.booth.pk])
        first.goto(visits)
        expect(first.locator("main input[name=mark]")).to_be_disabled()
        day.at(second, "booth_visits")
        second.check("main input[name=mark]")
        send(second)
        expect(second.locator("main")).to_contain_text("已确认")
        first.goto(reverse("voting:booth_close", args=[hall.booth.pk]))
        for name, number in {"unissued": 1, "spoiled": 0, "returned": 0, "cast": 1}.items():
            first.fill(f"[name={name}]", str(number))
        send(first)
        first.goto(visits)
        send(first)
        assert PaperMark.objects.get().state == "opened"
        hall.enter_all([["2", "4"]])
        second.goto(reverse("voting:booth_balance", args=[hall.booth.pk]))
        send(second)
        proper(second)
        poll = support.close(hall.poll)
        operations.count_poll(actor=STAFF, poll_id=poll.pk, at=now())
        assert Ballot.objects.get().choices == [1, 3]
        assert poll.channels["visits"] == 1

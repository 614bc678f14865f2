"""Who plays a journey, on which phones, at which time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Response

from shanzhi.kernel.roles import Role
from shanzhi.people.fields import PHONE_OF_ACCOUNT, mark
from shanzhi.people.models import Account
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.demo.rounds import DAY, PLAN, RULE, hand_in, move, new_call
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations import decide_many, draw_roll, save_call
from tests.browser.support import Look, open_context, sign_in, violations
from tests.support import people
from tests.support.places import SYSTEM, load_districts

PART = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{2,}")
AREA, COMMUNITY = "370102001", "370102001002"
PHONE = "13800138001"


@dataclass
class Journey:
    """A round with its people; `at` moves the server's clock, which runs in this very process."""

    browser: Browser
    address: str
    clock: Any
    first_day: datetime
    call: Call
    accounts: dict[str, Account]
    contexts: list[BrowserContext] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)

    def at(self, phase: str, hours: float = 1) -> None:
        """Go to a moment of a phase; the round lies ahead of the real day, so the database's clock passes no close."""
        self.clock.move_to(self.first_day + PLAN[phase] * DAY + timedelta(hours=hours))

    def phone(self, who: str = "", look: Look = Look("phone")) -> Page:  # noqa: B008 - frozen
        """Give a fresh phone, signed in as somebody or nobody."""
        context = open_context(self.browser, self.address, look)
        self.contexts.append(context)
        if who:
            sign_in(context, self.address, self.accounts[who])
        return a_page(context, self.looked)

    def poll(self) -> UUID:
        """Give the round's poll."""
        assert self.call.poll_id is not None
        return self.call.poll_id

    def open_the_vote(self) -> None:
        """Bring the round to its vote by operations alone, with the neighbour's proposal on the ballot and another."""
        start, soon = self.first_day, self.first_day + PLAN["submission"] * DAY + timedelta(hours=1)
        contact, reviewer = self.accounts["resident"].person, self.accounts["officer"].person
        assert contact is not None
        assert reviewer is not None
        hand_in(call=self.call, project=PROJECTS[1], contact=contact, first_day=start, at=soon)
        move(SYSTEM, self.call, start + PLAN["review"] * DAY)
        waiting = list(self.call.proposals.values_list("pk", flat=True))
        lines = decide_many(
            actor=people.actor(reviewer), proposal_ids=waiting, decision="pass", at=start + (PLAN["review"] + 1) * DAY
        )
        assert not any(line.refusal for line in lines)
        move(SYSTEM, self.call, start + PLAN["notice"] * DAY)
        draw_roll(actor=SYSTEM, call_id=self.call.pk, at=start + (PLAN["voting"] - 1) * DAY)
        self.call = move(SYSTEM, self.call, start + PLAN["voting"] * DAY)
        self.call.refresh_from_db()
        self.at("voting")

    def close(self) -> None:
        """Put all phones away; none may have seen a fault."""
        faults = [one for context in self.contexts for page in context.pages for one in page.faults]  # type: ignore[attr-defined]
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        assert faults == []


def a_page(context: BrowserContext, looked: set[str], *, patience: int = 10_000, worst: int = 499) -> Page:
    """Open a page that knows which kinds of answers were looked at, and notes as `faults` what breaks behind it.

    It waits `patience` milliseconds for a busy server; a status above `worst` is a fault.
    """
    page: Any = context.new_page()
    page.set_default_timeout(patience)
    page.faults, page.looked = [], looked
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("response", lambda answer: _note(answer, page.faults, worst))
    return cast(Page, page)


def _note(answer: Response, faults: list[str], worst: int) -> None:
    if answer.status > worst:
        faults.append(f"{answer.status} {answer.url}")


def unseen(page: Any) -> bool:
    """Tell whether this is the first answer of its kind that is looked at, and remember it."""
    kind = PART.sub("", page.url.split("?")[0])
    first = kind not in page.looked
    page.looked.add(kind)
    return first


def send(page: Page, form: str = "main form:has(button.main)") -> None:
    """Press the main button of a form and wait for the answer; the first page of each kind must serve everybody."""
    with page.expect_navigation():
        page.locator(f"{form} button.main").first.click()
    if unseen(page):
        assert violations(page) == [], page.url


def proper(page: Page) -> None:
    """Look that the page fits the phone."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, page.url


def _account(name: str, role: Role | None = None, area: str = AREA, phone: str = "") -> Account:
    person = people.a_person(COMMUNITY if role is None else "370102002002", role, role_area=area, name=name)
    number = f"+86{phone}" if phone else None
    return people.an_account(
        person,
        phone=number,
        phone_mark=mark(number, purpose=PHONE_OF_ACCOUNT) if number else None,
        phone_verified=bool(phone),
    )


def _call(first_day: datetime, at: datetime, contact: Account) -> Call:
    """Open a call to proposals, into which a neighbour has handed one in already."""
    call = new_call(actor=SYSTEM, areas=[AREA], title="解放路街道微创投（示例）", first_day=first_day, at=at)
    rule = {**RULE, "threshold": {"voters": 1, "share": "0", "by_cost": 0}}
    save_call(actor=SYSTEM, call_id=call.pk, version=call.version, given={"rule": rule}, at=at)
    call = move(SYSTEM, call, first_day)
    call = move(SYSTEM, call, first_day + PLAN["submission"] * DAY)
    soon = first_day + PLAN["submission"] * DAY + timedelta(minutes=5)
    assert contact.person is not None
    hand_in(call=call, project=PROJECTS[0], contact=contact.person, first_day=first_day, at=soon)
    return call


@contextmanager
def journey(browser: Browser, address: str) -> Iterator[Journey]:
    """Make a round that takes proposals, its people, and a clock."""
    load_districts()
    now = timezone.now()
    first_day = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0) + DAY
    accounts = {
        "resident": _account("示例甲", phone=PHONE),
        "neighbour": _account("示例乙"),
        "third": _account("示例丙"),
        "officer": _account("示例官", Role.SUBDISTRICT_OFFICER),
    }
    call = _call(first_day, now, accounts["neighbour"])
    with time_machine.travel(first_day, tick=True) as clock:
        made = Journey(browser, address, clock, first_day, call, accounts)
        yield made
        made.close()

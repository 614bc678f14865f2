"""The budget page's check: the script says what the server says, on the same cases and with the same words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from shanzhi.people.models import Account
from shanzhi.ventures import operations
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.operations import drafts, fields
from tests.browser.support import Look, sideways, small_targets, violations
from tests.support import people
from tests.ventures.budget_cases import CASES, LIMIT, RULES, plain, verdict
from tests.ventures.support import World, bring, day, make_call, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
JUDGE = """([rules, lines]) => {
  const text = (some) => (some === undefined || some === null ? "0" : some.toString());
  const found = Budget.judge(rules, lines.map(([category, fen, asked], place) => (
    {place, category, amount: BigInt(fen), asked})));
  return {asked: text(found.asked), total: text(found.total), left: text(found.left),
    shares: found.shares.map((one) => [one.key, text(one.fen), one.tenths, one.over]),
    faults: found.faults.map((one) => [one.code, one.places, one.name || "", one.tenths || 0,
      text(one.amount), text(one.limit), text(one.over)])};
}"""
READ = """([often, price]) => {
  const [q, p] = [Budget.quantity(often), Budget.price(price)];
  return q === null || p === null ? null : Budget.times(q, p).toString();
}"""
TYPED = [
    ("2", "12.5"), ("", "100"), ("1.5", "0.01"), ("0.5", "0.01"), ("3", "￥1,234.50"), ("３", "１２．５元"),
    ("12345678", "99,999.99"), ("1", "1,23"), ("x", "5"), ("1", "abc"), ("1.234", "5"), ("-1", "5"), ("1", "-5"),
    ("1.50", "2"), ("2.", "3"), (".5", "3"), ("1", ""), ("1", "1.234"), ("123456789", "1"),
]  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    """A call with rules takes proposals."""
    with time_machine.travel(day("submission", 5), tick=True):
        yield make_world()


def a_draft(world: World) -> tuple[Proposal, Account]:
    rules = {**RULES, "asked_share": None}
    call = bring(world, make_call(world, budget_rules=rules, limit_fen=LIMIT), "submission", proposals=0)
    draft = operations.create_proposal(actor=world.team, call_id=call.pk, at=day("submission", 2)).proposal
    return draft, people.an_account(world.people[0])


def fill(page: Page, place: int, **cells: str) -> None:
    for name, value in cells.items():
        control = page.locator(f"[name=budget-{place}-{name}]")
        if name in ("category", "source"):
            control.select_option(value)
        else:
            control.fill(value)


def panel(page: Page) -> str:
    """Give all that the panel says, apart from the rules it carries."""
    return page.locator("#budget-check").inner_text()


def amount(often: str, price: str) -> str | None:
    """Read both as the server does."""
    try:
        return str(drafts.amount(fields.quantity(often or "1"), fields.fen(price)))
    except fields.Refusal:
        return None


def test_the_script_says_what_the_server_says(open_page: Any, world: World) -> None:
    draft, account = a_draft(world)
    path = reverse("ventures:section", args=[draft.pk, "budget"])
    page = open_page(path, Look("phone", language="en"), account)
    for name, (rules, lines) in CASES.items():
        given = {"categories": [], "line_fen": None, "asked_share": None, **rules, "limit_fen": LIMIT}
        told = page.evaluate(JUDGE, [given, [[one[0], str(one[1]), one[2]] for one in lines]])
        assert told == plain(verdict(name)), name
    for typed in TYPED:
        assert page.evaluate(READ, list(typed)) == amount(*typed), typed
    status = page.locator("[data-said]")
    expect(status).to_have_text("All rules are kept; ¥5,000.00 is left to ask for.")
    fill(page, 0, item="Tables", quantity="3", unit_price_fen="100", category="things")
    fill(page, 1, item="Teacher", quantity="2", unit_price_fen="100", category="labour")
    fill(page, 2, item="Laptop", unit_price_fen="3,000.01", category="kit")
    expect(page.locator("[data-faults] li")).to_have_count(2)
    expect(status).to_have_text("Not kept: 2. What would help stands below.")
    assert not (found := violations(page)), json.dumps(found, indent=1)
    assert not sideways(page)
    assert not small_targets(page)
    typed = panel(page)
    page.get_by_role("button", name="Save and check").click()
    page.wait_for_url("**#budget-check")
    assert panel(page) == typed
    assert not page.faults
    without = open_page(path, Look("phone", language="en", scripts=False), account)
    assert panel(without) == typed

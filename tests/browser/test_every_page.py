"""Every page there is, as people meet it: both languages, light and dark, on the smallest phone, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.places.operations import create_station
from shanzhi.voting import operations as voting
from tests.browser import pages
from tests.browser.no_pages import NO_PAGES
from tests.browser.support import (
    AXE,
    Look,
    Mode,
    open_context,
    sideways,
    sign_in,
    violations,
    violations_of_the_other_mode,
)
from tests.support.booths import set_up
from tests.support.database import empty
from tests.support.people import actor
from tests.support.places import SYSTEM
from tests.support.site import VISITOR, Site, build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WHO = {VISITOR: pages.visitor, "resident": pages.resident, "district": pages.district}
LATIN = re.compile(r"[A-Za-z]{4,}")
NO_WORD = re.compile(r"sha256:[0-9a-f]+|[A-Z]+\*+")  # the letters of a digest, or of a masked document number
# Names, formats and units that stay as they are in Chinese.
KEPT = {
    "shanzhi",
    "beancount",
    "pabulib",
    "python",
    "excel",
    "word",
    "json",
    "english",
    "jpeg",
    "apache",
    "atom",
    "openapi",
    "geojson",
    "phragm",
    "exhaustive",
    "supported",
    "wcag",
    "pypi",
    "geocn",
    "fast",
    "china",
    "division",
    "count",
    "demost",
    "abcd",
    "efgh",
}
WORDS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const box = node.parentElement;
    if (!box.checkVisibility() || box.closest('code, pre, script, [data-receipt], [lang]:not([lang^=zh])')) continue;
    if (node.textContent.trim()) found.push(node.textContent.trim());
  }
  return found;
}"""
UNSAID = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const box = node.parentElement;
    if (!/\\p{Script=Han}/u.test(node.textContent) || box.closest('script, style')) continue;
    if (box.matches('option') && /[a-z]{4}/i.test(node.textContent)) continue;  // both languages, no span
    if (!box.closest('[lang]').getAttribute('lang').startsWith('zh')) found.push(node.textContent.trim().slice(0, 60));
  }
  return found;
}"""
FOCUS = """() => {
  const e = document.activeElement, s = getComputedStyle(e);
  const ring = (one) => one && getComputedStyle(one).outlineStyle !== 'none';  // a card wears its link's ring
  return [e.className, e.tagName, ring(e) || ring(e.closest('.card')) || s.boxShadow !== 'none'];
}"""


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """One site for all tests here; they only read."""
    with django_db_blocker.unblock():
        made = build()
        create_station(actor=SYSTEM, area=pages.COMMUNITY, name="示例社工站", opened_on=date(2023, 1, 1), at=made.at)
        voter = actor(made.person("resident"), at=made.at)
        voting.cast(actor=voter, poll_id=made.poll(), choices=["001"], key="every-page", at=made.at)
        set_up(made)
        yield made
        empty()
        connection.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def opened(browser: Browser, site: Site, address: str, who: str, look: Look) -> Page:
    """Open a window in which somebody is signed in, and note what the browser complains about."""
    context = open_context(browser, address, look)
    context.add_init_script(path=AXE)  # sent once for all pages
    if who != VISITOR:
        sign_in(context, address, site.account(who))
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.faults = faults  # type: ignore[attr-defined]  # read by the tests
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    return page


def english_words(page: Page) -> list[str]:
    """Give the visible texts of a Chinese page that hold words of another language."""
    texts = page.evaluate(WORDS)
    return sorted(
        {text[:60] for text in texts for word in LATIN.findall(NO_WORD.sub("", text)) if word.lower() not in KEPT}
    )


def told(seen: dict[str, list[str]]) -> str:
    """Tell each page's faults on a line of its own."""
    return "\n".join(f"{name}: {fault}" for name, faults in seen.items() for fault in faults)


def faults_of(page: Page, path: str, look: Look, *, foreign: bool = False) -> list[str]:
    """Look at one page; `foreign` holds what people of another country wrote."""
    page.faults.clear()  # type: ignore[attr-defined]  # see `opened`
    answer = page.goto(path)
    found = [] if answer is not None and answer.status == 200 else [f"status {answer and answer.status}"]
    if wide := sideways(page):
        found.append(f"{wide} px too wide")
    found += page.faults  # type: ignore[attr-defined]  # see `opened`
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    if look.language == "zh-hans" and not foreign and (words := english_words(page)):
        found.append(f"not Chinese: {words}")
    if look.language == "en" and (texts := page.evaluate(UNSAID)):
        found.append(f"not said to be Chinese: {sorted(set(texts))}")
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("look", [Look("phone"), Look("small", "dark", "en")], ids=str)
@pytest.mark.parametrize("who", WHO)
def test_every_page_fits_the_smallest_phone_in_its_language(
    browser: Browser, site: Site, address: str, who: str, look: Look
) -> None:
    page = opened(browser, site, address, who, look)
    seen = {name: faults_of(page, path, look, foreign="imported" in name) for name, path in WHO[who](site).items()}
    page.context.close()
    assert not any(seen.values()), told(seen)


def seen_by_axe() -> list[Any]:
    """Give who looks at what, and how: each address on the smallest phone in every run, more in the thorough one."""
    small, desktop = Look("small"), Look("desktop", "dark", "en")
    ways = [("each", small, []), ("all", small, [pytest.mark.thorough]), ("all", desktop, [pytest.mark.thorough])]
    return [
        pytest.param(who, what, look, marks=marks, id=f"{who}-{what}-{look}")
        for who in WHO
        for what, look, marks in ways
    ]


@pytest.mark.parametrize(("who", "what", "look"), seen_by_axe())
def test_every_page_fits_and_is_clean_by_axe(
    browser: Browser, site: Site, address: str, who: str, what: str, look: Look
) -> None:
    page = opened(browser, site, address, who, look)
    seen: dict[str, list[str]] = {}
    listed = WHO[who](site)
    within = None
    for name, path in (pages.each_once(listed) if what == "each" else listed).items():
        if found := [*faults_of(page, path, look, foreign="imported" in name), *violations(page, within=within)]:
            seen[name] = found
        within = "main" if what == "each" else None  # the shell about it is the same on each, and seen on the first
    page.context.close()
    assert not seen, told(seen)


@pytest.mark.thorough
@pytest.mark.parametrize("look", [Look("phone"), Look("desktop", "dark", "en")], ids=str)
@pytest.mark.parametrize("who", WHO)
def test_every_page_is_clean_by_axe_once_its_mode_is_turned(
    browser: Browser, site: Site, address: str, who: str, look: Look
) -> None:
    page = opened(browser, site, address, who, look)
    other: Mode = "light" if look.mode == "dark" else "dark"
    seen: dict[str, list[str]] = {}
    for name, path in WHO[who](site).items():
        page.goto(path)
        if found := violations_of_the_other_mode(page, other):
            seen[name] = found
    page.context.close()
    assert not seen, told(seen)


@pytest.mark.parametrize(
    "who", [VISITOR, *(pytest.param(who, marks=pytest.mark.thorough) for who in WHO if who != VISITOR)]
)
def test_the_keyboard_leads_through_with_visible_focus(browser: Browser, site: Site, address: str, who: str) -> None:
    page = opened(browser, site, address, who, Look("desktop"))
    for name, path in list(WHO[who](site).items())[::6]:
        page.goto(path)
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)[0] == "skip", name
        page.keyboard.press("Enter")
        for _step in range(6):
            page.keyboard.press("Tab")
            kind, tag, visible = page.evaluate(FOCUS)
            assert visible or tag == "BODY", (name, tag, kind)
    page.context.close()


def test_the_pages_are_all_there_are(site: Site) -> None:
    known = {name.split(" ")[0] for give in WHO.values() for name in give(site)}
    assert pages.names() == known | NO_PAGES

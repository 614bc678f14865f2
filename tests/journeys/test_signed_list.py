"""The list of a polling place without network, in a real browser: worked from only while its signature holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from shanzhi.config.commands.lists import verify_list
from shanzhi.kernel.canonical import canonical
from shanzhi.voting import operations
from shanzhi.voting.models import BoothList
from tests.browser.support import Look, violations
from tests.journeys.test_booth import Day
from tests.voting.paper_support import another_hall
from tests.voting.support import now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BROKEN, OTHER, EARLY, LATE, UNABLE = "与签名不符", "属于其他投票点", "尚未生成", "已经截止", "无法核验"
STORED: Final = "Object.keys(localStorage).find((name) => name.endsWith('.{what}'))"
OWN_KEY: Final = """async () => {
  const named = (what) => Object.keys(localStorage).find((name) => name.endsWith(what));
  const hex = (raw) => [...new Uint8Array(raw)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const said = new TextEncoder().encode(localStorage.getItem(named(".list")));
  const signature = hex(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, said));
  const key = hex(await crypto.subtle.exportKey("raw", pair.publicKey));
  localStorage.setItem(named(".signature"), JSON.stringify({ signature, key }));
}"""
"""Signs what is stored by a key of one's own, and lays it beside, as whoever swaps a list would."""
NO_ED25519: Final = "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"


@pytest.fixture
def day(browser: Browser, live_server: Any) -> Iterator[Day]:
    made = Day(browser, live_server.url)
    made.hall.open(10)
    yield made
    made.close()


def stored(page: Page, what: str) -> str:
    """Read what the device keeps."""
    return str(page.evaluate(f"localStorage.getItem({STORED.format(what=what)})"))


def store(page: Page, what: str, text: str) -> None:
    """Put something else into its place."""
    page.evaluate(f"(text) => localStorage.setItem({STORED.format(what=what)}, text)", text)


def fetched(day: Day, look: Look = Look("phone")) -> Page:  # noqa: B008 - frozen
    """Give a phone that fetched the list, and has the page to go on without network."""
    page = day.phone(day.hall.second, look)
    day.at(page, "offline")
    page.click("[data-fetch-button]")
    expect(page.locator("[data-search]")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.open('shanzhi-booth').then((kept) => kept.keys()).then((all) => all.length > 5)")
    return page


def works(page: Page) -> None:
    expect(page.locator("[data-search]")).to_be_visible()
    expect(page.locator("[data-fault]")).to_be_hidden()


def refuses(page: Page, words: str) -> None:
    """The page says why, and nobody can be looked for."""
    expect(page.locator("[data-fault]")).to_contain_text(words)
    expect(page.locator("[data-search]")).to_be_hidden()


class TestAListOnTheDevice:
    def test_is_worked_from_without_network_only_as_it_was_signed(self, day: Day) -> None:
        page = fetched(day)
        page.context.set_offline(True)
        page.reload()
        works(page)
        page.fill("#offline-q", str(day.hall.number(day.hall.voters[0])))
        page.click("[data-found] button")
        whole, signature = stored(page, "list"), stored(page, "signature")
        swapped = json.dumps(
            {**json.loads(whole), "name": "别处"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        changes: list[tuple[str, str, Callable[[], object] | None]] = [
            ("list", one_byte_other(whole), None),
            ("list", whole[:-1], None),
            ("signature", one_byte_other(signature, '"signature":"'), None),
            ("list", swapped, lambda: page.evaluate(OWN_KEY)),
        ]
        for what, text, then in changes:
            store(page, what, text)
            if then:
                then()
            page.reload()
            refuses(page, BROKEN)
            expect(page.locator("[data-waiting]")).to_contain_text("1")  # what was marked can still be uploaded
            store(page, "list", whole)
            store(page, "signature", signature)
        day.fits(page)
        page.reload()
        works(page)

    def test_is_refused_at_another_place_and_out_of_its_time(self, day: Day) -> None:
        other = another_hall(day.hall.poll)
        other.open(1)
        foreign = operations.export_list(actor=other.first, booth_id=other.booth.pk, at=now())
        page = fetched(day)
        own, signature = stored(page, "list"), stored(page, "signature")
        store(page, "list", canonical(foreign.body).decode())
        store(page, "signature", json.dumps({"signature": foreign.signature}))
        page.reload()
        refuses(page, OTHER)
        store(page, "list", own)
        store(page, "signature", signature)
        for moment, words in self._moments(day):
            page.clock.set_fixed_time(moment)
            page.reload()
            refuses(page, words)
        assert violations(page) == []

    def _moments(self, day: Day) -> list[tuple[datetime, str]]:
        return [(day.hall.poll.closes_at + timedelta(minutes=1), LATE), (now() - timedelta(hours=1), EARLY)]

    def test_is_refused_in_the_readers_language_by_a_browser_that_cannot_check_it(self, day: Day) -> None:
        for look, words in ((Look("phone"), UNABLE), (Look("phone", "light", "en"), "cannot check the signature")):
            page = day.phone(day.hall.first, look)
            page.add_init_script(NO_ED25519)
            day.at(page, "offline")
            page.click("[data-fetch-button]")
            refuses(page, words)
            assert page.evaluate("localStorage.length") == 0  # what could not be checked is not kept
            day.fits(page)

    def test_can_be_saved_and_checked_by_an_auditor(self, day: Day, tmp_path: Path) -> None:
        page = fetched(day)
        with page.expect_download() as download:
            page.click("[data-save]")
        file = tmp_path / "list.json"
        download.value.save_as(file)
        key = BoothList.objects.get().public_key
        check(file, key, "The signature holds.", 0)
        text = file.read_text()
        file.write_text(one_byte_other(text))
        check(file, key, "The signature does not hold.", 1)
        file.write_text(text)
        check(file, "00" * 32, "The signature does not hold.", 1)


def one_byte_other(text: str, before: str = '"document":"') -> str:
    """Change one figure: the first after these words."""
    at = text.index(before) + len(before)
    return f"{text[:at]}{(int(text[at], 16) + 1) % 10}{text[at + 1 :]}"


def check(file: Path, key: str, words: str, code: int) -> None:
    """Run the auditor's command."""
    app = typer.Typer()
    app.command()(verify_list)
    done = CliRunner().invoke(app, [str(file), "--key", key])
    assert (done.exit_code, words in done.output) == (code, True), done.output

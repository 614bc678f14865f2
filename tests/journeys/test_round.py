"""A round in a real browser on phones: propose, review, notice, vote, close, count, see why, recount."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shanzhi.audit.models import Event
from shanzhi.ventures.demo.rounds import PLAN
from shanzhi.ventures.models import Proposal
from shanzhi.voting.models import Ballot, Count, Envelope, RollEntry
from tests.browser.support import Look, violations
from tests.journeys.support import PHONE, Journey, journey, proper, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TITLE = "三号楼门口的一盏灯"
PARTS: dict[str, dict[str, str]] = {
    "idea": {"title": TITLE, "summary": "楼门口天黑以后看不见台阶，装一盏感应灯。"},
    "need": {
        "need": "老人晚上下楼看不清台阶，去年摔过两位，问过 40 户都说该装灯。",
        "aims": "装好两盏感应灯，半年内没有人在台阶上摔倒。",
        "people_reached": "120",
        "people_note": "三号楼的住户，尤其是老人",
    },
    "team": {"team_name": "三号楼灯小组", "members-0-name": "示例甲", "members-0-part": "联系电工"},
    "plan": {},
    "budget": {
        "budget-0-item": "感应灯",
        "budget-0-unit": "盏",
        "budget-0-quantity": "2",
        "budget-0-unit_price_fen": "150.50",
    },
    "risks": {"risks": "如果下雨，改到天晴再装；电工有证上岗。"},
}


@pytest.fixture
def played(browser: Browser, live_server: Any) -> Iterator[Journey]:
    with journey(browser, live_server.url) as made:
        yield made


def sign_in_by_code(page: Page, path: str) -> None:
    """Sign in by the phone's code, which the driver of demos shows."""
    page.goto(path)
    page.fill("[name=phone]", PHONE)
    send(page)
    page.fill("[name=code]", page.inner_text("#shown-code"))
    send(page)


def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        control = page.locator(f"main [name='{name}']")
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def write_proposal(page: Page, played: Journey) -> Proposal:
    """Begin, write all parts - the first one saved by itself alone -, check and hand in."""
    page.goto(f"/calls/{played.call.pk}/propose/")
    send(page)
    base, starts = page.url.replace("edit/", ""), played.first_day.date() + timedelta(days=60)
    dates = {"starts_on": f"{starts}", "ends_on": f"{starts + timedelta(days=60)}"}
    rows = {"activities-0-title": "装灯", "activities-0-starts_on": f"{starts + timedelta(days=3)}",
            "activities-0-place": "三号楼门口", "activities-0-people": "12"}  # fmt: skip
    for part, values in {**PARTS, "plan": {**dates, **rows}}.items():
        page.goto(f"{base}edit/{part}/")
        proper(page)
        if part == "idea":
            page.locator("[name=theme]").select_option(index=1)
            page.locator("[name=community]").select_option(index=1)
        if part == "idea":
            with page.expect_response(lambda answer: answer.request.headers.get("x-autosave") == "1") as saved:
                fill(page, values)
            assert saved.value.status == 204
            assert Proposal.objects.get(title=TITLE).state == "draft"
        else:
            fill(page, values)
        send(page)
    page.goto(f"{base}check/")
    proper(page)
    expect(page.locator("main")).to_contain_text("¥301.00")
    page.check("[name=truthful]")
    send(page)
    assert page.url.endswith("handed-in/"), page.inner_text("main")
    return Proposal.objects.get(title=TITLE)


def decide(page: Page, one: Proposal, decision: str, reason: str = "", deadline: str = "") -> None:
    """Answer the check list and decide."""
    page.goto(f"/desk/reviews/{one.pk}/")
    proper(page)
    for item in page.locator("main form input[type=radio][value=pass][name^=item_]").all():
        item.check()
    page.check(f"main [name=decision][value={decision}]")
    if reason:
        page.check("main input[name=item_0][value=fail]")
        page.fill("main [name=reason]", reason)
        page.fill("main [name=deadline]", deadline)
    send(page)
    assert page.url.endswith("/done/"), page.inner_text("main")


def mend(page: Page, one: Proposal) -> None:
    """See the reason, mend the proposal, hand it in again."""
    page.goto("/account/proposals/")
    page.goto(f"/proposals/{one.pk}/edit/")
    expect(page.locator("main")).to_contain_text("单价请写明依据")
    page.goto(f"/proposals/{one.pk}/edit/budget/")
    fill(page, {"budget-0-note": "两家店询价的低者"})
    send(page)
    page.goto(f"/proposals/{one.pk}/check/")
    page.check("[name=truthful]")
    send(page)
    assert page.url.endswith("handed-in/")


def go_on(page: Page, played: Journey, state: str) -> None:
    """Move the round by its phase page, after reading what will happen."""
    page.goto(f"/desk/calls/{played.call.pk}/phase/")
    proper(page)
    send(page, "section[aria-labelledby=next] form")
    played.call.refresh_from_db()
    assert played.call.state == state, page.inner_text("main")


def vote(page: Page, played: Journey, codes: list[str]) -> str:
    """Choose, check, cast; give the receipt."""
    page.goto(f"/polls/{played.call.poll_id}/vote/")
    proper(page)
    for box in page.locator("main input[name=choice]").all():
        box.set_checked(box.get_attribute("value") in codes)
    page.locator("#ballot .ballot-bar button[type=submit]").click()
    page.wait_for_url("**/review/")
    proper(page)
    send(page, "main form[action$='/cast/']")
    assert page.url.endswith("/done/")
    return page.inner_text(".receipt")


def recount(page: Page, played: Journey, folder: Path) -> dict[str, Any]:
    """Download the published file and count it by the command, far from any database."""
    page.goto(f"/polls/{played.call.poll_id}/recount/")
    proper(page)
    with page.expect_download() as download:
        page.click("main a.main")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    command = [str(Path(sys.executable).with_name("shanzhi")), "count", str(file), "--json"]
    said: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return said


class TestARound:
    def test_from_an_idea_to_a_result_that_anyone_can_recount(self, played: Journey, tmp_path: Path) -> None:
        one = self._until_passed(played)
        self._until_the_vote(played)
        receipt = self._votes(played)
        officer = played.phone("officer")
        played.at("award")
        go_on(officer, played, "award")
        assert Envelope.objects.count() == 0
        assert Ballot.objects.count() == 2
        self._reads_why(played, one, receipt)
        said = recount(played.phone(), played, tmp_path)
        winners = [
            f"{number:03d}"
            for number in played.call.awards.values_list("proposal__number", flat=True).order_by("position")
        ]
        count = Count.objects.get(poll_id=played.poll())
        assert (said["winners"], said["digest"]) == (winners, count.digest)
        assert count.digest == played.call.result_digest

    def _until_passed(self, played: Journey) -> Proposal:
        played.at("submission")
        page = played.phone()
        sign_in_by_code(page, f"/account/sign-in/?next=/calls/{played.call.pk}/")
        assert page.url.endswith(f"/calls/{played.call.pk}/")
        one = write_proposal(page, played)
        played.at("review")
        officer = played.phone("officer")
        go_on(officer, played, "review")
        deadline = (played.first_day + timedelta(days=PLAN["review"] + 3)).strftime("%Y-%m-%dT%H:%M")
        decide(officer, one, "return", "单价请写明依据", deadline)
        mend(played.phone("resident"), one)
        for waiting in Proposal.objects.filter(call=played.call):
            decide(officer, waiting, "pass")
        one.refresh_from_db()
        assert one.state == "passed"
        assert Event.objects.filter(subject_id=str(one.pk)).count() >= 4
        return one

    def _until_the_vote(self, played: Journey) -> None:
        played.at("notice")
        officer = played.phone("officer")
        go_on(officer, played, "notice")
        public = played.phone()
        public.goto(f"/calls/{played.call.pk}/proposals/")
        expect(public.locator("main")).to_contain_text(TITLE)
        played.at("voting", -10)
        officer = played.phone("officer")
        officer.goto(f"/desk/calls/{played.call.pk}/phase/")
        with officer.expect_navigation():
            officer.locator("#roll form button").click()
        assert RollEntry.objects.filter(poll_id=played.poll()).count() == 3
        played.at("voting")
        officer = played.phone("officer")
        go_on(officer, played, "voting")

    def _votes(self, played: Journey) -> str:
        first = vote(played.phone("resident"), played, ["001"])
        vote(played.phone("neighbour", Look("phone", scripts=False)), played, ["001", "002"])
        changed = vote(played.phone("resident"), played, ["002"])
        assert first != changed
        assert Envelope.objects.count() == 2
        for who in ("resident", "officer", ""):
            refused = played.phone(who).goto(f"/polls/{played.call.poll_id}/results/")
            assert refused is not None
            assert refused.status == 403
        return changed

    def _reads_why(self, played: Journey, one: Proposal, receipt: str) -> None:
        for look in (Look("phone"), Look("phone", elder=True), Look("phone", "dark", "en")):
            page = played.phone("resident", look)
            page.goto(f"/polls/{played.call.poll_id}/results/")
            proper(page)
            won = page.locator(".outcome.won", has_text=TITLE)
            expect(won).to_have_count(1)
            assert len(won.locator("p").last.inner_text()) > 10
            assert violations(page) == []
        page = played.phone("resident")
        page.goto(f"/polls/{played.call.poll_id}/receipt/")
        page.locator("main form input[type=text], main form input[name=receipt]").first.fill(receipt)
        send(page)
        expect(page.locator("main")).to_contain_text(TITLE)
        page.goto(f"/proposals/{one.pk}/")
        proper(page)


class TestTwoPhonesOfOneVoter:
    def test_that_send_at_once_count_once_and_both_show_a_receipt(self, played: Journey) -> None:
        played.open_the_vote()
        phones = [played.phone("third"), played.phone("third")]
        for page, code in zip(phones, ("001", "002"), strict=True):
            page.goto(f"/polls/{played.call.poll_id}/vote/")
            page.check(f"main input[name=choice][value='{code}']")
            page.locator("#ballot .ballot-bar button[type=submit]").click()
            page.wait_for_url("**/review/")
        for page in phones:  # presses without waiting: the answers come later
            page.locator("main form[action$='/cast/'] button.main").click(no_wait_after=True)
        receipts = []
        for page in phones:
            page.wait_for_url("**/done/")
            receipts.append(page.inner_text(".receipt"))
        assert all(len(receipt) > 10 for receipt in receipts)
        assert Envelope.objects.count() == 1
        played.at("award")
        go_on(played.phone("officer"), played, "award")
        assert Ballot.objects.count() == 1

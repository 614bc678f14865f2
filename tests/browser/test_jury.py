"""A jury's pages in a real browser: clean by axe, on a phone, and a sheet that a lost network does not lose."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Error, expect

from shanzhi.people.models import Account, Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import ScoreSheet
from tests.browser.support import Look, fits, later, press, sideways, small_targets, violations
from tests.support import people
from tests.ventures.jury_support import Panel, make_panel, pitching
from tests.ventures.support import day, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SCORES = r"\b(83|47)\b"
LOOKS = (
    Look("phone", "light", "zh-hans"), later(Look("desktop", "dark", "zh-hans")),
    later(Look("small", "dark", "en")),
    later(Look("desktop", "light", "en")),
)  # fmt: skip


def account(person_id: Any) -> Account:
    person = Person.objects.get(pk=person_id)
    return Account.objects.filter(person=person).first() or people.an_account(person)


def of_juror(panel: Panel) -> dict[str, str]:
    call, project = panel.call.pk, panel.projects[1].pk
    return {
        "juries": "/juries/",
        "jury": reverse("ventures:jury", args=[call]),
        "interests": reverse("ventures:jury_interests", args=[call]),
        "sheet": reverse("ventures:jury_sheet", args=[call, project]),
    }


def of_office(panel: Panel) -> dict[str, str]:
    call = panel.call.pk
    return {
        "panel": reverse("ventures:desk_jury", args=[call]),
        "part": reverse("ventures:desk_part", args=[call, "jury"]),
        "end": reverse("ventures:desk_jury_end", args=[call, panel.jurors[2].pk]),
        "change": reverse("ventures:desk_change_part", args=[call, "jury"]),
    }


def look_at(open_page: Any, look: Look, pages: dict[str, str], who: Any) -> dict[str, list[str]]:
    page, faults = None, {}
    for name, path in pages.items():
        if page is None:
            page = open_page(path, look, who)
        else:
            page.goto(path)
        found = [*violations(page), *small_targets(page), *page.faults]
        if sideways(page):
            found.append(f"scrolls sideways by {sideways(page)}")
        if found:
            faults[name] = found
        if shots := os.environ.get("SHANZHI_SHOTS"):
            page.screenshot(path=str(Path(shots) / f"jury-{name}-{look}.png"), full_page=True)
    return faults


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_of_a_jury_is_clean(open_page: Any, look: Look) -> None:
    world = make_world()
    panel = make_panel(world)
    operations.draw_pitches(actor=world.officer, call_id=panel.call.pk, at=pitching())
    panel.declare(0, {0: "relative"})
    panel.score(0, 1, (80, 70), comment="很好")
    with time_machine.travel(pitching(2), tick=True):
        faults = look_at(open_page, look, of_juror(panel), account(panel.actors[0].person()))
        office = {name: path for name, path in of_office(panel).items() if name not in ("part", "change")}
        faults |= look_at(open_page, look, office, account(world.officer.person()))
        for place in (1, 2):
            panel.declare(place)
            for project in range(3):
                panel.score(place, project, (60 + 10 * place, 75))
        panel.score(0, 2, (90, 90))
        panel.close()
    with time_machine.travel(day("award", 2), tick=True):
        call = rounds.move(world.officer, panel.call, day("award"))
        public = {
            "result": reverse("ventures:jury_result", args=[call.pk]),
            "count": f"/polls/{call.poll_id}/results/",
            "call": f"/calls/{call.pk}/",
        }
        faults |= look_at(open_page, look, public, None)
    assert faults == {}


def test_the_chair_closes_the_jury_and_everybody_reads_what_came_of_it(open_page: Any) -> None:
    panel = make_panel(make_world())
    panel.score_all({(0, 0): (90, 80)})
    with time_machine.travel(pitching(2), tick=True):
        chair = open_page(of_juror(panel)["jury"], Look("phone"), account(panel.actors[0].person()))
        fits(chair)
        press(chair, f"form[action='{reverse('ventures:jury_close', args=[panel.call.pk])}'] button")
        assert chair.url.endswith(reverse("ventures:jury_result", args=[panel.call.pk]))
        expect(chair.locator("main")).to_contain_text("86")  # 90 and 80 by 60 and 40 per cent
        chair.goto(of_juror(panel)["jury"])
        expect(chair.locator("main .notice.good")).to_contain_text("评审已结束")
    with time_machine.travel(day("award", 2), tick=True):
        call = rounds.move(panel.world.officer, panel.call, day("award"))
        anybody = open_page(reverse("voting:results", args=[call.poll_id]), Look("phone"))
        fits(anybody)
        chart = anybody.locator("figure.chart").first
        expect(chart.locator(".chart-canvas :is(svg, canvas)").first).to_be_visible()
        expect(chart.locator("table.figures tbody tr")).to_have_count(len(panel.projects))
        fits(anybody)


def test_a_sheet_outlives_a_lost_network_and_a_closed_tab(open_page: Any) -> None:
    panel = make_panel(make_world())
    panel.declare(1)
    path = of_juror(panel)["sheet"]
    with time_machine.travel(pitching(2), tick=True):
        page = open_page(path, Look("phone"), account(panel.actors[1].person()))
        page.context.set_offline(True)
        page.fill("[name=score_need]", "83")
        page.fill("[name=comment]", "离线写下的意见")
        expect(page.locator(".saved")).to_contain_text("已存在本机", timeout=10_000)
        assert not ScoreSheet.objects.exists()
        context = page.context
        page.close()
        context.set_offline(False)
        again = context.new_page()
        with again.expect_response(lambda answer: answer.request.headers.get("x-autosave") == "1") as saved:
            again.goto(path)
        assert saved.value.status == 204
        expect(again.locator("[name=score_need]")).to_have_value("83")
        expect(again.locator("[name=comment]")).to_have_value("离线写下的意见")
        sheet = ScoreSheet.objects.get()
        assert (sheet.state, "离线写下的意见" in sheet.content.reveal()) == ("draft", True)
        again.fill("[name=score_plan]", "66")
        with again.expect_navigation():
            again.locator("main form button.main").first.click()
        sheet.refresh_from_db()
        assert sheet.state == "handed_in"
        again.goto(path)  # where the server's version is newer than what the phone kept, the phone forgets it
        assert again.evaluate("Object.keys(localStorage).filter(k => k.startsWith('shanzhi-kept')).length") == 0


def sooner(route: Any) -> None:
    """Hand a page on with its ten seconds of waiting made one, so that the test need not wait them out."""
    with suppress(Error):  # the page was left, or its next question came, while this one was under way
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("every 10s", "every 1s"))


def test_the_number_of_sheets_due_reaches_open_pages_by_itself_and_without_a_score(open_page: Any) -> None:
    panel = make_panel(make_world())
    for place in range(3):
        panel.declare(place)
    chair, officer = (account(one.person()) for one in (panel.actors[0], panel.world.officer))
    own, desk = of_juror(panel)["jury"], of_office(panel)["panel"]
    with time_machine.travel(pitching(2), tick=True):
        live = [open_page(own, Look("phone"), chair), open_page(desk, Look("desktop"), officer)]
        for page in live:
            page.route(re.compile("/jur(y|ies)/"), sooner)
            page.reload()
            page.evaluate("window.sameDocument = true")
        plain = [
            open_page(own, Look("phone", scripts=False), chair),
            open_page(desk, Look("desktop", scripts=False), officer),
        ]
        for page in (*live, *plain):
            expect(page.locator("#due")).to_have_text("9")
        juror = open_page(of_juror(panel)["sheet"], Look("phone"), account(panel.actors[1].person()))
        juror.fill("[name=score_need]", "83")
        juror.fill("[name=score_plan]", "47")
        with juror.expect_navigation():
            juror.locator("main form button.main").first.click()
        assert ScoreSheet.objects.get().state == "handed_in"
        for page in live:
            with page.expect_response(lambda answer: answer.url.endswith("/due/")) as asked:
                expect(page.locator("#due")).to_have_text("8")
            assert page.evaluate("window.sameDocument") is True, "no reload"
            assert not re.search(SCORES, asked.value.text())
        for page in plain:
            expect(page.locator("#due")).to_have_text("9")
            page.reload()
            expect(page.locator("#due")).to_have_text("8")
        for page in (*live, *plain):
            assert not re.search(SCORES, page.locator("main").inner_text())
        for page in live:  # axe needs scripts
            fits(page)
            page.unroute_all(behavior="ignoreErrors")

"""A project on a phone: an activity in three answers, its report with a photo, mid-term, completion, graduation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, expect

from shanzhi.projects.models import Ceremony, Photo, Project, Report
from tests.journeys.support import proper, send
from tests.journeys.walking import Walk, act_on
from tests.projects.support import COMPLETION, DAY, MIDTERM, NOW, START, a_png, make_ground

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def walk(browser: Browser, live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Walk]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=True) as clock:
        made = Walk(browser, live_server.url, clock, make_ground())
        yield made
        made.close()


def holds_an_activity(walk: Walk, photo: Path) -> None:
    page = walk.phone(walk.ground.team, NOW)
    page.goto(walk.page)
    act_on(page, "安排活动")
    page.fill("[name=title]", "旧物交换日")
    page.fill("[name=starts_at]", f"{timezone.localtime(NOW + 10 * DAY):%Y-%m-%dT%H:%M}")
    page.fill("[name=place]", "北院空地")
    send(page)
    act_on(page, "公布活动")
    expect(page.locator("main")).to_contain_text("已公布")
    address = page.url
    page = walk.phone(walk.ground.team, NOW + 11 * DAY)
    page.goto(address)
    act_on(page, "填写小结")
    page.fill("[name=attended]", "42")
    page.fill("[name=summary]", "四十二位邻居来换旧物。")
    page.set_input_files("[name=photos]", photo)
    page.check("[name=shown]")
    send(page)
    proper(page)
    expect(page.locator("main img")).to_have_js_property("naturalWidth", 1)
    assert Photo.objects.get().shown


def hands_in_and_passes(walk: Walk, kind: str, points: dict[str, int], at: datetime) -> None:
    page = walk.phone(walk.ground.team, at)
    page.goto("/account/projects/")
    act_on(page, {"midterm": "提交中期自评", "completion": "提交结项报告"}[kind])
    page.fill("[name=done]", "邻居们自己办了交换日。")
    send(page)
    report = Report.objects.get(kind=kind)
    for worker in walk.ground.workers:
        page = walk.phone(worker, at + DAY)
        page.goto(f"/desk/projects/reports/{report.pk}/")
        for name, number in points.items():
            page.fill(f"[name={name}]", str(number))
        send(page)
    page = walk.phone(walk.ground.officer, at + 2 * DAY)
    page.goto(f"/desk/projects/reports/{report.pk}/")
    act_on(page, "对报告作出结论")
    page.check("[name=outcome][value=pass]")
    page.fill("[name=comment]", "居民自己组织，材料齐全。")
    send(page)


def graduates(walk: Walk, at: datetime) -> None:
    page = walk.phone(walk.ground.officer, at)
    page.goto("/desk/graduations/new/")
    page.fill("[name=title]", "春天的结业礼（示例）")
    page.select_option("[name=area]", walk.ground.call.area)
    page.fill("[name=held_on]", f"{timezone.localdate(at)}")
    page.fill("[name=place]", "街道礼堂")
    send(page)
    page.check(f"[name=projects][value='{walk.ground.project.pk}']")
    send(page)
    act_on(page, "仪式已举行")
    send(page)
    assert Ceremony.objects.get().state == "held"


def test_goes_from_its_first_activity_to_graduation(walk: Walk, tmp_path: Path) -> None:
    photo = tmp_path / "swap.png"
    photo.write_bytes(a_png((b"tEXt", b"GPS\x00somewhere")))
    holds_an_activity(walk, photo)
    hands_in_and_passes(walk, "midterm", MIDTERM, NOW + 50 * DAY)
    page = walk.phone(walk.ground.officer, NOW + 59 * DAY)
    page.goto(walk.page)
    act_on(page, "使结果生效")
    hands_in_and_passes(walk, "completion", COMPLETION, NOW + 95 * DAY)
    graduates(walk, NOW + 120 * DAY)
    page = walk.phone(None, NOW + 121 * DAY)
    page.goto(walk.page)
    proper(page)
    story = page.locator("main")
    for words in ("已结业", "旧物交换日", "42", "75.00", "77.50", "春天的结业礼（示例）"):
        expect(story).to_contain_text(words)
    project = Project.objects.get(pk=walk.ground.project.pk)
    assert (project.state, project.graduated_on) == ("graduated", START + 120 * DAY)

"""A volunteer on a phone: from registering over a shift to a star, a certificate, and help among neighbours."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from django.db.models import Sum
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

from shanzhi.attendance.models import Attendance, Tap
from shanzhi.ledger import checking as ledger
from shanzhi.ledger.models import Entry, Posting
from shanzhi.service.models import Certificate, ServiceRecord, StarAward
from shanzhi.timebank import checking, operations
from shanzhi.timebank.models import Deal, Earning, Member, Post
from shanzhi.ui import formatting
from shanzhi.volunteering.models import TeamMember, Volunteer
from tests.journeys.support import proper
from tests.journeys.volunteers import (
    NOTICE,
    PATIENCE,
    STAR,
    Street,
    fits,
    follow,
    hand_in,
    look,
    press,
    reads,
    street,
    visit,
)
from tests.support.places import SYSTEM
from tests.timebank.support import stands

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
MINE, BANK = "/account/volunteering/", "/account/timebank/"
KEPT = "caches.open('shanzhi-attendance').then((c) => c.keys()).then((k) => k.length > 5)"
MEDICINE, LAMP = ("陪我去医院取药", 60), ("换厨房灯泡", 30)
"""What is asked for, and for how many minutes of credit."""
HALF_DONE = 10
"""Minutes that the keeper gives the helper of the disputed one."""


@pytest.fixture
def ground(browser: Browser, live_server: Any) -> Iterator[Street]:
    with street(browser, live_server.url) as made:
        yield made


def registers_and_joins(ground: Street) -> Volunteer:
    with ground.phone(ground.newcomer, ground.at(0, 9)) as page:
        visit(page, MINE)
        follow(page, f"{MINE}register/")
        page.check("[name=skills][value=haircut]")
        page.check("[name=hours][value='6-360-720']")
        page.fill("[name=wish]", "陪老人散步")
        hand_in(page)
        volunteer = Volunteer.objects.get(person=ground.newcomer)
        reads(page, volunteer.number, "理发")
        follow(page, "/teams/")
        follow(page, f"/teams/{ground.team.pk}/")
        follow(page, "/join/")
        page.fill("[name=message]", "住在三号楼")
        page.check("[name=signed]")
        hand_in(page)
        reads(page, "申请已交给负责人")
    place = TeamMember.objects.get(volunteer=volunteer)
    with ground.phone(ground.leader.person, ground.at(0, 10)) as page:
        visit(page, MINE)
        follow(page, f"/teams/{ground.team.pk}/desk/")
        reads(page, volunteer.number, "住在三号楼")
        follow(page, f"/teams/members/{place.pk}/request/")
        page.check("[name=decision][value=yes]")
        hand_in(page)
    place.refresh_from_db()
    assert place.state == "member"
    return volunteer


def signs_up_and_opens_an_account(ground: Street) -> None:
    with ground.phone(ground.newcomer, ground.at(0, 11)) as page:
        visit(page, MINE)
        reads(page, ground.team.name)
        follow(page, "/account/shifts/")
        follow(page, "/activities/")
        follow(page, f"/activities/{ground.shift.activity_id}/")
        follow(page, f"/activities/shifts/{ground.shift.pk}/sign/")
        reads(page, "楼道湿滑")
        page.check("[name=risks_read]")
        hand_in(page)
        reads(page, "报名成功", ground.shift.activity.title)
        visit(page, BANK)
        follow(page, f"/timebank/{ground.bank.pk}/open/")
        hand_in(page)
        reads(page, "账户已开立")


def scan(ground: Street, leader: Page, page: Page) -> None:
    """Read the code of now off the leader's screen, as a camera does, and open its address on another phone."""
    leader.goto(f"/attendance/shifts/{ground.shift.pk}/screen/?still=1")
    shown = leader.locator(".qr-frame").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown)))
    page.goto(code.text)


def comes_by_the_code(ground: Street) -> None:
    with ground.phone(ground.leader.person, ground.at(2, 9, 5)) as leader, ground.phone(ground.newcomer) as page:
        visit(leader, "/account/attendance/")
        follow(leader, f"/attendance/shifts/{ground.shift.pk}/screen/")
        scan(ground, leader, page)
        look(page)
        press(page, "button[name=act][value=arrive]")
        reads(page, "签到成功")


def keeps_the_list_without_network(ground: Street) -> None:
    """Tap the other one here and, a good while later, gone, all without a network: it comes in once."""
    with ground.phone(ground.leader.person, ground.at(2, 9, 10)) as page:
        page.clock.set_system_time(timezone.now())  # a phone's clock goes with the server's
        visit(page, f"/attendance/list/{ground.shift.pk}/")
        row, line = page.locator(f"#v-{ground.other.pk}"), page.locator("[data-line]")
        expect(page.locator("#presence[data-kept]")).to_have_count(1, timeout=PATIENCE)
        page.wait_for_function(KEPT)
        page.context.set_offline(True)
        row.get_by_role("button", name="到场").click()
        expect(row).to_have_attribute("data-state", "here", timeout=PATIENCE)
        ground.clock.move_to(ground.at(2, 10, 50))
        page.clock.set_system_time(timezone.now())
        row.get_by_role("button", name="离场").click()
        expect(line).to_have_attribute("data-unsent", "2", timeout=PATIENCE)
        page.reload()  # out of the worker's copy, with what was tapped
        expect(row).to_have_attribute("data-state", "left", timeout=PATIENCE)
        fits(page)
        expect(page.locator("[data-online]:visible")).to_have_count(0, timeout=PATIENCE)  # what leads nowhere now
        assert not Attendance.objects.filter(volunteer=ground.other).exists()
        page.context.set_offline(False)
        expect(line).to_have_attribute("data-unsent", "0", timeout=PATIENCE)
        page.reload()
        expect(row).to_have_attribute("data-state", "left", timeout=PATIENCE)
    assert list(Tap.objects.order_by("counted_at").values_list("act", "answer")) == [
        ("arrive", "accepted"), ("leave", "accepted"),
    ]  # fmt: skip


def leaves_by_the_code(ground: Street) -> None:
    with ground.phone(ground.leader.person, ground.at(2, 10, 55)) as leader, ground.phone(ground.newcomer) as page:
        scan(ground, leader, page)
        press(page, "button[name=act][value=leave]")
        reads(page, "签退成功")


def is_recorded_and_verified(ground: Street) -> None:
    with ground.phone(ground.leader.person, ground.at(2, 11, 30)) as page:
        visit(page, f"/attendance/list/{ground.shift.pk}/")
        follow(page, f"/service/shifts/{ground.shift.pk}/")
        reads(page, formatting.minutes(sum(one.minutes or 0 for one in Attendance.objects.all())))
        hand_in(page)
        reads(page, "已记录并进入公示")
    with ground.phone(ground.secretary, ground.at(2 + NOTICE, 9)) as page:
        visit(page, "/desk/service/")
        follow(page, "/service/verify/")
        reads(page, "没有等您核定的记录")  # the notice runs
        ground.clock.move_to(ground.at(2 + NOTICE, 12))
        visit(page, "/service/verify/")
        boxes = page.locator("input[name=record]")
        expect(boxes).to_have_count(2, timeout=PATIENCE)
        fits(page)
        for box in boxes.all():
            box.check()
        press(page, "button[name=act][value=ticked]")
        reads(page, "没有等您核定的记录")


def reads_hours_and_star(ground: Street, minutes: int) -> None:
    with ground.phone(ground.newcomer, ground.at(6, 9)) as page:
        visit(page, MINE)
        follow(page, f"{MINE}service/")
        reads(page, formatting.minutes(minutes), "1 星")
        expect(page.locator(".lead .tags")).to_contain_text("1 星", timeout=PATIENCE)


def is_certified(ground: Street, volunteer: Volunteer) -> None:
    with ground.phone(ground.secretary, ground.at(6, 10)) as page:
        visit(page, "/desk/service/certificates/")
        follow(page, "/desk/service/certificates/new/")
        day = f"{timezone.localdate(ground.shift.starts_at)}"
        given = {"number": volunteer.number, "starts_on": day, "ends_on": day, "responsible": "示例甲",
                 "handler": "示例乙", "contact": "社区服务站（示例）"}  # fmt: skip
        for name, words in given.items():
            page.fill(f"[name={name}]", words)
        hand_in(page)
        paper = Certificate.objects.get()
        reads(page, paper.number)
    with ground.phone(ground.newcomer, ground.at(6, 11)) as page:
        visit(page, f"{MINE}service/")
        follow(page, f"/service/certificates/{paper.pk}/")
        address = page.locator("main code").inner_text()
        with page.expect_download() as told:
            page.locator("main form button").first.click()
        (sheet,) = PdfDocument(told.value.path())
        assert paper.number in "".join(sheet.get_textpage().get_text_range().split())
        (code,) = zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())
        assert code.text == address
    with ground.phone(None) as page:
        visit(page, code.text)
        reads(page, "本单有效", paper.number)
        visit(page, "/service/check/")
        page.fill("[name=number]", paper.number)
        page.fill("[name=code]", paper.code)
        press(page, "main form.form button")
        reads(page, "本单有效", formatting.minutes(paper.minutes))
        expect(page.locator("main")).not_to_contain_text("赵", timeout=PATIENCE)


def asks_for_help(ground: Street, page: Page, title: str, minutes: int) -> Post:
    visit(page, BANK)
    follow(page, f"/timebank/{ground.bank.pk}/help/")
    follow(page, f"/timebank/{ground.bank.pk}/help/ask/")
    given = {"title": title, "about": "腿脚不便，请人帮忙（示例）", "minutes": f"{minutes}",
             "address": "解放路九号", "starts_at": f"{ground.at(8, 10):%Y-%m-%dT%H:%M}"}  # fmt: skip
    for name, words in given.items():
        page.fill(f"[name={name}]", words)
    hand_in(page)
    reads(page, title)
    return Post.objects.get(title=title)


def is_promised_help(ground: Street, minutes: int) -> list[Deal]:
    with ground.phone(ground.newcomer, ground.at(7, 9)) as page:
        visit(page, BANK)
        reads(page, formatting.minutes(minutes))
        posts = [asks_for_help(ground, page, *one) for one in (MEDICINE, LAMP)]
    with ground.phone(ground.other.person, ground.at(7, 10)) as page:
        for post in posts:
            visit(page, f"/timebank/{ground.bank.pk}/help/")
            follow(page, f"/timebank/help/{post.pk}/")
            expect(page.locator("main")).not_to_contain_text("解放路九号", timeout=PATIENCE)
            follow(page, f"/timebank/help/{post.pk}/answer/")
            page.fill("[name=message]", "我来")
            hand_in(page)
    deals = [Deal.objects.get(post=post) for post in posts]
    with ground.phone(ground.newcomer, ground.at(7, 11)) as page:
        for deal in deals:
            visit(page, f"/timebank/help/{deal.post_id}/")
            follow(page, f"/timebank/promises/{deal.pk}/")
            press(page, "button[name=step][value=promise]")
            reads(page, "已记录")
    return deals


def is_helped(ground: Street, deals: list[Deal]) -> None:
    """Both say of one that it is done, so it is paid; of the other the newcomer says no, and the keeper decides."""
    done, disputed = (f"/timebank/promises/{deal.pk}/" for deal in deals)
    with ground.phone(ground.other.person, ground.at(8, 12)) as page:
        for way in (done, disputed):
            visit(page, BANK)
            follow(page, way)
            reads(page, "解放路九号")
            press(page, "button[name=step][value=confirm]")
    with ground.phone(ground.newcomer, ground.at(8, 13)) as page:
        visit(page, done)
        press(page, "button[name=step][value=confirm]")
        proper(page)
        visit(page, disputed)
        follow(page, f"{disputed}dispute/")
        page.fill("[name=reason]", "灯泡没有亮")
        hand_in(page)
    with ground.phone(ground.keeper, ground.at(9, 9)) as page:
        visit(page, "/desk/timebank/")
        follow(page, f"/desk/timebank/{ground.bank.pk}/")
        follow(page, "/promises/?state=disputed")
        follow(page, disputed)
        reads(page, "灯泡没有亮")
        follow(page, f"{disputed}settle/")
        page.fill("[name=minutes]", f"{HALF_DONE}")
        page.fill("[name=decision]", "去了，没有换好（示例）")
        hand_in(page)
        reads(page, "去了，没有换好")


def read_their_statements(ground: Street, own: Member, minutes: int, others: int) -> None:
    """See on both statements what moved, and on both accounts what is left."""
    paid, held = MEDICINE[1], LAMP[1]
    words = formatting.minutes
    sides = (
        (own, minutes - paid - HALF_DONE, [f"+{words(minutes)}", f"−{words(paid)}", f"−{words(held)}",
                                           f"+{words(held - HALF_DONE)}"]),
        (ground.member, others + paid + HALF_DONE, [f"+{words(others)}", f"+{words(paid)}", f"+{words(HALF_DONE)}"]),
    )  # fmt: skip
    for member, left, moved in sides:
        with ground.phone(member.person, ground.at(9, 10)) as page:
            visit(page, BANK)
            reads(page, words(left))
            follow(page, f"/timebank/{ground.bank.pk}/statement/")
            reads(page, *moved)
        assert stands(member) == (left, 0, 0)


def nothing_is_there_twice(ground: Street, volunteer: Volunteer) -> None:
    both = {volunteer.pk, ground.other.pk}
    there = Attendance.objects.values_list("volunteer", "state", "review")
    assert sorted(there) == sorted((one, "left", "clear") for one in both)
    records = ServiceRecord.objects.values_list("volunteer", "state", "recorded_by", "verified_by")
    by = (ground.leader.person_id, ground.secretary.pk)
    assert sorted(records) == sorted((one, "verified", *by) for one in both)
    served = set(ServiceRecord.objects.values_list("pk", flat=True))
    earned = Earning.objects.filter(entry__in=Entry.objects.values("pk"))
    assert set(earned.values_list("record", flat=True)) == served
    assert Earning.objects.count() == len(served) == len(both)
    kinds = Counter(Entry.objects.values_list("kind", flat=True))
    assert kinds == {"timebank.earn": 2, "timebank.hold": 2, "timebank.pay": 2, "timebank.release": 1}
    assert set(Posting.objects.values("entry").annotate(total=Sum("amount")).values_list("total", flat=True)) == {0}
    stars = StarAward.objects.values_list("volunteer", "level", "given")
    assert sorted(stars) == sorted((one, 1, True) for one in both)
    assert Certificate.objects.get().volunteer_id == volunteer.pk
    assert [*ledger.broken(), *checking.broken()] == []


def test_goes_from_registering_to_a_star_and_is_helped_for_it(ground: Street) -> None:
    volunteer = registers_and_joins(ground)
    signs_up_and_opens_an_account(ground)
    comes_by_the_code(ground)
    keeps_the_list_without_network(ground)
    leaves_by_the_code(ground)
    is_recorded_and_verified(ground)
    minutes, others = (ServiceRecord.objects.get(volunteer=one).minutes for one in (volunteer, ground.other))
    assert STAR < others < minutes <= 110
    reads_hours_and_star(ground, minutes)
    is_certified(ground, volunteer)
    assert operations.credit_records(actor=SYSTEM, at=ground.at(6, 12)) == 2
    own = Member.objects.get(person=ground.newcomer)
    deals = is_promised_help(ground, minutes)
    is_helped(ground, deals)
    read_their_statements(ground, own, minutes, others)
    nothing_is_there_twice(ground, volunteer)

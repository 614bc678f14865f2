"""From the award to a filed organisation on phones: agreement, money, mid-term, completion, graduation, certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
import zxingcpp
from django.utils import timezone
from docx import Document as Word
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from shanzhi.funding import operations as funding
from shanzhi.funding.models import Expense, Fund, Grant, Payment
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.organizations.models import FilingApplication
from shanzhi.projects.models import Project, Report
from tests.journeys.support import proper
from tests.journeys.walking import Walk, act_on
from tests.projects.support import COMPLETION, DAY, MIDTERM, NOW, Ground, won_round
from tests.support.funds import a_photo, on
from tests.ventures.support import DISTRICT, HERE, SUBDISTRICT, make_world, resident, staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
TODAY = timezone.localdate(NOW)


@dataclass
class Cast:
    """Who plays, on one phone after the other, and the fund that there is before the award."""

    walk: Walk
    fund: Fund
    treasurer: Actor
    district: Actor
    secretary: Actor

    def phone(self, actor: Actor | None, days: float, path: str = "") -> Page:
        """Give somebody's phone so many days after the award, at a page."""
        page = self.walk.phone(actor, NOW + days * DAY)
        page.set_viewport_size(PHONE)
        if path:
            page.goto(path)
            proper(page)
        return page


def a_fund(district: Actor, officer: Actor, treasurer: Actor) -> Fund:
    """Put a fund with 50,000 yuan on record, in a book that the treasurer keeps."""
    book = ledger.create_book(
        actor=district, name="解放路街道项目账（示例）", area=SUBDISTRICT, begins_on=TODAY - 30 * DAY, at=NOW,
        synthetic=True,
    )  # fmt: skip
    ledger.name_keeper(actor=officer, book_id=book.pk, person_id=treasurer.person(), at=NOW)
    made = funding.create_fund(
        actor=officer, book_id=book.pk, name="微创投基金（示例）", kind="government", at=NOW,
        starts_on=TODAY - 30 * DAY, ends_on=TODAY + 400 * DAY,
    )  # fmt: skip
    funding.take_in(
        actor=officer, fund_id=made.pk, amount_fen=50_000_00, source="appropriation", on=TODAY, key="first", at=NOW
    )
    return made


@pytest.fixture
def cast(browser: Browser, live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Cast]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=True) as clock:
        world = make_world()
        call = won_round(world)
        first, second = call.proposals.order_by("number")
        workers = [world.worker, staff(Role.SOCIAL_WORKER, HERE, 104)]
        ground = Ground(world, call, Project(proposal=first), second, workers)
        district, treasurer = staff(Role.DISTRICT_OFFICER, DISTRICT, 105), resident(world.people[9])
        made = Cast(
            Walk(browser, live_server.url, clock, ground), a_fund(district, world.officer, treasurer), treasurer,
            district, staff(Role.COMMUNITY_SECRETARY, HERE, 106),
        )  # fmt: skip
        yield made
        made.walk.close()


def press(page: Page, form: str = "main form:has(button.main)") -> None:
    """Send a form; the answer must fit the phone."""
    with page.expect_navigation():
        page.locator(f"{form} button.main").first.click()
    proper(page)


def filled(page: Page, **values: str) -> None:
    """Write into the fields of a form and send it."""
    for name, value in values.items():
        page.fill(f"main [name={name}]", value)
    press(page)


def downloaded(page: Page, words: str) -> bytes:
    """Take along the file behind a link of the page, as whoever is signed in there."""
    link = page.locator("main a:visible").filter(has_text=re.compile(f"^{words}$")).first
    answer = page.request.get(str(link.get_attribute("href")))
    assert answer.ok
    return answer.body()


def chosen(page: Page, words: str) -> None:
    """Open the newest row of a list that says these words."""
    with page.expect_navigation():
        page.locator("main tbody tr", has_text=words).first.locator("a").first.click()
    proper(page)


def approves(cast: Cast, who: Actor, days: float, things: str) -> Page:
    """Open what waits on the desk of payments, expenses or requests, and approve it."""
    page = cast.phone(who, days, f"/desk/funding/{things}/")
    chosen(page, cast.walk.ground.project.proposal.title)
    page.check("[name=decision][value=approve]")
    press(page)
    return page


def begins(cast: Cast) -> None:
    """The officer begins what won, and grants the first project its money from the fund."""
    ground = cast.walk.ground
    page = cast.phone(ground.officer, 0, "/desk/projects/")
    act_on(page, "启动项目.*")
    filled(page, ends_on=f"{TODAY + 100 * DAY}")
    ground.project = Project.objects.get(proposal=ground.project.proposal)
    page.goto(cast.walk.page)
    act_on(page, "给项目拨款")
    page.select_option("[name=fund]", str(cast.fund.pk))
    press(page)
    grant = Grant.objects.get()
    assert (grant.amount_fen, grant.state) == (ground.project.proposal.award.amount_fen, "draft")
    assert [one.person_id for one in grant.team.all()] == [ground.team.person()]


def signs(cast: Cast) -> None:
    """The officer takes the agreement along as Word and PDF, and records what the parties signed on paper."""
    page = cast.phone(cast.walk.ground.officer, 1, cast.walk.page)
    act_on(page, "协议、批次与拨付")
    title = cast.walk.ground.project.proposal.title
    word = Word(BytesIO(downloaded(page, "Word")))
    assert title in {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    paper = PdfReader(BytesIO(downloaded(page, "PDF")))
    assert "¥2,888.00" in paper.pages[0].extract_text()
    for party in ("funder", "recipient", "keeper"):
        act_on(page, "登记签署")
        page.select_option("[name=party]", party)
        filled(page, signed_on=f"{TODAY + DAY}")
    assert Grant.objects.get().state == "in_force"


def is_paid(cast: Cast, days: float, held_before: int, amount: int) -> None:
    """The officer asks, the treasurer approves, not twice; somebody of the district approves too, and it is paid."""
    page = cast.phone(cast.walk.ground.officer, days, cast.walk.page)
    act_on(page, "协议、批次与拨付")
    act_on(page, "申请拨付")
    page = approves(cast, cast.treasurer, days + 0.1, "payments")
    page.check("[name=decision][value=approve]")
    press(page)
    expect(page.locator("main")).to_contain_text("另一")
    grant = Grant.objects.get()
    assert on(grant, "held") == held_before
    approves(cast, cast.district, days + 0.2, "payments")
    payment = Payment.objects.latest("asked_at")
    assert (payment.state, on(grant, "held")) == ("paid", held_before + amount)
    assert len({payment.asked_by, payment.first_by, payment.second_by}) == 3


def spends(cast: Cast, photo: Path) -> None:
    """The leader sends an expense with its photo; one over the line is refused with what is left."""
    page = cast.phone(cast.walk.ground.team, 20, cast.walk.page)
    act_on(page, "我们的资金与支出")
    proper(page)
    with page.expect_navigation():
        page.locator("main a.button", has_text="声控节能灯").click()
    known = {
        "what": "三十六盏灯",
        "invoice": "24000001",
        "seller_code": "91370102000000012X",
        "seller": "五金店（示例）",
    }
    page.set_input_files("[name=photo]", photo)
    filled(page, amount_fen="1368.01", **known)
    expect(page.locator("main")).to_contain_text("¥1,368.00")
    assert not Expense.objects.exists()
    page.set_input_files("[name=photo]", photo)
    filled(page, amount_fen="1300.00")
    expect(page.locator("main")).to_contain_text("三十六盏灯")
    approves(cast, cast.treasurer, 21, "expenses")
    page = cast.phone(cast.walk.ground.team, 22, f"/money/expenses/{Expense.objects.get().pk}/")
    page.goto(f"/money/photos/{Expense.objects.get().pk}/")
    assert page.evaluate("document.images[0].naturalWidth") > 0
    assert on(Grant.objects.get(), "line-1") == 1300_00


def is_passed(cast: Cast, kind: str, points: dict[str, int], days: int) -> None:
    """The team reports, two social workers give points, the officer decides."""
    ground = cast.walk.ground
    page = cast.phone(ground.team, days, "/account/projects/")
    act_on(page, {"midterm": "提交中期自评", "completion": "提交结项报告"}[kind])
    filled(page, done="三栋楼的灯都换好了，账目上墙。")
    report = Report.objects.get(kind=kind)
    for worker in ground.workers:
        page = cast.phone(worker, days + 1, f"/desk/projects/reports/{report.pk}/")
        filled(page, **{name: str(number) for name, number in points.items()})
    page = cast.phone(ground.officer, days + 2, f"/desk/projects/reports/{report.pk}/")
    act_on(page, "对报告作出结论")
    page.check("[name=outcome][value=pass]")
    filled(page, comment="居民自己组织，材料齐全。")


def gives_back(cast: Cast) -> None:
    """The leader sends back what was not spent, the officer agrees and settles: the fund has it again."""
    ground, grant = cast.walk.ground, Grant.objects.get()
    left = on(grant, "held")
    page = cast.phone(ground.team, 96, cast.walk.page)
    act_on(page, "我们的资金与支出")
    act_on(page, "提出资金申请")
    page.select_option("[name=kind]", "return")
    filled(page, amount_fen=f"{left // 100}", why="灯买得便宜，余款退回")
    approves(cast, ground.officer, 97, "requests")
    page = cast.phone(ground.officer, 98, cast.walk.page)
    act_on(page, "协议、批次与拨付")
    act_on(page, "结算资助")
    page.fill("[name=reason]", "项目完成，余款已退")
    with page.expect_navigation():
        page.locator("main form button.danger").click()
    assert (Grant.objects.get().state, on(grant, "held"), on(cast.fund)) == ("closed", 0, 50_000_00 - 1300_00)


def graduates(cast: Cast) -> None:
    """The officer holds the ceremony."""
    page = cast.phone(cast.walk.ground.officer, 100, "/desk/graduations/new/")
    page.select_option("[name=area]", cast.walk.ground.call.area)
    filled(page, title="春天的结业礼（示例）", held_on=f"{TODAY + 101 * DAY}", place="街道礼堂")
    page.check(f"[name=projects][value='{cast.walk.ground.project.pk}']")
    press(page)
    address = page.url
    page = cast.phone(cast.walk.ground.officer, 101.5, address)
    act_on(page, "仪式已举行")
    press(page)
    assert cast.walk.ground.fresh().state == "graduated"


def files(cast: Cast, charter: Path) -> FilingApplication:
    """The leader files what grew out of the project; committee and subdistrict say yes."""
    ground = cast.walk.ground
    page = cast.phone(ground.team, 110, cast.walk.page)
    act_on(page, "开始备案申请")
    proposal = ground.project.proposal
    for words in (proposal.team_name, proposal.aims):
        expect(page.locator("main")).to_contain_text(words)
    act_on(page, "修改申请")
    assert page.input_value("[name=name]") == proposal.team_name
    filled(page, person_in_charge="欧阳示例", phone="13800138000", members="8")
    act_on(page, "添加材料")
    page.select_option("[name=paper]", "charter")
    page.set_input_files("[name=file]", charter)
    press(page)
    act_on(page, "提交")
    expect(page.locator("main")).to_contain_text("等待居委会意见")
    page = cast.phone(cast.secretary, 111, "/filing/")
    chosen(page, proposal.team_name)
    act_on(page, "出具居委会意见")
    page.check("[name=opinion][value=for]")
    filled(page, words="常在院里活动，群众认可。")
    page = cast.phone(ground.officer, 112, "/filing/")
    chosen(page, proposal.team_name)
    act_on(page, "审批")
    page.check("[name=decision][value=grant]")
    filled(page, reason="符合条件")
    return FilingApplication.objects.get()


def scanned(paper: bytes) -> str:
    """Read the code on the first page as a camera does: from the picture."""
    (code,) = zxingcpp.read_barcodes(PdfDocument(paper)[0].render(scale=2).to_pil())
    return str(code.text)


def is_checked(cast: Cast) -> None:
    """The leader takes the certificate along; who scans its code without an account sees that it is valid."""
    page = cast.phone(cast.walk.ground.team, 113, cast.walk.page)
    act_on(page, "申请与备案证")
    paper = downloaded(page, "下载备案证（PDF）")
    text = PdfReader(BytesIO(paper)).pages[0].extract_text().replace("\n", "")
    printed = re.search(r"http\S+/certificates/filing/[\w-]+/", text)
    assert printed is not None
    assert scanned(paper) == printed[0]
    page = cast.phone(None, 114, printed[0])
    expect(page.locator("main")).to_contain_text("本备案证有效")
    expect(page.locator("main")).to_contain_text(cast.walk.ground.project.proposal.team_name)


def test_goes_from_the_award_to_a_certificate_that_anyone_can_check(cast: Cast, tmp_path: Path) -> None:
    photo, charter = tmp_path / "receipt.jpg", tmp_path / "章程.pdf"
    photo.write_bytes(a_photo((900, 1200), "JPEG"))
    charter.write_bytes(b"%PDF-1.7 charter")
    begins(cast)
    signs(cast)
    first, last = [one.amount_fen for one in Grant.objects.get().tranches.order_by("number")]
    is_paid(cast, 2, 0, first)
    spends(cast, photo)
    is_passed(cast, "midterm", MIDTERM, 50)
    page = cast.phone(cast.walk.ground.officer, 59, cast.walk.page)
    act_on(page, "使结果生效")
    is_paid(cast, 60, first - 1300_00, last)
    is_passed(cast, "completion", COMPLETION, 90)
    gives_back(cast)
    graduates(cast)
    files(cast, charter)
    is_checked(cast)

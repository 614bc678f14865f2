"""The pages of the time bank walked through: help from asking to a dispute, the public page, the desk, the demo."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from shanzhi.kernel.roles import Role
from shanzhi.timebank import checking, demo, operations
from shanzhi.timebank.models import Bank, Deal, Earning, Gift, PolicyVersion, Post
from shanzhi.timebank.queries import published
from shanzhi.timebank.queries.months import Moved, Period, periods
from shanzhi.volunteering import operations as volunteering
from tests.people.conftest import COMMUNITY
from tests.support.people import AREA, a_person, actor, client_for, sign_in
from tests.timebank.support import SYSTEM, a_bank, a_deal, a_member, on, pool, serve, stands
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NOW = timezone.now()


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def browser(member: Any) -> Client:
    return sign_in(Client(), member.person)


def rows_of(client: Client, path: str) -> int:
    """Count the rows of a list's export, the one of its heads with them."""
    answer: Any = client.get(f"{path}?export=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return int(book.worksheets[0].max_row)


def a_photo() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(file, "PNG")
    file.seek(0)
    file.name = "门.png"
    return file


def test_asking_paying_and_a_dispute_are_walked_through() -> None:
    bank = a_bank()
    taker, helper = (a_member(bank, minutes, at=NOW - timedelta(days=9)) for minutes in (100, 0))
    mine, theirs, root = browser(taker), browser(helper), f"/timebank/{bank.pk}/"
    assert "1小时40分" in page(mine, "/account/timebank/")
    form = {"title": "换灯泡", "about": "够不着", "area": AREA, "minutes": "60", "address": "解放路九号",
            "starts_at": f"{timezone.localtime(NOW) + timedelta(days=1):%Y-%m-%dT%H:%M}"}  # fmt: skip
    wrong = mine.post(f"{root}help/ask/", {**form, "minutes": "101"})
    assert (wrong.status_code, "余额不足" in wrong.content.decode()) == (422, True)
    sent = mine.post(f"{root}help/ask/", {**form, "photo": a_photo(), "idempotency_key": "ask-for-help-1"})
    assert sent.status_code == 302
    post = Post.objects.get()
    listed = page(theirs, f"{root}help/")
    assert "换灯泡" in listed
    assert "解放路九号" not in listed + page(theirs, f"/timebank/help/{post.pk}/")
    assert theirs.get(f"/timebank/help/{post.pk}/photo/")["Content-Type"] == "image/jpeg"
    assert client_for(Role.RESIDENT).get(f"/timebank/help/{post.pk}/photo/").status_code == 404
    assert theirs.post(f"/timebank/help/{post.pk}/answer/", {"message": "我来"}).status_code == 302
    deal = Deal.objects.get()
    way = f"/timebank/promises/{deal.pk}/"
    assert "解放路九号" not in page(theirs, way)
    assert mine.post(f"{way}step/", {"step": "promise"}).status_code == 302
    assert "解放路九号" in page(theirs, way)
    assert stands(taker) == (40, 0, 60)
    Post.objects.filter(pk=post.pk).update(starts_at=NOW - timedelta(hours=1))
    theirs.post(f"{way}step/", {"step": "confirm"})
    assert mine.post(f"{way}dispute/", {"reason": "没有装好"}).status_code == 302
    keeper = client_for(Role.SUBDISTRICT_OFFICER, AREA[:6])
    assert "没有装好" in page(keeper, f"{way}settle/")
    assert keeper.post(f"{way}settle/", {"minutes": "20", "decision": "按二十分钟"}).status_code == 302
    assert (stands(taker), stands(helper)) == ((80, 0, 0), (20, 0, 0))
    assert mine.post(f"{way}rate/", {"stars": "4", "said": "守时"}).status_code == 302
    assert "守时" not in page(theirs, way)
    assert theirs.post(f"{way}rate/", {"stars": "5", "said": "客气"}).status_code == 302
    assert all(words in page(theirs, way) for words in ("守时", "客气", "按二十分钟"))
    assert rows_of(mine, f"{root}statement/") == 1 + 6


def test_the_page_of_the_month_is_the_sums_of_the_ledger_and_holds_small_ones_back() -> None:
    bank = a_bank()
    october = NOW.replace(year=2026, month=10, day=20)
    members = [a_member(bank, at=october - timedelta(days=20)) for _ in range(6)]
    for place, one in enumerate(members):
        serve(one, 100 + place, at=october, day=date(2026, 10, 1))
        given: dict[str, Any] = {"pool_id": pool(bank).pk, "minutes": 10, "at": october}
        operations.donate(actor=actor(one.person), bank_id=bank.pk, **given)
    assert published(bank, date(2026, 10, 31)) == []
    (told,) = published(bank, date(2026, 11, 1))
    assert told.figures["earned"] == sum(Earning.objects.values_list("kept", flat=True)) == 615
    assert told.figures["donated"] == sum(Gift.objects.values_list("minutes", flat=True)) == 60
    assert told.owed == sum(on(one.credits) for one in members) + on(pool(bank).account) == -on(bank.issued)
    a_deal(members[0], members[1], 20, state="paid", at=NOW.replace(year=2026, month=11, day=3))
    assert published(bank, date(2026, 12, 1)) == [told]  # of two people only: told with what comes after
    assert list(checking.broken()) == []
    shown = page(Client(), f"/timebank/{bank.pk}/")
    assert all(words in shown for words in ("10小时15分", "示例公益银行"))
    month = date(2026, 1, 1)
    small = [Moved(month, "timebank.earn", 60, 4, 60), Moved(date(2026, 2, 1), "timebank.earn", 30, 5, 30)]
    figures = {**dict.fromkeys(told.figures, 0), "earned": 90}
    assert periods(small, until=date(2026, 3, 1)) == [Period(month, date(2026, 2, 28), figures, 90)]
    assert periods(small, until=date(2026, 2, 1)) == []


def test_a_bank_is_founded_from_an_example_and_its_rules_change_in_public() -> None:
    officer = client_for(Role.DISTRICT_OFFICER, AREA[:6])
    assert "示例" in page(officer, "/desk/timebank/new/?like=minutes-two-reviewers")
    soon = timezone.localdate() + timedelta(days=40)
    form = {"name": "历下公益银行", "area": AREA[:6], "from_day": soon.isoformat(), "unit": "60", "rate_gives": "1",
            "rate_per": "1", "rate_step": "1", "rate_rounding": "down", "rates": "visit 3 2", "cap_minutes": "90000",
            "cap_pool": "area", "members_least_age": "18", "group": "free", "spending_least_age": "60",
            "spending_gifts_to": ["parent"], "pools": ["area"], "reviewers": "1", "notice_days": "30"}  # fmt: skip
    wrong = officer.post("/desk/timebank/new/", {**form, "cap_pool": "poor"})
    assert (wrong.status_code, "请选择本规则所列的公益池" in wrong.content.decode()) == (422, True)
    assert officer.post("/desk/timebank/new/", form).status_code == 302
    bank = Bank.objects.get()
    policy = PolicyVersion.objects.get().policy
    assert policy.value_of(60, "visit") == 90
    later = {**form, "from_day": (soon + timedelta(days=9)).isoformat(), "reviewers": "2"}
    assert officer.post(f"/desk/timebank/{bank.pk}/rules/", later).status_code == 302
    shown = page(Client(), f"/timebank/{bank.pk}/rules/")
    assert all(words in shown for words in ("第 2 版", "<del>1 名他人</del>", "<ins>2 名他人</ins>"))


def test_lists_ask_no_more_for_more_rows() -> None:
    bank = a_bank()
    members = [a_member(bank, 300, at=NOW - timedelta(days=9)) for _ in range(2)]
    a_deal(members[0], members[1], 30, state="disputed")
    keeper = client_for(Role.DISTRICT_OFFICER, AREA[:6])
    root = f"/desk/timebank/{bank.pk}/"
    paths = [root, f"{root}earned/", f"{root}promises/", f"{root}grants/", f"/timebank/{bank.pk}/help/"]

    def asked() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as told:
                assert keeper.get(path).status_code == 200
            found.append(len(told))
        return found

    asked()
    before = asked()
    for _turn in range(2):
        a_deal(a_member(bank, 300, at=NOW - timedelta(days=9)), members[0], 30, state="disputed")
    assert asked() == before
    assert rows_of(keeper, root) == 1 + 4


def test_the_demo_loads_a_bank_whose_credits_come_of_verified_records() -> None:
    volunteering.load_examples(actor=SYSTEM, area="", at=NOW - timedelta(days=90))
    for _place in range(5):
        a_volunteer(a_person(COMMUNITY), area=COMMUNITY)
    for _turn in range(2):
        demo.load(at=NOW, progress=lambda *_told: None)
    assert sorted(Deal.objects.values_list("state", flat=True)) == ["asked", "disputed", "promised"]
    assert (Post.objects.count(), Earning.objects.filter(kept__gt=0).count()) == (5, 5)
    assert list(checking.broken()) == []

"""The pages of the time bank walked through: help from asking to a dispute, the public page, the desk, the demo."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from shanzhi.assignments.models import Run
from shanzhi.kernel.roles import Role
from shanzhi.timebank import checking, demo, operations
from shanzhi.timebank.demo import loading, year
from shanzhi.timebank.models import Bank, BankMonth, Crossing, Deal, Earning, Gift, Good, PolicyVersion, Post, Sign
from shanzhi.timebank.queries import published
from shanzhi.timebank.queries.months import periods
from shanzhi.timebank.sums import Moved
from shanzhi.volunteering import operations as volunteering
from tests.assignments.support import free
from tests.audit.support import as_superuser
from tests.people.conftest import COMMUNITY
from tests.service.support import a_record
from tests.support.people import AREA, a_person, actor, client_for, sign_in
from tests.timebank.support import SYSTEM, a_bank, a_deal, a_member, on, pool, serve, stands, the_volunteer
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
    october = datetime(2026, 10, 20, 4, tzinfo=UTC)  # noon here, whatever the hour is now
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
    assert published(bank, date(2027, 1, 1)) == [told]


def test_a_small_figure_is_held_back_and_not_the_month() -> None:
    first, second, third, fourth = (date(2026, month, 1) for month in (1, 2, 3, 4))
    people = [uuid4() for _ in range(9)]

    def moved(month: date, kind: str, minutes: int, who: list[UUID], owed: int = 0) -> Moved:
        return Moved(month, f"timebank.{kind}", minutes, frozenset(who), owed)

    rows = [
        moved(first, "earn", 60, people[:3], 60), moved(second, "earn", 30, people[2:5], 30),  # five in both
        moved(second, "gift", 20, people[:1]), moved(second, "take_back", 10, people[:2], -10),
        moved(third, "earn", 50, people[:5], 50), moved(third, "take_back", 5, people[4:6], -5),
        moved(fourth, "earn", 40, people[:5], 40), moved(fourth, "take_back", 5, people[6:8], -5),
    ]  # fmt: skip
    assert periods(rows, until=second) == []
    found = periods(rows, until=date(2026, 5, 1))[::-1]
    assert [(one.first, one.last.month) for one in found] == [(first, 2), (third, 3), (fourth, 4)]
    told = [(one.figures["earned"], one.figures["given"], one.figures["taken_back"], one.owed) for one in found]
    # what is owed is told again when behind what was held back of it there are six people, and not before
    assert told == [(90, None, None, None), (50, 0, None, None), (40, 0, None, 160)]


def test_hours_of_groups_and_records_taken_back_count_their_people_and_finished_months_are_kept() -> None:
    bank = a_bank(group="donated", group_pool="area")
    october = datetime(2026, 10, 20, 4, tzinfo=UTC)  # noon here, whatever the hour is now
    members = [a_member(bank, at=october - timedelta(days=20)) for _ in range(5)]
    earned = [serve(one, 60, at=october, day=date(2026, 10, 1), group=True) for one in members]
    for one in earned:
        operations.take_back(actor=SYSTEM, record=one.record, at=october)
    (told,) = published(bank, date(2026, 11, 1))
    assert (told.figures["earned"], told.figures["taken_back"], told.owed) == (300, 300, 0)
    assert operations.keep_months(bank=bank, at=october.replace(month=11, day=1)) == 0  # not settled yet
    assert operations.keep_months(bank=bank, at=october.replace(month=11, day=3)) == 2
    assert operations.keep_months(bank=bank, at=october.replace(month=11, day=3)) == 0
    bank.refresh_from_db()
    assert published(bank, date(2026, 11, 1)) == [told]
    with CaptureQueriesContext(connection) as asked:  # read as kept, and not summed up again
        assert published(bank, date(2026, 11, 1)) == [told]
    assert not [one for one in asked if "ledger_posting" in one["sql"] or "timebank_earning" in one["sql"]]


def test_a_kept_month_stays_and_one_that_was_changed_or_removed_is_told_by_the_check() -> None:
    bank = a_bank()
    october = datetime(2026, 10, 20, 4, tzinfo=UTC)
    serve(a_member(bank, at=october - timedelta(days=20)), 60, at=october, day=date(2026, 10, 1))
    operations.keep_months(bank=bank, at=october.replace(month=11, day=3))
    assert list(checking.broken()) == []
    for change in (lambda: BankMonth.objects.update(minutes=299), BankMonth.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    told = ("timebank_bankmonth", f"{bank.pk} 2026-10 timebank.earn", "a kept month is not what the ledger says")
    for statement in ("UPDATE timebank_bankmonth SET minutes = 299", "DELETE FROM timebank_bankmonth"):
        as_superuser(statement)
        assert list(checking.broken()) == [told]


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
    odd = {**later, "from_day": (soon + timedelta(days=19)).isoformat(), "rates": "visit 3 2 30 +\nlaw 2 1"}
    for fields, field in (({"cap_minutes": ""}, "cap_pool"), ({"expiry_pool": "area"}, "expiry_pool"),
                          ({"rates": "visit 3 2 30 %"}, "rates"), ({"rates": "visit 3 2 30"}, "rates")):  # fmt: skip
        wrong = officer.post(f"/desk/timebank/{bank.pk}/rules/", {**odd, **fields})
        assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {field})
    assert officer.post(f"/desk/timebank/{bank.pk}/rules/", odd).status_code == 302
    again = officer.get(f"/desk/timebank/{bank.pk}/rules/").context["form"]
    assert again["rates"].value() == "visit 3 2 30 +\nlaw 2 1"  # as they stand, to be published anew
    assert PolicyVersion.objects.get(version=3).policy.value_of(40, "visit") == 60


def one_more(bank: Bank) -> None:
    """Have one row more in each list of a bank."""
    one, two = (a_member(bank, at=NOW - timedelta(days=9)) for _ in range(2))
    for member in (one, two):
        serve(member, 300, reviews=1)
    a_deal(one, two, 30, state="disputed")
    a_record(the_volunteer(one), state="verified")
    operations.donate(actor=actor(one.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=60, at=NOW)
    given: dict[str, Any] = {
        "pool_id": pool(bank).pk,
        "number": two.number,
        "minutes": 30,
        "reason": "独居（示例）",
    }
    operations.propose_grant(actor=SYSTEM, at=NOW, **given)
    good = operations.Goods("洗衣液（示例）", "示例超市", 10, 2)
    made = operations.put_up(actor=SYSTEM, bank_id=bank.pk, given=good, at=NOW)
    operations.take_voucher(actor=actor(one.person), good_id=made.pk, at=NOW)
    Sign.objects.create(bank=bank, kind="pair", members=[one.pk, two.pk], month=NOW.date().replace(day=1), times=6,
                        minutes=60, seen_at=NOW)  # fmt: skip


def test_lists_ask_no_more_for_more_rows() -> None:
    bank = a_bank(reviewers=2)
    keeper = client_for(Role.DISTRICT_OFFICER, AREA[:6])
    desk = f"/desk/timebank/{bank.pk}/"
    names = ("", "earned/", "records/", "promises/", "grants/", "goods/", "vouchers/", "signs/")
    paths = [*(f"{desk}{name}" for name in names), f"/timebank/{bank.pk}/help/", f"/timebank/{bank.pk}/goods/"]

    def asked() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as told:
                assert keeper.get(path).status_code == 200
            found.append(len(told))
        return found

    one_more(bank)
    asked()
    before, rows = asked(), [rows_of(keeper, path) for path in paths]
    for _turn in range(2):
        one_more(bank)
    assert asked() == before
    assert all(now >= then + 2 for now, then in zip([rows_of(keeper, path) for path in paths], rows, strict=True))


def test_the_demo_loads_a_bank_whose_credits_come_of_verified_records() -> None:
    volunteering.load_examples(actor=SYSTEM, area="", at=NOW - timedelta(days=90))
    for _place in range(7):
        free(a_volunteer(a_person(COMMUNITY), area=COMMUNITY))
    for _turn in range(2):
        demo.load(at=NOW, progress=lambda *_told: None)
    states = list(Deal.objects.order_by("state").values_list("state", flat=True))
    helped = year.TOLD * year.COUNT // 2  # in the two months before, by the members of the year
    assert states == ["asked", "disputed", *["paid"] * helped, "promised"]
    assert Post.objects.count() == 5 + 3 + helped
    assert Earning.objects.filter(kept__gt=0).count() == 7 + year.COUNT * year.SERVED
    assert sorted(Crossing.objects.values_list("minutes", "relation")) == [
        (15, ""), (20, "self"), (30, "self"), (45, "self"),
    ]  # fmt: skip
    run = Run.objects.get()
    assert (run.synthetic, run.wants, run.wants_filled > 0) == (True, 3 + 2, True)
    assert run.help_proposals.filter(state="asked").count() == 1
    offer = Post.objects.get(sort="offer")
    assert (offer.place, [one.span for one in offer.hours.all()]) == (loading.PLACE, list(loading.HOURS))
    assert sorted(Good.objects.values_list("supplied", "stock")) == [(10, 9), (20, 20)]
    assert list(checking.broken()) == []

"""The month that runs: exact for who keeps the bank, told to nobody else; the public page says when it will be told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.periods import months_after
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.timebank import operations, queries, refusals
from shanzhi.timebank.models import Bank, Member
from tests.support.people import AREA, a_person, actor, an_actor, client_for, sign_in
from tests.timebank.between import agreed, keeper_of, passing, two_banks
from tests.timebank.support import OLD, SYSTEM, a_bank, a_deal, a_member, on, pool, serve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
OCTOBER, NOVEMBER = (datetime(2026, month, 20, 4, tzinfo=UTC) for month in (10, 11))


def a_busy_bank() -> tuple[Bank, list[Member]]:
    """Have members earn in October and November, and pay, give, donate and let expire in November."""
    bank = a_bank(expiry={"months": 3, "pool": "poor"}, spending={"least_age": 0, "gifts_to": ["parent"]})
    members = [a_member(bank, at=OCTOBER - timedelta(days=90)) for _ in range(3)]
    serve(members[0], 70, at=OCTOBER, day=date(2026, 10, 1))
    serve(members[2], 50, at=OCTOBER, day=date(2026, 8, 10))
    serve(members[1], 100, at=NOVEMBER - timedelta(days=5), day=date(2026, 11, 2))
    wrong = serve(members[1], 8, at=NOVEMBER - timedelta(days=5), day=date(2026, 11, 3))
    operations.take_back(actor=SYSTEM, record=wrong.record, at=NOVEMBER)
    operations.expire_lots(actor=SYSTEM, member_id=members[2].pk, at=NOVEMBER)
    a_deal(members[0], members[1], 20, state="paid", at=NOVEMBER - timedelta(days=4))
    given: dict[str, Any] = {"bank_id": bank.pk, "at": NOVEMBER}
    operations.give(actor=actor(members[1].person), number=members[2].number, relation="parent", minutes=7, **given)
    operations.donate(actor=actor(members[1].person), pool_id=pool(bank).pk, minutes=9, **given)
    return bank, members


def test_keepers_read_the_exact_sums_of_the_ledger_and_what_is_owed_now() -> None:
    bank, members = a_busy_bank()
    keeper = an_actor(Role.DISTRICT_OFFICER, AREA[:6])
    month = queries.running(viewer=keeper, bank_id=bank.pk, at=NOVEMBER)
    assert (month.first, month.today, month.told_on) == (date(2026, 11, 1), date(2026, 11, 20), date(2026, 12, 1))
    told = {name: minutes for name, minutes in month.figures.items() if minutes}
    assert told == {"earned": 108, "taken_back": 8, "spent": 20, "given": 7, "donated": 9, "expired": 50}
    held = sum(on(account) for one in members for account in (one.credits, one.bound, one.held))
    assert month.owed == held + on(pool(bank).account) == 70 + 50 + 100
    later = queries.running(viewer=keeper, bank_id=bank.pk, at=NOVEMBER + timedelta(days=11))
    assert (later.first, set(later.figures.values()), later.owed) == (date(2026, 12, 1), {0}, 220)


def test_what_crossed_to_another_bank_is_in_it_too() -> None:
    here, there = two_banks()
    sender, receiver = a_member(here, 60), a_member(there, born_on=OLD)
    agreed(here, there)
    passing(sender, receiver, 25)
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    sent, came = (queries.running(viewer=keeper_of(one), bank_id=one.pk, at=at) for one in (here, there))
    assert (sent.figures["passed_out"], sent.between, sent.owed) == (25, 25, 35)
    assert (came.figures["passed_in"], came.between, came.owed) == (25, -25, 25)


def test_no_other_reader_of_the_desk_and_nobody_outside_reads_it() -> None:
    bank, members = a_busy_bank()
    for role in (Role.AUDITOR, Role.COMMUNITY_SECRETARY):
        viewer = an_actor(role, AREA[:6])
        assert queries.desk_bank(viewer=viewer, bank_id=bank.pk) == bank
        with pytest.raises(refusals.NotTheKeeper):
            queries.running(viewer=viewer, bank_id=bank.pk, at=NOVEMBER)
    for viewer in (actor(members[0].person), an_actor(Role.DISTRICT_OFFICER, "110114")):
        with pytest.raises(NotFound):
            queries.running(viewer=viewer, bank_id=bank.pk, at=NOVEMBER)
    with pytest.raises(SignInNeeded):
        queries.running(viewer=Actor(), bank_id=bank.pk, at=NOVEMBER)


def test_the_desk_shows_it_to_who_keeps_the_bank_and_the_api_tells_the_same() -> None:
    now = timezone.now()
    bank = a_bank()
    serve(a_member(bank, at=now - timedelta(days=90)), 95, at=now, day=timezone.localdate(now) - timedelta(days=1))
    named = a_person(AREA)
    officer, reader = client_for(Role.DISTRICT_OFFICER, AREA[:6]), client_for(Role.AUDITOR, AREA[:6])
    ledger.name_keeper(actor=actor(officer.person), book_id=bank.book_id, person_id=named.pk, at=now)
    path, way = f"/desk/timebank/{bank.pk}/", f"/api/v1/timebank/banks/{bank.pk}/months/running"
    for keeper in (officer, sign_in(Client(), named)):
        shown = keeper.get(path, headers={"Accept-Language": "en"}).content.decode()
        assert "The month so far" in shown
        assert "Owed now" in shown
        assert shown.count("1 h 35 min") >= 2
        told = keeper.get(way).json()
        assert (told["earned"], told["owed"], told["spent"], told["between"]) == (95, 95, 0, 0)
        assert date.fromisoformat(told["first"]) == timezone.localdate(now).replace(day=1)
        assert date.fromisoformat(told["told_on"]) == months_after(timezone.localdate(now).replace(day=1), 1)
    shown = reader.get(path, headers={"Accept-Language": "en"}).content.decode()
    assert "The month so far" not in shown
    assert reader.get(way).status_code == 403
    assert client_for(Role.DISTRICT_OFFICER, "110114").get(way).status_code == 404
    assert Client().get(way).status_code == 401
    public = Client().get(f"/timebank/{bank.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "1 h 35 min" not in public


def test_the_public_page_says_why_the_running_month_is_not_there_and_when_it_will_be() -> None:
    bank = a_bank()
    today = timezone.localdate()
    later = months_after(today.replace(day=1), 1)
    english = Client().get(f"/timebank/{bank.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert f"{today:%B %Y} still runs and is told of on {later:%a} 1 {later:%b %Y}, when it is over." in english
    assert "fewer than 5 people" in english
    chinese = Client().get(f"/timebank/{bank.pk}/").content.decode()
    assert f"{today.year}年{today.month}月 尚未结束" in chinese
    assert f"{later.year}年{later.month}月1日" in chinese


def test_it_is_read_in_as_many_queries_however_much_moved() -> None:
    bank, _members = a_busy_bank()
    keeper = an_actor(Role.DISTRICT_OFFICER, AREA[:6])

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            queries.running(viewer=keeper, bank_id=bank.pk, at=NOVEMBER)
        return len(told)

    before = asked()
    for _one in range(3):
        serve(a_member(bank, at=OCTOBER), 30, at=NOVEMBER, day=date(2026, 11, 5))
    assert asked() == before

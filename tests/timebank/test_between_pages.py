"""The pages and the API of agreements between banks, walked through; what is published of them, and what is not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Posting
from shanzhi.timebank import checking, operations
from shanzhi.timebank.models import Bank, Crossing, Link
from shanzhi.timebank.queries import published
from shanzhi.timebank.queries.months import periods
from shanzhi.timebank.sums import Moved
from tests.support.people import actor, client_for, sign_in
from tests.timebank.between import agreed, owes, passing, saver, two_banks
from tests.timebank.support import DISTRICT, OLD, SYSTEM, pool, stands
from tests.timebank.test_pages import page, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def desk(found: Bank, path: str = "") -> str:
    return f"/desk/timebank/{found.pk}/links/{path}"


def test_two_keepers_agree_change_the_limit_settle_and_end_it() -> None:
    here, there = two_banks()
    ours, theirs = client_for(Role.DISTRICT_OFFICER, here.area), client_for(Role.DISTRICT_OFFICER, there.area)
    assert "本行还没有与其他银行签订协议" in page(ours, desk(here))
    assert ours.post(desk(here, "new/"), {"other_id": str(there.pk), "most": "0"}).status_code == 422
    assert ours.post(desk(here, "new/"), {"other_id": str(there.pk), "most": "600"}).status_code == 302
    link = Link.objects.get()
    own, other = desk(here, f"{link.pk}/"), desk(there, f"{link.pk}/")
    assert "其他银行的提议</a> · 1" in page(theirs, f"/desk/timebank/{there.pk}/")
    assert ("答复对方银行" in page(theirs, other), "撤回提议" in page(ours, own)) == (True, True)
    assert theirs.post(f"{other}answer/", {"decision": "no", "reason": ""}).status_code == 422
    assert theirs.post(f"{other}answer/", {"decision": "yes", "reason": ""}).status_code == 302
    member, old = saver(here, 500), saver(there, 200, born_on=OLD)
    passing(member, old, 250)
    assert (("本行欠 4小时10分" in page(ours, own)), "对方欠 4小时10分" in page(theirs, other)) == (True, True)
    assert ours.post(f"{own}limit/", {"most": "200"}).status_code == 422
    assert ours.post(f"{own}limit/", {"most": "900"}).status_code == 302
    assert theirs.post(f"{other}answer/", {"decision": "yes", "most": "900"}).status_code == 302
    operations.donate(
        actor=actor(old.person), bank_id=there.pk, pool_id=pool(there, "area").pk, minutes=90, at=link.proposed_at
    )
    common = {"pool_id": str(pool(there, "area").pk), "reason": "结清"}
    refused = theirs.post(f"{other}settle/", {"minutes": "251", **common})
    assert "对方银行欠 4小时10分" in refused.content.decode()
    assert theirs.post(f"{other}settle/", {"minutes": "90", **common}).status_code == 302
    assert theirs.post(f"{other}end/", {"reason": "期满"}).status_code == 302
    link.refresh_from_db()
    assert (link.state, link.most, owes(link, here)) == ("ended", 900, 160)
    for client, bank in ((ours, here), (theirs, there)):
        assert rows_of(client, f"/desk/timebank/{bank.pk}/crossings/") == 3
        crossings = f"/desk/timebank/{bank.pk}/crossings/"
        assert member.number not in page(client, f"{crossings}?settled=1")
        found = page(client, f"{crossings}?settled=0&q={member.number[:9]}")
        assert (old.number in found, "公益池结清</td>" in found) == (True, False)
        assert rows_of(client, desk(bank)) == 2
    assert list(checking.broken()) == []


def test_a_member_looks_first_and_passes_credits_on_once() -> None:
    here, there = two_banks()
    member = saver(here, 500)
    browser = sign_in(Client(), member.person)
    path = f"/timebank/{here.pk}/pass/"
    assert "本行还没有与其他银行签订清算协议" in page(browser, path)
    link = agreed(here, there)
    own = saver(there, person=member.person)
    form = {"to_bank_id": str(there.pk), "number": own.number, "relation": "self", "minutes": "60"}
    looked = browser.post(path, {**form, "look": "1"})
    assert (looked.status_code, "最早到期日" in looked.content.decode(), stands(own)[0]) == (200, True, 0)
    wrong = browser.post(path, {**form, "look": "1", "minutes": "501"})
    assert (wrong.status_code, "您可以划转的只有 8小时20分" in wrong.content.decode()) == (422, True)
    key = str(uuid4())
    for _turn in range(2):
        assert browser.post(path, {**form, "idempotency_key": key}).status_code == 302
    assert (stands(own)[0], owes(link, here)) == (60, 60)
    statement = page(browser, f"/timebank/{here.pk}/statement/")
    assert f"划转到其他银行 · {there.name}" in statement
    public = page(Client(), f"/timebank/{there.pk}/")
    assert (here.name in public, "上限 10小时" in public, own.number in public) == (True, True, False)


def test_the_same_goes_over_the_api() -> None:
    here, there = two_banks()
    ours, theirs = client_for(Role.DISTRICT_OFFICER, here.area), client_for(Role.DISTRICT_OFFICER, there.area)
    root = "/api/v1/timebank/banks/"

    def send(client: Client, path: str, body: Any) -> Any:
        heads = {"idempotency-key": str(uuid4())}
        return client.post(f"{root}{path}", body, content_type="application/json", headers=heads)

    made = send(ours, f"{here.pk}/links", {"other_id": str(there.pk), "most": 300}).json()["id"]
    assert send(ours, f"{here.pk}/links", {"other_id": str(there.pk), "most": 300}).status_code == 409
    assert send(theirs, f"{there.pk}/links/{made}/step", {"step": "agree"}).status_code == 200
    member = saver(here, 500)
    own = saver(there, person=member.person)
    browser = sign_in(Client(), member.person)
    body = {"to_bank_id": str(there.pk), "number": own.number, "relation": "self", "minutes": 90}
    assert send(browser, f"{here.pk}/passes/look", body).json() == {"minutes": 90, "first_expires": "2029-10-20"}
    assert send(browser, f"{here.pk}/passes", body).status_code == 200
    over = send(browser, f"{here.pk}/passes", {**body, "minutes": 211})
    assert (over.status_code, over.json()["code"], over.json()["field"]) == (409, "over_the_clearing_limit", "minutes")
    assert send(browser, f"{here.pk}/passes", {**body, "minutes": -5}).status_code == 422
    (entry,) = browser.get(f"{root}{there.pk}/statement").json()
    assert (entry["other_bank"], entry["minutes"]) == (here.name, 90)
    (row,) = theirs.get(f"{root}{there.pk}/links").json()["items"]
    assert (row["owed"], row["limit"], row["name"]) == (-90, 300, here.name)
    (crossing,) = theirs.get(f"{root}{there.pk}/crossings").json()["items"]
    assert (crossing["came"], crossing["sender"], crossing["receiver"]) == (True, member.number, own.number)
    assert send(ours, f"{here.pk}/links/{made}/limit", {"most": 400}).status_code == 200
    assert send(ours, f"{here.pk}/links/{made}/step", {"step": "withdraw"}).status_code == 200
    short = send(theirs, f"{there.pk}/links/{made}/settlements", {"minutes": 10, "reason": "结清"})
    assert (short.status_code, short.json()["code"]) == (409, "pool_short")
    assert Client().get(f"{root}{here.pk}/agreements").json()[0]["limit"] == 300
    assert send(theirs, f"{there.pk}/links/{made}/step", {"step": "end", "reason": "期满"}).status_code == 200
    assert ours.get(f"{root}{here.pk}/links/{made}").json()["state"] == "ended"
    assert theirs.get(f"{root}{there.pk}/cleared").json() == {"items": [], "next": None}


def test_what_passed_is_published_when_five_stand_behind_it_and_pages_ask_no_more_for_more_rows() -> None:
    here, there = two_banks()
    agreed(here, there, 6000)
    october = date(2026, 10, 1)
    pairs = [(saver(here, 100), saver(there, born_on=OLD)) for _turn in range(5)]
    reader = client_for(Role.DISTRICT_OFFICER, DISTRICT)
    paths = [f"/desk/timebank/{here.pk}/{name}/" for name in ("links", "crossings", "cleared")]

    def asked() -> list[int]:
        counts = []
        for path in [*paths, f"/timebank/{here.pk}/"]:
            with CaptureQueriesContext(connection) as found:
                assert reader.get(path).status_code == 200
            counts.append(len(found))
        return counts

    for place, (sender, receiver) in enumerate(pairs):
        passing(sender, receiver, 20)
        if place == 1:
            asked()  # the first visit notes when the account was seen
            before = asked()
    assert asked() == before
    assert Posting.objects.filter(entry__in=Crossing.objects.values("out_entry")).count() == 10
    (ours,), (theirs,) = (published(one, date(2026, 12, 1)) for one in (here, there))
    assert (ours.figures["passed_out"], ours.owed, ours.between) == (100, 400, 100)
    assert (theirs.figures["passed_in"], theirs.owed, theirs.between) == (100, 100, -100)
    # one who passes something back holds back what is owed between the banks, and a settlement tells nothing of it
    november, people = date(2026, 11, 1), [uuid4() for _ in range(5)]
    rows = [
        Moved(october, "timebank.pass_out", 100, frozenset(people), -100, 100),
        Moved(november, "timebank.pass_in", 7, frozenset(people[:1]), 7, -7),
        Moved(november, "timebank.settle_in", 30, frozenset(), 30, -30),
    ]
    (first,) = periods(rows, until=date(2026, 12, 1))
    assert (first.first, first.figures["passed_out"], first.between) == (october, 100, 100)
    rows.append(Moved(november, "timebank.pass_out", 60, frozenset(people), -60, 60))
    last = periods(rows, until=date(2026, 12, 1))[0]
    assert (last.figures["settled_in"], last.figures["passed_in"], last.between, last.owed) == (30, None, None, None)


def test_nothing_of_it_hinders_closing_an_account() -> None:
    here, there = two_banks()
    link = agreed(here, there)
    member = saver(here, 60)
    own = saver(there, person=member.person)
    passing(member, own, 60, "self")
    operations.close_account(actor=actor(member.person), member_id=member.pk, at=link.proposed_at + timedelta(days=1))
    again = operations.open_account(
        actor=SYSTEM,
        bank_id=here.pk,
        student=False,
        person_id=member.person_id,
        at=link.proposed_at + timedelta(days=2),
    )
    passing(own, again, 60, "self")
    assert (stands(again)[0], owes(link, here)) == (60, 0)

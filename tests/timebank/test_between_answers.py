"""Limits of two banks are answered by name, by two people, and both accounts are held between them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Balance
from shanzhi.notices.models import Delivery
from shanzhi.timebank import operations
from shanzhi.timebank import refusals_between as between
from shanzhi.timebank.models import Link
from tests.support.people import AT, actor, client_for, sign_in
from tests.timebank.between import agreed, keeper_of, owes, saver, two_banks
from tests.timebank.support import pool
from tests.timebank.test_credits import level
from tests.timebank.test_pages import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def test_an_answer_names_the_limit_that_was_read_and_what_was_answered_last_is_kept() -> None:
    here, there = two_banks()
    link = agreed(here, there)
    ours, theirs = keeper_of(here), keeper_of(there)
    asking: dict[str, Any] = {"actor": ours, "bank_id": here.pk, "link_id": link.pk, "at": AT}
    answering: dict[str, Any] = {"actor": theirs, "bank_id": there.pk, "link_id": link.pk, "at": AT}
    operations.ask_limit(most=300, **asking)
    operations.withdraw_link(**asking)
    told = Delivery.objects.filter(notice__kind="time_bank_agreements.withdrawn", channel="app")
    assert list(told.values_list("person", flat=True)) == [theirs.person_id]
    operations.ask_limit(most=900, **asking)
    for named in (300, None):
        with pytest.raises(between.AskedAnew) as said:
            operations.answer_link(agrees=True, most=named, **answering)
        assert said.value.field == "most"
    client = client_for(Role.DISTRICT_OFFICER, there.area)
    path = f"/desk/timebank/{there.pk}/links/{link.pk}/"
    assert 'name="most" value="900"' in page(client, f"{path}answer/").replace('type="hidden" ', "")
    stale = client.post(f"{path}answer/", {"decision": "yes", "most": "300"})
    assert (stale.status_code, "等待您答复的上限是 15小时" in stale.content.decode()) == (422, True)
    assert Link.objects.get(pk=link.pk).most == 600
    declined = operations.answer_link(agrees=False, most=900, reason="一次增加太多", **answering)
    assert (declined.limit_asked, declined.limit_agreed, declined.limit_answered_by_id, declined.limit_answered_at) == (
        900, False, theirs.person_id, AT,
    )  # fmt: skip
    shown = page(client, path)
    assert ("未同意 15小时" in shown, "一次增加太多" in shown) == (True, True)
    api = client.get(f"/api/v1/timebank/banks/{there.pk}/links/{link.pk}").json()
    assert (api["answered_limit"], api["limit_agreed"], api["limit_reason"]) == (900, False, "一次增加太多")
    assert api["limit_answered_at"] is not None
    verbs = ("ask_limit", "withdraw", "refuse_limit")
    rows = Event.objects.filter(verb__in=[f"timebank.link.{verb}" for verb in verbs], area=here.area).order_by("id")
    assert [(row.verb.rpartition(".")[2], row.change["limit"]) for row in rows] == [
        ("ask_limit", 300), ("withdraw", 300), ("ask_limit", 900), ("refuse_limit", 900),
    ]  # fmt: skip
    operations.ask_limit(most=700, **asking)
    assert operations.answer_link(agrees=True, most=700, **answering).most == 700
    assert f"{timezone.localdate(AT).year}" in page(client, path)
    assert client.get(f"/api/v1/timebank/banks/{there.pk}/links/{link.pk}").json()["answered_limit"] == 700


def test_the_same_press_again_gets_its_first_answer_whatever_holds_by_then() -> None:
    here, there = two_banks()
    ours, theirs = client_for(Role.DISTRICT_OFFICER, here.area), client_for(Role.DISTRICT_OFFICER, there.area)
    pressed: list[tuple[Any, str, dict[str, str], str]] = []

    def press(client: Any, path: str, **given: str) -> None:
        sent = {**given, "idempotency_key": str(uuid4())}
        answer = client.post(path, sent)
        assert answer.status_code == 302, (path, answer.content.decode()[-3000:])
        pressed.append((client, path, sent, answer["location"]))

    press(ours, f"/desk/timebank/{here.pk}/links/new/", other_id=str(there.pk), most="600")
    link = Link.objects.get()
    own, other = (f"/desk/timebank/{bank.pk}/links/{link.pk}/" for bank in (here, there))
    press(theirs, f"{other}answer/", decision="yes", most="600")
    press(ours, f"{own}limit/", most="700")
    press(ours, f"{own}withdraw/")
    member, giver = saver(here, 100), saver(there, 30)
    account = saver(there, person=member.person)
    browser = sign_in(Client(), member.person)
    press(browser, f"/timebank/{here.pk}/pass/", to_bank_id=str(there.pk), number=account.number, relation="self",
          minutes="60")  # fmt: skip
    chosen = pool(there, "area")
    operations.donate(actor=actor(giver.person), bank_id=there.pk, pool_id=chosen.pk, minutes=20, at=AT)
    press(theirs, f"{other}settle/", pool_id=str(chosen.pk), minutes="20", reason="结清")
    press(ours, f"{own}end/", reason="期满")
    link.refresh_from_db()
    before = (Event.objects.count(), Link.objects.get().state, owes(link, here))
    for client, path, sent, first in pressed:
        again = client.post(path, sent)
        assert (again.status_code, again["location"]) == (302, first), path
    assert (Event.objects.count(), Link.objects.get().state, owes(link, here)) == before == (before[0], "ended", 40)
    # another press is another matter
    for client, path, sent, _first in (pressed[0], pressed[4]):
        assert client.post(path, {**sent, "idempotency_key": str(uuid4())}).status_code == 422


def changed(of: Any, change: dict[str, Any]) -> None:
    with transaction.atomic():
        of.update(**change)
        level()


def broken_by(match: str, change: dict[str, Any], of: Any) -> None:
    """Change a row behind the operations, which the database refuses, at once or on commit."""
    with pytest.raises(DatabaseError, match=match):
        changed(of, change)


def test_the_database_holds_that_two_people_agree_on_a_limit_and_that_it_is_held() -> None:
    here, there = two_banks()
    link = agreed(here, there)
    level()
    row = Link.objects.filter(pk=link.pk)
    nothing: dict[str, Any] = {"asked_most": None, "asked_by": None, "asked_person": None, "asked_at": None}
    broken_by("timebank_link_limit", {"most": 5}, of=row)
    asker, other = keeper_of(here), keeper_of(there)
    operations.ask_limit(actor=asker, bank_id=here.pk, link_id=link.pk, most=300, at=AT)
    yes: dict[str, Any] = {"most": 300, "limit_asked": 300, "limit_agreed": True, "limit_answered_at": AT, **nothing}
    broken_by("timebank_link_limit_two", {**yes, "limit_answered_by": asker.person_id}, of=row)
    broken_by("timebank_link_limit_two", yes, of=row)
    broken_by("timebank_link_limit", {**yes, "limit_asked": 200, "most": 200}, of=row)
    broken_by("timebank_link_limit", {"most": 300, **nothing}, of=row)
    broken_by("timebank_link_asked_once", {"asked_person": other.person_id}, of=row)
    # the row alone: both accounts are still held between the old one
    broken_by("timebank_link_bounds", {**yes, "limit_answered_by": other.person_id}, of=row)
    balances = Balance.objects.filter(account=link.account_at(there.pk))
    broken_by("timebank_link_bounds", {"ceiling": None}, of=balances)
    operations.answer_link(actor=other, bank_id=there.pk, link_id=link.pk, agrees=True, most=300, at=AT)
    level()

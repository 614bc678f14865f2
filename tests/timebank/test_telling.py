"""What members are told, and that guardians find what waits for them; closed posts are read by whom they concern."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Delivery, Notice
from shanzhi.people.models import Person
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.models import Deal, Post
from tests.support.people import AREA, AT, a_person, actor, an_actor, client_for, sign_in
from tests.timebank.support import (
    DISTRICT,
    OLD,
    RULES,
    SYSTEM,
    a_bank,
    a_deal,
    a_member,
    a_request,
    a_student,
    an_offer,
    pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(days=3)


def told(person: Person) -> list[str]:
    """Give the kinds of what somebody was told, in order of their names."""
    rows = Delivery.objects.filter(person=person, channel="app", notice__kind__startswith="time_bank")
    return sorted(rows.values_list("notice__kind", flat=True))


def test_members_are_told_of_each_step_of_others_and_never_of_their_own() -> None:
    bank = a_bank()
    taker, helper = a_member(bank, 300), a_member(bank)
    paid = a_deal(taker, helper, 30)
    operations.confirm(actor=actor(helper.person), deal_id=paid.pk, at=LATER)
    operations.confirm(actor=actor(taker.person), deal_id=paid.pk, at=LATER)
    off = a_deal(taker, helper, 30)
    operations.cancel(actor=actor(helper.person), deal_id=off.pk, reason="病了", at=AT)
    refused = a_deal(taker, helper, 30, state="asked")
    operations.refuse_answer(actor=actor(taker.person), deal_id=refused.pk, at=AT)
    disputed = a_deal(taker, helper, 30, state="disputed")
    keeper = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    operations.settle(actor=keeper, deal_id=disputed.pk, minutes=10, decision="按十分钟", at=LATER)
    head = "time_bank_help."
    assert told(taker.person) == sorted([f"{head}answered"] * 4 + [f"{head}done", f"{head}cancelled", f"{head}settled"])
    assert told(helper.person) == sorted(
        [f"{head}promised"] * 3 + [f"{head}{one}" for one in ("paid", "refused", "disputed", "settled")]
    )
    assert not any("陪我" in one.words for one in Notice.objects.all())


def ends(person: Person) -> list[str]:
    """Give of what somebody was told what ended without a step of the own."""
    return [one for one in told(person) if one in ("time_bank_help.ended", "time_bank.lapsed")]


def test_members_are_told_of_what_was_taken_back_closed_or_ended_by_time() -> None:
    bank = a_bank()
    taker, helpers = a_member(bank, 300), [a_member(bank) for _ in range(4)]
    back, shut, kept, late = (a_deal(taker, one, 30, state="asked") for one in helpers)
    operations.promise(actor=actor(taker.person), deal_id=kept.pk, at=AT)
    good = operations.put_up(
        actor=SYSTEM, bank_id=bank.pk, given=operations.Goods("示例肥皂", "示例超市", 10, 2), at=AT
    )
    operations.take_voucher(actor=actor(taker.person), good_id=good.pk, at=AT)
    operations.withdraw_answer(actor=actor(helpers[0].person), deal_id=back.pk, at=AT)
    assert [ends(one.person) for one in (taker, helpers[0])] == [["time_bank_help.ended"], []]
    operations.close_post(actor=actor(taker.person), post_id=shut.post_id, at=AT)
    operations.run_clock(at=AT + timedelta(days=3))  # the day of the last request is over
    assert [ends(one.person) for one in helpers[1:]] == [["time_bank_help.ended"], [], ["time_bank_help.ended"]]
    assert Deal.objects.get(pk=late.pk).state == "lapsed"
    operations.run_clock(at=AT + timedelta(days=33))
    assert ends(helpers[2].person) == ["time_bank_help.ended"]
    assert ends(taker.person) == ["time_bank.lapsed", *["time_bank_help.ended"] * 2]


def test_nobody_is_left_untold_when_more_expires_than_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = a_bank()
    members = [a_member(bank, 60) for _ in range(3)]
    monkeypatch.setattr("shanzhi.timebank.telling.MOST", 2)
    ends = AT.replace(year=2029, month=10, day=20)
    told_of = [operations.run_clock(at=ends - timedelta(days=30))["told"] for _tick in range(3)]
    assert told_of == [2, 1, 0]
    assert all(told(one.person) == ["time_bank.expires"] for one in members)


def test_members_are_told_of_gifts_grants_rules_and_of_what_expires_once() -> None:
    bank = a_bank()
    giver, mother = a_member(bank, 300), a_member(bank, born_on=OLD)
    given: dict[str, Any] = {"actor": actor(giver.person), "bank_id": bank.pk, "at": AT}
    operations.give(number=mother.number, relation="parent", minutes=50, **given)
    operations.donate(pool_id=pool(bank).pk, minutes=60, **given)
    first, second, third = (an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT) for _ in range(3))
    grant = operations.propose_grant(
        actor=first, pool_id=pool(bank).pk, number=mother.number, minutes=20, reason="独居（示例）", at=AT
    )
    for one in (second, third):
        operations.agree_to_grant(actor=one, grant_id=grant.pk, at=AT)
    officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    operations.publish_rules(actor=officer, bank_id=bank.pk, rules={**RULES, "from_day": "2026-12-24"}, at=AT)
    assert told(mother.person) == ["time_bank.given", "time_bank.granted", "time_bank.rules"]
    ends = AT.replace(year=2029, month=10, day=20)
    for days, number in ((31, 0), (30, 2), (29, 0)):
        assert operations.run_clock(at=ends - timedelta(days=days))["told"] == number
    assert told(giver.person) == ["time_bank.expires", "time_bank.rules"]


def test_a_guardian_is_told_finds_reads_and_agrees_once() -> None:
    bank = a_bank()
    taker, guardian = a_member(bank, 100), a_person()
    helper = a_student(bank, guardian)
    deal = a_deal(taker, helper, state="asked")
    assert told(guardian) == ["time_bank_help.guardian"]
    theirs = sign_in(Client(), guardian)
    way, post = f"/timebank/promises/{deal.pk}/", f"/timebank/help/{deal.post_id}/"
    assert way in theirs.get("/account/timebank/").content.decode()
    assert "腿脚不便" in theirs.get(post).content.decode()
    assert sign_in(Client(), a_person()).get(post).status_code == 404
    wards = "/api/v1/timebank/promises/wards"
    (row,) = theirs.get(wards).json()
    assert (row["id"], row["state"], row["address"]) == (str(deal.pk), "asked", "")
    assert sign_in(Client(), helper.person).get(wards).json() == []
    for _turn in range(2):
        assert theirs.post(f"{way}step/", {"step": "guardian"}).status_code == 302
    assert Event.objects.filter(verb="timebank.deal.guardian").count() == 1
    assert Deal.objects.get(pk=deal.pk).version == 2
    assert way not in theirs.get("/account/timebank/").content.decode()
    assert theirs.get(wards).json() == []


def test_a_closed_post_is_read_by_whom_it_concerns_and_an_improper_one_is_closed_by_a_keeper() -> None:
    bank = a_bank()
    author, helper, refused, other = a_member(bank, 300), *(a_member(bank) for _ in range(3))
    post = a_request(author)
    deals = [
        operations.answer_post(actor=actor(one.person), post_id=post.pk, message="", at=AT) for one in (helper, refused)
    ]
    operations.refuse_answer(actor=actor(author.person), deal_id=deals[1].pk, at=AT)
    operations.promise(actor=actor(author.person), deal_id=deals[0].pk, at=AT)
    keeper, reader = (client_for(role, AREA[:6]) for role in (Role.SUBDISTRICT_OFFICER, Role.AUDITOR))
    people = [sign_in(Client(), one.person) for one in (author, helper, refused, other)]
    way = f"/timebank/help/{post.pk}/"
    assert [one.get(way).status_code for one in (*people, keeper)] == [200] * 5
    root = f"/timebank/{bank.pk}/help/"
    assert [root in one.get(f"/desk/timebank/{bank.pk}/").content.decode() for one in (keeper, reader)] == [True, False]
    assert way in keeper.get(root).content.decode()
    assert f"{way}close/" not in people[3].get(way).content.decode()
    assert f"{way}close/" in keeper.get(way).content.decode()
    assert keeper.post(f"{way}close/", {}).status_code == 302
    assert Post.objects.get(pk=post.pk).state == "closed"
    assert [one.get(way).status_code for one in (*people, keeper)] == [200, 200, 404, 404, 200]
    assert [one.get(f"/api/v1{way[:-1]}").status_code for one in (people[1], people[3])] == [200, 404]
    promises = f"/desk/timebank/{bank.pk}/promises/"
    assert f"/timebank/promises/{deals[0].pk}/" in keeper.get(promises).content.decode()
    assert f"/timebank/promises/{deals[0].pk}/" not in reader.get(promises).content.decode()  # it would be a 404


def test_help_is_begun_and_finished_by_the_api() -> None:
    bank = a_bank()
    taker, helper = a_member(bank, 300), a_member(bank)
    mine, theirs = (sign_in(Client(), one.person) for one in (taker, helper))
    offer = an_offer(helper)
    root = "/api/v1/timebank"

    def send(client: Client, path: str, **body: Any) -> Any:
        return client.post(
            f"{root}{path}", body, content_type="application/json", headers={"Idempotency-Key": uuid4().hex}
        )

    refused = send(mine, f"/banks/{bank.pk}/help", sort="offer", title="教手机", about="示例", area=AREA, minutes=30,
                       starts_at=(AT + timedelta(days=9)).isoformat())  # fmt: skip
    assert (refused.status_code, refused.json()["field"]) == (422, "starts_at")
    answered = send(mine, f"/help/{offer.pk}/answers", message="想学", minutes=45)
    assert answered.status_code == 200
    (row,) = theirs.get(f"{root}/promises?post_id={offer.pk}").json()["items"]
    assert (row["id"], row["state"]) == (answered.json()["id"], "asked")
    way = f"/promises/{row['id']}"
    assert send(theirs, f"{way}/step", step="promise").status_code == 200
    early = send(mine, f"{way}/rating", stars=5)
    assert (early.status_code, early.json()["code"]) == (409, refusals.NotDone.code)
    for client in (theirs, mine):
        assert send(client, f"{way}/step", step="confirm").status_code == 200
    assert send(mine, f"{way}/rating", stars=4, said="讲得清楚").status_code == 200
    closed = theirs.post(f"{root}/help/{offer.pk}/close", headers={"Idempotency-Key": uuid4().hex})
    assert closed.status_code == 200  # without a body: the address says it
    assert theirs.get(f"{root}/promises").json()["items"][0]["paid"] == 45
    a_deal(taker, helper, 20)
    first = theirs.get(f"{root}/promises?limit=1").json()
    rest = theirs.get(f"{root}/promises?limit=1&after={first['next']}").json()
    in_order = [str(key) for key in Deal.objects.order_by("-asked_at").values_list("pk", flat=True)]
    assert [one["items"][0]["id"] for one in (first, rest)] == in_order
    assert rest["next"] is None

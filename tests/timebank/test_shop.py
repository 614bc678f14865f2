"""Goods for credits: held while a voucher waits, a piece handed out once, and pieces counted by the database."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.personal import hindrances
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.organizations.policies import LEADERS
from shanzhi.timebank import operations, policies, refusals
from shanzhi.timebank.lifecycle import VOUCHER
from shanzhi.timebank.models import Bank, Good, Member, Reserved, Voucher
from tests.support.organizations import an_organization
from tests.support.people import AREA, AT, a_person, actor, an_actor, client_for, sign_in
from tests.support.races import answers
from tests.timebank.support import DISTRICT, OLD, SYSTEM, a_bank, a_member, on, serve, stands
from tests.timebank.test_credits import level
from tests.timebank.test_help import to_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def a_good(bank: Bank, pieces: int = 3, **fields: Any) -> Good:
    """Put a bottle up for half an hour."""
    values = {"title": "洗衣液（示例）", "place": "示例超市，每天", "minutes": 30, "pieces": pieces, **fields}
    return operations.put_up(actor=SYSTEM, bank_id=bank.pk, given=operations.Goods(**values), at=AT)


def take(member: Member, good: Good, at: Any = AT) -> Voucher:
    """Take a voucher."""
    return operations.take_voucher(actor=actor(member.person), good_id=good.pk, at=at)


class TestAVoucher:
    def test_holds_the_credits_and_is_handed_out_once_by_who_has_the_thing(self) -> None:
        bank = a_bank()
        body = an_organization(DISTRICT, name="示例互助社")
        good = a_good(bank, organization_id=body.pk)
        member = a_member(bank, 100)
        found = take(member, good)
        assert (stands(member), Good.objects.get().stock, on(bank.redeemed)) == ((70, 0, 30), 2, 0)
        assert "退回兑换券" in str(hindrances(member.person_id, AT)[0].words)
        assert "退回兑换券" in str(refusals.AccountNotEmpty().message)
        assert VOUCHER.moves["redeem"].roles == policies.MANAGERS | LEADERS
        given: dict[str, Any] = {"voucher_id": found.pk, "at": AT}
        leader = actor(a_person(AREA, Role.TEAM_LEADER, organization=body.pk))
        keeper_too = a_member(bank, 30, person=a_person("", Role.SUBDISTRICT_OFFICER, role_area=DISTRICT))
        own = take(keeper_too, good)
        with pytest.raises(refusals.OwnMatter):
            operations.hand_out(actor=actor(keeper_too.person), voucher_id=own.pk, at=AT)
        for other in (actor(member.person), an_actor(Role.DISTRICT_OFFICER, "110114"), an_actor()):
            with pytest.raises(NotFound):
                operations.hand_out(actor=other, **given)
        done = operations.hand_out(actor=leader, **given)
        assert (done.state, done.handed_by_id, stands(member)) == ("redeemed", leader.person_id, (70, 0, 0))
        assert (on(bank.redeemed), on(bank.issued)) == (30, -130)
        with pytest.raises(refusals.VoucherOver):
            operations.hand_out(actor=leader, **given)
        assert Notice.objects.filter(kind="time_bank.redeemed").count() == 1
        level()

    def test_goes_back_by_its_member_or_by_time_with_credits_and_piece(self) -> None:
        bank = a_bank()
        good, member, other = a_good(bank), a_member(bank, 100), a_member(bank, 30)
        back, late, fetched = (take(member, good) for _ in range(3))
        with pytest.raises(refusals.SoldOut):
            take(other, good)
        with pytest.raises(NotFound):
            operations.give_voucher_back(actor=actor(other.person), voucher_id=back.pk, at=AT)
        operations.give_voucher_back(actor=actor(member.person), voucher_id=back.pk, at=AT)
        assert (stands(member), Good.objects.get().stock) == ((40, 0, 60), 1)
        day = AT + timedelta(days=30)
        operations.hand_out(actor=SYSTEM, voucher_id=fetched.pk, at=day)
        assert operations.run_clock(at=day)["vouchers"] == 0
        after = day + timedelta(days=1)
        with pytest.raises(refusals.VoucherOver):
            operations.hand_out(actor=SYSTEM, voucher_id=late.pk, at=after)
        assert operations.run_clock(at=after)["vouchers"] == 1
        states = {one.pk: one.state for one in Voucher.objects.all()}
        assert [states[one.pk] for one in (back, late, fetched)] == ["returned", "lapsed", "redeemed"]
        assert (stands(member), Good.objects.get().stock, Reserved.objects.count()) == ((70, 0, 0), 2, 0)
        level()

    def test_is_for_who_may_spend_and_has_the_credits_while_the_thing_is_there(self) -> None:
        bank = a_bank(spending={"least_age": 60})
        good = a_good(bank)
        young, old = a_member(bank, 100), a_member(bank, 20, born_on=OLD)
        with pytest.raises(refusals.ByTheRules):
            take(young, good)
        with pytest.raises(refusals.NotEnough):
            take(old, good)
        with pytest.raises(refusals.NotAMember):
            operations.take_voucher(actor=an_actor(), good_id=good.pk, at=AT)
        serve(old, 60)
        keeper = an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT)
        with pytest.raises(refusals.BadPieces):
            operations.set_stock(actor=keeper, good_id=good.pk, pieces=-1, was=3, at=AT)
        with pytest.raises(NotFound):
            operations.set_stock(
                actor=an_actor(Role.DISTRICT_OFFICER, "110114"), good_id=good.pk, pieces=1, was=3, at=AT
            )
        take(old, good)
        with pytest.raises(refusals.StockMoved):  # looked before the piece was taken, which would come back on paper
            operations.set_stock(actor=keeper, good_id=good.pk, pieces=3, was=3, at=AT)
        found = operations.set_stock(actor=keeper, good_id=good.pk, pieces=9, was=2, at=AT)
        assert (found.supplied, found.stock) == (10, 9)
        operations.close_good(actor=keeper, good_id=good.pk, at=AT)
        with pytest.raises(refusals.GoodClosed):
            take(old, good)
        with pytest.raises(NotFound):
            a_good(bank, organization_id=an_organization("110114", name="示例外地社").pk)
        level()


def test_the_database_holds_pieces_and_vouchers() -> None:
    bank = a_bank()
    good, member = a_good(bank), a_member(bank, 100)
    found, over = take(member, good), take(member, good)
    operations.hand_out(actor=SYSTEM, voucher_id=over.pk, at=AT)
    goods, vouchers = Good.objects.filter(pk=good.pk), Voucher.objects.filter(pk=found.pk)
    for run, words in (
        (lambda: goods.update(stock=2), "timebank_pieces_level"),
        (lambda: goods.update(stock=4), "timebank_good_stock"),
        (lambda: goods.update(stock=-1), "timebank_good_stock|stock_check"),
        (lambda: goods.update(minutes=1), "its bank and price"),
        (lambda: vouchers.update(minutes=1), "as it was taken"),
        (lambda: vouchers.update(state="returned", ended_at=AT), "timebank_pieces_level"),
        (lambda: Voucher.objects.filter(pk=over.pk).update(state="returned"), "timebank_voucher_once"),
        (lambda: Reserved.objects.filter(voucher=found).update(voucher=None), "timebank_reserved_for_one"),
    ):
        with pytest.raises(DatabaseError, match=words):
            to_the_end(run)


@pytest.mark.django_db(transaction=True)
def test_the_last_pieces_go_once_however_many_ask() -> None:
    bank = a_bank()
    good = a_good(bank, 2)
    members = [a_member(bank, 30) for _ in range(6)]
    found = answers(*[partial(take, one, good) for one in members])
    assert sum(isinstance(one, Voucher) for one in found) == 2
    assert sum(isinstance(one, refusals.SoldOut) for one in found) == 4
    (first,) = Voucher.objects.all()[:1]
    handed = answers(*[partial(operations.hand_out, actor=SYSTEM, voucher_id=first.pk, at=AT) for _ in range(4)])
    assert sum(isinstance(one, Voucher) for one in handed) == 1
    assert (Good.objects.get().stock, on(bank.redeemed)) == (0, 30)


def test_goods_are_walked_through_from_the_shelf_to_the_hand() -> None:
    bank = a_bank()
    keeper = client_for(Role.SUBDISTRICT_OFFICER, AREA[:6])
    form = {"title": "洗衣液", "place": "示例超市", "minutes": "30", "pieces": "2", "organization_id": ""}
    wrong = keeper.post(f"/desk/timebank/{bank.pk}/goods/new/", {**form, "pieces": "0"})
    assert wrong.status_code == 422
    assert keeper.post(f"/desk/timebank/{bank.pk}/goods/new/", form).status_code == 302
    good = Good.objects.get()
    listed, finds = f"/timebank/{bank.pk}/goods/", "查找兑换券"
    assert [finds in one.get(listed).content.decode() for one in (Client(), keeper)] == [False, True]
    assert "洗衣液" in Client().get(listed).content.decode()
    member = a_member(bank, 90)
    mine = sign_in(Client(), member.person)
    assert "领取兑换券" in mine.get(f"/timebank/goods/{good.pk}/").content.decode()
    for _turn in range(2):  # pressed twice, taken once
        sent = mine.post(f"/timebank/goods/{good.pk}/take/", {"idempotency_key": "take-a-bottle-1"})
        assert sent.status_code == 302
    voucher = Voucher.objects.get()
    way = f"/timebank/vouchers/{voucher.pk}/"
    shown = mine.get(way).content.decode()
    assert all(words in shown for words in ("<svg", voucher.number[:4], "示例超市"))
    assert "洗衣液" in mine.get("/account/timebank/").content.decode()
    assert client_for(Role.RESIDENT).get(way).status_code == 404
    looked = keeper.post("/timebank/vouchers/", {"number": f" {voucher.number[:6]} {voucher.number[6:]}"})
    assert looked["Location"] == way
    assert client_for(Role.RESIDENT).post("/timebank/vouchers/", {"number": voucher.number}).status_code == 422
    assert "<svg" not in keeper.get(way).content.decode().split("<main")[1].split("</main")[0]
    assert keeper.post(f"{way}redeem/", {}).status_code == 302
    assert "已领取" in mine.get(way).content.decode()
    again = keeper.post(f"{way}redeem/", {})
    assert (again.status_code, "不能再次领取" in again.content.decode()) == (422, True)
    assert stands(member) == (60, 0, 0)


def test_the_desk_reads_all_goods_and_vouchers_by_the_api_and_members_their_own() -> None:
    bank, root = a_bank(), "/api/v1/timebank"
    good, gone, member = a_good(bank), a_good(bank, title="茶杯（示例）"), a_member(bank, 300)
    taken = [take(member, good, AT + timedelta(minutes=place)) for place in range(3)]
    take(a_member(bank, 300), gone, AT + timedelta(minutes=9))
    operations.hand_out(actor=SYSTEM, voucher_id=taken[0].pk, at=AT + timedelta(hours=1))
    operations.close_good(actor=SYSTEM, good_id=gone.pk, at=AT)
    keeper, outside = client_for(Role.SUBDISTRICT_OFFICER, DISTRICT), client_for(Role.DISTRICT_OFFICER, "110114")
    mine = sign_in(Client(), member.person)
    shelf = f"{root}/banks/{bank.pk}/goods"
    for given, titles in (
        ("", {good.title}),
        ("?state=closed", {gone.title}),
        ("?state=all", {good.title, gone.title}),
    ):
        assert {one["title"] for one in keeper.get(f"{shelf}{given}").json()["items"]} == titles
    assert [one.get(f"{shelf}?state=all").status_code for one in (Client(), mine, outside)] == [401, 404, 404]
    desk, own = f"{root}/banks/{bank.pk}/vouchers", f"{root}/vouchers"
    for client, way, many in ((keeper, desk, 4), (mine, own, 3)):
        first = client.get(f"{way}?limit=2").json()
        rest = client.get(f"{way}?limit=2&after={first['next']}").json()
        numbers = [one["number"] for one in (*first["items"], *rest["items"])]
        assert (numbers[-3:], len(numbers), rest["next"]) == ([one.number for one in reversed(taken)], many, None)
        assert [one["number"] for one in client.get(f"{way}?state=redeemed").json()["items"]] == [taken[0].number]
    (found,) = keeper.get(f"{desk}?number={taken[1].number[:4]}%20{taken[1].number[4:]}").json()["items"]
    assert (found["number"], found["account"], found["ended_at"]) == (taken[1].number, member.number, None)
    assert keeper.get(f"{desk}?state=issued&number={taken[0].number}").json()["items"] == []
    assert outside.get(f"{own}?after={taken[0].pk}").status_code == 422

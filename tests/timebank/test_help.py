"""Asking for help and paying in credits: held from the promise on, paid once, decided where it is disputed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.refusals import MovedElsewhere, Short
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.models import Deal, Earning, Gift, Lot, Post, Reserved, Sign
from shanzhi.timebank.operations import signs
from tests.support.people import AREA, AT, a_person, actor, an_actor
from tests.support.races import answers
from tests.timebank.support import (
    DISTRICT,
    SYSTEM,
    a_bank,
    a_deal,
    a_member,
    a_request,
    a_student,
    an_offer,
    on,
    pool,
    serve,
    stands,
)
from tests.timebank.test_credits import level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(days=3)


class TestAPromise:
    def test_holds_the_credits_until_both_say_that_it_is_done(self) -> None:
        bank = a_bank()
        taker, helper, other = a_member(bank, 100), a_member(bank), a_member(bank)
        with pytest.raises(refusals.NotEnough):
            a_request(taker, 101)
        with pytest.raises(refusals.BadTime):
            a_request(taker, starts_at=AT)
        with pytest.raises(refusals.BadArea):
            a_request(taker, area="110114008001")
        first = a_deal(taker, helper, 60)
        assert stands(taker) == (40, 0, 60)
        with pytest.raises(refusals.NotEnough):
            a_request(taker, 41)
        with pytest.raises(refusals.PostClosed):
            operations.answer_post(actor=actor(other.person), post_id=first.post_id, message="", at=AT)
        with pytest.raises(refusals.OwnPost):
            operations.answer_post(actor=actor(taker.person), post_id=first.post_id, message="", at=AT)
        with pytest.raises(NotFound):
            operations.confirm(actor=actor(other.person), deal_id=first.pk, at=LATER)
        with pytest.raises(refusals.TooEarly):
            operations.confirm(actor=actor(helper.person), deal_id=first.pk, at=AT)
        operations.confirm(actor=actor(helper.person), deal_id=first.pk, at=LATER)
        assert stands(helper) == (0, 0, 0)
        with pytest.raises(refusals.ConfirmedAlready):
            operations.cancel(actor=actor(taker.person), deal_id=first.pk, reason="不想要了", at=LATER)
        done = operations.confirm(actor=actor(taker.person), deal_id=first.pk, at=LATER)
        assert (done.state, done.paid, stands(taker), stands(helper)) == ("paid", 60, (40, 0, 0), (60, 0, 0))
        with pytest.raises(MoveRefused):
            operations.confirm(actor=actor(taker.person), deal_id=first.pk, at=LATER)
        operations.rate(actor=actor(taker.person), deal_id=first.pk, stars=5, said="很耐心", at=LATER)
        with pytest.raises(refusals.RatedAlready):
            operations.rate(actor=actor(taker.person), deal_id=first.pk, stars=1, said="", at=LATER)
        level()

    def test_is_called_off_lapses_or_is_paid_when_the_other_keeps_silent(self) -> None:
        bank = a_bank()
        taker, helper = a_member(bank, 200), a_member(bank)
        off, idle, silent = (a_deal(taker, helper, 50) for _ in range(3))
        asked = a_deal(taker, helper, 40, state="asked")
        assert stands(taker) == (50, 0, 150)
        operations.cancel(actor=actor(helper.person), deal_id=off.pk, reason="病了", at=AT)
        operations.confirm(actor=actor(helper.person), deal_id=silent.pk, at=LATER)
        done = operations.run_clock(at=LATER + timedelta(days=6))
        assert (done["paid"], done["closed"]) == (0, 4)
        assert operations.run_clock(at=LATER + timedelta(days=7))["paid"] == 1
        assert operations.run_clock(at=AT + timedelta(days=33))["lapsed"] == 1
        states = {one.pk: one.state for one in Deal.objects.all()}
        assert [states[one.pk] for one in (off, idle, silent, asked)] == ["cancelled", "lapsed", "paid", "lapsed"]
        assert (stands(taker), stands(helper), Reserved.objects.count()) == ((150, 0, 0), (50, 0, 0), 0)
        level()

    def test_that_is_disputed_is_decided_by_a_keeper_who_is_no_party(self) -> None:
        bank = a_bank()
        taker, helper = a_member(bank, 100), a_member(bank)
        found = a_deal(taker, helper, 90, state="disputed")
        given: dict[str, Any] = {"deal_id": found.pk, "minutes": 30, "decision": "只来了半小时", "at": LATER}
        with pytest.raises(refusals.OwnMatter):
            operations.settle(actor=actor(helper.person), **given)
        with pytest.raises(NotFound):
            operations.settle(actor=an_actor(Role.DISTRICT_OFFICER, "110114"), **given)
        with pytest.raises(Forbidden):
            operations.settle(actor=an_actor(Role.AUDITOR, DISTRICT), **given)
        officer, keeper = an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person()
        ledger.name_keeper(actor=officer, book_id=bank.book_id, person_id=keeper.pk, at=AT)
        with pytest.raises(refusals.BadMinutes):
            operations.settle(actor=actor(keeper), **{**given, "minutes": 91})
        done = operations.settle(actor=actor(keeper), **given)
        assert (done.state, done.paid, stands(taker), stands(helper)) == ("settled", 30, (70, 0, 0), (30, 0, 0))
        level()

    def test_pays_above_the_cap_into_the_pool(self) -> None:
        bank = a_bank(cap={"minutes": 100, "pool": "area"})
        taker, helper = a_member(bank, 100), a_member(bank, 80)
        done = a_deal(taker, helper, 60, state="paid")
        assert (done.paid, done.overflow) == (20, 40)
        assert (stands(taker)[0], stands(helper)[0], on(pool(bank, "area").account)) == (40, 100, 40)
        level()

    def test_upon_an_offer_is_made_by_who_offered_and_can_be_made_often(self) -> None:
        bank = a_bank()
        helper, takers = a_member(bank), [a_member(bank, 60) for _ in range(2)]
        offer = an_offer(helper)
        for taker in takers:
            asked = operations.answer_post(
                actor=actor(taker.person), post_id=offer.pk, message="想学", minutes=45, at=AT
            )
            with pytest.raises(NotFound):
                operations.promise(actor=actor(taker.person), deal_id=asked.pk, at=AT)
            operations.promise(actor=actor(helper.person), deal_id=asked.pk, at=AT)
            assert stands(taker) == (15, 0, 45)
        again = operations.answer_post
        with pytest.raises(refusals.AnsweredAlready):
            again(actor=actor(takers[0].person), post_id=offer.pk, message="", minutes=15, at=AT)
        operations.close_post(actor=actor(helper.person), post_id=offer.pk, at=AT)
        assert Post.objects.get(pk=offer.pk).state == "closed"
        level()


def test_a_minor_meets_a_grown_up_stranger_only_with_a_guardian_s_yes() -> None:
    bank = a_bank()
    taker = a_member(bank, 100)
    guardian = a_person()
    helper = a_student(bank, guardian)
    asked = a_deal(taker, helper, state="asked")
    with pytest.raises(refusals.GuardianFirst):
        operations.promise(actor=actor(taker.person), deal_id=asked.pk, at=AT)
    with pytest.raises(NotFound):
        operations.agree_as_guardian(actor=actor(a_person()), deal_id=asked.pk, at=AT)
    with pytest.raises(refusals.NotAGuardian):
        operations.agree_as_guardian(actor=actor(helper.person), deal_id=asked.pk, at=AT)
    operations.agree_as_guardian(actor=actor(guardian), deal_id=asked.pk, at=AT)
    assert operations.promise(actor=actor(taker.person), deal_id=asked.pk, at=AT).state == "promised"


def test_signs_of_gaming_go_to_a_list_that_a_keeper_decides() -> None:
    bank = a_bank()
    one, two, three = (a_member(bank, 500) for _ in range(3))
    for taker, helper in ((one, two), (two, three), (three, one)):
        a_deal(taker, helper, 10, state="paid")
    assert operations.look_for_signs(bank=bank, at=LATER) == 1
    for _turn in range(3):
        a_deal(one, two, 10, state="paid")
        a_deal(two, one, 10, state="paid")
    assert operations.look_for_signs(bank=bank, at=LATER) == 3
    assert operations.look_for_signs(bank=bank, at=LATER) == 0
    assert sorted(Sign.objects.values_list("kind", flat=True)) == ["burst", "burst", "circle", "pair"]
    found = Sign.objects.get(kind="pair")
    assert (found.times, found.minutes) == (7, 70)
    keeper = an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT)
    with pytest.raises(refusals.WhyMissing):
        operations.decide_sign(actor=keeper, sign_id=found.pk, acted=False, reason=" ", at=LATER)
    assert (
        operations.decide_sign(actor=keeper, sign_id=found.pk, acted=False, reason="邻居互助", at=LATER).state
        == "explained"
    )
    later = LATER + timedelta(days=31)
    assert not Sign.objects.filter(month__gt=found.month).exists()
    operations.look_for_signs(bank=bank, at=later)
    assert not Sign.objects.filter(kind="pair", month__gt=found.month).exists()  # explained, and nothing since
    for _turn in range(3):
        for taker, helper in ((one, two), (two, one)):
            a_deal(taker, helper, 10, state="paid", at=later)
    operations.look_for_signs(bank=bank, at=later + timedelta(days=4))
    assert Sign.objects.get(kind="pair", month__gt=found.month).times == 6  # those alone that came since


def test_decided_signs_cost_no_look_of_their_own_and_count_from_then_on() -> None:
    bank = a_bank()
    three = [a_member(bank, 500) for _ in range(3)]
    sides = list(zip(three, (*three[1:], three[0]), strict=True))
    for taker, helper in sides * 4:
        a_deal(taker, helper, 10, state="paid")
    assert operations.look_for_signs(bank=bank, at=LATER) == 1 + 3  # the circle, and eight promises of each
    with CaptureQueriesContext(connection) as before:
        assert operations.look_for_signs(bank=bank, at=LATER) == 0
    keeper = an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT)
    for found in Sign.objects.all():
        operations.decide_sign(actor=keeper, sign_id=found.pk, acted=False, reason="邻居互助", at=LATER)
    later = LATER + timedelta(days=31)
    with CaptureQueriesContext(connection) as after:
        assert operations.look_for_signs(bank=bank, at=later) == 0
    assert len(after) == len(before)
    for taker, helper in sides[:2]:
        a_deal(taker, helper, 10, state="paid", at=later)
    assert operations.look_for_signs(bank=bank, at=later + timedelta(days=4)) == 0  # one side of it is old
    a_deal(*sides[2], 10, state="paid", at=later)
    assert operations.look_for_signs(bank=bank, at=later + timedelta(days=4)) == 1
    assert Sign.objects.filter(kind="circle").order_by("seen_at").values_list("times", "minutes").last() == (3, 30)


def test_signs_are_looked_for_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = a_bank()
    monkeypatch.setattr(signs, "look_for_signs", lambda **_given: 1)
    days = (AT, AT + timedelta(minutes=1), AT + timedelta(days=1))
    assert [operations.look_daily(bank=bank, at=at) for at in days] == [1, 0, 1]  # by the row, not what was read of it
    bank.refresh_from_db()
    assert operations.look_daily(bank=bank, at=days[2]) == 0


def to_the_end(run: Any) -> None:
    """Have the database look at what it otherwise looks at on commit."""
    with transaction.atomic():
        run()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestTheDatabase:
    def test_holds_floor_cap_lots_and_what_is_written(self) -> None:
        bank = a_bank(cap={"minutes": 100, "pool": "area"})
        taker, helper = a_member(bank, 100), a_member(bank)
        deal = a_deal(taker, helper)
        lot = Lot.objects.get(member=taker)
        values: dict[str, Any] = {"member": taker, "earned": AT.date(), "at": AT, "minutes": 1, "remains": 1}
        gift = {"giver": taker, "pool": pool(bank), "minutes": 1, "entry": deal.pk, "at": AT}
        for run, words in (
            (lambda: Lot.objects.create(cap=100, **values), "timebank_over_cap"),
            (lambda: Lot.objects.create(**values), "timebank_lots_level"),
            (lambda: Lot.objects.filter(pk=lot.pk).update(remains=39), "timebank_lots_level"),
            (lambda: Lot.objects.filter(pk=lot.pk).update(minutes=500), "only what remains"),
            (lambda: Reserved.objects.filter(deal=deal).delete(), "timebank_lots_level"),
            (lambda: Deal.objects.filter(pk=deal.pk).update(minutes=1), "between its two"),
            (lambda: Deal.objects.filter(pk=deal.pk).update(state="asked"), "timebank_deal"),
            (lambda: Earning.objects.update(kept=1), "stays"),
            (lambda: Gift.objects.filter(pk=Gift.objects.create(**gift).pk).update(minutes=9), "append-only"),
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match=words):
                to_the_end(run)

    def test_refuses_what_would_make_credits_of_nothing(self) -> None:
        bank = a_bank()
        one, other = a_member(bank, 60), a_member(bank)
        given: dict[str, Any] = {"actor": SYSTEM, "book": bank.book_id, "area": bank.area, "on": AT.date(), "at": AT,
                                 "kind": "transfer"}  # fmt: skip
        with pytest.raises(Short):
            ledger.enter(key="below-zero", legs=[ledger.Leg(one.credits, -61), ledger.Leg(other.credits, 61)], **given)
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        with pytest.raises(MovedElsewhere):
            ledger.transfer(actor=officer, book_id=bank.book_id, source=bank.issued, target=other.credits, amount=60,
                            on=AT.date(), at=AT, key="by-hand-1")  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_spend_what_is_there_and_no_more() -> None:
    bank = a_bank()
    taker = a_member(bank, 200)
    posts = [a_request(taker, 60) for _ in range(6)]
    asked = [
        operations.answer_post(actor=actor(a_member(bank).person), post_id=one.pk, message="", at=AT) for one in posts
    ]
    own = actor(taker.person)
    given: dict[str, Any] = {"bank_id": bank.pk, "pool_id": pool(bank).pk, "minutes": 60, "at": AT}

    def act(turn: int) -> str:
        if turn < len(asked):
            return str(operations.promise(actor=own, deal_id=asked[turn].pk, at=AT).state)
        return str(operations.donate(actor=own, **given).minutes)

    found = answers(*[partial(act, turn) for turn in range(16)])
    assert sum(one in ("promised", "60") for one in found) == 3
    assert all(isinstance(one, refusals.NotEnough) for one in found if one not in ("promised", "60"))
    free, _bound, held = stands(taker)
    assert free == 20
    assert held + on(pool(bank).account) == 180
    assert serve(taker, 1, area=AREA).kept == 1

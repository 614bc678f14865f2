"""Agreements of banks, credits that pass between them, what is settled and cleared: nothing comes of nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from shanzhi.audit.models import Event
from shanzhi.audit.subjects import subject
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.refusals import Full, MovedElsewhere
from shanzhi.notices.models import Delivery, Notice
from shanzhi.timebank import checking, operations, queries, refusals
from shanzhi.timebank import refusals_between as between
from shanzhi.timebank.models import Bank, Clearing, ClearingLine, Crossing, Link, Lot
from shanzhi.timebank.operations.frames import enter
from tests.support.people import AT, actor, an_actor
from tests.timebank.between import NEIGHBOUR, agreed, keeper_of, owes, passing, saver, two_banks
from tests.timebank.support import (
    DISTRICT,
    FOUNDED,
    OLD,
    RULES,
    SERVED,
    SYSTEM,
    a_bank,
    on,
    pool,
    serve,
    stands,
)
from tests.timebank.test_credits import level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def proved() -> None:
    """Have the database look, and prove books and banks."""
    level()
    assert list(checking.broken()) == []


def limits_of(bank: Bank) -> list[str]:
    """Give what the history of a bank says of limits."""
    kind = subject("timebank.bank")
    assert kind is not None
    assert kind.events is not None
    rows = Event.objects.filter(kind.events(str(bank.pk)), verb__endswith="limit")
    return sorted(rows.values_list("verb", flat=True))


class TestAnAgreement:
    def test_is_proposed_by_a_keeper_to_another_bank_with_a_limit(self) -> None:
        here, there = two_banks()
        ours, theirs = keeper_of(here), keeper_of(there)
        given: dict[str, Any] = {"other_id": there.pk, "at": AT}
        real = operations.found_bank(actor=SYSTEM, area="370102002", name="千佛山公益银行", rules=RULES, at=FOUNDED)
        with pytest.raises(NotFound):
            operations.propose_link(actor=theirs, bank_id=here.pk, most=600, **given)
        with pytest.raises(refusals.NotTheKeeper):
            operations.propose_link(
                actor=an_actor(Role.COMMUNITY_SECRETARY, DISTRICT), bank_id=here.pk, most=600, **given
            )
        for wrong, refusal in (
            ({**given, "other_id": here.pk, "most": 5}, between.OwnBank), ({**given, "most": 0}, between.BadLimit),
            ({**given, "most": 10**9}, between.BadLimit), ({**given, "other_id": real.pk, "most": 5}, between.MadeUp),
        ):  # fmt: skip
            with pytest.raises(refusal):
                operations.propose_link(actor=ours, bank_id=here.pk, **wrong)
        operations.propose_link(actor=ours, bank_id=here.pk, most=600, **given)
        # the other side proposes nothing beside it, and the database holds that whatever the order
        with pytest.raises(between.AgreementThere):
            operations.propose_link(actor=theirs, bank_id=there.pk, other_id=here.pk, most=60, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            Link.objects.create(one=there, other=here, most=5, proposed_at=AT)

    def test_is_answered_by_a_keeper_of_the_other(self) -> None:
        here, there = two_banks()
        ours, theirs = keeper_of(here), keeper_of(there)
        link = operations.propose_link(actor=ours, bank_id=here.pk, other_id=there.pk, most=600, at=AT)
        both = an_actor(Role.ADMINISTRATOR, "")
        for actor_of, bank in ((ours, here), (both, here)):
            with pytest.raises(between.NothingAsked):
                operations.answer_link(actor=actor_of, bank_id=bank.pk, link_id=link.pk, agrees=True, at=AT)
        with pytest.raises(NotFound):
            operations.answer_link(actor=theirs, bank_id=here.pk, link_id=link.pk, agrees=True, at=AT)
        made = operations.answer_link(actor=theirs, bank_id=there.pk, link_id=link.pk, agrees=True, at=AT)
        assert (made.state, made.answered_by_id, owes(made, here)) == ("agreed", theirs.person_id, 0)
        told = dict(
            Delivery.objects.filter(notice__kind__startswith="time_bank_agreements", channel="app").values_list(
                "notice__kind", "person"
            )
        )
        assert told == {
            "time_bank_agreements.asked": theirs.person_id, "time_bank_agreements.answered": ours.person_id,
        }  # fmt: skip
        assert set(Event.objects.filter(verb="timebank.link.agree").values_list("area", flat=True)) == {
            DISTRICT, NEIGHBOUR,
        }  # fmt: skip
        proved()

    def test_is_answered_by_somebody_else_refused_taken_back_and_ended_for_a_reason(self) -> None:
        here, there = two_banks()
        both = an_actor(Role.ADMINISTRATOR, "")
        given: dict[str, Any] = {"bank_id": here.pk, "other_id": there.pk, "most": 600, "at": AT}
        own = operations.propose_link(actor=both, **given)
        with pytest.raises(refusals.OwnMatter):
            operations.answer_link(actor=both, bank_id=there.pk, link_id=own.pk, agrees=True, at=AT)
        with pytest.raises(refusals.WhyMissing):
            operations.answer_link(actor=SYSTEM, bank_id=there.pk, link_id=own.pk, agrees=False, reason=" ", at=AT)
        with pytest.raises(between.NothingAsked):
            operations.withdraw_link(actor=SYSTEM, bank_id=there.pk, link_id=own.pk, at=AT)
        assert operations.withdraw_link(actor=both, bank_id=here.pk, link_id=own.pk, at=AT).state == "withdrawn"
        again = operations.propose_link(actor=both, **given)
        refused = operations.answer_link(
            actor=SYSTEM, bank_id=there.pk, link_id=again.pk, agrees=False, reason="还没有开会", at=AT
        )
        assert (refused.state, refused.one_account) == ("refused", None)
        link = agreed(there, here)
        with pytest.raises(refusals.WhyMissing):
            operations.end_link(actor=both, bank_id=here.pk, link_id=link.pk, reason="", at=AT)
        ended = operations.end_link(actor=both, bank_id=here.pk, link_id=link.pk, reason="合并为一家", at=AT)
        assert ended.state == "ended"
        with pytest.raises(MoveRefused):
            operations.end_link(actor=both, bank_id=here.pk, link_id=link.pk, reason="再次", at=AT)
        for change in ({"state": "agreed"}, {"most": 5}, {"one_account": here.issued}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Link.objects.filter(pk=link.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Link.objects.filter(pk=link.pk).delete()

    def test_has_another_limit_when_the_other_side_agrees_and_no_hand_moves_its_accounts(self) -> None:
        here, there = two_banks()
        sender, receiver = saver(here, 500), saver(there, born_on=OLD)
        link = agreed(here, there, 120)
        ours, theirs = keeper_of(here), keeper_of(there)
        passing(sender, receiver, 100)
        asking: dict[str, Any] = {"actor": ours, "bank_id": here.pk, "link_id": link.pk, "at": AT}
        answering: dict[str, Any] = {"actor": theirs, "bank_id": there.pk, "link_id": link.pk, "at": AT}
        with pytest.raises(between.LimitTooLow):
            operations.ask_limit(most=99, **asking)
        operations.ask_limit(most=300, **asking)
        with pytest.raises(between.AskedAlready):
            operations.ask_limit(most=200, **answering)
        with pytest.raises(between.OverTheLimit):
            passing(sender, receiver, 21)  # the old one holds until the other agrees
        with pytest.raises(between.NothingAsked):
            operations.answer_link(agrees=True, most=300, **asking)
        operations.answer_link(agrees=False, most=300, reason="太多", **answering)
        operations.ask_limit(most=250, **asking)
        operations.withdraw_link(**asking)
        operations.ask_limit(most=300, **asking)
        assert limits_of(there) == ["timebank.link.ask_limit"] * 3 + ["timebank.link.refuse_limit"]
        assert operations.answer_link(agrees=True, most=300, **answering).most == 300
        passing(sender, receiver, 200)
        assert owes(link, here) == 300
        # the database holds the limit, whoever enters
        account = link.account_at(here.pk)
        with pytest.raises(Full):
            enter(actor=SYSTEM, bank=here, kind="pass_out", key="past-the-limit",
                  moved={sender.credits: -1, account: 1}, at=AT)  # fmt: skip
        with pytest.raises(MovedElsewhere):
            ledger.transfer(actor=ours, book_id=here.book_id, source=account, target=here.lapsed, amount=1,
                            on=AT.date(), at=AT, key="by-hand-2")  # fmt: skip
        proved()
        operations.end_link(reason="期满", **asking)
        with pytest.raises(between.NoAgreement):
            passing(sender, receiver, 1)
        with pytest.raises(between.NotSquare):
            operations.propose_link(actor=ours, bank_id=here.pk, other_id=there.pk, most=5, at=AT)


def refuses(given: dict[str, Any], wrong: Any) -> None:
    """Try each change to what is good, which is refused beside its field, in looking first as in passing on."""
    for change, refusal, field in wrong:
        for act in (operations.pass_on, operations.foresee):
            with pytest.raises(refusal) as said:
                act(**given | change)
            assert said.value.field == field


class TestPassingOn:
    def test_keeps_the_day_of_earning_and_ends_on_the_earlier_day(self) -> None:
        here, there = two_banks(expiry={"months": 12, "pool": "poor"})
        sender = saver(here, 300)
        link = agreed(here, there)
        own = saver(there, person=sender.person)
        foreseen = operations.foresee(
            actor=actor(sender.person), bank_id=here.pk, to_bank_id=there.pk, number=own.number, relation="self",
            minutes=200, at=AT,
        )  # fmt: skip
        assert (foreseen.first_end, foreseen.left, stands(sender)[0]) == (date(2027, 10, 20), 400, 300)
        made = passing(sender, own, 200, "self")
        lot = Lot.objects.get(member=own)
        assert (lot.earned, lot.expires, lot.minutes) == (SERVED, date(2027, 10, 20), 200)
        assert (stands(sender)[0], stands(own)[0], owes(link, here), owes(link, there)) == (100, 200, 200, -200)
        assert {made.out_entry, made.in_entry} == {
            queries.statement(one)[0].entry_id for one in (sender, own)
        }  # fmt: skip
        assert queries.statement(sender)[0].entry.text == there.name
        assert not Notice.objects.filter(kind="time_bank.passed").exists()
        # and back again, by the rules of the first
        back = passing(own, sender, 50, "self")
        assert (owes(link, here), back.source) == (150, there)
        assert Lot.objects.filter(member=sender, earned=SERVED).count() == 2
        proved()
        for change in ({"minutes": 5}, {"relation": "child"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Crossing.objects.filter(pk=made.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Crossing.objects.filter(pk=made.pk).delete()

    def test_what_is_wrong_is_refused_with_its_field_and_nothing_moves(self) -> None:
        here, there = two_banks(cap={"minutes": 500, "pool": "area"}, expiry={"months": 2, "pool": "poor"})
        third = a_bank("370102001", name="第三公益银行（示例）")
        sender, old, young = saver(here, 900), saver(there, born_on=OLD), saver(there)
        own, closed = saver(there, person=sender.person), saver(there)
        operations.close_account(actor=actor(closed.person), member_id=closed.pk, at=AT)
        serve(sender, 60, group=True, area=DISTRICT)
        given: dict[str, Any] = {
            "actor": actor(sender.person), "bank_id": here.pk, "to_bank_id": there.pk, "number": old.number,
            "relation": "parent", "minutes": 60, "at": AT,
        }  # fmt: skip
        with pytest.raises(between.NoAgreement) as said:
            operations.pass_on(**given)
        assert said.value.field == "to_bank_id"
        link = agreed(here, there, 450)
        late = AT + timedelta(days=40)
        refuses(given, (
            ({"to_bank_id": here.pk}, between.OwnBank, "to_bank_id"),
            ({"to_bank_id": third.pk}, between.NoAgreement, "to_bank_id"),
            ({"to_bank_id": sender.pk}, NotFound, "to_bank_id"),
            ({"number": "000000000000000"}, refusals.UnknownReceiver, "number"),
            *(({"number": one.number}, refusals.UnknownReceiver, "number") for one in (closed, sender)),
            ({"relation": "self"}, between.NotTheOwnAccount, "number"),
            ({"number": own.number}, between.TheOwnAccount, "relation"),
            ({"relation": "sibling"}, refusals.ByTheRules, "relation"),
            ({"number": young.number}, refusals.ByTheRules, "number"),
            ({"minutes": 0}, refusals.BadMinutes, "minutes"), ({"minutes": -60}, refusals.BadMinutes, "minutes"),
            ({"minutes": 10**9}, refusals.BadMinutes, "minutes"), ({"minutes": 501}, refusals.NoRoomThere, "minutes"),
            ({"minutes": 501, "relation": "self", "number": own.number}, refusals.OverCap, "minutes"),
            # own credits first; and in two months all would be over by the rules there
            ({"minutes": 901}, between.NotAllPasses, "minutes"), ({"at": late}, between.NotAllPasses, "minutes"),
            ({"minutes": 451}, between.OverTheLimit, "minutes"),
            ({"bank_id": third.pk}, refusals.NotAMember, None),
        ))  # fmt: skip
        operations.pass_on(**given | {"minutes": 400})
        told = Delivery.objects.filter(notice__kind="time_bank.passed", channel="app").values_list("person", flat=True)
        assert list(told) == [old.person_id]
        assert owes(link, here) == 400
        assert stands(sender) == (500, 60, 0)
        proved()

    def test_what_is_for_donation_only_stays(self) -> None:
        here, there = two_banks()
        sender, old = saver(here, 30), saver(there, born_on=OLD)
        serve(sender, 90, group=True, area=DISTRICT)
        agreed(here, there)
        with pytest.raises(between.NotAllPasses) as said:
            passing(sender, old, 31)
        assert "30" in str(said.value)
        passing(sender, old, 30)
        assert (stands(sender), stands(old)) == ((0, 90, 0), (30, 0, 0))
        proved()


class TestWhatIsOwed:
    def test_is_settled_out_of_the_pool_by_who_has_the_claim(self) -> None:
        here, there = two_banks(pools=["area", "poor", "organization", "school"])
        sender, old, donor = saver(here, 300), saver(there, born_on=OLD), saver(there, 100)
        link = agreed(here, there)
        passing(sender, old, 200)
        operations.donate(
            actor=actor(donor.person), bank_id=there.pk, pool_id=pool(there, "area").pk, minutes=90, at=AT
        )
        theirs = keeper_of(there)
        given: dict[str, Any] = {
            "actor": theirs,
            "bank_id": there.pk,
            "link_id": link.pk,
            "reason": "季度结清",
            "at": AT,
        }
        for change, refusal in (
            ({"minutes": 201}, between.NotSoMuchOwed), ({"minutes": 91}, refusals.PoolShort),
            ({"minutes": -5}, refusals.BadMinutes), ({"reason": " "}, refusals.WhyMissing),
            ({"actor": keeper_of(here)}, NotFound),
            ({"actor": an_actor(Role.COMMUNITY_SECRETARY, NEIGHBOUR)}, refusals.NotTheKeeper),
            # who owes has no claim
            ({"actor": keeper_of(here), "bank_id": here.pk}, between.NotSoMuchOwed),
        ):  # fmt: skip
            with pytest.raises(refusal):
                operations.settle_position(**{"minutes": 80, **given} | change)
        operations.end_link(actor=theirs, bank_id=there.pk, link_id=link.pk, reason="期满", at=AT)
        made = operations.settle_position(minutes=80, **given)
        assert (made.source, made.target, made.settled_by_id) == (there, here, theirs.person_id)
        assert (on(pool(there, "area").account), on(pool(here, "area").account), owes(link, here)) == (10, 80, 120)
        # out of another common pool too: into that of the same name, or that of the area where there is none
        for name, minutes in (("poor", 3), ("school", 4)):
            operations.donate(actor=actor(donor.person), bank_id=there.pk, pool_id=pool(there, name).pk,
                              minutes=minutes, at=AT)  # fmt: skip
            operations.settle_position(minutes=minutes, pool_id=pool(there, name).pk, **given)
        assert [on(pool(here, name).account) for name in ("poor", "area")] == [3, 84]
        with pytest.raises(NotFound) as said:
            operations.settle_position(minutes=1, pool_id=pool(here, "area").pk, **given)
        assert said.value.field == "pool_id"
        proved()

    def test_goes_round_in_circles_and_is_cleared_once_a_month(self) -> None:
        here, there = two_banks()
        third = a_bank("370102001", name="第三公益银行（示例）")
        banks, links = (here, there, third), {}
        people = [saver(bank, 500, born_on=OLD) for bank in banks]
        for turn, minutes in enumerate((300, 200, 250)):
            after = (turn + 1) % 3
            links[turn] = agreed(banks[turn], banks[after])
            passing(people[turn], people[after], minutes)
        before = [stands(one) for one in people]
        net = {
            bank.pk: sum(owes(one, bank) for one in links.values() if bank in (one.one, one.other)) for bank in banks
        }
        assert operations.clear_month(at=AT) == 3
        assert [owes(links[turn], banks[turn]) for turn in range(3)] == [100, 0, 50]
        assert [stands(one) for one in people] == before
        for bank in banks:
            assert net[bank.pk] == sum(owes(one, bank) for one in links.values() if bank in (one.one, one.other))
        assert (Clearing.objects.get().minutes, ClearingLine.objects.count()) == (600, 3)
        proved()
        passing(people[1], people[2], 50)
        assert operations.clear_month(at=AT) == 0
        assert operations.run_clock(at=AT)["cleared"] == 0
        next_month = AT + timedelta(days=20)
        assert operations.clear_month(at=next_month) == 3
        assert [owes(links[turn], banks[turn]) for turn in range(3)] == [50, 0, 0]
        proved()
        with pytest.raises(DatabaseError), transaction.atomic():
            ClearingLine.objects.update(minutes=5)
        # what somebody slips in behind the rows is found, and stands in no commit
        enter(actor=SYSTEM, bank=here, kind="pass_in", key="slipped-in",
              moved={links[0].account_at(here.pk): -1, pool(here, "area").account: 1}, at=AT)  # fmt: skip
        assert [table for table, _key, _words in checking.broken()] == ["timebank_link"]
        with pytest.raises(DatabaseError, match="timebank_clearing_behind"):
            level()
        transaction.set_rollback(True)

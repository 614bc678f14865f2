"""What ends at a time bank, and that nothing ends under somebody who just went on: lapsing, closing, erasing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.personal import hindrances
from shanzhi.ledger import operations as ledger
from shanzhi.notices.models import Notice
from shanzhi.people import operations as people
from shanzhi.timebank import operations, policies, refusals
from shanzhi.timebank.models import Deal, Lot, Member, Post
from shanzhi.timebank.operations import clock, dealing
from tests.support.people import AT, actor
from tests.support.races import answers
from tests.timebank.support import SYSTEM, a_bank, a_deal, a_member, a_request, an_offer, pool, serve, stands
from tests.timebank.test_help import to_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DAY = timedelta(days=1)


def test_what_somebody_went_on_with_since_it_was_listed_does_not_lapse(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = a_bank()
    taker, helper = a_member(bank, 200), a_member(bank)
    asked, promised, idle = a_deal(taker, helper, 50, state="asked", starts_at=AT + 20 * DAY), *(
        a_deal(taker, helper, 50) for _ in range(2)
    )  # fmt: skip
    late = AT + 14 * DAY
    lapse = dealing.lapse

    def went_on(**given: Any) -> Any:
        """Have the author promise, or the helper confirm, between the list and the lock."""
        if given["deal_id"] == asked.pk:
            operations.promise(actor=actor(taker.person), deal_id=asked.pk, at=given["at"])
        if given["deal_id"] == promised.pk:
            operations.confirm(actor=actor(helper.person), deal_id=promised.pk, at=given["at"])
        return lapse(**given)

    monkeypatch.setattr(dealing, "lapse", went_on)
    monkeypatch.setattr(clock, "_past", lambda _at: [])
    assert operations.run_clock(at=late)["lapsed"] == 0
    assert operations.run_clock(at=AT + 33 * DAY)["lapsed"] == 1
    states = {one.pk: one.state for one in Deal.objects.all()}
    assert [states[one.pk] for one in (asked, promised, idle)] == ["promised", "promised", "lapsed"]
    assert stands(taker) == (100, 0, 100)


def test_what_the_clock_is_refused_is_told_to_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(clock.log, "warning", lambda event, **fields: told.append({"event": event, **fields}))
    bank = a_bank()
    member = a_member(bank, 60)
    ends = AT.replace(year=2029, month=10, day=20)
    ledger.close_period(
        actor=SYSTEM, book_id=bank.book_id, through=ends.date(), at=ends + DAY, today=(ends + DAY).date()
    )  # fmt: skip
    assert operations.run_clock(at=ends)["expired"] == 0
    assert told == [
        {"event": "timebank_clock_refused", "what": "expire", "key": str(member.pk), "code": "ledger_period_closed"}
    ]


class TestClosingAnAccount:
    def test_ends_what_is_asked_and_offered_and_nothing_comes_on_it_any_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bank = a_bank()
        author, other = a_member(bank), a_member(bank, 100)
        offer = an_offer(author)
        waits = operations.answer_post(actor=actor(other.person), post_id=offer.pk, message="", at=AT)
        given: dict[str, Any] = {"actor": actor(author.person), "at": AT}
        with pytest.raises(NotFound):
            operations.close_account(actor=actor(other.person), member_id=author.pk, at=AT)
        asked = a_request(other, 30)
        own = operations.answer_post(post_id=asked.pk, message="", **given)
        with pytest.raises(refusals.AccountNotEmpty):
            operations.close_account(member_id=author.pk, **given)
        with pytest.raises(DatabaseError, match="timebank_not_over"):
            to_the_end(lambda: Member.objects.filter(pk=author.pk).update(closed_at=AT))
        operations.withdraw_answer(deal_id=own.pk, **given)
        stale = policies.own_member(given["actor"], bank)
        operations.close_account(member_id=author.pk, **given)
        assert (Post.objects.get(pk=offer.pk).state, Deal.objects.get(pk=waits.pk).state) == ("closed", "lapsed")
        with pytest.raises(refusals.PostClosed):
            operations.answer_post(actor=actor(other.person), post_id=offer.pk, message="", at=AT)
        values: dict[str, Any] = {"member": author, "earned": AT.date(), "at": AT, "minutes": 1, "remains": 1}
        with pytest.raises(DatabaseError, match="timebank_account_closed"):
            to_the_end(lambda: Lot.objects.create(**values))
        assert serve(author, 60) is None
        monkeypatch.setattr(policies, "own_member", lambda *_given: stale)  # read before the closing was committed
        with pytest.raises(refusals.AccountNotOpen):
            an_offer(author)

    @pytest.mark.django_db(transaction=True)
    def test_and_answering_at_once_leave_no_living_answer_on_it(self) -> None:
        bank = a_bank()
        author = a_member(bank)
        others = [a_member(bank, 60) for _ in range(3)]
        offers = [an_offer(author) for _ in range(2)]
        acts = [
            partial(operations.answer_post, actor=actor(one.person), post_id=offer.pk, message="", at=AT)
            for one in others for offer in offers
        ]  # fmt: skip
        found = answers(
            *acts, partial(operations.close_account, actor=actor(author.person), member_id=author.pk, at=AT)
        )
        assert isinstance(found[-1], Member)
        assert not Deal.objects.filter(state="asked").exists()
        assert not Post.objects.filter(state="open").exists()


def test_erasing_ends_posts_and_answers_and_closes_the_empty_account() -> None:
    bank = a_bank()
    leaver, other = a_member(bank), a_member(bank, 120)
    offer, asked = an_offer(leaver), a_request(other, 60)
    to_them = operations.answer_post(actor=actor(other.person), post_id=offer.pk, message="", at=AT)
    by_them = operations.answer_post(actor=actor(leaver.person), post_id=asked.pk, message="", at=AT)
    assert hindrances(other.person_id, AT) != []
    people.erase_own(actor=actor(leaver.person), confirmed=True, at=AT)
    leaver.refresh_from_db()
    states = [Deal.objects.get(pk=one.pk).state for one in (to_them, by_them)]
    ended = Notice.objects.filter(kind="time_bank_help.ended", deliveries__person=other.person_id, recipients=1)
    assert set(ended.values_list("subject_id", flat=True)) == {str(to_them.pk), str(by_them.pk)}
    gone = Post.objects.get(pk=offer.pk)
    assert (states, leaver.closed_at, gone.state, gone.title) == (["lapsed", "withdrawn"], AT, "closed", "—")
    assert Post.objects.get(pk=asked.pk).state == "open"
    with pytest.raises(refusals.PostClosed):
        operations.answer_post(actor=actor(other.person), post_id=offer.pk, message="", at=AT)
    operations.donate(actor=actor(other.person), bank_id=bank.pk, pool_id=pool(bank).pk, minutes=120, at=AT)
    assert hindrances(other.person_id, AT) == []

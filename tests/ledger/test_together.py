"""Transfers that come at the same moment: each is judged by itself, in the order of their coming."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import DataError, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import checking, operations, refusals
from shanzhi.ledger.models import Account, Balance, Entry, Owner, Posting
from shanzhi.ledger.models.books import Kind
from shanzhi.ledger.operations import Entered, entering, together
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.books import AT, DAY, SYSTEM, Books, a_book, an_account, on
from tests.support.people import a_person
from tests.support.races import answers

WRITERS = 16


@pytest.fixture
def books(areas: None) -> Books:
    made = a_book(COMMUNITY)
    made.move(made.outside, made.fund, 1_000)
    return made


def given(books: Books, source: Account, target: Account, amount: int, **more: Any) -> dict[str, Any]:
    """Write a transfer as it waits for others."""
    return together.given(**{
        "actor": SYSTEM, "book": books.book.pk, "area": books.book.area, "on": DAY, "at": AT, "kind": "transfer",
        "key": uuid4().hex, "source": source.pk, "target": target.pk, "amount": amount, "text": "",
        "reason": "", **more,
    })  # fmt: skip


def transfer(books: Books, source: Account, target: Account, amount: int, **more: Any) -> Entered:
    """Move an amount by the operation, as the system."""
    return operations.transfer(**{
        "actor": SYSTEM, "book_id": books.book.pk, "source": source.pk, "target": target.pk, "amount": amount,
        "on": DAY, "at": AT, "key": uuid4().hex, **more,
    })  # fmt: skip


def test_a_good_transfer_is_entered_this_way_with_its_event(books: Books) -> None:
    with patch.object(entering, "enter", side_effect=AssertionError("the long way")):
        made = transfer(books, books.fund, books.one, 300, text=" 大米 ", reason="买米")
    entry = Entry.objects.get(pk=made.id)
    assert (entry.text, entry.kind, entry.on, entry.at, entry.legs) == ("大米", "transfer", DAY, AT, 2)
    event = Event.objects.get(subject_id=str(entry.pk))
    assert (event.verb, event.reason, event.area) == ("ledger.entry.enter", "买米", COMMUNITY)
    assert event.change == {"kind": "transfer", "digest": bytes(entry.request).hex()}
    assert (on(books.fund), on(books.one)) == (700, 300)
    assert not list(checking.broken())


def test_the_order_of_coming_decides_and_each_sees_what_those_before_it_left(books: Books) -> None:
    made = together.enter_each([
        given(books, books.one, books.other, 1),  # nothing is there yet
        given(books, books.fund, books.one, 600),
        given(books, books.fund, books.one, 600),  # 400 are left
        given(books, books.one, books.other, 250),
        given(books, books.fund, books.other, 400),
    ])  # fmt: skip
    assert [one is not None for one in made] == [False, True, False, True, True]
    assert (on(books.fund), on(books.one), on(books.other)) == (0, 350, 650)
    stood = Posting.objects.filter(account=books.one).order_by("number").values_list("amount", "stood")
    assert list(stood) == [(600, 600), (-250, 350)]
    assert not list(checking.broken())


def _bad(books: Books) -> dict[str, dict[str, Any]]:
    """What stands against a transfer, by name; none of it may touch the good ones beside it."""
    foreign, full, closed = a_book(COMMUNITY), an_account(books.book), an_account(books.book)
    operations.bound(actor=SYSTEM, account_id=full.pk, floor=0, ceiling=5, at=AT)
    operations.close_account(actor=SYSTEM, account_id=closed.pk, at=AT)
    goods = operations.create_commodity(actor=SYSTEM, code="RICE", name="大米", kind=Kind.GOODS, unit="袋", at=AT)
    rice = an_account(books.book, commodity=goods.code)
    used = transfer(books, books.fund, books.one, 1)
    key, stranger = Entry.objects.get(pk=used.id).key, Actor(person_id=a_person().pk, account_id=uuid4())
    of_a_person = an_account(books.book, Owner.PERSON)
    keeper = a_person()
    operations.name_keeper(actor=SYSTEM, book_id=books.book.pk, person_id=keeper.pk, at=AT)
    keeps = Actor(person_id=keeper.pk, account_id=uuid4())
    return {
        "more than is there": given(books, books.fund, books.one, 100_000),
        "more than fits": given(books, books.fund, full, 6),
        "a closed account": given(books, books.fund, closed, 1),
        "another book's account": given(books, books.fund, foreign.one, 1),
        "another commodity": given(books, books.fund, rice, 1),
        "twice the same account": given(books, books.fund, books.fund, 1),
        "nothing": given(books, books.fund, books.one, 0),
        "less than nothing": given(books, books.fund, books.one, -5),
        "a day before the book": given(books, books.fund, books.one, 1, on=date(2025, 12, 31)),
        "no such account": given(books, books.fund, replace_pk(books.one), 1),
        "no such book": given(books, books.fund, books.one, 1, book=uuid4()),
        "a used key": given(books, books.fund, books.one, 2, key=key),
        "somebody who keeps no book": given(books, books.fund, books.one, 1, actor=stranger),
        "a person's account by hand": given(books, books.fund, of_a_person, 1, actor=keeps),
    }


def replace_pk(account: Account) -> Account:
    """Give an account that nobody has opened."""
    return Account(pk=uuid4(), book_id=account.book_id)


def test_what_stands_against_one_touches_no_other(books: Books) -> None:
    bad = _bad(books)
    before = dict(Balance.objects.values_list("account", "amount"))
    for name, one in bad.items():
        good = [given(books, books.fund, books.one, 1), given(books, books.one, books.other, 1)]
        made = together.enter_each([good[0], one, good[1]])
        assert [found is not None for found in made] == [True, False, True], name
    after = dict(Balance.objects.values_list("account", "amount"))
    moved = {account: after[account] - before[account] for account in after if after[account] != before[account]}
    assert moved == {books.fund.pk: -len(bad), books.other.pk: len(bad)}
    assert not list(checking.broken())


def test_a_closed_period_takes_nothing_and_says_so_in_the_end(books: Books) -> None:
    operations.close_period(actor=SYSTEM, book_id=books.book.pk, through=DAY, today=DAY + timedelta(days=1), at=AT)
    assert together.enter_each([given(books, books.fund, books.one, 1)]) == [None]
    with pytest.raises(refusals.PeriodClosed):
        transfer(books, books.fund, books.one, 1)


def test_the_same_key_is_entered_once_also_among_those_who_go_together(books: Books) -> None:
    first = given(books, books.fund, books.one, 10, key="the-same-key")
    again = {**first, "id": str(uuid4())}
    made = together.enter_each([first, again])
    assert made[1] is None, "it goes alone, and finds what is there"
    assert made[0] is not None
    assert together.enter_each([again]) == [replace(made[0], repeated=True)]
    assert (on(books.fund), on(books.one)) == (990, 10)


def test_a_text_that_no_database_takes_spoils_only_its_own(books: Books) -> None:
    with pytest.raises(DataError, match="NUL"), transaction.atomic():
        transfer(books, books.fund, books.one, 1, text="a\0b")
    assert on(books.one) == 0
    assert transfer(books, books.fund, books.one, 1).repeated is False


@pytest.mark.django_db(transaction=True)
def test_many_at_once_overdraw_nothing_wait_in_no_circle_and_double_nothing() -> None:
    make_areas()
    books = a_book(COMMUNITY)
    for account in (books.fund, books.one, books.other):
        books.move(books.outside, account, 40)
    circle = [(books.fund, books.one), (books.one, books.other), (books.other, books.fund)]

    def move(number: int) -> int:
        """Move round the circle more than is there, each transfer sent twice."""
        moved = 0
        for turn in range(8):
            source, target = circle[(number + turn) % 3]
            key = f"writer-{number}-{turn}"
            try:
                made = transfer(books, source, target, 30, key=key)
            except refusals.Short:
                continue
            assert transfer(books, source, target, 30, key=key) == replace(made, repeated=True)
            moved += 1
        return moved

    found = answers(*[partial(move, number) for number in range(WRITERS)])
    moved = [one for one in found if isinstance(one, int)]
    assert len(moved) == WRITERS, found
    assert Entry.objects.count() == 3 + sum(moved)
    assert on(books.fund) + on(books.one) + on(books.other) == 120
    assert min(Posting.objects.exclude(account=books.outside).values_list("stood", flat=True)) >= 0
    assert not list(checking.broken())


@pytest.mark.parametrize(("given", "refusal"), [
    ({"amount": 0}, refusals.BadAmount), ({"amount": -1}, refusals.BadAmount),
    ({"amount": 10**15 + 1}, refusals.BadAmount), ({"key": "short"}, refusals.BadKey),
    ({"key": "k" * 200}, refusals.BadKey),
])  # fmt: skip
def test_what_no_table_holds_is_never_made_ready(books: Books, given: dict[str, Any], refusal: type[Exception]) -> None:
    good = {"amount": 1, "key": "k" * 20}
    with pytest.raises(refusal):
        operations.ready_transfer(
            actor=SYSTEM, book_id=books.book.pk, source=books.fund.pk, target=books.one.pk, on=DAY, at=AT, text="",
            **{**good, **given},
        )  # fmt: skip

"""Many at once on the same accounts: never below zero, nobody waits in a circle, a key works once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shanzhi.ledger import checking, refusals
from shanzhi.ledger.models import Entry, Posting
from shanzhi.ledger.operations import Entered
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.books import Books, a_book, on
from tests.support.races import answers

WRITERS = 16


@pytest.fixture
def books(transactional_db: None) -> Books:
    make_areas()
    return a_book(COMMUNITY)


def test_sixteen_writers_on_one_guarded_account(books: Books) -> None:
    books.move(books.outside, books.fund, 1_000)

    def spend(number: int) -> Any:
        """Take ten times more than all could have together, one after the other, and put a little back."""
        taken = 0
        for turn in range(10):
            try:
                books.move(books.fund, books.one if number % 2 else books.other, 30)
                taken += 30
            except refusals.Short:
                pass
            if turn == 5:
                books.move(books.one, books.other, 1) if number % 2 and taken else None
        return taken

    found = answers(*[lambda number=number: spend(number) for number in range(WRITERS)])  # type: ignore[misc]
    assert sum(found) == 990  # type: ignore[arg-type]  # as often as 30 goes into 1,000
    assert on(books.fund) == 10
    assert on(books.one) + on(books.other) == 990
    assert not list(checking.broken())
    assert min(Posting.objects.filter(account=books.fund).values_list("stood", flat=True)) >= 0


def test_nobody_waits_in_a_circle(books: Books) -> None:
    for account in (books.fund, books.one, books.other):
        books.move(books.outside, account, 10_000)
    circle = [(books.fund, books.one), (books.one, books.other), (books.other, books.fund)]

    def round_and_round(number: int) -> int:
        for turn in range(6):
            source, target = circle[(number + turn) % 3]
            books.move(source, target, 1)
        return number

    assert answers(*[lambda n=n: round_and_round(n) for n in range(WRITERS)]) == list(range(WRITERS))  # type: ignore[misc]
    assert Entry.objects.count() == 3 + WRITERS * 6
    assert not list(checking.broken())


def test_the_same_entry_sent_by_many_at_once_is_entered_once(books: Books) -> None:
    books.move(books.outside, books.fund, 100)
    key = uuid4().hex
    found = answers(*[lambda: books.move(books.fund, books.one, 100, key=key)] * WRITERS)
    assert {one.id for one in found if isinstance(one, Entered)} == {Entry.objects.get(key=key).pk}
    assert sum(isinstance(one, Entered) and not one.repeated for one in found) == 1
    assert all(isinstance(one, Entered) for one in found), found  # no one is told that the money is gone
    assert (on(books.fund), on(books.one)) == (0, 100)

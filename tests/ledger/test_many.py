"""Many transfers in one go: all or none, each under its own key, a refusal that names its row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.ledger import checking, operations, refusals
from shanzhi.ledger.models import Account, Entry
from shanzhi.ledger.operations import Move, many
from tests.people.conftest import COMMUNITY
from tests.support.books import AT, DAY, SYSTEM, Books, a_book, on
from tests.support.people import a_person, sign_in
from tests.support.races import answers


@pytest.fixture
def books(areas: None) -> Books:
    made = a_book(COMMUNITY)
    made.move(made.outside, made.fund, 1_000)
    return made


def move(source: Account, target: Account, amount: int, key: str = "") -> Move:
    return Move(source.pk, target.pk, amount, DAY, key or uuid4().hex)


def send(books: Books, *moves: Move, actor: Actor = SYSTEM) -> list[operations.Entered]:
    return operations.transfer_many(actor=actor, book_id=books.book.pk, moves=moves, at=AT)


def test_all_are_entered_in_their_order_by_one_statement_each_with_its_event(books: Books) -> None:
    moves = [
        move(books.fund, books.one, 700),
        *(move(books.one, books.other, 1) for _ in range(150)),
    ]
    with patch.object(many, "transfer", side_effect=AssertionError("one by one")):
        made = send(books, *moves)
    assert (on(books.fund), on(books.one), on(books.other)) == (300, 550, 150)
    assert [str(one.id) for one in made] == [
        str(pk) for pk in Entry.objects.order_by("number").values_list("pk", flat=True)[1:]
    ]
    assert Event.objects.filter(subject_id__in=[str(one.id) for one in made]).count() == 151
    assert not list(checking.broken())


def test_what_stands_against_one_is_told_with_its_row_and_nothing_is_entered(books: Books) -> None:
    good = move(books.fund, books.one, 400)
    wrong: dict[str, tuple[Any, str]] = {
        "more than is left": (move(books.fund, books.other, 601), "ledger_short"),
        "less than nothing": (replace(good, amount=-1, key=uuid4().hex), "ledger_bad_amount"),
        "more than any account holds": (replace(good, amount=10**30, key=uuid4().hex), "ledger_bad_amount"),
        "no account": (replace(good, target=uuid4(), key=uuid4().hex), "ledger_no_account"),
        "a short key": (replace(good, key="short"), "ledger_bad_key"),
        "a key used with other content": (replace(good, amount=1), "ledger_key_reused"),
    }
    for name, (bad, code) in wrong.items():
        with pytest.raises(refusals.OneOfMany, match="2") as refused:
            send(books, good, bad, move(books.fund, books.one, 1))
        assert refused.value.params["row"] == 2, name
        assert getattr(refused.value.__cause__, "code", "") == code, name
    assert (on(books.fund), on(books.one), Entry.objects.count()) == (1_000, 0, 1)
    with pytest.raises(refusals.NoMoves):
        send(books)
    with pytest.raises(refusals.TooManyMoves):
        send(books, *[good] * (operations.MOST_MOVES + 1))


def test_the_same_again_changes_nothing_and_gives_what_is_there(books: Books) -> None:
    moves = [move(books.fund, books.one, 10), move(books.one, books.other, 4)]
    first = send(books, *moves)
    again = send(books, *moves, move(books.fund, books.other, 5))
    assert [one.id for one in again[:2]] == [one.id for one in first]
    assert [one.repeated for one in again] == [True, True, False]
    assert (on(books.fund), on(books.one), on(books.other)) == (985, 6, 9)


def test_a_stranger_moves_nothing(books: Books) -> None:
    with pytest.raises((Forbidden, NotFound)):
        send(books, move(books.fund, books.one, 1), actor=Actor(person_id=a_person().pk, account_id=uuid4()))
    with pytest.raises(NotFound):
        operations.transfer_many(actor=SYSTEM, book_id=uuid4(), moves=[move(books.fund, books.one, 1)], at=AT)
    assert on(books.one) == 0


@pytest.mark.django_db(transaction=True)
def test_hands_full_that_cross_each_other_wait_in_no_circle(books: Books) -> None:
    """Eight writers move between the same accounts in opposite orders, beside single transfers."""
    for account in (books.one, books.other):
        books.move(books.outside, account, 1_000)
    there = [move(books.one, books.other, 1), move(books.fund, books.one, 1)]
    back = [move(books.other, books.one, 1), move(books.one, books.fund, 1)]

    def go(number: int) -> None:
        for _turn in range(5):
            moves = [replace(one, key=uuid4().hex) for one in (there, back)[number % 2]]
            send(books, *moves)

    assert answers(*(partial(go, number) for number in range(8))) == [None] * 8
    assert (on(books.fund), on(books.one), on(books.other)) == (1_000, 1_000, 1_000)
    assert not list(checking.broken())


def test_a_program_sends_many_and_reads_which_one_is_wrong(books: Books) -> None:
    client = sign_in(Client(), a_person(COMMUNITY, Role.SUBDISTRICT_OFFICER))
    path = f"/api/v1/ledger/books/{books.book.pk}/transfers/many"
    rows = [
        {"source": str(books.fund.pk), "target": str(books.one.pk), "amount": amount, "on": "2026-03-02",
         "key": f"pay-out-{amount}"} for amount in (10, 20, 30)
    ]  # fmt: skip
    sent = [client.post(path, {"transfers": rows}, content_type="application/json") for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert (len(sent[0].json()["entries"]), on(books.one)) == (3, 60)
    nul = [{**rows[0], "key": "no\x00thing-that-is-kept"}]
    unkept = client.post(path, {"transfers": nul}, content_type="application/json")
    assert (unkept.status_code, unkept.json()["code"], unkept.json()["field"]) == (422, "not_storable", "key")
    rows[1] |= {"amount": 5_000, "key": "pay-out-too-much"}
    refused = client.post(path, {"transfers": rows}, content_type="application/json", headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["code"]) == (409, "ledger_one_of_many")
    assert refused.json()["detail"].startswith("Transfer 2: There is not enough on the account: at most ¥9.40")
    assert on(books.one) == 60

"""What the database holds whoever writes: the site past the function, the owner by mistake."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from beancount import loader
from beancount.core import realization
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanzhi.kernel.errors import Refusal
from shanzhi.ledger import checking, operations
from shanzhi.ledger.exchange.beancount import name_in, written
from shanzhi.ledger.models import Account, Balance, Book, Closing, Commodity, Entry, Owner, Posting
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.books import AT, DAY, SYSTEM, Books, a_book, an_account, on
from tests.support.database import as_owner

pytestmark = pytest.mark.django_db
BEAN_CHECK = Path(__import__("sys").executable).parent / "bean-check"


@pytest.fixture
def books() -> Books:
    make_areas()
    made = a_book(COMMUNITY)
    made.move(made.outside, made.fund, 10_000)
    return made


def run(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


PAST_THE_FUNCTION: dict[str, Callable[[Books], None]] = {
    "an entry": lambda b: run(
        "INSERT INTO ledger_entry (id, number, book_id, on_day, at, kind, text, key, request, legs)"
        " VALUES (%s, 1, %s, %s, %s, 'x', '', 'a-key-of-mine', '', 2)", uuid4(), b.book.pk, DAY, AT),
    "a posting": lambda b: run(
        "INSERT INTO ledger_posting (entry_id, leg, legs, account_id, amount, stood, on_day, number)"
        " SELECT id, 3, legs, %s, 5, 5, on_day, number FROM ledger_entry LIMIT 1", b.one.pk),
    "a balance": lambda b: run("INSERT INTO ledger_balance (account_id, amount) VALUES (%s, 5)", uuid4()),
    "a closing": lambda b: run(
        "INSERT INTO ledger_closing (id, book_id, through, at, entries, digest) VALUES (%s, %s, %s, %s, 0, 'x')",
        uuid4(), b.book.pk, DAY, AT),
    "a changed posting": lambda b: run("UPDATE ledger_posting SET amount = amount * 2"),
    "a removed entry": lambda b: run("DELETE FROM ledger_entry"),
    "a removed balance": lambda b: run("DELETE FROM ledger_balance"),
    "another owner": lambda b: run("UPDATE ledger_account SET owner_id = %s WHERE id = %s", uuid4(), b.one.pk),
    "no account": lambda b: run("DELETE FROM ledger_account WHERE id = %s", b.one.pk),
    "other digits": lambda b: run("UPDATE ledger_commodity SET digits = 0 WHERE code = 'CNY'"),
    "a period without a closing": lambda b: run("UPDATE ledger_book SET closed_through = %s", DAY),
    "another area": lambda b: run("UPDATE ledger_book SET area = '110114'"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAST_THE_FUNCTION)
def test_the_site_writes_by_the_function_alone(books: Books, name: str) -> None:
    with pytest.raises(DatabaseError):
        PAST_THE_FUNCTION[name](books)
    assert on(books.fund) == 10_000


def by_hand(books: Books, *legs: tuple[Account, int], told: int | None = None) -> Entry:
    """Enter with the ORM and nothing else, as the owner: the oracle of the function, and what triggers must hold."""
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ledger_entry_moved DEFERRED")  # the ORM writes one table after the other
        number = Entry.objects.count() + 10**9
        made = Entry.objects.create(
            number=number, book=books.book, on=DAY, at=AT, kind="tests", key=uuid4().hex, request=b"",
            legs=told or len(legs),
        )  # fmt: skip
        Posting.objects.bulk_create(
            Posting(entry=made, leg=leg, legs=made.legs, account=account, amount=amount, stood=0, on=DAY, number=number)
            for leg, (account, amount) in enumerate(legs, 1)
        )
        for account, amount in legs:
            balance = Balance.objects.select_for_update().get(pk=account.pk)
            balance.amount += amount
            balance.save()
    return made


def at_once(act: Callable[[], Any]) -> None:
    """Do something and have the deferred triggers look at it now."""
    with transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _add_leg(entry: Entry, account: Account, leg: int, legs: int) -> None:
    with as_owner():
        Posting.objects.create(
            entry=entry, leg=leg, legs=legs, account=account, amount=5, stood=0, on=DAY, number=entry.number
        )


OWNERS_MISTAKES: dict[str, Callable[[Books], Any]] = {
    "not to zero": lambda b: by_hand(b, (b.fund, -5), (b.one, 4)),
    "a leg too few": lambda b: by_hand(b, (b.fund, -5), (b.one, 5), told=3),
    "no legs": lambda b: by_hand(b, told=2),
    "another book": lambda b: by_hand(b, (b.fund, -5), (a_book(COMMUNITY).one, 5)),
    "below the floor": lambda b: by_hand(b, (b.fund, -10_001), (b.one, 10_001)),
    "two things": lambda b: by_hand(b, (b.fund, -5), (an_account(b.book, commodity="MIN"), 5)),
    "too large": lambda b: by_hand(b, (b.outside, -(10**15) - 1), (b.one, 10**15 + 1)),
}


@pytest.mark.parametrize("name", OWNERS_MISTAKES)
def test_the_owner_meets_the_triggers(books: Books, name: str) -> None:
    with pytest.raises(DatabaseError):
        at_once(lambda: OWNERS_MISTAKES[name](books))
    assert on(books.fund) == 10_000


def test_no_leg_is_added_to_an_entry_later(books: Books) -> None:
    entry = Entry.objects.get()
    for leg, legs in ((3, 2), (3, 4)):
        with pytest.raises(DatabaseError):
            at_once(lambda leg=leg, legs=legs: _add_leg(entry, books.one, leg, legs))  # type: ignore[misc]


MOVES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 6_000)).filter(lambda move: move[0] != move[1]),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_the_function_does_what_the_orm_does(books: Books, moves: list[tuple[int, int, int]]) -> None:
    mirror = a_book(COMMUNITY)
    by_hand(mirror, (mirror.outside, -10_000), (mirror.fund, 10_000))
    with transaction.atomic():
        found = [_tried(lambda one=one: _moved(books, one)) for one in moves]  # type: ignore[misc]
        wanted = [_tried(lambda one=one: _moved(mirror, one, hand=True)) for one in moves]  # type: ignore[misc]
        assert found == wanted
        assert [on(one) for one in _four(books)] == [on(one) for one in _four(mirror)]
        transaction.set_rollback(True)


def _four(books: Books) -> list[Account]:
    return [books.outside, books.fund, books.one, books.other]


def _moved(books: Books, move: tuple[int, int, int], *, hand: bool = False) -> None:
    source, target, amount = _four(books)[move[0]], _four(books)[move[1]], move[2]
    if hand:
        by_hand(books, (source, -amount), (target, amount))
    else:
        books.move(source, target, amount)


def _tried(act: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            act()
    except (DatabaseError, Refusal):
        return False
    return True


TAMPERED: dict[str, str] = {
    "an amount": "UPDATE ledger_posting SET amount = amount + sign(amount) WHERE entry_id = %(entry)s",
    "an account": "UPDATE ledger_posting SET account_id = %(other)s WHERE entry_id = %(entry)s AND amount > 0",
    "what stood": "UPDATE ledger_posting SET stood = stood + 1 WHERE entry_id = %(entry)s AND amount > 0",
    "a day": "UPDATE ledger_entry SET on_day = on_day - 1 WHERE id = %(entry)s",
    "a text": "UPDATE ledger_entry SET text = 'x' WHERE id = %(entry)s",
    "a key": "UPDATE ledger_entry SET key = 'another-key' WHERE id = %(entry)s",
    "a balance": "UPDATE ledger_balance SET amount = amount + 1 WHERE account_id = %(other)s",
    "a closed balance": "UPDATE ledger_closingbalance SET amount = amount + 1",
    "a closing": "UPDATE ledger_closing SET entries = entries + 1",
    "its event": "UPDATE audit_event SET change = '{}' WHERE subject_id = %(entry)s::text",
}


def test_the_check_finds_whatever_was_changed(books: Books) -> None:
    made = books.move(books.fund, books.one, 700)
    operations.reverse(actor=SYSTEM, entry_id=made.id, on=DAY, at=AT, reason="示例")
    operations.close_period(actor=SYSTEM, book_id=books.book.pk, through=DAY, at=AT, today=AT.date().replace(year=2027))
    found = list(checking.whole())
    assert [one.broken for one in found] == [[]] * len(found)
    assert [one.seen for one in found] == [3, 4, 6, 1, 1, 3]
    for name, statement in TAMPERED.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, {"entry": made.id, "other": books.other.pk})
            assert cursor.rowcount, name
            assert list(checking.broken()), name
            transaction.set_rollback(True)
    assert not list(checking.broken())


def test_beancount_accepts_the_books_and_has_the_same_balances(books: Books, tmp_path: Path) -> None:
    operations.create_commodity(
        actor=SYSTEM,
        code="ITEM-MASK",
        kind="goods",
        name='口罩 "示例" \\',
        unit="只",
        at=AT,  # type: ignore[arg-type]
    )
    for code in ("MIN", "ITEM-MASK"):
        source, target = (
            an_account(books.book, Owner.OUTSIDE, commodity=code, role="in"),
            an_account(books.book, commodity=code),
        )
        books.move(source, target, 18_000, text='发放 "口罩" \\ 两行\n文字')
    wrong = books.move(books.fund, books.one, 123)
    operations.reverse(actor=SYSTEM, entry_id=wrong.id, on=DAY, at=AT, reason="示例")
    books.move(books.fund, books.one, 5)
    books.move(books.one, books.other, 5)
    operations.close_account(actor=SYSTEM, account_id=books.one.pk, at=AT)
    second = a_book(COMMUNITY)
    second.move(second.outside, second.fund, 9_99)
    file = tmp_path / "books.beancount"
    file.write_text("".join(written(Book.objects.order_by("created_at", "id"))), encoding="utf-8")
    done = subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    entries, errors, _options = loader.load_file(str(file))
    assert not errors
    root = realization.realize(entries)
    for account in Account.objects.select_related("book", "commodity", "balance"):
        leaf = realization.get(root, name_in(account.book, account))
        amount = leaf.balance.get_currency_units(account.commodity_id).number
        assert int(amount.scaleb(account.commodity.digits)) == account.balance.amount
    assert Commodity.objects.count() == 3
    assert not Closing.objects.exists()
    file.write_text(file.read_text().replace("9.99 CNY", "9.98 CNY", 1))
    assert subprocess.run([BEAN_CHECK, file], capture_output=True, check=False).returncode == 1

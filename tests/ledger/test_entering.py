"""Entering in a book: what goes through, what is refused and in which words, and that a repetition changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.ledger import operations, refusals
from shanzhi.ledger.models import Account, Closing, Entry, Owner, Posting
from shanzhi.ledger.models.journal import MOST
from tests.people.conftest import COMMUNITY, make_areas
from tests.support.books import AT, DAY, SYSTEM, Books, a_book, an_account, on
from tests.support.people import a_person
from tests.support.people import actor as actor_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 1)


@pytest.fixture
def books() -> Books:
    make_areas()
    made = a_book(COMMUNITY)
    made.move(made.outside, made.fund, 30_000_00)
    return made


def test_an_entry_moves_what_it_says_and_leaves_its_event(books: Books) -> None:
    made = books.enter((books.fund, -500_00), (books.one, 300_00), (books.other, 200_00), text="首期拨付")
    assert (on(books.fund), on(books.one), on(books.other)) == (29_500_00, 300_00, 200_00)
    assert on(books.outside) == -30_000_00
    entry = Entry.objects.get(pk=made.id)
    assert (entry.legs, entry.text, entry.on) == (3, "首期拨付", DAY)
    event = Event.objects.get(subject_type="ledger.entry", subject_id=str(made.id))
    assert event.verb == "ledger.entry.enter"
    assert event.area == COMMUNITY
    assert event.change["digest"] == bytes(entry.request).hex()


def test_the_same_key_gives_the_same_entry_and_with_other_content_none(books: Books) -> None:
    first = books.move(books.fund, books.one, 100, key="same-key-1")
    again = books.move(books.fund, books.one, 100, key="same-key-1")
    assert (again.id, again.repeated, first.repeated) == (first.id, True, False)
    assert on(books.one) == 100
    assert Event.objects.filter(subject_id=str(first.id)).count() == 1
    for given in ({"amount": 101}, {"amount": 100, "text": "x"}, {"amount": 100, "on": date(2026, 3, 3)}):
        with pytest.raises(refusals.KeyReused):
            books.move(books.fund, books.one, **given, key="same-key-1")  # type: ignore[arg-type]
    assert on(books.one) == 100


REFUSED: dict[str, tuple[type[Refusal], Callable[[Books], Any]]] = {
    "more than there is": (refusals.Short, lambda b: b.move(b.fund, b.one, 30_000_01)),
    "nothing": (refusals.BadAmount, lambda b: b.enter((b.fund, 0), (b.one, 0))),
    "too much for the eye": (refusals.BadAmount, lambda b: b.move(b.outside, b.one, MOST + 1)),
    "one line": (refusals.BadLegs, lambda b: b.enter((b.fund, -1))),
    "too many lines": (refusals.BadLegs, lambda b: b.enter(*[(b.fund, -1)] * 201)),
    "not to zero": (refusals.Unbalanced, lambda b: b.enter((b.fund, -2), (b.one, 1))),
    "one account twice": (refusals.AccountTwice, lambda b: b.enter((b.fund, -2), (b.one, 1), (b.one, 1))),
    "an account of another book": (refusals.NoAccount, lambda b: b.move(b.fund, a_book(COMMUNITY).one, 1)),
    "time for money": (refusals.Unbalanced, lambda b: b.move(b.fund, an_account(b.book, commodity="MIN"), 1)),
    "before the book began": (refusals.PeriodClosed, lambda b: b.move(b.fund, b.one, 1, on=date(2025, 12, 31))),
    "a short key": (refusals.BadKey, lambda b: b.move(b.fund, b.one, 1, key="short")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_in_words_and_nothing_changes(books: Books, name: str) -> None:
    wanted, act = REFUSED[name]
    entries = Entry.objects.count()
    with pytest.raises(wanted) as met:
        act(books)
    assert met.value.text
    assert (on(books.fund), on(books.one)) == (30_000_00, 0)
    assert Entry.objects.count() == entries  # what another book holds is not counted among these


def test_a_refusal_names_what_is_left(books: Books) -> None:
    with pytest.raises(refusals.Short) as met:
        books.move(books.fund, books.one, 40_000_00)
    assert "¥30,000.00" in met.value.text
    minutes = an_account(books.book, commodity="MIN", ceiling=90_000, role="time")
    bank = an_account(books.book, Owner.OUTSIDE, commodity="MIN", role="bank")
    books.move(bank, minutes, 89_000)
    with pytest.raises(refusals.Full) as full:
        books.move(bank, minutes, 1_001)
    assert "1,000 分钟" in full.value.text


def test_an_amount_that_overflows_is_refused(books: Books) -> None:
    full = an_account(books.book)
    with pytest.raises(refusals.BadAmount):
        books.enter((books.outside, -(2**63)), (full, 2**63 - 1))
    assert on(full) == 0


def test_closed_periods_and_closed_accounts_take_nothing(books: Books) -> None:
    books.move(books.fund, books.one, 700)
    made = operations.close_period(actor=SYSTEM, book_id=books.book.pk, through=DAY, at=AT, today=TODAY)
    assert made.entries == 2
    balances = dict(made.balances.values_list("account_id", "amount"))
    assert balances == {books.outside.pk: -30_000_00, books.fund.pk: 29_993_00, books.one.pk: 700}
    with pytest.raises(refusals.PeriodClosed) as met:
        books.move(books.fund, books.one, 1)
    assert "2026" in met.value.text
    later = date(2026, 3, 3)
    books.move(books.one, books.fund, 700, on=later)
    for through in (DAY, date(2026, 3, 1), TODAY):  # closed before, and not over yet
        with pytest.raises(refusals.BadDay):
            operations.close_period(actor=SYSTEM, book_id=books.book.pk, through=through, at=AT, today=TODAY)
    operations.close_account(actor=SYSTEM, account_id=books.one.pk, at=AT)
    with pytest.raises(refusals.AccountClosed):
        books.move(books.fund, books.one, 1, on=later)
    with pytest.raises(refusals.NotEmpty):
        operations.close_account(actor=SYSTEM, account_id=books.fund.pk, at=AT)
    with pytest.raises(refusals.AccountClosed):
        operations.close_account(actor=SYSTEM, account_id=books.one.pk, at=AT)
    assert Closing.objects.filter(book=books.book).count() == 1


def test_a_mistake_is_reversed_once_and_its_reversal_never(books: Books) -> None:
    wrong = books.move(books.fund, books.one, 500)
    undone = operations.reverse(actor=SYSTEM, entry_id=wrong.id, on=DAY, at=AT, reason="金额有误")
    assert (on(books.fund), on(books.one)) == (30_000_00, 0)
    assert Entry.objects.get(pk=undone.id).reverses_id == wrong.id
    again = operations.reverse(actor=SYSTEM, entry_id=wrong.id, on=DAY, at=AT, reason="再次")
    assert (again.id, again.repeated) == (undone.id, True)
    for number, day in ((wrong.id, date(2026, 3, 9)), (undone.id, DAY)):
        with pytest.raises(refusals.ReversedAlready):
            operations.reverse(actor=SYSTEM, entry_id=number, on=day, at=AT, reason="再次")
    assert Event.objects.get(subject_id=str(undone.id)).reason == "金额有误"
    spent = books.move(books.fund, books.one, 900)
    books.move(books.one, books.other, 800)
    with pytest.raises(refusals.Short):  # what is gone on cannot be taken back
        operations.reverse(actor=SYSTEM, entry_id=spent.id, on=DAY, at=AT, reason="追回")


def test_bounds_hold_and_only_fitting_ones_are_taken(books: Books) -> None:
    books.move(books.fund, books.one, 500)
    operations.bound(actor=SYSTEM, account_id=books.one.pk, floor=-100, ceiling=600, at=AT)
    books.move(books.one, books.other, 600)
    assert on(books.one) == -100
    for floor, ceiling in ((0, None), (-100, -101)):
        with pytest.raises(refusals.BadBounds):
            operations.bound(actor=SYSTEM, account_id=books.one.pk, floor=floor, ceiling=ceiling, at=AT)
    with pytest.raises(refusals.Full):
        books.move(books.fund, books.one, 701)


@pytest.mark.parametrize("owner", [Owner.FUND, Owner.GRANT, Owner.PERSON])
def test_accounts_of_funds_grants_and_persons_move_by_their_own_acts_alone(books: Books, owner: Owner) -> None:
    officer = actor_of(a_person(COMMUNITY, Role.DISTRICT_OFFICER))
    guarded = an_account(books.book, owner)
    made = books.move(books.fund, guarded, 500)  # as a room above does
    given = {"actor": officer, "book_id": books.book.pk, "amount": 1, "on": DAY, "at": AT, "key": uuid4().hex}
    for source, target in ((guarded, books.one), (books.fund, guarded)):
        with pytest.raises(refusals.MovedElsewhere):
            operations.transfer(source=source.pk, target=target.pk, **given)  # type: ignore[arg-type]
    with pytest.raises(refusals.MovedElsewhere):
        operations.reverse(actor=officer, entry_id=made.id, on=DAY, at=AT, reason="示例")
    empty = an_account(books.book, owner)
    with pytest.raises(refusals.MovedElsewhere):  # closed, it would keep its room from its own acts for ever
        operations.close_account(actor=officer, account_id=empty.pk, at=AT)
    with pytest.raises(refusals.MovedElsewhere):
        operations.bound(actor=officer, account_id=guarded.pk, floor=-1, ceiling=None, at=AT)
    assert Account.objects.get(pk=empty.pk).closed_at is None
    assert (on(guarded), on(books.fund)) == (500, 30_000_00 - 500)


def test_who_keeps_a_book_enters_in_it_and_nobody_else(books: Books) -> None:
    keeper = a_person(COMMUNITY, Role.VOLUNTEER)
    officer = actor_of(a_person(COMMUNITY, Role.SUBDISTRICT_OFFICER))

    def move(actor: Actor, book: Any = books.book.pk) -> Any:
        return operations.transfer(
            actor=actor, book_id=book, source=books.fund.pk, target=books.one.pk, amount=100, on=DAY, at=AT,
            key=uuid4().hex,
        )  # fmt: skip

    with pytest.raises(refusals.NotKeeper):
        move(actor_of(keeper))
    with pytest.raises(SignInNeeded):
        move(Actor.anonymous())
    with pytest.raises(NotFound):
        move(officer, uuid4())
    named = operations.name_keeper(actor=officer, book_id=books.book.pk, person_id=keeper.pk, at=AT)
    move(actor_of(keeper))
    assert on(books.one) == 100
    with pytest.raises(Forbidden):
        operations.name_keeper(actor=officer, book_id=books.book.pk, person_id=officer.person(), at=AT)
    with pytest.raises(refusals.KeeperAlready):
        operations.name_keeper(actor=officer, book_id=books.book.pk, person_id=keeper.pk, at=AT)
    operations.release_keeper(actor=officer, keeper_id=named.pk, at=AT)
    with pytest.raises(refusals.NotKeeper):
        move(actor_of(keeper))
    far = actor_of(a_person("110114008001", Role.DISTRICT_OFFICER))
    with pytest.raises(refusals.NotKeeper):
        move(far)
    with pytest.raises(NotFound):
        operations.name_keeper(actor=far, book_id=books.book.pk, person_id=keeper.pk, at=AT)
    assert Posting.objects.filter(account=books.one).count() == 1

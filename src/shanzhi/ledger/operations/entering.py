"""Entering in a book: the one function of the database, with the event, in one statement.

`enter` is for rooms above, which decide by their own policies who moves what; `transfer` and `reverse` decide by the
book's. All are one statement, so they are one transaction also where none is open. Good transfers that come at the same
moment go together (`together`); one that is not good comes back here, and is refused in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NoReturn
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from shanzhi.audit.operations import event_of
from shanzhi.audit.planned import planned_cursor
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import policies
from shanzhi.ledger.models import BY_HAND, Book, Commodity, Entry, Posting
from shanzhi.ledger.models.journal import KEY_LENGTH, MOST, MOST_LEGS
from shanzhi.ledger.operations import together
from shanzhi.ledger.operations.content import VERB, Entered, Leg, content_of
from shanzhi.ledger.refusals import (
    WORDS,
    BadAmount,
    BadKey,
    BadLegs,
    Full,
    KeyReused,
    MovedElsewhere,
    PeriodClosed,
    ReversedAlready,
    Short,
    told,
)
from shanzhi.ledger.words import amount_words
from shanzhi.ui import formatting

REVERSE: Final = "ledger.entry.reverse"
LONGEST_TEXT: Final = 300
MEANWHILE: Final = ("ledger_entered_meanwhile", "ledger_entry_key_key")
_ENTER: Final = (
    "SELECT entry, repeated FROM ledger_enter(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::bigint[],"
    " %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
)
# The area of a book and whether one of these people keeps it now.
_BOOK: Final = (
    "SELECT b.area, EXISTS (SELECT FROM ledger_keeper k WHERE k.book_id = b.id AND k.until IS NULL"
    " AND k.person_id = ANY(%s)), NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = ANY(%s)"
    " AND a.owner_kind <> ALL(%s)) FROM ledger_book b WHERE b.id = %s"
)


def enter(
    *, actor: Actor, book: UUID, area: str, on: date, at: datetime, kind: str, key: str, legs: Sequence[Leg],
    text: str = "", reason: str = "", reverses: UUID | None = None,
) -> Entered:  # fmt: skip
    """Enter in a book; who may is for the caller to decide, everything else is checked here and by the database.

    `area` is the book's own, for the event. The legs sum to zero in each commodity; amounts are whole units. The same
    `key` with the same content gives the entry that is there, with other content KeyReused. Raises Short or Full where
    an account would leave its bounds, PeriodClosed, NoAccount, AccountClosed, AccountTwice, Unbalanced, BadAmount.
    """
    _check(key, legs)
    words = cut(text)
    request = content_of(book=book, on=on, kind=kind, text=words, key=key, reverses=reverses, legs=legs)
    entry = Entry()
    event = event_of(
        actor=actor, verb=REVERSE if reverses else VERB, subject=entry, area=area, at=at, reason=reason,
        change={"kind": kind, "digest": request.hex()},
    )  # fmt: skip
    values: list[Any] = [entry.pk, book, on, at, kind, words, key, request, reverses]
    values += [[leg.account for leg in legs], [leg.amount for leg in legs]]
    values += [event.verb, event.actor_person, event.actor_label, event.subject_type, event.area, event.reason]
    values += [event.request_id, event.nonce, event.digest, canonical(event.change).decode()]
    # A refusal inside a larger operation must leave that one able to say so.
    block = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with block, planned_cursor() as cursor:
            cursor.execute(_ENTER, values)
            return Entered(*cursor.fetchone())
    except DatabaseError as error:
        if (told(error) or ("",))[0] not in MEANWHILE:
            _refuse(error)
    # Somebody else was entering the same at this moment, and is done now: this finds what is there.
    return enter(
        actor=actor, book=book, area=area, on=on, at=at, kind=kind, key=key, legs=legs, text=text, reason=reason,
        reverses=reverses,
    )  # fmt: skip


def transfer(
    *, actor: Actor, book_id: UUID, source: UUID, target: UUID, amount: int, on: date, at: datetime, key: str,
    kind: str = "transfer", text: str = "", reason: str = "",
) -> Entered:  # fmt: skip
    """Move `amount` whole units from one account to another of the same book, by one of its keepers or officers.

    Only accounts that are moved by hand: raises MovedElsewhere for those of funds, grants and persons.
    """
    if amount <= 0:
        raise BadAmount(field="amount")
    legs = [Leg(source, -amount), Leg(target, amount)]
    area = area_of(book_id)
    if fits(amount, key):
        made = together.move(ready_transfer(
            actor=actor, book_id=book_id, source=source, target=target, amount=amount, on=on, at=at, key=key, kind=kind,
            text=text, reason=reason,
        ))  # fmt: skip
        if made:
            return made
    _require_mover(actor, book_id, [source, target])
    return enter(
        actor=actor, book=book_id, area=area, on=on, at=at, kind=kind, key=key, legs=legs, text=text, reason=reason
    )


def ready_transfer(
    *, actor: Actor, book_id: UUID, source: UUID, target: UUID, amount: int, on: date, at: datetime, key: str,
    kind: str = "transfer", text: str = "", reason: str = "",
) -> together.Ready:  # fmt: skip
    """Write a transfer as `transfer_each` takes it. Raises BadAmount, BadKey, and NotFound for a book."""
    if not 0 < amount <= MOST:
        raise BadAmount(field="amount")
    if not fits(amount, key):
        raise BadKey
    return together.given(
        actor=actor, book=book_id, area=area_of(book_id), on=on, at=at, kind=kind, key=key, source=source,
        target=target, amount=amount, text=cut(text), reason=reason,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def area_of(book_id: UUID) -> str:
    """Give the area of a book, which it keeps (a trigger holds that)."""
    area = Book.objects.filter(pk=book_id).values_list("area", flat=True).first()
    if area is None:
        raise NotFound
    return area


def fits(amount: int, key: str) -> bool:
    """Tell whether amount and key are such as the database takes."""
    return 0 < amount <= MOST and 8 <= len(key) <= KEY_LENGTH


def cut(text: str) -> str:
    """Give what a book keeps of a text: as much as fits."""
    return text.strip()[:LONGEST_TEXT]


def _require_mover(actor: Actor, book_id: UUID, accounts: list[UUID]) -> None:
    """Refuse whoever may not enter in this book by hand, or not on these accounts."""
    with planned_cursor() as cursor:
        cursor.execute(_BOOK, [list(actor.persons), accounts, list(BY_HAND), book_id])
        area, keeps, by_hand = cursor.fetchone()
    policies.require(policies.may_enter(actor=actor, area=area, keeps=keeps))
    if not by_hand and not actor.is_system:
        raise MovedElsewhere


def reverse(*, actor: Actor, entry_id: UUID, on: date, at: datetime, reason: str) -> Entered:
    """Undo an entry by its mirror on day `on`; once, and never a reversal itself. Again, it gives the same reversal.

    Raises MovedElsewhere for an entry of a fund, a grant or a person, which is undone where it was made.
    """
    found = Entry.objects.select_related("book").filter(pk=entry_id).first()
    if found is None or not Book.objects.filter(policies.readable(actor), pk=found.book_id).exists():
        raise NotFound
    policies.require(policies.may_enter_in(actor=actor, book=found.book))
    if not actor.is_system and not moved_by_hand(found.pk):
        raise MovedElsewhere
    return undo(actor=actor, entry=found, on=on, at=at, reason=reason)


def moved_by_hand(entry_id: UUID) -> bool:
    """Tell whether an entry moved only accounts that keepers move."""
    return not Posting.objects.filter(entry=entry_id).exclude(account__owner_kind__in=BY_HAND).exists()


def undo(*, actor: Actor, entry: Entry, on: date, at: datetime, reason: str) -> Entered:
    """Enter the mirror of an entry; who may is for the caller to decide."""
    if entry.reverses_id is not None:
        raise ReversedAlready
    rows = Posting.objects.filter(entry=entry).order_by("leg").values_list("account_id", "amount")
    try:
        return enter(
            actor=actor, book=entry.book_id, area=entry.book.area, on=on, at=at, kind=f"reverse.{entry.kind}"[:60],
            key=f"reverse:{entry.pk}", legs=[Leg(account, -amount) for account, amount in rows], text=entry.text,
            reason=reason, reverses=entry.pk,
        )  # fmt: skip
    except KeyReused as error:  # reversed before, on another day
        raise ReversedAlready from error


def _check(key: str, legs: Sequence[Leg]) -> None:
    if not 8 <= len(key) <= KEY_LENGTH:
        raise BadKey
    if not 2 <= len(legs) <= MOST_LEGS:
        raise BadLegs
    if any(leg.amount == 0 or abs(leg.amount) > MOST for leg in legs):
        raise BadAmount(field="amount")


def _refuse(error: DatabaseError) -> NoReturn:
    """Raise the refusal that the database meant, or its own error."""
    found = told(error)
    if found is None:
        raise error
    word, detail = found
    if word == "ledger_period_closed":
        raise PeriodClosed(field="on", day=formatting.day(date.fromisoformat(detail))) from error
    wrong = WORDS[word]
    if issubclass(wrong, Short | Full):
        account, left = detail.split()
        commodity = Commodity.objects.get(accounts__pk=account)
        refusal = wrong(field="amount", left=amount_words(max(int(left), 0), commodity))
        raise refusal from error
    raise wrong from error

"""Entering in a book: the one function of the database, with the event, in one statement.

`enter` is for rooms above, which decide by their own policies who moves what; `transfer` and `reverse` decide by the
book's. All are one statement, so they are one transaction also where none is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NoReturn
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from shanzhi.audit.operations import event_of
from shanzhi.audit.planned import planned_cursor
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import canonical
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.ordered import ordered_id
from shanzhi.ledger import policies
from shanzhi.ledger.models import BY_HAND, Book, Commodity, Entry, Posting
from shanzhi.ledger.models.journal import KEY_LENGTH, MOST, MOST_LEGS
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
from shanzhi.work.prepared import Prepared, Value

VERB: Final = "ledger.entry.enter"
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
# The right of a keeper is looked up in the statement that enters, so that a transfer is one question to the database.
_TRANSFER: Final = Prepared(
    "ledger_transfer",
    """
SELECT (CASE WHEN (%(may)s::boolean OR EXISTS (SELECT FROM ledger_keeper k WHERE k.book_id = b.id AND k.until IS NULL
        AND k.person_id = ANY(%(persons)s::uuid[])))
    AND (%(any)s::boolean OR NOT EXISTS (SELECT FROM ledger_account a
        WHERE a.id = ANY(%(accounts)s::uuid[]) AND a.owner_kind <> ALL(%(by_hand)s::text[])))
THEN ledger_enter(%(id)s::uuid, b.id, %(on)s::date, %(at)s::timestamptz, %(kind)s, %(text)s, %(key)s,
    %(request)s::bytea, NULL, %(accounts)s::uuid[], %(amounts)s::bigint[], %(verb)s, NULLIF(%(person)s::text, '')::uuid,
    %(label)s, %(type)s, %(area)s, %(reason)s, %(request_id)s, %(nonce)s::bytea, %(digest)s, %(change)s::jsonb)
END)::text FROM ledger_book b WHERE b.id = %(book)s::uuid
""",
)


@dataclass(frozen=True, slots=True)
class Leg:
    """So many whole units (fen, minutes, pieces) on an account, or off it where `amount` is below zero."""

    account: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The number of an entry, and whether it was there already under the same key."""

    id: UUID
    repeated: bool


def content_of(
    *, book: UUID, on: date, kind: str, text: str, key: str, reverses: UUID | None, legs: Sequence[Leg]
) -> bytes:
    """Digest what an entry says (32 bytes): kept on the entry and in its event, compared by `shanzhi ledger check`."""
    said = {
        "book": str(book),
        "on": on.isoformat(),
        "kind": kind,
        "text": text,
        "key": key,
        "reverses": str(reverses) if reverses else None,
        "legs": [[str(leg.account), leg.amount] for leg in legs],
    }
    return sha256(canonical(said)).digest()


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
    words = text.strip()[:LONGEST_TEXT]
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
    area = _area_of(book_id)
    if 8 <= len(key) <= KEY_LENGTH and amount <= MOST:
        made = _at_once(actor, book_id, area, on, at, kind, key, legs, text.strip()[:LONGEST_TEXT], reason)
        if made:
            return made
    _require_mover(actor, book_id, [source, target])
    return enter(
        actor=actor, book=book_id, area=area, on=on, at=at, kind=kind, key=key, legs=legs, text=text, reason=reason
    )


@lru_cache(maxsize=4096)
def _area_of(book_id: UUID) -> str:
    """Give the area of a book, which it keeps (a trigger holds that)."""
    area = Book.objects.filter(pk=book_id).values_list("area", flat=True).first()
    if area is None:
        raise NotFound
    return area


def _require_mover(actor: Actor, book_id: UUID, accounts: list[UUID]) -> None:
    """Refuse whoever may not enter in this book by hand, or not on these accounts."""
    with planned_cursor() as cursor:
        cursor.execute(_BOOK, [list(actor.persons), accounts, list(BY_HAND), book_id])
        area, keeps, by_hand = cursor.fetchone()
    policies.require(policies.may_enter(actor=actor, area=area, keeps=keeps))
    if not by_hand and not actor.is_system:
        raise MovedElsewhere


def _at_once(
    actor: Actor, book: UUID, area: str, on: date, at: datetime, kind: str, key: str, legs: list[Leg], text: str,
    reason: str,
) -> Entered | None:  # fmt: skip
    """Enter in one statement with the right to do so; None where that is refused, which is told elsewhere."""
    request = content_of(book=book, on=on, kind=kind, text=text, key=key, reverses=None, legs=legs)
    number = ordered_id()
    change = {"digest": request.hex(), "kind": kind}
    event = event_of(
        actor=actor, verb=VERB, subject=Entry(pk=number), area=area, at=at, reason=reason, change=change
    )  # fmt: skip
    values: dict[str, Value] = {
        "may": policies.may_enter(actor=actor, area=area, keeps=False) is None, "any": actor.is_system,
        "persons": _array(actor.persons), "by_hand": _array(BY_HAND), "id": number, "book": book, "on": on.isoformat(),
        "at": at, "kind": kind, "text": text, "key": key, "request": request,
        "accounts": _array(leg.account for leg in legs), "amounts": _array(leg.amount for leg in legs),
        "verb": event.verb, "person": str(event.actor_person or ""), "label": event.actor_label,
        "type": event.subject_type, "area": area, "reason": reason, "request_id": event.request_id,
        "nonce": bytes(event.nonce), "digest": event.digest, "change": canonical(event.change).decode(),
    }  # fmt: skip
    block = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with block:
            (told_back,) = _TRANSFER.one(values) or (None,)
    except DatabaseError as error:
        if (told(error) or ("",))[0] in MEANWHILE:
            return None
        _refuse(error)
    if told_back is None:
        return None
    entry, repeated = told_back.strip("()").split(",")
    return Entered(UUID(entry), repeated == "t")


def _array(values: Iterable[object]) -> str:
    """Write plain values as PostgreSQL reads an array."""
    return "{" + ",".join(map(str, values)) + "}"


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

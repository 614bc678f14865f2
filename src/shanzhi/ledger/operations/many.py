"""Many transfers in one go, as a settlement or a pay-out needs them: all of them or none.

The good case is one statement and one commit (`together`); whatever stands against one of them is refused in words that
name its row, and nothing is entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.ledger.operations import together
from shanzhi.ledger.operations.content import Entered
from shanzhi.ledger.operations.entering import area_of, fits, ready_transfer, transfer
from shanzhi.ledger.refusals import NoMoves, OneOfMany, TooManyMoves

MOST_MOVES: Final = 200
"""Transfers in one go: few enough that nobody waits long behind them."""


@dataclass(frozen=True, slots=True)
class Move:
    """An amount in whole units, above zero, from one account to another for a day, under a key of its own."""

    source: UUID
    target: UUID
    amount: int
    on: date
    key: str
    text: str = ""


def transfer_many(
    *, actor: Actor, book_id: UUID, moves: Sequence[Move], at: datetime, kind: str = "transfer", reason: str = ""
) -> list[Entered]:
    """Make transfers of one book in their order, all or none; who may, and what may stand against one, as `transfer`.

    A key that is there with the same content gives its entry, so the whole can be asked for again. Raises OneOfMany,
    which names the row, the field and what stands against it; NoMoves and TooManyMoves for none and above MOST_MOVES.
    """
    if not moves:
        raise NoMoves
    if len(moves) > MOST_MOVES:
        raise TooManyMoves(most=MOST_MOVES)
    with transaction.atomic():
        made = _at_once(actor, book_id, moves, at, kind, reason)
        for number, one in enumerate(moves):
            if made[number] is None:
                made[number] = _alone(actor, book_id, one, number + 1, at, kind, reason)
    return [one for one in made if one]


def _at_once(
    actor: Actor, book_id: UUID, moves: Sequence[Move], at: datetime, kind: str, reason: str
) -> list[Entered | None]:
    """Enter by one statement what is good; it holds all the balances from here on, in the order in which all do."""
    area_of(book_id)  # a book that is not there is said first, whatever the moves are
    if not all(fits(one.amount, one.key) for one in moves):
        return [None] * len(moves)
    given = [
        ready_transfer(
            actor=actor, book_id=book_id, source=one.source, target=one.target, amount=one.amount, on=one.on, at=at,
            key=one.key, kind=kind, text=one.text, reason=reason,
        )
        for one in moves
    ]  # fmt: skip
    try:
        with transaction.atomic():
            return together.enter_each(given)
    except DatabaseError:
        return [None] * len(moves)


def _alone(actor: Actor, book_id: UUID, one: Move, row: int, at: datetime, kind: str, reason: str) -> Entered:
    """Enter what was left, or say what stands against it."""
    try:
        return transfer(
            actor=actor, book_id=book_id, source=one.source, target=one.target, amount=one.amount, on=one.on, at=at,
            key=one.key, kind=kind, text=one.text, reason=reason,
        )  # fmt: skip
    except (Forbidden, NotFound):  # true of all
        raise
    except Refusal as error:
        raise OneOfMany(field=error.field, row=row, words=error.text) from error

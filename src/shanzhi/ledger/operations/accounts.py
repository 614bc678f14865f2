"""Opening, bounding and closing accounts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import policies
from shanzhi.ledger.models import BY_HAND, Account, Book, Nature, Owner
from shanzhi.ledger.refusals import WORDS, AccountClosed, BadName, MovedElsewhere, told

LONGEST_NAME: Final = 120


@contextmanager
def _refusing() -> Any:
    """Say in words what the database refused; what was done in the block is undone."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        found = told(error)
        if found is None:
            raise
        raise WORDS[found[0]] from error


def refusing() -> AbstractContextManager[None]:
    """Run a block in which the refusals of the database come as words."""
    block: AbstractContextManager[None] = _refusing()
    return block


def open_account(
    *, actor: Actor, book_id: UUID, owner_kind: Owner, owner_id: UUID | None, role: str, name: str, nature: Nature,
    at: datetime, commodity: str = "CNY", floor: int | None = None, ceiling: int | None = None,
) -> Account:  # fmt: skip
    """Open an account in a book, by one of its keepers or officers; see `make_account`."""
    book = Book.objects.filter(policies.readable(actor), pk=book_id).first()
    if book is None:
        raise NotFound
    policies.require(policies.may_enter_in(actor=actor, book=book))
    return make_account(
        actor=actor, book=book, owner_kind=owner_kind, owner_id=owner_id, role=role, name=name, nature=nature,
        at=at, commodity=commodity, floor=floor, ceiling=ceiling,
    )  # fmt: skip


def make_account(
    *, actor: Actor, book: Book, owner_kind: Owner, owner_id: UUID | None, role: str, name: str, nature: Nature,
    at: datetime, commodity: str = "CNY", floor: int | None = None, ceiling: int | None = None, synthetic: bool = False,
) -> Account:  # fmt: skip
    """Open an account; who may is for the caller to decide.

    Nothing below zero may be on it, but for one of the outside world. A `floor` or `ceiling` in whole units bounds it
    otherwise. Raises AccountTaken where the owner has one for this use.
    """
    made = Account(
        owner_kind=owner_kind, owner_id=owner_id, role=role, name=name, nature=nature, commodity_id=commodity,
        synthetic=synthetic,
    )  # fmt: skip
    with refusing():
        _write(actor, book, [made], at, floor=floor, ceiling=ceiling)
        if floor is not None or ceiling is not None:
            _bound(made.pk, floor if floor is not None else _first_floor(owner_kind), ceiling)
    return made


def make_accounts(*, actor: Actor, book: Book, accounts: Sequence[Account], at: datetime) -> None:
    """Open accounts that the caller filled in, all or none; who may is for the caller to decide.

    Book, moment and mark of made-up data are set here; each begins with the bounds of its owner. The number of
    statements does not grow with the accounts. Raises BadName, AccountTaken.
    """
    with refusing():
        _write(actor, book, accounts, at)


def _write(
    actor: Actor, book: Book, accounts: Sequence[Account], at: datetime, *, floor: int | None = None,
    ceiling: int | None = None,
) -> None:  # fmt: skip
    """Write accounts with an event each, which names the bounds that the caller is about to set."""
    for one in accounts:
        one.name = " ".join(one.name.split())
        if not 1 <= len(one.name) <= LONGEST_NAME:
            raise BadName(field="name")
        one.book, one.opened_at, one.synthetic = book, at, one.synthetic or book.synthetic
    Account.objects.bulk_create(accounts)
    record_many(
        event_of(
            actor=actor, verb="ledger.account.open", subject=one, area=book.area, at=at,
            change={"owner": one.owner_kind, "role": one.role, "commodity": one.commodity_id, "floor": floor,
                    "ceiling": ceiling},
        )
        for one in accounts
    )  # fmt: skip


def account_for(
    *, actor: Actor, book: Book, owner_kind: Owner, owner_id: UUID | None, role: str, **given: Any
) -> Account:
    """Give the account of an owner for a use, opened where it is missing; who may is for the caller to decide."""
    commodity = given.get("commodity", "CNY")
    known = Account.objects.filter(
        book=book, owner_kind=owner_kind, owner_id=owner_id, role=role, commodity_id=commodity
    ).first()
    if known is not None:
        return known
    return make_account(actor=actor, book=book, owner_kind=owner_kind, owner_id=owner_id, role=role, **given)


def bound(
    *, actor: Actor, account_id: UUID, floor: int | None, ceiling: int | None, at: datetime, reason: str = ""
) -> None:
    """Set between which bounds, in whole units, an account is held; a floor above what is on it is refused.

    Raises MovedElsewhere for an account of a fund, a grant or a person, which the rules of its room bound.
    """
    hold_between(actor=actor, account=_to_manage(actor, account_id), floor=floor, ceiling=ceiling, at=at, reason=reason)


def hold_between(
    *, actor: Actor, account: Account, floor: int | None, ceiling: int | None, at: datetime, reason: str = ""
) -> None:
    """Set the bounds of an account; who may is for the caller to decide."""
    with refusing():
        _bound(account.pk, floor, ceiling)
        record(
            actor=actor, verb="ledger.account.bound", subject=account, area=account.book.area, at=at, reason=reason,
            change={"floor": floor, "ceiling": ceiling},
        )  # fmt: skip


def close_account(*, actor: Actor, account_id: UUID, at: datetime, reason: str = "") -> Account:
    """Close an account on which nothing is; nothing is entered on it any more.

    Raises MovedElsewhere for an account of a fund, a grant or a person: it would never move again.
    """
    found = _to_manage(actor, account_id)
    if found.closed_at is not None:
        raise AccountClosed
    with refusing():
        found.closed_at = at
        found.save(update_fields=["closed_at"])
        record(
            actor=actor, verb="ledger.account.close", subject=found, area=found.book.area, at=at, reason=reason
        )  # fmt: skip
    return found


def _to_manage(actor: Actor, account_id: UUID) -> Account:
    found = Account.objects.select_related("book").filter(pk=account_id).first()
    if found is None or not Book.objects.filter(policies.readable(actor), pk=found.book_id).exists():
        raise NotFound
    policies.require(policies.may_manage(actor=actor, area=found.book.area))
    if found.owner_kind not in BY_HAND and not actor.is_system:
        raise MovedElsewhere
    return found


def _first_floor(owner_kind: Owner) -> int | None:
    return None if owner_kind == Owner.OUTSIDE else 0


def _bound(account_id: UUID, floor: int | None, ceiling: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_bound(%s, %s, %s)", [account_id, floor, ceiling])

"""Opening many accounts at once, as when a bank opens for all volunteers of a district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.ledger.models import Account, Book
from shanzhi.ledger.operations.accounts import LONGEST_NAME, refusing
from shanzhi.ledger.refusals import BadName

VERB: Final = "ledger.account.open"


def make_accounts(*, actor: Actor, book: Book, accounts: Sequence[Account], at: datetime) -> None:
    """Write accounts that the caller filled in, all or none; who may is for the caller to decide.

    Book, moment and mark of made-up data are set here; every account begins with the bounds of its owner. The number of
    statements does not grow with the accounts. Raises BadName, AccountTaken.
    """
    for one in accounts:
        one.name = " ".join(one.name.split())
        if not 1 <= len(one.name) <= LONGEST_NAME:
            raise BadName(field="name")
        one.book, one.opened_at, one.synthetic = book, at, one.synthetic or book.synthetic
    with refusing():
        Account.objects.bulk_create(accounts)
        record_many(
            event_of(
                actor=actor, verb=VERB, subject=one, area=book.area, at=at,
                change={"owner": one.owner_kind, "role": one.role, "commodity": one.commodity_id, "floor": None,
                        "ceiling": None},
            )
            for one in accounts
        )  # fmt: skip

"""How money of funds and grants stands in the ledger, and the one way in which this room moves it.

    outside -> fund "balance" -> grant "committed" -> grant "held" -> grant "line-N"
                                                     grant "held" <-> grant "advance-<person>"

What comes back goes from "held" or "committed" to the fund's "balance". Upper bounds of the line accounts are the
budget, so that the database refuses what is over a line whoever writes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.funding.models import Fund, Grant, Source
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Account, Nature, Owner

BALANCE: Final = "balance"
COMMITTED: Final = "committed"
HELD: Final = "held"
LINE: Final = "line-"
ADVANCE: Final = "advance-"


NAMES: Final = {COMMITTED: _("not paid yet"), HELD: _("with the team"), ADVANCE: _("advance")}


def outside(*, actor: Actor, fund: Fund, source: str, at: datetime) -> Account:
    """Give the account from which money of a source comes into a book."""
    return ledger.account_for(
        actor=actor, book=fund.book, owner_kind=Owner.OUTSIDE, owner_id=None, role=source,
        name=str(Source(source).label), nature=Nature.INCOME, at=at,
    )  # fmt: skip


def of_fund(*, actor: Actor, fund: Fund, at: datetime) -> Account:
    """Give the account of what no grant has taken yet."""
    return ledger.account_for(
        actor=actor, book=fund.book, owner_kind=Owner.FUND, owner_id=fund.pk, role=BALANCE, name=fund.name,
        nature=Nature.ASSETS, at=at, synthetic=fund.synthetic,
    )  # fmt: skip


def of_grant(
    *, actor: Actor, grant: Grant, role: str, at: datetime, name: str = "", ceiling: int | None = None
) -> Account:
    """Give an account of a grant; lines are expenses, the others are money that is there."""
    return ledger.account_for(
        actor=actor, book=grant.fund.book, owner_kind=Owner.GRANT, owner_id=grant.pk, role=role,
        name=f"{grant.title[:60]} · {name or _named(role)}"[:120], at=at, ceiling=ceiling, synthetic=grant.synthetic,
        nature=Nature.EXPENSES if role.startswith(LINE) else Nature.ASSETS,
    )  # fmt: skip


def _named(role: str) -> str:
    return str(NAMES.get(ADVANCE if role.startswith(ADVANCE) else role, role))


def advance_role(person_id: UUID) -> str:
    """Name the account of what somebody was advanced."""
    return f"{ADVANCE}{person_id.hex}"


def move(
    *, actor: Actor, fund: Fund, source: Account, target: Account, amount: int, kind: str, key: str, at: datetime,
    on: date | None = None, text: str = "",
) -> UUID:  # fmt: skip
    """Move an amount in fen between two accounts of a fund's book; the same key moves once. Gives the entry."""
    return ledger.enter(
        actor=actor, book=fund.book_id, area=fund.book.area, on=on or timezone.localdate(at), at=at,
        kind=f"funding.{kind}", key=f"funding:{key}", text=text,
        legs=[ledger.Leg(source.pk, -amount), ledger.Leg(target.pk, amount)],
    ).id  # fmt: skip

"""Funds, what comes into them, who gave, and the limits of approvers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.models import ApprovalLimit, Donor, Fund, FundKind, Income, Source
from shanzhi.funding.models.funds import MOST_FEN
from shanzhi.funding.operations import moving
from shanzhi.funding.operations.disclosing import due_after
from shanzhi.funding.refusals import BadAmount, BadArea, BadChoice, BadName, BadPeriod, NameTaken, OwnMoney
from shanzhi.funding.rules import EXPENSE, KEEPER, PAYMENT
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import policies as ledger_policies
from shanzhi.ledger.models import Book
from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person

LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 1000
MOST_WORDS: Final = 30
LIMITED: Final = frozenset({KEEPER, *(role.value for role in policies.RUNNERS)})


def words(text: str, field: str, *, most: int = LONGEST_NAME, needed: bool = True) -> str:
    """Give a text without needless blanks. Raises BadName where it is missing or too long."""
    plain = " ".join(text.split())
    if (needed and not plain) or len(plain) > most:
        raise BadName(field=field, most=most)
    return plain


def fen(amount: int, field: str = "amount_fen") -> int:
    """Give an amount in fen that is above zero and not too large. Raises BadAmount."""
    if not 0 < amount <= MOST_FEN:
        raise BadAmount(field=field)
    return amount


def create_fund(
    *, actor: Actor, book_id: UUID, name: str, kind: str, starts_on: date, ends_on: date, at: datetime,
    purpose: str = "", areas: Sequence[str] = (), themes: Sequence[str] = (), purposes: Sequence[str] = (),
    emergency: bool = False, synthetic: bool = False,
) -> Fund:  # fmt: skip
    """Begin a fund in a book, with what it is bound to; empty lists bind to nothing.

    Raises NotInCharge, BadName, BadChoice, BadPeriod, BadArea, NameTaken.
    """
    book = Book.objects.filter(ledger_policies.readable(actor), pk=book_id).first()
    if book is None:
        raise NotFound(field="book")
    policies.require(policies.may_manage(actor=actor, area=book.area))
    values: dict[str, Any] = {
        "name": words(name, "name"),
        "kind": kind,
        "purpose": words(purpose, "purpose", most=LONGEST_TEXT, needed=False),
        **_bound(book.area, areas, themes, purposes),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "emergency": emergency,
    }
    _require_sound(kind, starts_on, ends_on)
    try:
        with transaction.atomic():
            made = Fund(book=book, **values, synthetic=synthetic or book.synthetic, created_at=at)
            made.disclose_by = due_after(made)
            made.save(force_insert=True)
            moving.of_fund(actor=actor, fund=made, at=at)
            record(
                actor=actor, verb="funding.fund.create", subject=made, area=book.area, at=at,
                change={"name": made.name, "kind": kind, "areas": made.areas, "themes": made.themes},
            )  # fmt: skip
    except IntegrityError as fault:
        if "funding_fund_once" in str(fault):
            raise NameTaken(field="name") from fault
        raise
    return made


def _require_sound(kind: str, starts_on: date, ends_on: date) -> None:
    if kind not in FundKind.values:
        raise BadChoice(field="kind")
    if ends_on < starts_on:
        raise BadPeriod(field="ends_on")


def _bound(area: str, areas: Sequence[str], themes: Sequence[str], purposes: Sequence[str]) -> dict[str, list[str]]:
    codes = sorted(set(areas))
    if any(not covers(area, code) for code in codes):
        raise BadArea(field="areas")
    found = {"areas": codes}
    for field, given in (("themes", themes), ("purposes", purposes)):
        found[field] = sorted({words(one, field, most=60) for one in given if one.strip()})
        if len(found[field]) > MOST_WORDS:
            raise BadName(field=field, most=60)
    return found


@transaction.atomic
def name_donor(
    *, actor: Actor, fund_id: UUID, at: datetime, name: str = "", person_id: UUID | None = None,
    organization: UUID | None = None, hidden: bool = False,
) -> Donor:  # fmt: skip
    """Name who gives to a fund: a person or an organisation by number, else a body by name; once each.

    Raises NotInCharge, BadName, NotFound.
    """
    fund = policies.load_fund(actor=actor, fund_id=fund_id, lock=True)
    policies.require(policies.may_keep(actor=actor, fund=fund))
    if person_id and organization:
        raise BadName(field="organization", most=LONGEST_NAME)
    if person_id and not Person.objects.filter(pk=person_id, merged_into__isnull=True).exists():
        raise NotFound(field="person_id")
    if organization and not Organization.objects.filter(pk=organization).exists():
        raise NotFound(field="organization")
    who = {"person_id": person_id} if person_id else {"organization": organization} if organization else {}
    known = Donor.objects.filter(fund=fund, **who).first() if who else None
    if known is not None:
        return known
    told = "" if who else words(name, "name")
    made = Donor.objects.create(fund=fund, name=told, hidden=hidden, created_at=at, **who)
    record(
        actor=actor, verb="funding.donor.name", subject=made, area=fund.book.area, at=at,
        change={"fund": str(fund.pk), "hidden": hidden},
    )  # fmt: skip
    return made


@transaction.atomic
def take_in(
    *, actor: Actor, fund_id: UUID, amount_fen: int, source: str, on: date, key: str, at: datetime,
    donor_id: UUID | None = None, text: str = "",
) -> Income:  # fmt: skip
    """Record money that came into a fund on a day; the same `key` once. It is in the fund's balance from then on.

    Raises NotInCharge, BadAmount, BadChoice; PeriodClosed and KeyReused of the ledger.
    """
    fund = policies.load_fund(actor=actor, fund_id=fund_id, lock=True)
    policies.require(policies.may_keep(actor=actor, fund=fund))
    amount = fen(amount_fen)
    if source not in Source.values:
        raise BadChoice(field="source")
    donor = Donor.objects.filter(fund=fund, pk=donor_id).first() if donor_id else None
    if donor_id and donor is None:
        raise NotFound(field="donor")
    entry = moving.move(
        actor=actor, fund=fund, source=moving.outside(actor=actor, fund=fund, source=source, at=at),
        target=moving.of_fund(actor=actor, fund=fund, at=at), amount=amount, kind="income", on=on, at=at,
        key=f"income:{fund.pk}:{key}", text=words(text, "text", most=200, needed=False),
    )  # fmt: skip
    known = Income.objects.filter(entry=entry).first()
    if known is not None:
        return known
    made = Income.objects.create(
        fund=fund, donor=donor, source=source, amount_fen=amount, on=on, entry=entry, recorded_by=actor.person_id, at=at
    )
    record(
        actor=actor, verb="funding.income.record", subject=made, area=fund.book.area, at=at,
        change={"fund": str(fund.pk), "amount_fen": amount, "source": source, "on": on.isoformat()},
    )  # fmt: skip
    return made


@transaction.atomic
def set_limit(
    *, actor: Actor, area: str, role: str, act: str, limit_fen: int, at: datetime, official: bool = False
) -> ApprovalLimit:
    """Set how much a role (or "keeper") may approve at once in an area; the versions before stay on record.

    Nobody sets the limit of the own role: an office of a higher rank does.
    """
    policies.require(policies.may_manage(actor=actor, area=area))
    if role not in LIMITED:
        raise BadChoice(field="role")
    if act not in (PAYMENT, EXPENSE):
        raise BadChoice(field="act")
    if not 0 <= limit_fen <= MOST_FEN:
        raise BadAmount(field="limit_fen")
    if not actor.is_system and not policies.outranks(actor, role, area):
        raise OwnMoney(field="role")
    last = ApprovalLimit.objects.filter(area=area, role=role, act=act).order_by("-version").first()
    made = ApprovalLimit.objects.create(
        pk=uuid4(), area=area, role=role, act=act, limit_fen=limit_fen, official=official,
        version=last.version + 1 if last else 1, set_by=actor.person_id, since=at,
    )  # fmt: skip
    record(
        actor=actor, verb="funding.limit.set", subject=made, area=area, at=at,
        change={"role": role, "act": act, "fields": {"limit_fen": [last.limit_fen if last else None, limit_fen]}},
    )  # fmt: skip
    return made

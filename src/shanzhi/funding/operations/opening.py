"""A grant begins: what it is for is held against the fund, lines and tranches add up, a first agreement is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.models import Agreement, BudgetLine, Custody, Fund, Grant, TeamPlace, Tranche
from shanzhi.funding.models.grants import CONDITION_SHAPE
from shanzhi.funding.operations.funds import LONGEST_TEXT, fen, words
from shanzhi.funding.refusals import (
    BadChoice,
    BadParts,
    BadPeriod,
    BadSums,
    GrantTaken,
    OutsideArea,
    OutsidePeriod,
    OutsidePurpose,
    OutsideTheme,
)
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.money import format_yuan
from shanzhi.places import queries as places
from shanzhi.ui import formatting

MOST_LINES: Final = 60
MOST_TRANCHES: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line: its name and amount in fen."""

    name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Part:
    """A tranche: its amount in fen and the word of its condition ("signed", "midterm", "completion")."""

    amount_fen: int
    condition: str


def open_grant(
    *, actor: Actor, fund_id: UUID, proposal: UUID, title: str, area: str, theme: str, lines: Sequence[Line],
    tranches: Sequence[Part], custody: str, starts_on: date, ends_on: date, at: datetime, purpose: str = "",
    recipient: UUID | None = None, team: Sequence[UUID] = (), round_id: UUID | None = None, round_title: str = "",
    synthetic: bool = False,
) -> Grant:  # fmt: skip
    """Begin the grant of an awarded project from a fund; its money is taken when the agreement is signed by all.

    Raises NotInCharge, GrantTaken; what `require_fit` raises; BadSums, BadParts and those of single fields.
    """
    fund = policies.load_fund(actor=actor, fund_id=fund_id)
    policies.require(policies.may_manage(actor=actor, area=fund.book.area))
    amount = _sum(lines, tranches)
    if custody not in Custody.values:
        raise BadChoice(field="custody")
    if ends_on < starts_on:
        raise BadPeriod(field="ends_on")
    values: dict[str, Any] = {
        "title": words(title, "title", most=200),
        "area": area,
        "theme": words(theme, "theme", most=60, needed=False),
        "purpose": words(purpose, "purpose", most=LONGEST_TEXT, needed=False),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "round": round_id,
        "round_title": words(round_title, "round_title", most=200, needed=False),
    }
    require_fit(fund, values)
    with _once():
        made = Grant.objects.create(
            fund=fund, proposal=proposal, recipient=recipient, custody=custody, amount_fen=amount,
            synthetic=synthetic or fund.synthetic, created_at=at, **values,
        )  # fmt: skip
        _parts(made, lines, tranches, team, at)
        record(
            actor=actor, verb="funding.grant.open", subject=made, area=area, at=at,
            change={"fund": str(fund.pk), "amount_fen": amount, "lines": len(lines), "tranches": len(tranches)},
        )  # fmt: skip
        lay_before(actor=actor, grant=made, at=at)
    return made


@contextmanager
def _once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if "proposal" in str(fault):
            raise GrantTaken(field="proposal") from fault
        raise


def require_fit(fund: Fund, values: dict[str, Any]) -> None:
    """Refuse in words what the fund is not for: other areas, themes, days, purposes."""
    area = values["area"]
    if not covers(fund.book.area, area) or not (not fund.areas or any(covers(code, area) for code in fund.areas)):
        codes = fund.areas or [fund.book.area]
        names = places.full_names(codes)
        raise OutsideArea(field="area", areas="、".join(names.get(code, code) for code in codes))
    if fund.themes and values["theme"] not in fund.themes:
        raise OutsideTheme(field="theme", themes="、".join(fund.themes))
    if values["starts_on"] < fund.starts_on or values["ends_on"] > fund.ends_on:
        raise OutsidePeriod(field="starts_on", first=formatting.day(fund.starts_on), last=formatting.day(fund.ends_on))
    told = f"{values['title']} {values['purpose']}"
    if fund.purposes and not any(word in told for word in fund.purposes):
        raise OutsidePurpose(field="purpose", words="、".join(fund.purposes))


def _sum(lines: Sequence[Line], tranches: Sequence[Part]) -> int:
    if not 1 <= len(lines) <= MOST_LINES or not 1 <= len(tranches) <= MOST_TRANCHES:
        raise BadParts(field="lines")
    if any(not re.fullmatch(CONDITION_SHAPE, one.condition) for one in tranches):
        raise BadParts(field="tranches")
    of_lines = sum(fen(one.amount_fen, "lines") for one in lines)
    of_tranches = sum(fen(one.amount_fen, "tranches") for one in tranches)
    if of_lines != of_tranches:
        raise BadSums(field="lines", lines=format_yuan(of_lines), tranches=format_yuan(of_tranches))
    return fen(of_lines, "lines")


def _parts(grant: Grant, lines: Sequence[Line], tranches: Sequence[Part], team: Sequence[UUID], at: datetime) -> None:
    BudgetLine.objects.bulk_create(
        [BudgetLine(grant=grant, number=n, name=words(one.name, "lines"), amount_fen=one.amount_fen)
         for n, one in enumerate(lines, 1)]
    )  # fmt: skip
    Tranche.objects.bulk_create(
        [Tranche(grant=grant, number=n, amount_fen=one.amount_fen, condition=one.condition)
         for n, one in enumerate(tranches, 1)]
    )  # fmt: skip
    TeamPlace.objects.bulk_create([TeamPlace(grant=grant, person_id=one, since=at) for one in dict.fromkeys(team)])


def lay_before(*, actor: Actor, grant: Grant, at: datetime, remarks: str = "") -> Agreement:
    """Make the next version of the agreement from the grant as it stands; signatures of earlier versions lapse."""
    terms = {
        "title": grant.title,
        "fund": grant.fund.name,
        "amount_fen": grant.amount_fen,
        "custody": grant.custody,
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat(),
        "lines": [[one.number, one.name, one.amount_fen] for one in grant.lines.order_by("number")],
        "tranches": [[one.number, one.amount_fen, one.condition] for one in grant.tranches.order_by("number")],
        "remarks": words(remarks, "remarks", most=2000, needed=False),
    }
    last = grant.agreements.order_by("-version").first()
    made = Agreement.objects.create(
        grant=grant, version=last.version + 1 if last else 1, terms=terms, digest=digest(terms),
        made_by=actor.person_id, created_at=at,
    )  # fmt: skip
    record(
        actor=actor, verb="funding.agreement.make", subject=grant, area=grant.area, at=at,
        change={"version": made.version, "digest": made.digest},
    )  # fmt: skip
    return made


@transaction.atomic
def join_team(*, actor: Actor, grant_id: UUID, person_id: UUID, at: datetime) -> TeamPlace:
    """Put somebody into the team of a grant, by who runs the round or keeps the fund; never oneself."""
    grant = policies.load_grant(actor=actor, pk=grant_id)
    policies.require(policies.may_run(actor=actor, grant=grant))
    if actor.is_person(person_id):
        raise NotFound(field="person")
    made, fresh = TeamPlace.objects.get_or_create(grant=grant, person_id=person_id, until=None, defaults={"since": at})
    if fresh:
        record(
            actor=actor, verb="funding.team.join", subject=made, area=grant.area, at=at, change={"grant": str(grant.pk)}
        )
    return made

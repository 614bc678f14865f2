"""Who may see and move which money. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shanzhi.funding.models import ApprovalLimit, Donor, Fund, Grant, Income, TeamPlace
from shanzhi.funding.refusals import NotInCharge, NotOfTheTeam, OverLimit, OwnMoney, OwnRecord
from shanzhi.funding.rules import EXAMPLE_LIMITS, KEEPER, PAYMENT
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.kernel.money import format_yuan
from shanzhi.kernel.roles import RANK, STAFF_READERS, Role
from shanzhi.ledger.models import Keeper
from shanzhi.people.policies import require
from shanzhi.places import queries as places

READERS: Final = STAFF_READERS
# Officers make funds and limits, open grants, record signatures, decide on changes between lines.
MANAGERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
# Who runs rounds says that a condition is met or that payments stop.
RUNNERS: Final = MANAGERS | {Role.OPERATOR, Role.COMMUNITY_SECRETARY}


def _keeps(viewer: Actor, path: str) -> Q:
    mine = Keeper.objects.filter(book=OuterRef(path), person_id__in=viewer.persons, until__isnull=True)
    return Q(Exists(mine)) if viewer.persons else Q(pk__in=())


def readable_funds(viewer: Actor) -> Q:
    """Give the condition that a fund is at the viewer's desk: staff of its area, keepers of its book."""
    inside = places.within_any("book__area", viewer.areas(READERS))
    return inside if not inside else inside | _keeps(viewer, "book")


def of_the_team(viewer: Actor) -> Q:
    """Give the condition that the viewer is of the team of a grant now."""
    mine = TeamPlace.objects.filter(grant=OuterRef("pk"), person_id__in=viewer.persons, until__isnull=True)
    return Q(Exists(mine)) if viewer.persons else Q(pk__in=())


def desk_grants(viewer: Actor) -> Q:
    """Give the condition that a grant is at the viewer's desk: by its own area or that of its fund."""
    codes = viewer.areas(READERS)
    inside = places.within_any("area", codes) | places.within_any("fund__book__area", codes)
    return Q() if "" in codes else inside | _keeps(viewer, "fund__book")


def seen_grants(viewer: Actor) -> Q:
    """Give the condition that a grant is at the viewer's desk, or that the viewer is of its team."""
    desk = desk_grants(viewer)
    return desk if not desk else desk | of_the_team(viewer)


def given_by(viewer: Actor) -> Q:
    """Give the condition that the viewer, or an organisation that the viewer leads, gave to a fund."""
    leads = viewer.organizations({Role.TEAM_LEADER, Role.OPERATOR})
    mine = Donor.objects.filter(fund=OuterRef("pk")).filter(Q(person_id__in=viewer.persons) | Q(organization__in=leads))
    return Q(Exists(mine)) if viewer.persons else Q(pk__in=())


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of funds at all."""
    if viewer.areas(READERS):
        return True
    return bool(viewer.persons) and Keeper.objects.filter(person_id__in=viewer.persons, until__isnull=True).exists()


def require_desk(viewer: Actor) -> None:
    """Refuse who reads no fund."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def keeps_book(actor: Actor, book_id: UUID) -> bool:
    """Tell whether the actor keeps this book now."""
    mine = Keeper.objects.filter(book=book_id, person_id__in=actor.persons, until__isnull=True)
    return bool(actor.persons) and mine.exists()


def may_manage(*, actor: Actor, area: str) -> Refusal | None:
    """Allow the officers of an area that covers the one of the book."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(MANAGERS, area) else NotInCharge()


def may_begin(*, actor: Actor) -> Refusal | None:
    """Allow to begin with a fund: officers; the book decides when it is known."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.areas(MANAGERS) else Forbidden()


def may_keep(*, actor: Actor, fund: Fund) -> Refusal | None:
    """Allow officers of the book's area and the keepers of the book."""
    refusal = may_manage(actor=actor, area=fund.book.area)
    return None if refusal is None or keeps_book(actor, fund.book_id) else refusal


def may_run(*, actor: Actor, grant: Grant) -> Refusal | None:
    """Allow who runs rounds in the area of the grant, and who keeps its fund."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(RUNNERS, grant.area) else may_keep(actor=actor, fund=grant.fund)


def is_of_the_team(actor: Actor, grant: Grant, *, ever: bool = False) -> bool:
    """Tell whether the actor is, or with `ever` was, of the team of a grant."""
    rows = TeamPlace.objects.filter(grant=grant, person_id__in=actor.persons)
    return bool(actor.persons) and (rows if ever else rows.filter(until__isnull=True)).exists()


def may_claim(*, actor: Actor, grant: Grant) -> Refusal | None:
    """Allow the team, and for a team without an account those who keep its money."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if is_of_the_team(actor, grant) or may_keep(actor=actor, fund=grant.fund) is None:
        return None
    return NotOfTheTeam()


def outranks(actor: Actor, role: str, area: str) -> bool:
    """Tell whether the actor holds a role above this one over an area; who keeps books stands below all officers."""
    wanted = RANK[Role(role)] if role != KEEPER else 0
    return any(one.role in MANAGERS and one.reaches(area) and RANK[one.role] > wanted for one in actor.grants)


def limit_of(*, actor: Actor, fund: Fund, act: str, at: datetime) -> int:
    """Give in fen how much the actor may approve at once: the highest of the roles held over the fund's area.

    For each role the limit of the nearest area counts, in its latest version; where none is set, the example value.
    """
    area = fund.book.area
    roles = {grant.role.value for grant in actor.grants if grant.reaches(area)}
    if keeps_book(actor, fund.book_id):
        roles.add(KEEPER)
    known: dict[str, tuple[int, int, int]] = {}
    rows = ApprovalLimit.objects.filter(act=act, role__in=roles, since__lte=at)
    for one in rows.values_list("role", "area", "version", "limit_fen"):
        role, place, version, limit = one
        if covers(place, area):
            known[role] = max(known.get(role, (-1, 0, 0)), (len(place), version, limit))
    found = [known[role][2] if role in known else EXAMPLE_LIMITS.get((role, act), 0) for role in roles]
    return max(found, default=0)


def may_approve(
    *, actor: Actor, grant: Grant, asked_by: Iterable[UUID | None], amount_fen: int, act: str, at: datetime
) -> Refusal | None:
    """Allow whoever's limit covers the amount; never those who asked, nor anybody who is or was of the team."""
    if actor.person_id is None:
        return SignInNeeded()
    if any(actor.is_person(one) for one in asked_by) or is_of_the_team(actor, grant, ever=True):
        return OwnMoney()
    limit = limit_of(actor=actor, fund=grant.fund, act=act, at=at)
    if limit == 0:
        return NotInCharge()
    return None if amount_fen <= limit else OverLimit(limit=format_yuan(limit))


def may_take_back(*, actor: Actor, income: Income, at: datetime) -> Refusal | None:
    """Allow, as for payments, whoever's limit covers the amount, but for who recorded the income."""
    if not actor.signed_in:
        return SignInNeeded()
    if actor.is_person(income.recorded_by):
        return OwnRecord()
    limit = limit_of(actor=actor, fund=income.fund, act=PAYMENT, at=at)
    if limit == 0:
        return NotInCharge()
    return None if income.amount_fen <= limit else OverLimit(limit=format_yuan(limit))


def load_income(*, actor: Actor, income_id: UUID) -> Income:
    """Fetch an income of a fund of the actor's desk; outside there is none."""
    found = Income.objects.select_related("fund__book", "reversal").filter(pk=income_id).first()
    if found is None:
        raise NotFound
    load_fund(actor=actor, fund_id=found.fund_id)
    return found


def load_fund(*, actor: Actor, fund_id: UUID, lock: bool = False) -> Fund:
    """Fetch a fund of the actor's desk, locked for a change; outside there is none."""
    rows = Fund.objects.select_related("book")
    rows = rows.select_for_update(no_key=True, of=("self",)) if lock else rows
    found = rows.filter(readable_funds(actor), pk=fund_id).first()
    if found is None:
        raise NotFound
    return found


def load_grant(*, actor: Actor, lock: bool = True, **wanted: UUID) -> Grant:
    """Fetch a grant of the actor's desk or team, locked, so that what moves its money goes one after the other."""
    rows = Grant.objects.select_related("fund__book")
    rows = rows.select_for_update(no_key=True, of=("self",)) if lock else rows
    found = rows.filter(seen_grants(actor), **wanted).first()
    if found is None:
        raise NotFound
    return found


__all__ = [
    "MANAGERS", "READERS", "RUNNERS", "at_the_desk", "desk_grants", "given_by", "is_of_the_team", "limit_of",
    "load_fund", "load_grant", "load_income", "may_approve", "may_begin", "may_claim", "may_keep", "may_manage",
    "may_run", "may_take_back",
    "of_the_team", "outranks", "readable_funds", "require", "require_desk", "seen_grants",
]  # fmt: skip

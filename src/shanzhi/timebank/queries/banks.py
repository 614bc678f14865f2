"""Reading banks: the list, rules and pools are public; the desk is for who keeps or audits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.kernel.identifiers import uuid_or_none
from shanzhi.ledger.models import Balance
from shanzhi.people import queries as people
from shanzhi.places.models import Area
from shanzhi.timebank import policies, sources
from shanzhi.timebank.models import (
    Bank,
    Deal,
    Earning,
    HelpProposal,
    Link,
    Member,
    PolicyVersion,
    Pool,
    PoolGrant,
    Sign,
)
from shanzhi.ui.choosing import MOST_LISTED, MOST_MATCHES, AreaSource, Place

AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])


def banks() -> QuerySet[Bank]:
    """Give all banks, for anybody, each with `area_name` and the number of open accounts, `members_now`."""
    counted = Count("members", filter=Q(members__closed_at__isnull=True))
    return Bank.objects.annotate(area_name=AREA_NAME, members_now=counted)


def search_banks(rows: QuerySet[Bank], words: str) -> QuerySet[Bank]:
    """Find banks by a part of the name."""
    return rows.filter(name__icontains=words.strip())


def bank(bank_id: UUID) -> Bank:
    """Give a bank, for anybody."""
    found = banks().filter(pk=bank_id).first()
    if found is None:
        raise NotFound
    return found


def versions(found: Bank) -> list[PolicyVersion]:
    """Give the versions of a bank's rules, the newest first."""
    return list(PolicyVersion.objects.filter(bank=found).order_by("-version"))


def in_force(found: Bank, at: datetime) -> PolicyVersion | None:
    """Give the version in force today."""
    today = timezone.localdate(at)
    return PolicyVersion.objects.filter(bank=found, from_day__lte=today).order_by("-from_day").first()


def pools(found: Bank) -> QuerySet[Pool]:
    """Give the pools of a bank, the common ones first."""
    rows = Pool.objects.filter(bank=found).select_related("organization")
    return rows.order_by(F("organization__name").asc(nulls_first=True), "name", "pk")


def open_pools(found: Bank, at: datetime) -> QuerySet[Pool]:
    """Give the pools to which one may donate by the rules in force, the common ones first."""
    version = in_force(found, at)
    return pools(found).filter(name__in=version.policy.pools if version else ())


def pool_choice(rows: QuerySet[Pool]) -> AreaSource:
    """Give some pools to choose one: from a list where they are few, else by a part of the organisation's name."""

    def find(keys: Iterable[str]) -> dict[str, Place]:
        known = [key for key in map(uuid_or_none, keys) if key is not None]
        return {str(one.pk): _pool_place(one) for one in rows.filter(pk__in=known)}

    def search(words: str) -> list[Place]:
        text = words.strip().lower()
        common = [one for one in rows.filter(organization=None) if text in str(one).lower()]
        named = rows.filter(organization__name__icontains=text)[: MOST_MATCHES + 1]
        return [_pool_place(one) for one in (*common, *named)] if text else []

    few = [_pool_place(one) for one in rows[: MOST_LISTED + 1]]
    return AreaSource(
        search=search, find=find, few=None if len(few) > MOST_LISTED else few,
        nothing=_("No pool fits. Type a shorter part of the name of its organisation."),
    )  # fmt: skip


def _pool_place(row: Pool) -> Place:
    return Place(str(row.pk), str(row))


def bodies(found: Bank) -> AreaSource:
    """Give the open organisations of the bank's area, to choose one."""
    none = AreaSource(search=lambda _words: (), find=lambda _keys: {}, few=())
    return people.organizations_in(codes=(found.area,)) or none


def desk_banks(*, viewer: Actor) -> QuerySet[Bank]:
    """Give the banks of the viewer's desk."""
    policies.require_desk(viewer)
    return banks().filter(policies.readable(viewer))


def desk_bank(*, viewer: Actor, bank_id: UUID) -> Bank:
    """Give one of them; outside there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = banks().filter(policies.readable(viewer), pk=bank_id).first()
    if found is None:
        raise NotFound
    return found


def founding_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer may found a bank."""
    return people.source_of(people.Open(viewer.areas(policies.MANAGERS), at))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose banks the viewer reads, for filters."""
    return people.source_of(people.Open(viewer.areas(policies.READERS), at))


def all_areas(*, at: datetime) -> AreaSource:
    """Give all areas, for the filter of the public list."""
    return people.source_of(people.Open(("",), at))


def help_areas(found: Bank, at: datetime) -> AreaSource:
    """Give the places inside a bank, for where help is asked for or offered."""
    return people.source_of(people.Open((found.area,), at))


def _on(field: str) -> Coalesce:
    amount = Balance.objects.filter(account=OuterRef(field)).values("amount")
    return Coalesce(Subquery(amount), 0, output_field=IntegerField())


def members(found: Bank) -> QuerySet[Member]:
    """Give the accounts of a bank for its desk, each with what is on it: `free`, `tied`, `waiting`; minutes."""
    rows = Member.objects.filter(bank=found).select_related("person__merged_into")
    return rows.annotate(free=_on("credits"), tied=_on("bound"), waiting=_on("held"))


def search_members(rows: QuerySet[Member], words: str) -> QuerySet[Member]:
    """Find accounts by their number or its beginning."""
    return rows.filter(number__startswith=words.strip())


def earnings(found: Bank) -> QuerySet[Earning]:
    """Give what was made of verified service at a bank."""
    return Earning.objects.filter(member__bank=found).select_related("member")


def search_earnings(rows: QuerySet[Earning], words: str) -> QuerySet[Earning]:
    """Find what was earned by the number of the account."""
    return rows.filter(member__number__startswith=words.strip())


def grants(found: Bank) -> QuerySet[PoolGrant]:
    """Give the grants from the pools of a bank, each with the number of yeses, `agreed`."""
    rows = PoolGrant.objects.filter(pool__bank=found).select_related("pool__organization", "pool__bank", "member")
    return rows.annotate(agreed=Count("yeses"))


def grant(*, viewer: Actor, grant_id: UUID) -> PoolGrant:
    """Give a grant of a bank of the viewer's desk."""
    found = PoolGrant.objects.select_related("pool__bank", "pool__organization", "member__person").filter(pk=grant_id)
    row = found.annotate(agreed=Count("yeses")).first()
    if row is None:
        raise NotFound
    desk_bank(viewer=viewer, bank_id=row.pool.bank_id)
    return row


def signs(found: Bank) -> QuerySet[Sign]:
    """Give the signs of gaming at a bank."""
    return Sign.objects.filter(bank=found)


def sign(*, viewer: Actor, sign_id: UUID) -> Sign:
    """Give a sign of a bank of the viewer's desk."""
    row = Sign.objects.select_related("bank").filter(pk=sign_id).first()
    if row is None:
        raise NotFound
    desk_bank(viewer=viewer, bank_id=row.bank_id)
    return row


def numbers_of(found: Sign) -> list[str]:
    """Give the account numbers of the members of a sign, in their order."""
    known = dict(Member.objects.filter(pk__in=found.members).values_list("pk", "number"))
    return [known[one] for one in found.members if one in known]


@dataclass(frozen=True, slots=True)
class Waits:
    """How much waits at the desk of a bank."""

    records: int
    grants: int
    disputes: int
    matches: int
    signs: int
    links: int


def waits(found: Bank, viewer: Actor) -> Waits:
    """Count what waits for a keeper."""
    return Waits(
        records=sources.for_review(found, viewer).count(),
        grants=PoolGrant.objects.filter(pool__bank=found, state="proposed").count(),
        matches=HelpProposal.objects.filter(post__bank=found, state="proposed", run__state="proposed").count(),
        disputes=Deal.objects.filter(post__bank=found, state="disputed").count(),
        signs=Sign.objects.filter(bank=found, state="new").count(),
        links=Link.objects.filter(
            Q(other=found, state="proposed")
            | ((Q(one=found) | Q(other=found)) & Q(asked_by__isnull=False) & ~Q(asked_by=found))
        ).count(),
    )


def in_pools(found: Bank) -> int:
    """Sum what is in all pools of a bank, in minutes."""
    accounts = Pool.objects.filter(bank=found).values("account")
    return Balance.objects.filter(account__in=accounts).aggregate(total=Sum("amount"))["total"] or 0

"""Reading banks: the list, rules and pools are public; the desk is for who keeps or audits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.ledger.models import Balance
from shanzhi.organizations.models import Organization
from shanzhi.people import queries as people
from shanzhi.places.models import Area
from shanzhi.timebank import policies, sources
from shanzhi.timebank.models import Bank, Deal, Earning, Member, PolicyVersion, Pool, PoolGrant, Sign
from shanzhi.ui.choosing import AreaSource

AREA_NAME: Final = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
MOST_CHOICES: Final = 100


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


def pools(found: Bank) -> list[Pool]:
    """Give the pools of a bank."""
    rows = Pool.objects.filter(bank=found).select_related("organization").order_by("name", "created_at")
    return list(rows[:MOST_CHOICES])


def open_pools(found: Bank, at: datetime) -> list[Pool]:
    """Give the pools to which one may donate by the rules in force."""
    version = in_force(found, at)
    allowed = version.policy.pools if version else ()
    return [one for one in pools(found) if one.name in allowed]


def bodies(found: Bank, words: str = "") -> list[Organization]:
    """Give organisations of the bank's area that have no pool there yet; at most a hundred, by a part of the name."""
    known = Pool.objects.filter(bank=found, organization__isnull=False).values("organization")
    rows = Organization.objects.filter(closed_at=None, area__startswith=found.area).exclude(pk__in=known)
    return list(rows.filter(name__icontains=words.strip()).order_by("name", "pk")[:MOST_CHOICES])


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
    signs: int


def waits(found: Bank) -> Waits:
    """Count what waits for a keeper."""
    return Waits(
        records=sources.for_review(found).count(),
        grants=PoolGrant.objects.filter(pool__bank=found, state="proposed").count(),
        disputes=Deal.objects.filter(post__bank=found, state="disputed").count(),
        signs=Sign.objects.filter(bank=found, state="new").count(),
    )


def in_pools(found: Bank) -> int:
    """Sum what is in all pools of a bank, in minutes."""
    accounts = Pool.objects.filter(bank=found).values("account")
    return Balance.objects.filter(account__in=accounts).aggregate(total=Sum("amount"))["total"] or 0

"""Reading one's own accounts: what is there, what ends soon, the statement, promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.ledger.models import Balance, Posting
from shanzhi.people import queries as people
from shanzhi.timebank import policies
from shanzhi.timebank.lifecycle import LIVING
from shanzhi.timebank.models import Bank, Deal, Earning, Lot, Member
from shanzhi.timebank.queries.banks import banks

SOON: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Stand:
    """What is on an account, in minutes: free, for donation only, held; what ends within 90 days, and on which day."""

    member: Member
    free: int
    bound: int
    held: int
    ending: int
    ends_on: date | None


def members_of(*, viewer: Actor) -> list[Member]:
    """Give the viewer's open accounts at all banks."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Member.objects.select_related("bank", "person__merged_into").filter(person__in=viewer.persons)
    return list(rows.filter(closed_at__isnull=True).order_by("opened_at", "pk"))


def stands(members: list[Member], at: datetime) -> list[Stand]:
    """Give what is on each of some accounts, with two queries."""
    accounts = [one for row in members for one in (row.credits, row.bound, row.held)]
    amounts = dict(Balance.objects.filter(account__in=accounts).values_list("account", "amount"))
    day = timezone.localdate(at) + SOON
    ending: dict[UUID, list[Lot]] = {}
    for lot in Lot.objects.filter(member__in=members, remains__gt=0, expires__lte=day).order_by("expires"):
        ending.setdefault(lot.member_id, []).append(lot)
    found = []
    for row in members:
        soon = ending.get(row.pk, [])
        found.append(Stand(
            row, amounts[row.credits], amounts[row.bound], amounts[row.held], sum(one.remains for one in soon),
            soon[0].expires if soon else None,
        ))  # fmt: skip
    return found


def own_member(*, viewer: Actor, bank_id: UUID) -> Member:
    """Give the viewer's open account at a bank; who has none finds nothing."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Bank.objects.filter(pk=bank_id).first()
    own = policies.own_member(viewer, found) if found is not None else None
    if own is None:
        raise NotFound
    return own


def near_banks(*, viewer: Actor) -> list[Bank]:
    """Give the banks around the viewer's home at which the viewer has no account, the nearest first."""
    home = people.own(viewer=viewer).area if viewer.person_id else ""
    known = {one.bank_id for one in members_of(viewer=viewer)}
    codes = [home[:length] for length in (12, 9, 6, 4, 2) if len(home) >= length]
    rows = [one for one in banks().filter(area__in=codes) if one.pk not in known and covers(one.area, home)]
    return sorted(rows, key=lambda one: -len(one.area))


def statement(member: Member) -> QuerySet[Posting]:
    """Give what moved on an account, newest first: on its free credits, those for donation and those held."""
    rows = Posting.objects.filter(account__in=(member.credits, member.bound, member.held))
    return rows.select_related("entry", "account__commodity").order_by("-number")


def search_statement(rows: QuerySet[Posting], words: str) -> QuerySet[Posting]:
    """Find by the number of the entry."""
    text = words.strip()
    return rows.filter(number=int(text)) if text.isdecimal() and len(text) < 18 else rows.none()


def earnings_of(members: list[Member]) -> list[Earning]:
    """Give the newest of what was made of one's service, at all one's banks."""
    rows = Earning.objects.filter(member__in=members).select_related("member__bank")
    return list(rows.order_by("-on", "id")[:20])


def own_deals(*, viewer: Actor) -> QuerySet[Deal]:
    """Give the viewer's promises and answers, those that are over too."""
    if not viewer.signed_in:
        raise SignInNeeded
    mine = Q(helper__person__in=viewer.persons) | Q(taker__person__in=viewer.persons)
    return Deal.objects.filter(mine).select_related(
        "post__bank", "helper__person__merged_into", "taker__person__merged_into"
    )


def living_deals(*, viewer: Actor) -> list[Deal]:
    """Give the viewer's promises and answers that are not over, the newest first."""
    return list(own_deals(viewer=viewer).filter(state__in=LIVING).order_by("-asked_at", "pk")[:50])

"""Reading what banks agreed on with one another, what passed between them, and what was cleared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.identifiers import uuid_or_none
from shanzhi.ledger.models import Balance
from shanzhi.timebank.models import Bank, ClearingLine, Crossing, Link, Pool
from shanzhi.timebank.queries.banks import desk_bank
from shanzhi.ui.choosing import MOST_LISTED, MOST_MATCHES, AreaSource, Place

LIVING: Final = ("proposed", "agreed")


def _of(found: Bank) -> Q:
    return Q(one=found) | Q(other=found)


def links(found: Bank) -> QuerySet[Link]:
    """Give the agreements of a bank for its desk, each with `partner`, the other bank's name, and `owed`.

    `owed` is what the bank owes the other, in minutes, below zero what the other owes it.
    """
    return _sided(Link.objects.filter(_of(found)), found)


def _sided(rows: QuerySet[Link], found: Bank) -> QuerySet[Link]:
    """Add the name of the other bank and what is owed to it."""
    by_one = Balance.objects.filter(account=OuterRef("one_account")).values("amount")
    by_other = Balance.objects.filter(account=OuterRef("other_account")).values("amount")
    return rows.select_related("one", "other").annotate(
        partner=Case(When(one=found, then=F("other__name")), default=F("one__name")),
        owed=Coalesce(
            Case(When(one=found, then=Subquery(by_one)), default=Subquery(by_other)), 0, output_field=IntegerField()
        ),
    )


def search_links(rows: QuerySet[Any], words: str) -> QuerySet[Link]:
    """Find agreements by a part of the other bank's name."""
    return rows.filter(partner__icontains=words.strip())


def link(*, viewer: Actor, bank_id: UUID, link_id: UUID) -> tuple[Bank, Link]:
    """Give a bank of the viewer's desk and one of its agreements, as `links` does."""
    found = desk_bank(viewer=viewer, bank_id=bank_id)
    row = links(found).filter(pk=link_id).first()
    if row is None:
        raise NotFound
    return found, row


def in_force_with(found: Bank) -> list[Link]:
    """Give the agreements in force of a bank, for anybody, by the name of the other."""
    rows: QuerySet[Any] = links(found)
    return list(rows.filter(state="agreed").order_by("partner", "pk"))


def other_banks(found: Bank) -> AreaSource:
    """Give the banks with which a bank has no living agreement, to choose one: a list where they are few.

    `find` knows every other bank of the same kind.
    """
    living = Link.objects.filter(state__in=LIVING)
    theirs = living.filter(Q(one=found, other=OuterRef("pk")) | Q(other=found, one=OuterRef("pk")))
    rows = of_the_kind(found).filter(~Exists(theirs)).order_by("name", "pk")

    def find(keys: Iterable[str]) -> dict[str, Place]:
        known = [key for key in map(uuid_or_none, keys) if key is not None]
        return {str(one.pk): _place(one) for one in of_the_kind(found).filter(pk__in=known)}

    def search(words: str) -> list[Place]:
        text = words.strip()
        return [_place(one) for one in rows.filter(name__icontains=text)[: MOST_MATCHES + 1]] if text else []

    few = [_place(one) for one in rows[: MOST_LISTED + 1]]
    return AreaSource(
        search=search, find=find, few=None if len(few) > MOST_LISTED else few,
        nothing=_("No bank fits. Type a shorter part of its name."),
    )  # fmt: skip


def common_pools(found: Bank) -> list[tuple[Pool, int]]:
    """Give the common pools of a bank with what is in each, in minutes; the fullest first."""
    there = Balance.objects.filter(account=OuterRef("account")).values("amount")
    rows: QuerySet[Any] = Pool.objects.filter(bank=found, organization__isnull=True).annotate(there=Subquery(there))
    return [(row, row.there) for row in rows.order_by("-there", "name")]


def of_the_kind(found: Bank) -> QuerySet[Bank]:
    """Give the other banks that are made up as a bank is, or not."""
    return Bank.objects.filter(synthetic=found.synthetic).exclude(pk=found.pk)


def to_pass_to(found: Bank, sent: str) -> list[tuple[str, str]]:
    """Give the keys and names of the banks to which credits can pass, with the one that was sent.

    That no agreement with it is in force any more says the operation, after a second press.
    """
    rows = {str(other.pk): other.name for other in (one.beside(found.pk) for one in in_force_with(found))}
    key = uuid_or_none(sent)
    if key is not None and str(key) not in rows:
        rows |= {str(one.pk): one.name for one in of_the_kind(found).filter(pk=key)}
    return list(rows.items())


def _place(row: Bank) -> Place:
    return Place(str(row.pk), row.name)


def crossings(found: Bank) -> QuerySet[Crossing]:
    """Give what passed to and from a bank, each with `partner` and `came`: whether it came in."""
    came = Case(When(target=found, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = Crossing.objects.filter(Q(source=found) | Q(target=found)).select_related("sender", "receiver")
    return rows.annotate(came=came, partner=Case(When(target=found, then=F("source__name")), default=F("target__name")))


def search_crossings(rows: QuerySet[Any], words: str) -> QuerySet[Crossing]:
    """Find by an account number or how it begins, or a part of the other bank's name."""
    text = words.strip()
    number = Q(sender__number__startswith=text) | Q(receiver__number__startswith=text)
    return rows.filter(number | Q(partner__icontains=text))


def cleared(found: Bank) -> QuerySet[ClearingLine]:
    """Give what was cleared of a bank, each with `partner`, and `owing`: whether it owed that itself."""
    owing = Case(When(debtor=found, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = ClearingLine.objects.filter(Q(debtor=found) | Q(creditor=found)).select_related("clearing")
    partner = Case(When(debtor=found, then=F("creditor__name")), default=F("debtor__name"))
    return rows.annotate(owing=owing, partner=partner)


def search_cleared(rows: QuerySet[Any], words: str) -> QuerySet[ClearingLine]:
    """Find by a part of the other bank's name."""
    return rows.filter(partner__icontains=words.strip())

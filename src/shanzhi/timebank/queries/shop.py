"""Reading goods for credits, which anybody may see, and vouchers, which are for their member and who hands out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.timebank import policies
from shanzhi.timebank.models import Bank, Good, Voucher
from shanzhi.timebank.queries.banks import desk_bank
from shanzhi.timebank.refusals import UnknownVoucher


def goods(found: Bank) -> QuerySet[Good]:
    """Give what there is for credits at a bank, for anybody."""
    return Good.objects.filter(bank=found, state="open").select_related("organization")


def desk_goods(found: Bank) -> QuerySet[Good]:
    """Give all goods of a bank for its desk, closed ones too."""
    return Good.objects.filter(bank=found).select_related("organization")


def search_goods(rows: QuerySet[Good], words: str) -> QuerySet[Good]:
    """Find by a part of the name."""
    return rows.filter(title__has=words.strip())


def good(*, viewer: Actor, good_id: UUID) -> Good:
    """Give one of them: an open one to anybody, a closed one at the desk of the bank."""
    found = Good.objects.select_related("bank", "organization").filter(pk=good_id).first()
    if found is None:
        raise NotFound
    if found.state != "open" and not Bank.objects.filter(policies.readable(viewer), pk=found.bank_id).exists():
        raise NotFound
    return found


def desk_good(*, viewer: Actor, good_id: UUID) -> Good:
    """Give one of a bank of the viewer's desk."""
    found = Good.objects.select_related("bank", "organization").filter(pk=good_id).first()
    if found is None:
        raise NotFound
    desk_bank(viewer=viewer, bank_id=found.bank_id)
    return found


def vouchers(found: Bank) -> QuerySet[Voucher]:
    """Give the vouchers of a bank for its desk."""
    return Voucher.objects.filter(good__bank=found).select_related("good", "member")


def search_vouchers(rows: QuerySet[Voucher], words: str) -> QuerySet[Voucher]:
    """Find by the number of the voucher or its beginning."""
    return rows.filter(number__startswith="".join(words.split()))


def voucher(*, viewer: Actor, voucher_id: UUID) -> Voucher:
    """Give a voucher to its member and to who hands out what it is for."""
    if not viewer.signed_in:
        raise SignInNeeded
    return _shown(viewer, Voucher.objects.filter(pk=voucher_id))


def voucher_of_number(*, viewer: Actor, number: str) -> Voucher:
    """Give a voucher by its number, to the same. Raises UnknownVoucher, whether it is another's or none."""
    if not viewer.signed_in:
        raise SignInNeeded
    try:
        return _shown(viewer, Voucher.objects.filter(number="".join(number.split())))
    except NotFound as missing:
        raise UnknownVoucher(field="number") from missing


def _shown(viewer: Actor, rows: QuerySet[Voucher]) -> Voucher:
    found = rows.select_related("good__bank", "good__organization", "member__person__merged_into").first()
    if found is None or not (viewer.is_person(found.member.person_id) or policies.hands_out(viewer, found.good)):
        raise NotFound
    return found


def own_vouchers(*, viewer: Actor) -> QuerySet[Voucher]:
    """Give the viewer's vouchers, those that are over too."""
    if not viewer.signed_in:
        raise SignInNeeded
    return Voucher.objects.filter(member__person__in=viewer.persons).select_related("good__bank")


def waiting_vouchers(*, viewer: Actor) -> list[Voucher]:
    """Give the viewer's vouchers that are to be fetched, what ends first at first."""
    return list(own_vouchers(viewer=viewer).filter(state="issued").order_by("until", "pk")[:50])


def fetchable(found: Voucher, at: datetime) -> bool:
    """Tell whether something is still handed out for a voucher."""
    return found.state == "issued" and found.until >= timezone.localdate(at)

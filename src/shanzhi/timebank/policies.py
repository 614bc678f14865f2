"""Who may read and do what at a time bank. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.assignments.models import Run
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ledger.models import Keeper
from shanzhi.ledger.policies import MANAGERS, READERS
from shanzhi.organizations.policies import LEADERS, speaks_for
from shanzhi.people import minors
from shanzhi.people.models import Guardianship
from shanzhi.people.policies import require
from shanzhi.places import queries as places
from shanzhi.timebank.models import Bank, Deal, Good, HelpProposal, Member, PoolGrant
from shanzhi.timebank.refusals import NotTheKeeper, OwnMatter

__all__ = [
    "MANAGERS", "READERS", "at_the_desk", "concerns", "guards", "hands_out", "keeps", "kept", "may_decide", "may_drop",
    "may_found", "may_hand_out", "may_keep", "may_review", "own_match", "readable", "require", "require_desk",
]  # fmt: skip


def _kept(viewer: Actor) -> Q:
    mine = Keeper.objects.filter(book=OuterRef("book"), person_id__in=viewer.persons, until__isnull=True)
    return Q(Exists(mine)) if viewer.persons else Q(pk__in=())


def readable(viewer: Actor) -> Q:
    """Give the condition that a bank is at the viewer's desk: staff who read books of its area, and its keepers."""
    inside = places.within_any("area", viewer.areas(READERS))
    return inside if not inside else inside | _kept(viewer)


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of time banks."""
    if viewer.areas(READERS):
        return True
    if not viewer.persons:
        return False
    kept = Keeper.objects.filter(person_id__in=viewer.persons, until__isnull=True)
    return Bank.objects.filter(book__in=kept.values("book")).exists()


def require_desk(viewer: Actor) -> None:
    """Refuse who reads no bank."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def keeps(actor: Actor, bank: Bank) -> bool:
    """Tell whether the actor keeps the bank: an officer of its area, or one whom they named keeper of its book."""
    if actor.holds(MANAGERS, bank.area):
        return True
    mine = Keeper.objects.filter(book=bank.book_id, person_id__in=actor.persons, until__isnull=True)
    return bool(actor.persons) and mine.exists()


def kept(viewer: Actor) -> QuerySet[Bank]:
    """Give the banks that the viewer keeps."""
    inside = places.within_any("area", viewer.areas(MANAGERS))
    return Bank.objects.filter(inside if not inside else inside | _kept(viewer))


def may_found(*, actor: Actor, area: str) -> Refusal | None:
    """Allow the officers of an area that covers the bank's: to found it, and to publish rules."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(MANAGERS, area) else NotTheKeeper()


def may_keep(*, actor: Actor, bank: Bank) -> Refusal | None:
    """Allow who keeps the bank."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if keeps(actor, bank) else NotTheKeeper()


def may_ask(*, actor: Actor, run: Run) -> Refusal | None:
    """Allow who keeps a bank for a request of which a run proposes somebody."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if kept(actor).filter(posts__proposals__run=run).exists() else NotTheKeeper()


def may_drop(*, actor: Actor, match: HelpProposal) -> Refusal | None:
    """Allow who keeps the bank to ask or drop a pair, but for who would be asked and who asks for help."""
    return may_keep(actor=actor, bank=match.post.bank) or own_match(actor=actor, match=match)


def own_match(*, actor: Actor, match: HelpProposal) -> Refusal | None:
    """Refuse a keeper who would be asked, or asks for help: minors, whose guardians one might be, take no part."""
    own = actor.is_person(match.member.person_id) or actor.is_person(match.post.author.person_id)
    return OwnMatter() if own else None


def may_review(*, actor: Actor, grant: PoolGrant, at: datetime) -> Refusal | None:
    """Allow who keeps the bank to agree to a grant, but for who proposed it, who receives it, and a guardian."""
    if actor.is_person(grant.proposed_by_id) or concerns(actor, grant.member, at):
        return OwnMatter()
    return may_keep(actor=actor, bank=grant.pool.bank)


def may_decide(*, actor: Actor, deal: Deal, at: datetime) -> Refusal | None:
    """Allow who keeps the bank to decide a dispute, never a party to it or a guardian of one."""
    if concerns(actor, deal.helper, at) or concerns(actor, deal.taker, at):
        return OwnMatter()
    return may_keep(actor=actor, bank=deal.post.bank)


def concerns(actor: Actor, member: Member, at: datetime) -> bool:
    """Tell whether a matter of a member is the actor's own: the own account, or that of a ward."""
    return actor.is_person(member.person_id) or guards(actor, member, at)


def guards(actor: Actor, member: Member, at: datetime) -> bool:
    """Tell whether the actor is a guardian of a member now."""
    wards = {member.person_id, member.human.pk}
    held = Guardianship.objects.filter(minors.running(at), guardian__in=actor.persons, ward__in=wards)
    return bool(actor.persons) and held.exists()


def hands_out(actor: Actor, good: Good) -> bool:
    """Tell whether the actor hands something out: who keeps the bank, or leads the organisation that has it."""
    leads = good.organization_id is not None and speaks_for(actor, good.organization_id)
    return leads or keeps(actor, good.bank)


def may_hand_out(actor: Actor, bank: Bank) -> bool:
    """Tell whether the actor may be one who hands something out there: keeps the bank, or leads some organisation."""
    return bool(actor.organizations(LEADERS)) or (actor.signed_in and keeps(actor, bank))


def is_party(actor: Actor, deal: Deal) -> bool:
    """Tell whether the actor is one of the two."""
    return actor.is_person(deal.helper.person_id) or actor.is_person(deal.taker.person_id)


def own_member(actor: Actor, bank: Bank) -> Member | None:
    """Give the actor's open account at a bank, the oldest of records that were merged."""
    if not actor.persons:
        return None
    rows = Member.objects.select_related("person__merged_into", "bank").filter(bank=bank, person__in=actor.persons)
    return rows.filter(closed_at__isnull=True).order_by("opened_at", "pk").first()


def load_bank(*, actor: Actor, bank_id: UUID, lock: bool = False) -> Bank:
    """Fetch a bank of the actor's desk; outside there is none."""
    rows = Bank.objects.select_related("book")
    rows = rows.select_for_update(no_key=True, of=("self",)) if lock else rows
    found = rows.filter(readable(actor), pk=bank_id).first()
    if found is None:
        raise NotFound
    return found

"""Who may read and write which book. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, Q

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.ledger.models import Book, Keeper
from shanzhi.ledger.refusals import NotKeeper
from shanzhi.people.policies import require
from shanzhi.places import queries as places

__all__ = [
    "MANAGERS",
    "READERS",
    "at_the_desk",
    "keeps",
    "may_create",
    "may_enter",
    "may_manage",
    "readable",
    "require",
]

# Staff and auditors of the book's area read it; so does whoever keeps it.
READERS: Final = STAFF_READERS - {Role.SOCIAL_WORKER}
# Officers of the book's area make books, name keepers, close periods, and enter.
MANAGERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})


def keeps(viewer: Actor) -> Q:
    """Give the condition that the viewer is a keeper of a book now."""
    mine = Keeper.objects.filter(book=OuterRef("pk"), person_id__in=viewer.persons, until__isnull=True)
    return Q(Exists(mine))


def readable(viewer: Actor) -> Q:
    """Give the condition that a book exists for the viewer."""
    inside = places.within_any("area", viewer.areas(READERS))
    return inside | keeps(viewer) if viewer.persons else inside


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of books: reads some, or may have been named keeper of one."""
    return viewer.holds_anywhere(set(Role) - {Role.RESIDENT, Role.JUROR})


def may_manage(*, actor: Actor, area: str) -> Refusal | None:
    """Allow the officers of an area that covers the book's."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.holds(MANAGERS, area) else NotKeeper()


def may_create(*, actor: Actor) -> Refusal | None:
    """Allow to begin with a book: officers; its area decides when it is known."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if actor.areas(MANAGERS) else Forbidden()


def may_enter(*, actor: Actor, area: str, keeps: bool) -> Refusal | None:
    """Allow the keepers of a book and the officers of its area; `keeps` tells whether the actor is a keeper now."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    return None if keeps or actor.holds(MANAGERS, area) else NotKeeper()


def may_enter_in(*, actor: Actor, book: Book) -> Refusal | None:
    """Ask the same of a book at hand."""
    kept = Keeper.objects.filter(book=book.pk, person_id__in=actor.persons, until__isnull=True)
    return may_enter(actor=actor, area=book.area, keeps=bool(actor.persons) and kept.exists())

"""Who may read and change the record of organisations. A policy gives None for yes, or the refusal with its reason."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, Refusal, SignInNeeded
from shanzhi.kernel.roles import IN_ORGANIZATION, STAFF_READERS, Role
from shanzhi.people.policies import require
from shanzhi.places import queries as places

__all__ = [
    "MANAGERS", "READERS", "NotInCharge", "at_the_desk", "held_by", "may_create", "may_manage", "readable", "require",
    "require_desk",
]  # fmt: skip

# Staff and auditors of the area of the seat read; besides, everybody reads the organisations they hold a role in.
READERS: Final = STAFF_READERS
# Who files and guides organisations in their area puts them on record.
MANAGERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})


class NotInCharge(Forbidden):
    """The seat does not lie in an area that the actor is in charge of."""

    code = "not_in_charge"
    message = _("Organisations are put on record by the subdistrict or district office of their seat. Ask that office.")


def held_by(viewer: Actor) -> Q:
    """Give the condition that the viewer holds a role in an organisation."""
    return Q(pk__in=viewer.organizations(Role))


def readable(viewer: Actor) -> Q:
    """Give the condition that an organisation exists for the viewer."""
    inside = places.within_any("area", viewer.areas(READERS))
    return inside if not inside else inside | held_by(viewer)


def at_the_desk(viewer: Actor) -> bool:
    """Tell whether the viewer has a place at the desk of organisations at all."""
    return bool(viewer.areas(READERS)) or bool(viewer.organizations(IN_ORGANIZATION))


def require_desk(viewer: Actor) -> None:
    """Refuse who reads no organisation."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not at_the_desk(viewer):
        raise Forbidden


def may_manage(*, actor: Actor, seat: str) -> Refusal | None:
    """Allow the officers of an area that covers the seat."""
    if not actor.signed_in and not actor.is_system:
        return SignInNeeded()
    if not actor.holds_anywhere(MANAGERS):
        return Forbidden()
    return None if actor.holds(MANAGERS, seat) else NotInCharge(field="area")


def may_create(*, actor: Actor) -> Refusal | None:
    """Allow to begin with a record: officers; the seat decides when it is known."""
    if not actor.signed_in:
        return SignInNeeded()
    return None if actor.areas(MANAGERS) else Forbidden()

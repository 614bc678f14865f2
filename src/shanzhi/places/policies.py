"""Who may change what of an area. Reading is open to everyone."""

from __future__ import annotations

from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.places.models import LOCAL_LEVELS, Area

# Grids, buildings, entrances and figures: those who know the place. They correct figures too, since a correction is
# public with its reason and the figure before it stays on record.
LOCAL: Final = frozenset(
    {
        Role.SOCIAL_WORKER,
        Role.COMMUNITY_SECRETARY,
        Role.SUBDISTRICT_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.ADMINISTRATOR,
    }
)
STATIONS: Final = LOCAL - {Role.SOCIAL_WORKER}
# Official codes change by decision of the state; the district keeps the book.
OFFICIAL: Final = frozenset({Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
# A whole country comes in from the command line, or by an administrator of all of it.
IMPORT: Final = frozenset({Role.ADMINISTRATOR})


def changers(area: Area) -> frozenset[Role]:
    """Give the roles that may rename, split, merge or close an area."""
    return LOCAL if area.level in LOCAL_LEVELS else OFFICIAL


def may(actor: Actor, roles: frozenset[Role], code: str) -> bool:
    """Tell whether the actor holds one of the roles at the code, for pages that offer an act."""
    return actor.holds(roles, code)


def require(actor: Actor, roles: frozenset[Role], code: str) -> None:
    """Refuse an actor who holds none of the roles at the code: SignInNeeded or Forbidden."""
    if actor.holds(roles, code):
        return
    raise Forbidden if actor.signed_in or actor.person_id else SignInNeeded


def require_anywhere(actor: Actor, roles: frozenset[Role]) -> None:
    """Refuse an actor who holds none of the roles in any area: SignInNeeded or Forbidden."""
    if actor.areas(roles):
        return
    raise Forbidden if actor.signed_in or actor.person_id else SignInNeeded

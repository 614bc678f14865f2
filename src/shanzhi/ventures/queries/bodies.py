"""Organisations that a round or a proposal can name: those on record that still take roles."""

from __future__ import annotations

from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import holders
from shanzhi.people.queries import organizations_in
from shanzhi.ui.choosing import AreaSource
from shanzhi.ventures.lifecycle import MANAGERS
from shanzhi.ventures.models import Call, Proposal

DISTRICT_DIGITS: Final = 6


def organizations_for(*, viewer: Actor, found: Proposal) -> list[tuple[str, str]]:
    """Give number and name of those whose name a proposal may bear: the viewer's own, and the one it names now."""
    own = viewer.organizations(set(Role))
    bodies = holders.find([*own, found.organization]).values()
    kept = [one for one in bodies if one.open or one.id == found.organization]
    return [(str(one.id), one.name) for one in sorted(kept, key=lambda one: (one.name, one.id))]


def operators_for(*, viewer: Actor, found: Call) -> AreaSource | None:
    """Give the organisations that may run a call: of its districts, or before these are known of the viewer's areas."""
    known = sorted({area.code[:DISTRICT_DIGITS] for area in found.areas.all()})
    return organizations_in(codes=known or viewer.areas(MANAGERS))

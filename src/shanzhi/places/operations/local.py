"""Making grids, buildings and entrances below a community."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.places import policies, queries
from shanzhi.places.models import Area

BELOW: Final = {
    areas.COMMUNITY: areas.GRID,
    areas.GRID: areas.BUILDING,
    areas.BUILDING: areas.ENTRANCE,
}
_LAST: Final = 999


class NotBelow(Invalid):
    """Nothing is made locally directly below this level."""

    code = "not_below"
    message = _("Grids are made in a community, buildings in a grid, entrances in a building. Open one of those first.")


class NoFreeNumber(Conflict):
    """All 999 numbers below this area are used."""

    code = "no_free_number"
    message = _("All 999 numbers below this area are used; numbers are never given twice. Split the area first.")


def add_local(*, actor: Actor, parent: str, name: str, at: datetime) -> Area:
    """Make the next grid of a community, building of a grid or entrance of a building.

    The code is the parent's with the next number of three digits; numbers of closed areas are not given again. Raises
    NotFound, Forbidden, NotBelow, NoFreeNumber.
    """
    with transaction.atomic():
        above = locked(parent, at=at)
        policies.require(actor, policies.LOCAL, parent)
        if above.level not in BELOW:
            raise NotBelow(field="parent")
        made = Area.objects.create(
            code=next_code(above),
            name=name.strip(),
            level=BELOW[above.level],
            parent=above,
            valid_from=timezone.localdate(at),
        )
        record(actor=actor, verb="places.area.add", subject=made, area=made.code, change={"name": made.name}, at=at)
    return made


def locked(code: str, *, at: datetime) -> Area:
    """Lock the row of an area whose code holds now, against two that take the same number; raise NotFound."""
    found = Area.objects.select_for_update(of=("self",)).filter(pk=code).first()
    if found is None or not queries.holds(found, at):
        raise NotFound(field="area")
    return found


def next_code(parent: Area) -> str:
    """Give the next free local code below a locked area; raise NoFreeNumber."""
    last = queries.children(parent.code).order_by("-code").values_list("code", flat=True).first()
    number = int(last[-3:]) + 1 if last else 1
    if number > _LAST:
        raise NoFreeNumber
    return f"{parent.code}{number:03d}"

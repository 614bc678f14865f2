"""The groups that a curve is drawn of: all, by class, by area, by round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.utils.translation import gettext as _

from shanzhi.kernel.areas import LENGTHS
from shanzhi.kernel.errors import NotFound
from shanzhi.organizations.models import Purpose
from shanzhi.outcomes.queries.bodies import Body
from shanzhi.places import queries as places

LEVELS: Final = sorted(LENGTHS.values())


def group_of(*, by: str, code: str, rows: Sequence[Body]) -> Callable[[Body], str]:
    """Give what names the group of an organisation. Raises NotFound for a way that there is not."""
    if by == "all":
        return lambda _one: _("All organisations")
    if by == "class":
        return lambda one: str(Purpose(one.purpose).label) if one.purpose else _("No class stated")
    if by == "round":
        return lambda one: one.round_title or _("Not out of a round")
    if by != "area":
        raise NotFound
    below = next((length for length in LEVELS if length > len(code)), len(code))
    names = places.names({one.area[:below] for one in rows})
    return lambda one: names.get(one.area[:below], one.area[:below])

"""Where activities take place as seen from a volunteer: whole metres from the middle of the area of service.

Nobody's home is known, nor asked for: the way is measured from the centre of the area in which one serves to the rough
position of an activity, or to the centre of its area. Where an area's own centre is not on record, that of the nearest
area above it stands for it, up to the district.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shanzhi.activities.models import Activity, Shift
from shanzhi.kernel.areas import DISTRICT, LENGTHS, ancestors_of
from shanzhi.kernel.gate import Place
from shanzhi.places import queries as places
from shanzhi.volunteering.models import MOST_METRES

DEGREE: Final = 111_000
"""Metres of a degree of latitude, rounded down, so that a box of degrees holds the circle."""
NEAREST: Final = 300
"""So many activities at most are looked at, the nearest ones."""


def centres(codes: Iterable[str], at: datetime) -> dict[str, Place]:
    """Give the centre of each area where it, or one of an area above it, is on record; in one query."""
    chains = {code: _chain(code) for code in codes}
    figures = places.figures(sorted({code for chain in chains.values() for code in chain}), at)
    found: dict[str, Place] = {}
    for code, chain in chains.items():
        for one in chain:
            north, east = (figures[one].get(name) for name in ("centroid_lat", "centroid_lon"))
            if north is not None and east is not None and north.value is not None and east.value is not None:
                found[code] = Place(north.value, east.value)
                break
    return found


def _chain(code: str) -> list[str]:
    return [code, *reversed([up for up in ancestors_of(code) if len(up) >= LENGTHS[DISTRICT]])]


@dataclass(frozen=True, slots=True)
class Ground:
    """The activities around an area with the way to each, the nearest first; None is a way that nobody knows."""

    known: bool
    metres: dict[UUID, int | None]


def around(
    area: str, at: datetime, *, furthest: int | None = None, most: int | None = NEAREST, wanted: Q | None = None
) -> Ground:
    """Give the nearest activities with shifts to come around an area, up to `most`, no way above `furthest` metres.

    Those whose way is not known count where they lie in the same district: they are last.
    """
    reach = min(furthest or MOST_METRES, MOST_METRES)
    to_come = Exists(Shift.objects.filter(activity=OuterRef("pk"), state="open", starts_at__gt=at))
    rows = Activity.objects.filter(to_come, state="published").filter(wanted or Q())
    areas = set(rows.filter(lat=None).order_by().values_list("area", flat=True).distinct())
    known = centres({area, *areas}, at)
    here = known.get(area)
    ways = {code: here.metres_to(known[code]) if here and code in known else None for code in areas}
    district = area[: LENGTHS[DISTRICT]]
    close = {code for code, way in ways.items() if (code.startswith(district) if way is None else way <= reach)}
    where = Q(lat=None, area__in=close) | (_box(here, reach) if here else Q(area__startswith=district))
    found: dict[UUID, int | None] = {}
    for key, code, lat, lng in rows.filter(where).values_list("pk", "area", "lat", "lng"):
        if lat is None or lng is None:
            found[key] = ways.get(code)
        else:
            found[key] = here.metres_to(Place(lat, lng)) if here else None
    near = {key: way for key, way in found.items() if way is None or way <= reach}
    nearest = sorted(near.items(), key=lambda pair: (pair[1] is None, pair[1] or 0, str(pair[0])))
    return Ground(here is not None, dict(nearest[:most]))


def _box(here: Place, reach: int) -> Q:
    """Give the positions in the box around a circle, so that few rows are read to be measured."""
    north = round(reach * 1_000_000 / DEGREE)
    across = max(math.cos(math.radians(min(abs(here.north) + north, 89_000_000) / 1_000_000)), 0.01)
    east = round(north / across)
    return Q(lat__range=(here.north - north, here.north + north), lng__range=(here.east - east, here.east + east))

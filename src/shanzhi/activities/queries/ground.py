"""Where activities take place as seen from a volunteer: whole metres from the middle of the area of service.

Nobody's home is known, nor asked for: the way is measured from the centre of the area in which one serves to the rough
position of an activity, or to the centre of its area. Where the own centre is not on record, that of the nearest area
above it stands for it, up to the district, and is named; of an activity nothing is borrowed: its way is not known then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.activities.models import Activity, Shift
from shanzhi.kernel.areas import DISTRICT, LENGTHS, ancestors_of
from shanzhi.kernel.gate import Place
from shanzhi.places import queries as places
from shanzhi.volunteering.models import MOST_METRES

DEGREE: Final = 111_000
"""Metres of a degree of latitude, rounded down, so that a box of degrees holds the circle."""
NEAREST: Final = 300
"""So many activities at most are looked at, the nearest ones."""


@dataclass(frozen=True, slots=True)
class Middle:
    """A centre, and the code of the area whose it is: the one that was asked about, or one above it."""

    place: Place
    area: str


def middles(codes: Iterable[str], at: datetime) -> dict[str, Middle]:
    """Give the centre of each area, or of the nearest one above it that is on record; in one query."""
    chains = {code: _chain(code) for code in codes}
    figures = places.figures(sorted({code for chain in chains.values() for code in chain}), at)
    found: dict[str, Middle] = {}
    for code, chain in chains.items():
        for one in chain:
            north, east = (figures[one].get(name) for name in ("centroid_lat", "centroid_lon"))
            if north is not None and east is not None and north.value is not None and east.value is not None:
                found[code] = Middle(Place(north.value, east.value), one)
                break
    return found


def centres(codes: Iterable[str], at: datetime) -> dict[str, Place]:
    """Give the centre of each area where it, or one of an area above it, is on record; in one query."""
    return {code: found.place for code, found in middles(codes, at).items()}


def measured_from(area: str, at: datetime) -> str:
    """Give the code of the area from whose middle ways are measured for who serves in an area, '' where from none."""
    found = middles([area], at).get(area)
    return found.area if found else ""


def _chain(code: str) -> list[str]:
    return [code, *reversed([up for up in ancestors_of(code) if len(up) >= LENGTHS[DISTRICT]])]


@dataclass(frozen=True, slots=True)
class Ground:
    """The activities around an area with the way to each, the nearest first; None is a way that nobody knows.

    `measured` is the code of the area from whose middle, '' where no way is known; 0 metres are in the area itself.
    `cut` tells that activities further away were left out.
    """

    measured: str
    metres: dict[UUID, int | None]
    cut: bool = False


def around(
    area: str, at: datetime, *, furthest: int | None = None, most: int | None = NEAREST, wanted: Q | None = None,
    shifts: QuerySet[Shift] | None = None,
) -> Ground:  # fmt: skip
    """Give the nearest activities with `shifts` to come around an area, up to `most`, no way above `furthest` metres.

    Those whose way is not known count where they lie in the same district: they are last.
    """
    reach = min(furthest or MOST_METRES, MOST_METRES)
    coming = Shift.objects.filter(state="open", starts_at__gt=at) if shifts is None else shifts
    to_come = Exists(coming.filter(activity=OuterRef("pk")))
    rows = Activity.objects.filter(to_come, state="published").filter(wanted or Q())
    areas = set(rows.filter(lat=None).order_by().values_list("area", flat=True).distinct())
    known = middles({area, *areas}, at)
    here = known.get(area)
    ways = {code: _way_between(area, code, here, known.get(code)) for code in areas}
    district = area[: LENGTHS[DISTRICT]]
    close = {code for code, way in ways.items() if (code.startswith(district) if way is None else way <= reach)}
    where = Q(lat=None, area__in=close) | (_box(here.place, reach) if here else Q(area__startswith=district))
    found: dict[UUID, int | None] = {}
    for key, code, lat, lng in rows.filter(where).values_list("pk", "area", "lat", "lng"):
        if lat is None or lng is None:
            found[key] = ways.get(code)
        else:
            found[key] = max(here.place.metres_to(Place(lat, lng)), 1) if here else None
    near = {key: way for key, way in found.items() if way is None or way <= reach}
    nearest = sorted(near.items(), key=lambda pair: (pair[1] is None, pair[1] or 0, str(pair[0])))
    return Ground(here.area if here else "", dict(nearest[:most]), cut=most is not None and len(nearest) > most)


def _way_between(own: str, other: str, here: Middle | None, there: Middle | None) -> int | None:
    """Give the way to the middle of another area: none inside the own one, unknown where the other's is borrowed."""
    if here is None:
        return None
    if other == own:
        return 0
    if there is None or there.area != other or there.area == here.area:
        return None
    return max(here.place.metres_to(there.place), 1)


def _box(here: Place, reach: int) -> Q:
    """Give the positions in the box around a circle, so that few rows are read to be measured."""
    north = round(reach * 1_000_000 / DEGREE)
    across = max(math.cos(math.radians(min(abs(here.north) + north, 89_000_000) / 1_000_000)), 0.01)
    east = round(north / across)
    return Q(lat__range=(here.north - north, here.north + north), lng__range=(here.east - east, here.east + east))

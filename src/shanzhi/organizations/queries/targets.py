"""Communities against their targets: how many living filed organisations each has, and how many it shall have.

A community is urban or rural by the tenth digit of its code (places.Kind): committees of residents are urban, those of
villagers rural; another body counts as urban.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from shanzhi.kernel.areas import COMMUNITY, LENGTHS, SUBDISTRICT, ancestors_of
from shanzhi.organizations.models import CommunityTarget, Filing
from shanzhi.places import queries as places
from shanzhi.places.models import Area, Kind

RURAL: Final = (Kind.VILLAGERS.value, Kind.LIKE_VILLAGERS.value)
# 民发〔2017〕191号: 10 for each urban community, 5 for each rural one; what counts until an area sets its own.
NATIONAL: Final = (10, 5)
MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A community with what it has and what it shall have."""

    area: Area
    rural: bool
    have: int
    target: int

    @property
    def missing(self) -> int:
        """How many are missing to the target."""
        return max(self.target - self.have, 0)

    @property
    def level(self) -> int:
        """How far it is, in five steps from 0 (none) to 4 (reached), for the map."""
        if self.have >= self.target:
            return 4
        return self.have * 4 // self.target


def targets_of(codes: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """Give for each code the urban and rural number that count there: the newest version of the nearest area."""
    above = {"", *codes, *(step for code in codes for step in ancestors_of(code))}
    newest: dict[str, CommunityTarget] = {}
    for one in CommunityTarget.objects.filter(area__in=above).order_by("area", "version"):
        newest[one.area] = one
    found = {}
    for code in codes:
        near = next((newest[step] for step in (code, *reversed(ancestors_of(code)), "") if step in newest), None)
        found[code] = (near.urban, near.rural) if near else NATIONAL
    return found


def communities(*, code: str, at: datetime) -> list[Counted]:
    """Count every community of an area, in three queries; public, for it holds nothing but numbers.

    Living and filed is an organisation with a filing that holds on the day and that is neither closed nor suspended
    nor dormant.
    """
    day = timezone.localdate(at)
    rows = list(places.communities(code, at).order_by("code")[:MOST])
    codes = [one.code for one in rows]
    held = Filing.objects.filter(
        Q(organization__area__startswith=code), cancelled_on=None, valid_to__gte=day,
        organization__state__in=("filed", "registered", "hub"),
    )  # fmt: skip
    have: dict[str, int] = {
        row["organization__area"]: row["number"]
        for row in held.values("organization__area").annotate(number=Count("pk"))
        if len(row["organization__area"]) == LENGTHS[COMMUNITY]
    }
    wanted = targets_of(codes)
    return [Counted(one, one.kind in RURAL, have.get(one.code, 0), wanted[one.code][one.kind in RURAL]) for one in rows]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A community as a row of the list."""

    id: str
    code: str
    name: str
    above: str
    rural: bool
    have: int
    target: int
    missing: int
    reached: bool

    @classmethod
    def of(cls, one: Counted, names: Mapping[str, str]) -> TargetRow:
        """Make the row of a community; `names` are those of subdistricts by their codes."""
        code = one.area.code
        above = names.get(code[: LENGTHS[SUBDISTRICT]], "")
        return cls(code, code, one.area.name, above, one.rural, one.have, one.target, one.missing, not one.missing)

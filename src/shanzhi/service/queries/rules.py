"""Which rules hold where and when, and what a number of minutes means under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.places.models import Area
from shanzhi.service.models import PaperTitle, ServiceRules

HOUR: Final = 60
EXAMPLE: Final = "示例，非官方"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules that hold for an area on a day; `rules_id` is None for the example of the program."""

    notice_days: int = 7
    answer_days: int = 7
    star_minutes: tuple[int, ...] = (100 * HOUR, 300 * HOUR, 600 * HOUR, 1000 * HOUR, 1500 * HOUR)
    paper: str = PaperTitle.RECORD
    prefix: str = "志服"
    core_minutes: int = 50 * HOUR
    core_times: int = 10
    core_months: int = 12
    source: str = EXAMPLE
    example: bool = True
    area: str = ""
    rules_id: UUID | None = None


FIELDS: Final = (
    "notice_days", "answer_days", "paper", "prefix", "core_minutes", "core_times", "core_months", "source", "example",
    "area",
)  # fmt: skip


def newest_rules(on: date, areas: Iterable[str] | None = None) -> dict[str, ServiceRules]:
    """Give by their areas the rules that areas laid down themselves, the newest that hold on a day; None for all."""
    rows = ServiceRules.objects.filter(valid_from__lte=on)
    if areas is not None:
        rows = rows.filter(area__in=list(areas))
    return {one.area: one for one in rows.order_by("area", "-version").distinct("area")}


def ruling(area: str, on: date) -> Ruling:
    """Give the rules of an area on a day: of the nearest area up the tree that has some, the newest that holds."""
    found = newest_rules(on, ["", *ancestors_of(area), area])
    if not found:
        return Ruling()
    nearest = found[max(found, key=len)]
    values = {name: getattr(nearest, name) for name in FIELDS}
    return Ruling(**values, star_minutes=tuple(nearest.star_minutes), rules_id=nearest.pk)


def rules(*, viewer: Actor) -> QuerySet[ServiceRules]:
    """Give all versions of the rules; by what stars and certificates are given is no secret to who signed in."""
    if not viewer.signed_in:
        raise SignInNeeded
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return ServiceRules.objects.annotate(area_name=name)


def search_rules(rows: QuerySet[ServiceRules], words: str) -> QuerySet[ServiceRules]:
    """Find by a part of the source."""
    return rows.filter(source__icontains=words.strip())

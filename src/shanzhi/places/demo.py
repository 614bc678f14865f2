"""Made-up stations and figures of the demo, put on record by the operations. All of it is labelled 示例."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from random import Random
from typing import Final

from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.places import exchange, operations, queries
from shanzhi.places.models import Area, AreaFigure, Measure, SheetKind, Station

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
DISTRICTS: Final = ("370102", "110114")
SUBDISTRICTS: Final = ("370102001", "370102002", "110114012")
STATIONED: Final = 3
"""So many communities of each subdistrict have a station."""
DAYS: Final = (date(2020, 11, 1), date(2023, 12, 31))
SOURCE: Final = "示例数据（虚构，非统计结果）"
WRONG: Final = ("370102001002", Measure.HOUSEHOLDS.value, DAYS[1])
LACKING: Final = 36
"""The figure that is recorded too low, by so much, and then corrected."""
_KINDS: Final = {areas.DISTRICT: "社会工作服务中心", areas.SUBDISTRICT: "社工站", areas.COMMUNITY: "社工室"}
_CORNERS: Final = {"370102": (36_640_000, 117_040_000), "110114": (40_050_000, 116_390_000)}
"""Made-up centres lie within some kilometres north and east of these, in millionths of a degree."""
_PHONES: Final = {"370102": "0531-00000000", "110114": "010-00000000"}


def load(*, at: datetime, progress: Progress) -> None:
    """Put on record what is missing: the shipped areas, stations of the three levels, figures of some areas."""
    if Area.objects.filter(pk__in=DISTRICTS).count() < len(DISTRICTS):
        source = f"{exchange.PACKAGE} {exchange.VERSION}"
        sheets, day = exchange.shipped(), exchange.VERSION_DAY
        operations.import_areas(actor=SYSTEM, sheets=sheets, as_of=day, source=source, at=at, progress=progress)
    places = {code: list(queries.communities(code, at)) for code in SUBDISTRICTS}
    _stations(places, at, progress)
    _figures(places, at)
    progress("区域数据 Figures", 1, 1)


def _stations(places: dict[str, list[Area]], at: datetime, progress: Progress) -> None:
    above = Area.objects.in_bulk([*DISTRICTS, *SUBDISTRICTS])
    wanted = [*above.values(), *(one for found in places.values() for one in found[:STATIONED])]
    known = set(Station.objects.filter(area__in=wanted).values_list("area", flat=True))
    closed = {found[STATIONED - 1].code for found in places.values()}
    for number, area in enumerate(wanted):
        if area.code not in known:
            _open(area, number, at, closed=area.code in closed)
        progress("社工站 Stations", number + 1, len(wanted))


def _open(area: Area, number: int, at: datetime, *, closed: bool) -> None:
    """Open a station, and close it where it is one that has gone since."""
    made = operations.create_station(
        actor=SYSTEM,
        area=area.code,
        name=f"{_short(area.name)}{_KINDS[area.level]}（示例）",
        address=f"示例路 {number + 1} 号",
        phone=_PHONES[area.code[:6]],
        opened_on=date(2021 + number % 3, 1 + number % 12, 1),
        at=at,
    )
    if closed:
        operations.close_station(
            actor=SYSTEM,
            station_id=made.pk,
            version=1,
            closed_on=date(2025, 6, 30),
            reason="示例：并入街道社工站",
            at=at,
        )


def _short(name: str) -> str:
    """Leave out what a committee's name ends with."""
    for ending in ("居民委员会", "居委会", "村委会"):
        name = name.removesuffix(ending)
    return name


def _figures(places: dict[str, list[Area]], at: datetime) -> None:
    """Record figures that add up: those of a subdistrict are the sums of its communities'."""
    rows = list(_rows(places))
    there = AreaFigure.objects.filter(area__in={row["area"] for row in rows}, valid_from__in=DAYS)
    known = {
        (code, measure, day.isoformat()) for code, measure, day in there.values_list("area", "measure", "valid_from")
    }
    fresh = [row for row in rows if (row["area"], row["measure"], row["valid_from"]) not in known]
    if fresh:
        operations.take(actor=SYSTEM, kind=SheetKind.FIGURES, rows=exchange.Rows("示例", fresh), at=at)
    code, measure, day = WRONG
    if (code, measure, day.isoformat()) not in known:
        wrong = queries.figures_on([code], [day])[WRONG]
        operations.correct_figure(
            actor=SYSTEM,
            figure_id=wrong.pk,
            value=(wrong.value or 0) + LACKING,
            source="",
            reason="示例：漏计了新交付的一栋楼",
            at=at,
        )


def _rows(places: dict[str, list[Area]]) -> Iterator[exchange.Row]:
    for place, day in enumerate(DAYS):
        for subdistrict, communities in places.items():
            total = {Measure.POPULATION: 0, Measure.HOUSEHOLDS: 0}
            for one in communities:
                draw = Random(one.code)  # noqa: S311 - made-up figures, the same at each run
                households = draw.randrange(900, 2600) + place * draw.randrange(20, 90)
                people = households * draw.randrange(23, 29) // 10
                for measure, value in ((Measure.POPULATION, people), (Measure.HOUSEHOLDS, households)):
                    total[measure] += value
                    lacking = LACKING if (one.code, measure, day) == WRONG else 0
                    yield _row(one.code, measure, value - lacking, day)
                if place == 0:
                    yield from _centre(one.code, day)
            for measure, value in total.items():
                yield _row(subdistrict, measure, value, day)
            if place == 0:
                yield _row(subdistrict, Measure.SIZE, 40_000 * len(communities), day)


def _centre(code: str, day: date) -> Iterator[exchange.Row]:
    draw, (north, east) = Random(f"{code} centre"), _CORNERS[code[:6]]  # noqa: S311 - the same at each run
    yield _row(code, Measure.LATITUDE, north + draw.randrange(40_000), day)
    yield _row(code, Measure.LONGITUDE, east + draw.randrange(50_000), day)


def _row(code: str, measure: Measure, value: int, day: date) -> exchange.Row:
    found = {"area": code, "measure": measure.value, "value": value, "valid_from": day.isoformat()}
    return {"row": 0, **found, "source": SOURCE, "reason": ""}

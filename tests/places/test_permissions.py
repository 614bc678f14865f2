"""Every address of the areas meets every role."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.roles import Role
from shanzhi.places import operations
from shanzhi.places.models import Area, AreaFigure, SentSheet
from tests.support.ground import undone
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.support.places import AT, SYSTEM, load_districts

COMMUNITY = "370102001002"
GRID = COMMUNITY + "001"
LOCAL = (
    Role.SOCIAL_WORKER,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.ADMINISTRATOR,
)
STATIONS = LOCAL[1:]
OFFICIAL = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
ROLES = Roles(inside=COMMUNITY, outside="110114012035")


def station() -> str:
    """Make a station and give its address."""
    made = operations.create_station(
        actor=SYSTEM, area=COMMUNITY, name="解放桥社工站", opened_on=date(2023, 1, 1), at=AT
    )
    return f"/places/stations/{made.pk}/"


def figure() -> str:
    """Record a figure and give the address of its correction."""
    made = operations.record_figure(
        actor=SYSTEM, code=COMMUNITY, measure="population", value=1, valid_from=date(2023, 1, 1), source="示例", at=AT
    )
    return f"/places/figures/{made.pk}/correct/"


def sheet() -> str:
    """Keep a sheet that somebody else sent and give its address."""
    made = SentSheet.objects.create(owner=uuid4(), kind="figures", name="表.csv", rows=[], created_at=AT)
    return f"/places/sheets/{made.pk}/"


def sending(kind: str, roles: tuple[Role, ...]) -> dict[str, Row]:
    """Give the rows of sending a sheet: whoever holds the role anywhere may; each row is looked at by its area."""
    path = f"/places/{kind}/import/"
    return {
        f"places:import-{kind}": only(roles, path, but=dict.fromkeys(roles, (200, 200))),
        f"POST places:import-{kind}": only(roles, path, method="POST", but=dict.fromkeys(roles, (422, 422))),
        f"places:empty-{kind}": only(roles, f"{path}empty.xlsx", but=dict.fromkeys(roles, (200, 200))),
    }


def form(name: str, roles: tuple[Role, ...], address: str, code: str = COMMUNITY) -> dict[str, Row]:
    """Give the rows of a form: to see it, and to send it empty, which the right role may and the form refuses."""
    path = f"/places/{code}/{address}/"
    return {f"places:{name}": only(roles, path), f"POST places:{name}": only(roles, path, method="POST", allowed=422)}


TABLE: dict[str, Row] = {
    "places:country": everyone("/places/"),
    "places:search": everyone("/places/search/"),
    "places:area": everyone(f"/places/{COMMUNITY}/"),
    "places:below": everyone(f"/places/{COMMUNITY}/below/"),
    "places:outline": everyone("/places/370102/outline.geojson"),
    "places:stations": everyone("/places/stations/"),
    "places:station": everyone(station),
    "places:figures": everyone(f"/places/{COMMUNITY}/figures/"),
    "places:corrections": everyone(f"/places/{COMMUNITY}/figures/corrections/"),
    "places:history": everyone(f"/places/{COMMUNITY}/history/"),
    "places:correct-figure": only(LOCAL, figure),
    "POST places:correct-figure": only(LOCAL, figure, method="POST", allowed=422),
    **sending("figures", LOCAL),
    **sending("stations", STATIONS),
    "places:sheet": only((), sheet, refused=404),
    "POST places:sheet": only((), sheet, refused=404, method="POST"),
    "places:edit-station": only(STATIONS, lambda: station() + "edit/"),
    "POST places:edit-station": only(STATIONS, lambda: station() + "edit/", method="POST", allowed=422),
    "places:close-station": only(STATIONS, lambda: station() + "close/"),
    "POST places:close-station": only(STATIONS, lambda: station() + "close/", method="POST", allowed=422),
    **form("add", LOCAL, "add"),
    **form("add-figure", LOCAL, "figures/add"),
    **form("add-station", STATIONS, "stations/add"),
    **form("rename", OFFICIAL, "rename"),
    **form("split", OFFICIAL, "split"),
    **form("merge", OFFICIAL, "merge"),
    **form("succeed", OFFICIAL, "succeed"),
    **form("close", OFFICIAL, "close"),
    "POST places:rename of a grid": only(LOCAL, f"/places/{GRID}/rename/", method="POST", allowed=422),
    "GET /api/v1/places/areas": everyone("/api/v1/places/areas"),
    "GET /api/v1/places/areas/{code}": everyone("/api/v1/places/areas/370102"),
    "GET /api/v1/places/areas/{code}/resolve": everyone("/api/v1/places/areas/370102/resolve"),
    "GET /api/v1/places/areas/{code}/outline": everyone("/api/v1/places/areas/370102/outline"),
    "GET /api/v1/places/areas/{code}/changes": everyone("/api/v1/places/areas/370102/changes"),
    "GET /api/v1/places/areas/{code}/figures": everyone("/api/v1/places/areas/370102/figures"),
    "GET /api/v1/places/search": everyone("/api/v1/places/search?q=370102"),
    "GET /api/v1/places/stations": everyone("/api/v1/places/stations"),
}  # fmt: skip


def _grid() -> None:
    Area.objects.create(code=GRID, name="示例网格", level="grid", parent_id=COMMUNITY)


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table, the areas and a grid, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, load_districts, _grid):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    table = {name: row for name, row in TABLE.items() if not name.endswith("of a grid")}
    assert missing(table, urls="shanzhi.places.urls", api_prefix="/api/v1/places/") == set()


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    outside = ROLES.clients(Role.DISTRICT_OFFICER)[1]
    for address in ("rename", "close"):
        data = {"name": "别名", "on": "2025-01-01", "reason": "示例"}
        assert outside.post(f"/places/{COMMUNITY}/{address}/", data).status_code == 403
    area = Area.objects.get(pk=COMMUNITY)
    assert (area.name, area.valid_to) == ("解放桥社区居民委员会", None)


def test_a_correction_from_outside_the_own_area_changes_nothing() -> None:
    address = figure()
    for role in Role:
        outside = ROLES.clients(role)[1]
        assert outside.post(address, {"value": "2", "source": "示例", "reason": "示例"}).status_code == 403
    assert AreaFigure.objects.count() == 1

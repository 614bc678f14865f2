"""The list of stations, its file and its API."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
import python_calamine
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.places import operations
from shanzhi.places.models import Area, Station
from tests.support.people import client_for
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db
LEVELS = {
    "370102": "历下区社工中心",
    "370102001": "解放路社工站",
    "370102001002": "解放桥社工室",
    "110114012": "龙泽园社工站",
}


@pytest.fixture(autouse=True)
def _stations() -> None:
    load_districts()
    for number, (code, name) in enumerate(LEVELS.items()):
        made = operations.create_station(
            actor=SYSTEM, area=code, name=name, opened_on=date(2021, 5, 1 + number), phone="0531-00000000",
            at=AT + timedelta(minutes=number),
        )  # fmt: skip
    operations.close_station(
        actor=SYSTEM, station_id=made.pk, version=1, closed_on=date(2025, 1, 1), reason="示例", at=AT
    )


def names(client: Client, query: str) -> list[str]:
    """List the names on the page, in its order."""
    page = client.get(f"/places/stations/?{query}").content.decode()
    found = [(page.index(f">{name}<"), name) for name in LEVELS.values() if f">{name}<" in page]
    return [name for _place, name in sorted(found)]


class TestTheList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("level=district", ["历下区社工中心"]),
            ("level=subdistrict&sort=name", ["解放路社工站", "龙泽园社工站"]),
            ("level=community", ["解放桥社工室"]),
            ("open=0", ["龙泽园社工站"]),
            ("q=解放&sort=opened_on", ["解放路社工站", "解放桥社工室"]),
            ("area=370102001&sort=-opened_on", ["解放桥社工室", "解放路社工站"]),
            ("sort=-opened_on", ["龙泽园社工站", "解放桥社工室", "解放路社工站", "历下区社工中心"]),
        ],
    )
    def test_is_filtered_searched_and_sorted(self, client: Client, query: str, expected: list[str]) -> None:
        assert names(client, query) == expected

    def test_sorts_by_level_from_the_smallest_and_from_the_largest(self, client: Client) -> None:
        assert names(client, "sort=level")[0] == "解放桥社工室"
        assert names(client, "sort=-level")[0] == "历下区社工中心"

    def test_sorts_by_area_and_by_name(self, client: Client) -> None:
        for key in ("area", "name"):
            assert names(client, f"sort={key}") == list(reversed(names(client, f"sort=-{key}")))

    def test_exports_what_it_shows_with_codes_and_days(self, client: Client) -> None:
        answer = client.get("/places/stations/?open=0&export=xlsx")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert rows[0] == ["名称", "级别", "代码", "区划", "地址", "电话", "开办日期", "关闭日期", "状态"]
        assert rows[1][:5] == ["龙泽园社工站", "街道（镇）", "110114012", "北京市 市辖区 昌平区 龙泽园街道", ""]
        assert rows[1][6:] == [date(2021, 5, 4), date(2025, 1, 1), "已关闭"]

    def test_takes_the_same_few_queries(self, client: Client, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(2):
            assert client.get("/places/stations/").status_code == 200

    def test_offers_the_sheet_to_staff_alone(self, client: Client) -> None:
        address = "/places/stations/import/"
        assert address not in client.get("/places/stations/").content.decode()
        staff = client_for(Role.SUBDISTRICT_OFFICER, "370102001")
        assert address in staff.get("/places/stations/").content.decode()


class TestTheApi:
    def test_reaches_every_station_page_by_page(self, client: Client) -> None:
        Station.objects.bulk_create(
            Station(area_id="370102001003", name=f"第{number}站", opened_on=date(2021, 1, 1), created_at=AT)
            for number in range(510)
        )
        found, after = [], ""
        for _page in range(3):
            page = client.get(f"/api/v1/places/stations?limit=500{after}").json()
            found += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert len(found) == len(set(found)) == 514

    @pytest.mark.parametrize(
        ("query", "count"),
        [("", 4), ("area=370102", 3), ("level=subdistrict", 2), ("open=true", 3), ("open=false", 1), ("q=解放", 2)],
    )
    def test_narrows(self, client: Client, query: str, count: int) -> None:
        assert len(client.get(f"/api/v1/places/stations?{query}").json()["items"]) == count

    @pytest.mark.parametrize("query", ["level=grid", "after=x", "after=00000000-0000-0000-0000-000000000000"])
    def test_refuses_what_it_does_not_know(self, client: Client, query: str) -> None:
        answer = client.get(f"/api/v1/places/stations?{query}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


class TestTheSearch:
    def test_reaches_every_area_page_by_page(self, client: Client) -> None:
        found: list[str] = []
        after = ""
        while True:
            page = client.get(f"/api/v1/places/search?q=社区&limit=200{after}").json()
            found += [one["code"] for one in page["items"]]
            if not page["next"]:
                break
            after = f"&after={page['next']}"
        assert len(found) == len(set(found)) == Area.objects.filter(name__contains="社区").count()

    def test_keeps_the_exact_name_first_on_later_pages(self, client: Client) -> None:
        whole = client.get("/api/v1/places/search?q=回龙观").json()["items"]
        first = client.get("/api/v1/places/search?q=回龙观&limit=1").json()
        rest = client.get(f"/api/v1/places/search?q=回龙观&after={first['next']}").json()
        assert first["items"] + rest["items"] == whole

    def test_refuses_a_cursor_that_it_did_not_give(self, client: Client) -> None:
        assert client.get("/api/v1/places/search?q=回龙观&after=370102").status_code == 422


class TestTheHistory:
    @pytest.fixture(autouse=True)
    def _changes(self) -> None:
        for year in range(1990, 2021):
            operations.rename(
                actor=SYSTEM, code="370102", name=f"历下{year}", on=date(year, 1, 1), reason=f"决定{year}", at=AT
            )

    def test_is_whole_on_its_page_and_begins_on_the_area_s(self, client: Client) -> None:
        area = client.get("/places/370102/").content.decode()
        assert "/places/370102/history/" in area
        assert "决定2020" in area
        assert "决定2010" not in area
        first = client.get("/places/370102/history/").content.decode()
        assert "决定2020" in first
        assert "决定1990" in client.get("/places/370102/history/?page=2").content.decode()
        assert "决定1990" in client.get("/places/370102/history/?sort=on").content.decode()
        assert client.get("/places/370102/history/?q=决定1990").content.decode().count('<tr role="row">') == 2
        answer = client.get("/places/370102/history/?export=csv")
        assert len(b"".join(answer.streaming_content).decode().splitlines()) == 32  # type: ignore[attr-defined]

    def test_is_paged_by_the_api(self, client: Client) -> None:
        found, after = [], ""
        while True:
            page = client.get(f"/api/v1/places/areas/370102/changes?limit=10{after}").json()
            found += [(one["on"], one["links"][0]["new_name"]) for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert found == [(f"{year}-01-01", f"历下{year}") for year in range(2020, 1989, -1)]
        assert client.get("/api/v1/places/areas/99/changes").status_code == 404

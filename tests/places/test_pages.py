"""The pages and the API of areas."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.places import operations, queries
from shanzhi.places.models import Area, AreaFigure, Station
from tests.support.people import client_for
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db
COMMUNITY = "370102001002"


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def post(client: Client, name: str, code: Any, data: dict[str, Any]) -> Any:
    """Send a form of an area."""
    return client.post(reverse(f"places:{name}", args=[code]), data)


class TestTheTree:
    def test_begins_with_the_provinces(self, client: Client) -> None:
        page = client.get("/places/")
        assert page.status_code == 200
        assert {"北京市", "山东省"} <= set(re.findall(r">([^<>]+)</a>", page.content.decode()))

    def test_searches_all_levels_and_shows_where_each_lies(self, client: Client) -> None:
        page = client.get("/places/search/", {"q": "解放桥"}).content.decode()
        assert "370102001002" in page
        assert "山东省 济南市 历下区 解放路街道" in page

    def test_takes_the_same_few_queries_whatever_it_shows(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for code in ("370102", "110114", "110114012"):
            with django_assert_max_num_queries(12):
                assert client.get(f"/places/{code}/").status_code == 200
        with django_assert_max_num_queries(4):
            assert client.get("/places/110114/below/").status_code == 200


class TestAnAreaPage:
    def test_shows_way_children_figures_stations_outline_and_history(self, client: Client) -> None:
        operations.record_figure(
            actor=SYSTEM, code="370102", measure="population", value=819139, valid_from=date(2020, 11, 1),
            source="示例", at=AT,
        )  # fmt: skip
        operations.create_station(actor=SYSTEM, area="370102", name="历下区社工站", opened_on=date(2021, 5, 1), at=AT)
        operations.rename(actor=SYSTEM, code="370102", name="历下新区", on=date(2025, 1, 1), reason="示例决定", at=AT)
        page = client.get("/places/370102/").content.decode()
        for words in ("山东省", "济南市", "解放路街道", "819,139", "历下区社工站", "<svg", "示例决定", "历下区 370102"):
            assert words in page, words

    def test_filters_communities_by_kind_and_exports(self, client: Client) -> None:
        page = client.get("/places/370102012/", {"kind": "like_residents"}).content.decode()
        assert "下井村社区" in page
        assert page.count('<tr role="row">') == 2
        sheet = client.get("/places/370102012/", {"export": "csv"})
        lines = b"".join(sheet.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 1 + queries.children("370102012").count()

    def test_leads_from_an_ended_code_to_its_successors(self, client: Client) -> None:
        operations.split(
            actor=SYSTEM, code="110114012035", on=date(2025, 1, 1), reason="示例", at=AT,
            parts=[operations.Part("南一社区", "110114012098"), operations.Part("南二社区", "110114012099")],
        )  # fmt: skip
        page = client.get("/places/110114012035/").content.decode()
        assert "/places/110114012098/" in page
        assert "/places/110114012099/" in page

    def test_gives_the_outline_as_geojson(self, client: Client) -> None:
        answer = client.get("/places/370102/outline.geojson")
        assert answer.headers["Content-Type"] == "application/geo+json"
        assert answer.json()["geometry"]["type"] == "MultiPolygon"

    @pytest.mark.parametrize("path", ["999999", "37010", "370102/outlines", "x"])
    def test_is_missing_for_what_is_no_code(self, client: Client, path: str) -> None:
        assert client.get(f"/places/{path}/").status_code == 404


class TestTheStaffsForms:
    def test_make_grid_building_and_entrance(self) -> None:
        client = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        for parent, name in ((COMMUNITY, "一网格"), (COMMUNITY + "001", "3号楼"), (COMMUNITY + "001001", "2单元")):
            answer = post(client, "add", parent, {"name": name})
            assert answer.status_code == 302, answer.content.decode()
            assert answer.headers["Location"] == f"/places/{parent}001/"
        assert queries.area(code=COMMUNITY + "001001001").level == "entrance"

    def test_sent_twice_counts_once(self) -> None:
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        data = {"name": "一网格", "idempotency_key": "a-key-of-this-form"}
        first, second = post(client, "add", COMMUNITY, data), post(client, "add", COMMUNITY, data)
        assert first.headers["Location"] == second.headers["Location"]
        assert queries.children(COMMUNITY).count() == 1

    def test_change_codes_and_names(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, "110114")
        grounds = {"on": "2025-01-01", "reason": "示例决定"}
        assert post(client, "rename", "110114012", {"name": "新龙泽园街道", **grounds}).status_code == 302
        two = {"parts": "110114012098 南一社区\n110114012099，南二社区", **grounds}
        assert post(client, "split", "110114012035", two).status_code == 302
        later = {"on": "2025-02-01", "reason": "示例决定"}
        into = {"codes": "110114012099", "into": "110114012097 南里社区", **later}
        assert post(client, "merge", "110114012098", into).status_code == 302
        assert post(client, "succeed", "110114012036", {"into": "110114012096 北里社区", **later}).status_code == 302
        assert post(client, "close", "110114012097", {"on": "2025-03-01", "reason": "示例决定"}).status_code == 302
        assert queries.resolve("110114012035", date(2025, 1, 15)).current == ("110114012098", "110114012099")
        assert queries.resolve("110114012035", date(2025, 2, 15)).current == ("110114012097",)
        assert queries.resolve("110114012035", date(2025, 3, 15)).current == ()
        assert queries.resolve("110114012036", AT).current == ("110114012096",)
        assert Event.objects.filter(verb__startswith="places.area.").count() == 6  # with the import

    def test_record_figures_in_their_units(self) -> None:
        client = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        for measure, value in (("population", "3021"), ("centroid_lon", "117.0345678")):
            data = {"measure": measure, "value": value, "valid_from": "2024-01-01", "source": "示例"}
            answer = post(client, "add-figure", COMMUNITY, data)
            assert answer.status_code == (302 if measure == "population" else 422)
        data = {"measure": "centroid_lon", "value": "117.034567", "valid_from": "2024-01-01", "source": "示例"}
        assert post(client, "add-figure", COMMUNITY, data).status_code == 302
        assert post(client, "add-figure", COMMUNITY, {**data, "value": "117.1"}).status_code == 422
        assert dict(AreaFigure.objects.values_list("measure", "value")) == {
            "population": 3021, "centroid_lon": 117_034_567,
        }  # fmt: skip

    def test_keep_what_was_typed_when_refused(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, "110114")
        answer = post(
            client, "split", "110114012", {"parts": "110114098 甲\n110114099 乙", "on": "2025-01-01", "reason": "r"}
        )
        assert answer.status_code == 422
        assert "110114098 甲" in answer.content.decode()
        assert queries.area(code="110114012").valid_to is None

    def test_open_edit_and_close_a_station(self) -> None:
        client = client_for(Role.SUBDISTRICT_OFFICER, "370102001")
        data = {"name": "解放路社工站", "address": "示例路1号", "phone": "0531-00000000", "opened_on": "2023-01-01"}
        assert post(client, "add-station", "370102001", data).status_code == 302
        assert post(client, "add-station", "370102001", data).status_code == 422
        station = Station.objects.get()
        edited = {**data, "name": "解放路街道社工站", "version": "1"}
        assert post(client, "edit-station", station.pk, edited).status_code == 302
        assert post(client, "edit-station", station.pk, {**edited, "name": "甲"}).status_code == 422
        closing = {"closed_on": "2022-01-01", "reason": "示例", "version": "2"}
        assert post(client, "close-station", station.pk, closing).status_code == 422
        assert post(client, "close-station", station.pk, {**closing, "closed_on": "2026-01-01"}).status_code == 302
        station.refresh_from_db()
        assert (station.name, station.closed_on) == ("解放路街道社工站", date(2026, 1, 1))
        assert "解放路街道社工站" in client.get("/places/stations/").content.decode()


class TestTheApi:
    def test_pages_through_children(self, client: Client) -> None:
        first = client.get("/api/v1/places/areas?parent=110114&limit=20").json()
        rest = client.get(f"/api/v1/places/areas?parent=110114&limit=20&after={first['next']}").json()
        codes = [one["code"] for one in first["items"] + rest["items"]]
        assert (len(codes), rest["next"]) == (22, "")
        assert codes == sorted(codes)

    def test_gets_resolves_and_searches(self, client: Client) -> None:
        one = client.get("/api/v1/places/areas/370102012400").json()
        assert (one["kind"], [step["code"] for step in one["above"]]) == (
            "like_residents", ["37", "3701", "370102", "370102012"],
        )  # fmt: skip
        assert client.get("/api/v1/places/areas/370102/resolve").json()["current"] == ["370102"]
        assert client.get("/api/v1/places/search", {"q": "下井村"}).json()["items"][0]["code"] == "370102012400"
        assert client.get("/api/v1/places/areas/370102/outline").json()["id"] == "370102"
        assert client.get("/api/v1/places/stations").json() == {"items": [], "next": None}

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("areas/999999", 404),
            ("areas/x", 422),
            ("areas/99/resolve", 404),
            ("search", 422),
            ("areas?limit=9999", 422),
        ],
    )
    def test_answers_a_problem_for_what_is_wrong(self, client: Client, path: str, status: int) -> None:
        answer = client.get(f"/api/v1/places/{path}")
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_search_puts_the_exact_name_first() -> None:
    Area.objects.create(code="370102001901", name="甲龙泽园街道", level="community", parent_id="370102001")
    assert [area.name for area in queries.search("龙泽园街道")][:2] == ["龙泽园街道", "甲龙泽园街道"]

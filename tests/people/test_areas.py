"""Choosing an area where a country is loaded: every one of thousands can be found and chosen, and none out of scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people import queries
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places.models import Area
from shanzhi.ui.choosing import MOST_LISTED, MOST_MATCHES, AreaSource
from tests.people.test_pages import enter
from tests.support.people import a_person, client_for, sign_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DISTRICTS = {"110101": "东城区", "370102": "历下区", "510104": "锦江区"}
STREETS, COMMUNITIES = 40, 30
# The very last: far beyond the first few thousand by code, under a name that every street has.
LAST = f"510104{STREETS:03d}{COMMUNITIES:03d}"
WORDS = f"幸福{COMMUNITIES}社区"


@pytest.fixture(autouse=True)
def _country() -> None:
    """Three districts of forty streets of thirty communities: 3,600, each name 120 times."""
    rows = []
    for code, name in DISTRICTS.items():
        rows += [Area(code=code[:2], name=f"{name[0]}省", level="province")]
        rows += [Area(code=code[:4], name=f"{name[0]}市", level="city", parent_id=code[:2])]
        rows += [Area(code=code, name=name, level="district", parent_id=code[:4])]
        for street in range(1, STREETS + 1):
            own = f"{code}{street:03d}"
            rows += [Area(code=own, name=f"第{street}街道", level="subdistrict", parent_id=code)]
            rows += [
                Area(code=f"{own}{number:03d}", name=f"幸福{number}社区", level="community", parent_id=own)
                for number in range(1, COMMUNITIES + 1)
            ]
    Area.objects.bulk_create(rows)
    assert Area.objects.filter(level="community").count() == 3600


def holder(role: Role, area: str) -> Actor:
    return Actor(account_id=None, grants=(Grant(role, area),))


def codes(source: AreaSource, words: str) -> list[str]:
    return [place.code for place in source.search(words)]


class TestAHome:
    @pytest.mark.parametrize(
        "words",
        [LAST, f"锦江区第{STREETS}街道{WORDS}", f"锦江 第{STREETS}街道 {WORDS}", f"锦江第{STREETS}街道{WORDS}"],
    )
    def test_beyond_three_thousand_others_is_found(self, words: str) -> None:
        assert codes(queries.home_areas(at=AT), words) == [LAST]

    def test_is_looked_for_a_few_times_whatever_is_typed(self) -> None:
        code, rows = "", []
        for level, length in (("province", 2), ("city", 2), ("district", 2), ("subdistrict", 3)):
            above, code = code, code + "9" * length
            rows.append(Area(code=code, name="甲" * len(code), level=level, parent_id=above or None))
            rows += [
                Area(code=code[:-1] + str(n), name="甲" * (n + 2), level=level, parent_id=above or None)
                for n in range(6)
            ]
        Area.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as asked:
            assert codes(queries.home_areas(at=AT), "甲" * 60 + "乙") == []
        assert len(asked) <= 30

    def test_of_a_common_name_is_found_by_its_district_and_shown_with_all_it_lies_in(self) -> None:
        found = queries.home_areas(at=AT).search(f"锦江区{WORDS}")
        assert {place.code[:6] for place in found} == {"510104"}
        assert found[0].above == "锦省 锦市 锦江区 第1街道"
        assert len(found) == MOST_MATCHES + 1  # one too many: the page says that there are more

    def test_is_found_by_its_street_alone(self) -> None:
        found = codes(queries.home_areas(at=AT), "历下区第7街道")
        assert found == [f"370102007{number:03d}" for number in range(1, MOST_MATCHES + 2)]

    def test_is_a_community_that_holds(self) -> None:
        Area.objects.filter(pk=LAST).update(valid_to=date(2026, 1, 1))
        source = queries.home_areas(at=AT)
        assert codes(source, LAST) == []
        assert source.find([LAST, "370102", "nothing", "370102001001"]).keys() == {"370102001001"}

    @pytest.mark.parametrize("words", ["", "  ", "x", "%", "没有这里", "东", "9" * 60, "幸" * 60])
    def test_is_not_found_by_anything_else(self, words: str) -> None:
        assert codes(queries.home_areas(at=AT), words) == []

    def test_is_looked_up_in_few_queries_whatever_was_typed(self) -> None:
        source = queries.home_areas(at=AT)
        for words in (LAST, f"锦江区第{STREETS}街道{WORDS}", "没有这里", "幸福"):
            with CaptureQueriesContext(connection) as seen:
                codes(source, words)
            assert len(seen) <= 8, words


class TestWhatIsOpen:
    def test_stands_in_a_list_up_to_two_hundred(self) -> None:
        for area, count in (("370102001", 1 + COMMUNITIES), ("370102001001", 1)):
            few = queries.granted_areas(viewer=holder(Role.DISTRICT_OFFICER, area), at=AT).few
            assert few is not None
            assert len(few) == count <= MOST_LISTED
        assert queries.granted_areas(viewer=holder(Role.DISTRICT_OFFICER, "370102"), at=AT).few is None

    def test_lies_within_the_scope_of_who_chooses(self) -> None:
        source = queries.granted_areas(viewer=holder(Role.DISTRICT_OFFICER, "370102"), at=AT)
        assert {code[:6] for code in codes(source, WORDS)} == {"370102"}
        assert codes(source, LAST) == []
        assert source.find([LAST, "510104", "370102"]).keys() == {"370102"}
        assert not source.whole

    def test_is_the_whole_country_for_who_holds_it(self) -> None:
        source = queries.granted_areas(viewer=holder(Role.ADMINISTRATOR, ""), at=AT)
        assert source.whole
        assert LAST in source.find([LAST])

    def test_is_nothing_for_strangers(self) -> None:
        for kind in ("role", "list"):
            source = queries.areas_for(kind=kind, viewer=Actor.anonymous(), at=AT)
            assert (source.few, codes(source, WORDS), source.find([LAST])) == ((), [], {})


def options(page: str) -> list[str]:
    return re.findall(r'type="radio" name="area" value="([^"]*)"', page)


class TestANewResidentWithoutScripts:
    @pytest.fixture
    def client(self) -> Iterator[Client]:
        return Client()

    def test_searches_and_then_signs_up_where_thousands_came_before(self, client: Client) -> None:
        typed = {"phone": "138 0013 8000", "name": "示例新", "consent": "on"}
        searched = client.post(
            "/account/sign-up/", {**typed, "area_words": f"锦江第{STREETS}街道 {WORDS}", "area_search": "1"}
        )
        page = searched.content.decode()
        assert searched.status_code == 200
        assert options(page) == [LAST]
        assert 'value="138 0013 8000"' in page
        assert "error-summary" not in page
        assert not Person.objects.exists()
        sent = client.post("/account/sign-up/", {**typed, "area": LAST})
        assert sent["Location"] == "/account/sign-in/code/", sent.content.decode()
        enter(client)
        assert Person.objects.get().area == LAST

    def test_is_shown_which_when_the_name_is_common(self, client: Client) -> None:
        page = client.post("/account/sign-up/", {"area_words": WORDS, "area_search": "1"}).content.decode()
        assert len(options(page)) == MOST_MATCHES
        assert "历省 历市 历下区 第1街道" in page or "东省 东市 东城区 第1街道" in page

    def test_who_only_typed_is_asked_which(self, client: Client) -> None:
        answer = client.post("/account/sign-up/", {"phone": "13800138000", "name": "示例", "area_words": WORDS})
        assert 'href="#id_area"' in answer.content.decode()
        assert len(options(answer.content.decode())) == MOST_MATCHES

    def test_uses_up_no_attempt_by_searching(self, client: Client) -> None:
        for _ in range(6):
            client.post("/account/sign-up/", {"phone": "13800138000", "area_words": WORDS, "area_search": "1"})
        sent = client.post("/account/sign-up/", {"phone": "13800138000", "name": "示例", "consent": "on", "area": LAST})
        assert sent["Location"] == "/account/sign-in/code/"


class TestWhoCorrectsTheOwnHome:
    def test_has_it_chosen_and_changes_it_by_a_search(self) -> None:
        client = sign_in(Client(), a_person(LAST, name="示例", verified=False))
        assert f'value="{LAST}" checked' in client.get("/account/data/").content.decode()
        page = client.post(
            "/account/data/", {"name": "示例", "area": LAST, "area_words": "370102001001", "area_search": "1"}
        ).content.decode()
        assert options(page) == [LAST, "370102001001"]
        client.post("/account/data/", {"name": "示例", "area": "370102001001"})
        assert Person.objects.get().area == "370102001001"


class TestWhoGivesARole:
    def give(self, client: Client, person: Person, **given: Any) -> Any:
        sent = {"role": "social_worker", "starts_on": "2026-11-24", "reason": "聘用", **given}
        return client.post(f"/desk/people/{person.pk}/grant/", sent)

    def test_in_a_district_of_a_thousand_communities_finds_the_last(self) -> None:
        person, client = a_person(LAST), client_for(Role.DISTRICT_OFFICER, "510104")
        assert options(self.give(client, person, area_words=LAST, area_search="1").content.decode()) == [LAST]
        assert self.give(client, person, area=LAST).status_code == 302
        assert person.role_grants.get().area == LAST

    def test_may_give_it_nowhere_else(self) -> None:
        person, client = a_person(LAST), client_for(Role.DISTRICT_OFFICER, "510104")
        for area in ("370102001001", "all", ""):
            assert self.give(client, person, area=area).status_code == 200
        assert not person.role_grants.exists()

    def test_for_the_whole_country_must_say_so(self) -> None:
        person = a_person(LAST)
        client = sign_in(Client(), a_person("", Role.ADMINISTRATOR, role_area=""))
        assert self.give(client, person, area="").status_code == 200
        assert self.give(client, person, area="all").status_code == 302
        assert RoleGrant.objects.get(person=person).area == ""


class TestThePlacesThatComeWhileOneTypes:
    def get(self, client: Client, kind: str, words: str) -> str:
        answer = client.get(f"/account/areas/{kind}/", {"name": "area", "area_words": words})
        assert answer.status_code == 200
        return str(answer.content.decode())

    def test_are_public_for_a_home(self) -> None:
        assert options(self.get(Client(), "home", LAST)) == [LAST]

    @pytest.mark.parametrize("kind", ["role", "list"])
    def test_are_those_of_the_own_areas_at_the_desk(self, kind: str) -> None:
        officer = client_for(Role.DISTRICT_OFFICER, "510104")
        assert options(self.get(officer, kind, LAST)) == [LAST]
        for client in (Client(), client_for(Role.RESIDENT, LAST), client_for(Role.DISTRICT_OFFICER, "370102")):
            assert options(self.get(client, kind, LAST)) in ([], ["all"])
            assert LAST not in options(self.get(client, kind, WORDS))

    def test_are_none_of_an_unknown_kind(self) -> None:
        assert Client().get("/account/areas/all/", {"name": "area"}).status_code == 404


class TestTheFilterOfPeople:
    def test_finds_an_area_by_name_and_asks_which_where_several_fit(self) -> None:
        here, there = a_person(LAST), a_person("510104001001")
        client = client_for(Role.DISTRICT_OFFICER, "510104")
        page = client.get("/desk/people/", {"area": f"第{STREETS}街道"}).content.decode()
        assert str(here.pk) in page
        assert str(there.pk) not in page
        page = client.get("/desk/people/", {"area": WORDS}).content.decode()
        assert f"?area={LAST[:6]}001{COMMUNITIES:03d}" in page
        assert str(there.pk) in page

    def test_knows_no_area_outside_the_own_ones(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, "510104")
        client.cookies["language"] = "en"
        for words in ("370102", "历下区", "370102001001"):
            assert "was not understood" in client.get("/desk/people/", {"area": words}).content.decode()

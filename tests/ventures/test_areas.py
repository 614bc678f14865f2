"""Areas in rounds where they are many: a call of a whole district, proposals in it, lists narrowed by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.places.models import Area
from shanzhi.ui.choosing import MOST_LISTED, MOST_MATCHES
from shanzhi.ventures import queries
from shanzhi.ventures.models import Call, Proposal
from tests.support.people import client_for, sign_in
from tests.ventures.support import AT, DISTRICT, HERE, World, bring, day, make_call

pytestmark = pytest.mark.django_db
STREETS, EACH = 10, 30
LAST = f"{DISTRICT}9{STREETS:02d}{EACH:03d}"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(day("submission", 5), tick=True):
        yield


@pytest.fixture(autouse=True)
def _many(world: World) -> None:
    """Three hundred more communities in the district, each name once in every street."""
    rows = []
    for street in range(1, STREETS + 1):
        own = f"{DISTRICT}9{street:02d}"
        rows.append(Area(code=own, name=f"新{street}街道", level="subdistrict", parent_id=DISTRICT))
        rows += [
            Area(code=f"{own}{number:03d}", name=f"幸福{number}社区", level="community", parent_id=own)
            for number in range(1, EACH + 1)
        ]
    Area.objects.bulk_create(rows)


@pytest.fixture
def call(world: World) -> Call:
    """A call of the whole district that takes proposals."""
    world.officer = Actor(
        person_id=world.officer.person_id,
        account_id=world.officer.account_id,
        grants=(Grant(Role.DISTRICT_OFFICER, DISTRICT),),
    )
    return bring(world, make_call(world, areas=[DISTRICT]), "submission", proposals=1)


@pytest.fixture
def team(world: World) -> Client:
    return sign_in(Client(), Person.objects.get(pk=world.people[4].pk))


@pytest.fixture
def draft(team: Client, call: Call) -> Proposal:
    assert team.post(f"/calls/{call.pk}/propose/", {"idempotency_key": "begin-0001"}).status_code == 302
    return Proposal.objects.get(call=call, state="draft")


def options(page: str, name: str = "community") -> list[str]:
    return re.findall(rf'type="(?:radio|checkbox)" name="{name}" value="([^"]*)"', page)


def send(team: Client, draft: Proposal, **given: Any) -> Any:
    draft.refresh_from_db()
    sent = {"version": draft.version, "title": "灯", "summary": "亮起来", "theme": "", **given}
    return team.post(f"/proposals/{draft.pk}/edit/idea/", sent)


class TestAProposalInADistrict:
    def test_has_the_own_community_chosen_and_finds_any_other(self, team: Client, draft: Proposal) -> None:
        page = team.get(f"/proposals/{draft.pk}/edit/idea/").content.decode()
        assert options(page) == [HERE]
        page = send(team, draft, community=HERE, community_words=f"新{STREETS}街道幸福{EACH}社区", community_search="1")
        assert page.status_code == 200
        assert options(page.content.decode()) == [HERE, LAST]
        assert 'value="灯"' in page.content.decode()
        assert send(team, draft, community=LAST).status_code == 302
        draft.refresh_from_db()
        assert (draft.community, draft.title) == (LAST, "灯")

    def test_saves_nothing_while_one_searches(self, team: Client, draft: Proposal) -> None:
        before = draft.version
        send(team, draft, community_words="幸福", community_search="1")
        draft.refresh_from_db()
        assert (draft.version, draft.title) == (before, "")

    def test_keeps_its_community_when_the_words_fit_several(self, team: Client, draft: Proposal) -> None:
        answer = send(team, draft, community_words="幸福3社区")
        assert answer.status_code == 422
        assert len(options(answer.content.decode())) == STREETS
        draft.refresh_from_db()
        assert (draft.community, draft.title) == (HERE, "灯")

    def test_takes_what_is_typed_where_it_names_one(self, team: Client, draft: Proposal) -> None:
        assert send(team, draft, community_words=LAST).status_code == 302
        draft.refresh_from_db()
        assert draft.community == LAST

    def test_is_offered_places_of_the_call_alone_while_one_types(self, team: Client, draft: Proposal) -> None:
        path = f"/proposals/{draft.pk}/edit/communities/"
        for words, found in (
            ("幸福", MOST_MATCHES),
            (LAST, 1),
            (DISTRICT[:4], MOST_MATCHES),
            ("新3街道", MOST_MATCHES),
        ):
            page = team.get(path, {"name": "community", "community_words": words}).content.decode()
            assert len(options(page)) == found, words
            assert all(code.startswith(DISTRICT) and len(code) == 12 for code in options(page))

    def test_in_a_few_communities_is_chosen_from_a_list(self, world: World, team: Client) -> None:
        small = bring(world, make_call(world), "submission", proposals=0)
        team.post(f"/calls/{small.pk}/propose/", {"idempotency_key": "begin-0002"})
        one = Proposal.objects.get(call=small, state="draft")
        page = team.get(f"/proposals/{one.pk}/edit/idea/").content.decode()
        assert f'<option value="{HERE}" selected>' in page
        assert "community_words" not in page


class TestTheAreasOfACall:
    def test_are_searched_among_more_than_a_list_can_hold(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        page = client.get("/desk/calls/new/").content.decode()
        assert DISTRICT in options(page, "areas")
        assert len(options(page, "areas")) == 1 + Area.objects.filter(parent=DISTRICT).count()
        sent = {"title": "一轮", "areas": [HERE], "areas_words": f"幸福{EACH}社区", "areas_search": "1"}
        answer = client.post("/desk/calls/new/", sent)
        assert answer.status_code == 200
        assert LAST in options(answer.content.decode(), "areas")
        assert not Call.objects.exists()
        assert client.post("/desk/calls/new/", {"title": "一轮", "areas": [HERE, LAST]}).status_code == 302
        assert set(Call.objects.get().areas.values_list("code", flat=True)) == {HERE, LAST}

    def test_are_those_in_which_one_runs_calls(self) -> None:
        own = queries.run_areas(viewer=Actor(grants=(Grant(Role.SUBDISTRICT_OFFICER, LAST[:9]),)), at=AT)
        assert own.few is not None
        assert len(own.few) == EACH + 1 <= MOST_LISTED
        assert {place.code[:9] for place in own.search("幸福")} == {LAST[:9]}
        assert own.find([HERE]) == {}

    def test_of_the_whole_country_reach_every_community(self) -> None:
        own = queries.run_areas(viewer=Actor(grants=(Grant(Role.ADMINISTRATOR, ""),)), at=AT)
        assert [place.code for place in own.suggested] == ["37"]
        assert LAST in own.find([LAST])

    def test_added_to_frozen_terms_are_shown_before_they_are_published(self, call: Call) -> None:
        client = client_for(Role.DISTRICT_OFFICER, "3701")
        Area.objects.create(code="370103", name="市中区", level="district", parent_id="3701")
        path = f"/desk/calls/{call.pk}/change/areas/"
        assert f'value="{DISTRICT}" checked' in client.get(path).content.decode()
        sent = {"version": call.version, "areas": [DISTRICT], "areas_words": "370103", "reason": "扩大范围"}
        page = client.post(path, sent).content.decode()
        assert "市中区" in page
        assert 'name="confirm"' in page
        call.refresh_from_db()
        assert call.terms_version == 1

    def test_come_while_one_types_as_boxes_or_as_one(self) -> None:
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        for name, kind in (("areas", "checkbox"), ("area", "radio")):
            page = client.get("/desk/calls/areas/", {"name": name, f"{name}_words": LAST}).content.decode()
            assert f'type="{kind}" name="{name}" value="{LAST}"' in page


class TestAListNarrowedByArea:
    def test_takes_a_name_or_a_code(self, call: Call) -> None:
        for words in (f"地区{DISTRICT}", DISTRICT):
            assert str(call.pk) in Client().get("/calls/", {"area": words}).content.decode()
        elsewhere = Client().get("/calls/", {"area": f"新{STREETS}街道"}).content.decode()
        assert str(call.pk) not in elsewhere

    def test_asks_which_of_several(self, call: Call) -> None:
        page = Client().get("/calls/", {"area": "幸福3社区"}, headers={"Accept-Language": "en"}).content.decode()
        assert "Which one?" in page
        assert page.count(f"?area={DISTRICT}9") == STREETS
        assert str(call.pk) in page

    def test_names_the_area_on_the_chip_that_takes_it_away(self, call: Call) -> None:
        page = Client().get("/calls/", {"area": LAST}).content.decode()
        assert f"幸福{EACH}社区（地区37 地区3701 地区{DISTRICT} 新{STREETS}街道）" in page

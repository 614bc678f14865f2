"""Records of one person that were merged, ages known later, rights that are easily given too widely, locks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.models import TeamMember, Volunteer
from shanzhi.volunteering.operations import refusals
from tests.people.conftest import COMMUNITY
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, client_for, give_role, merge_away, sign_in
from tests.support.races import answers
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NEW: dict[str, Any] = {"kind": "community", "name": "楼门互助队", "area": COMMUNITY, "about": "照看邻里老人", "at": AT}
SYSTEM = Actor.system("test")
SIXTEEN = date(AT.year - 16, 1, 2)


def the_same(volunteer: Volunteer, born_on: date) -> Person:
    """Merge a volunteer's record, in which no birthday stands, into one in which it does."""
    Person.objects.filter(pk=volunteer.person_id).update(born_on=None)
    kept = a_person(COMMUNITY, born_on=born_on)
    merge_away(volunteer.person, kept, staff=a_person(COMMUNITY))
    return kept


class TestOfTwoRecords:
    def test_the_kept_one_tells_the_age_so_a_minor_neither_serves_nor_leads(self) -> None:
        found = a_volunteer(health="怕高", health_agreed_at=AT)
        kept = the_same(found, SIXTEEN)
        found = queries.volunteer(viewer=an_actor(Role.SOCIAL_WORKER, COMMUNITY), volunteer_id=found.pk)
        assert found.human == kept
        assert queries.lacking(found, AT) == "guardian"
        with pytest.raises(refusals.NotActive):
            operations.found_team(actor=actor(kept), **NEW)
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        seen = operations.unmask_volunteer(actor=staff, volunteer_id=found.pk, reason="走访", at=AT)
        assert (seen["health"], seen["name"]) == ("", kept.name.reveal())
        operations.follow_consents(actor=staff, ward_id=kept.pk, at=AT)
        found.refresh_from_db()
        assert (found.state, found.health, found.health_agreed_at) == ("registered", None, None)

    def test_the_entry_that_serves_is_one_s_own(self) -> None:
        kept = a_person(COMMUNITY, born_on=date(1970, 1, 1))
        ended = a_volunteer(kept, state="left")
        serving = a_volunteer(joined_at=ended.joined_at + timedelta(days=9))
        merge_away(serving.person, kept, staff=a_person(COMMUNITY))
        assert queries.mine(viewer=actor(kept)) == serving
        assert operations.move_volunteer(actor=actor(kept), step="pause", at=AT).pk == serving.pk
        assert [one.pk for one in queries.search(Volunteer.objects.all(), kept.name.reveal())].count(serving.pk) == 1


class TestWhoWaits:
    def test_serves_from_the_moment_in_which_no_consent_is_lacking(self) -> None:
        grown = a_volunteer(a_person(COMMUNITY, born_on=date(AT.year - 18, 1, 2)), state="registered")
        assert queries.serves(grown, AT)
        assert (
            operations.ask_to_join(actor=actor(grown.person), team_id=a_team().pk, signed=1, at=AT).state == "requested"
        )
        waiting = a_volunteer(a_person(COMMUNITY, born_on=SIXTEEN), state="registered")
        assert not queries.serves(waiting, AT)


class TestATeam:
    def test_that_staff_found_for_themselves_waits_for_another_s_yes(self) -> None:
        own = a_volunteer()
        give_role(own.person, Role.COMMUNITY_SECRETARY, area=COMMUNITY)
        team = operations.found_team(actor=actor(own.person), leader_id=own.pk, **NEW)
        assert team.state == "proposed"

    def test_of_an_organisation_is_of_that_kind_alone(self) -> None:
        founder, body = a_volunteer(), an_organization(COMMUNITY)
        give_role(founder.person, Role.TEAM_LEADER, organization=body.pk)
        with pytest.raises(refusals.BadTeamKind):
            operations.found_team(actor=actor(founder.person), organization_id=body.pk, **NEW)

    def test_that_waits_is_agreed_to_by_who_leads_its_organisation(self) -> None:
        body, head = an_organization(COMMUNITY), a_person(COMMUNITY, born_on=date(1970, 1, 1))
        given = {**NEW, "kind": "organization", "organization_id": body.pk}
        team = operations.found_team(actor=actor(a_volunteer().person), **given)
        by: dict[str, Any] = {"team_id": team.pk, "agreed": True, "reason": "", "at": AT}
        with pytest.raises(NotFound):
            operations.decide_team(actor=actor(head), **by)
        give_role(head, Role.TEAM_LEADER, organization=body.pk)
        assert operations.decide_team(actor=actor(head), **by).state == "active"

    def test_lets_a_deputy_end_a_place_and_nothing_more(self) -> None:
        team, deputy = a_team(), a_volunteer()
        join(team, deputy, role="deputy")
        place = join(team, a_volunteer())
        client = client_for(None)
        sign_in(client, deputy.person)
        answer = client.get(_page("part", place.pk))
        assert (answer.status_code, answer["Location"]) == (302, _page("end_place", place.pk))
        assert client.get(_page("end_place", place.pk)).status_code == 200
        reader = client_for(Role.AUDITOR, COMMUNITY)
        page = f"/teams/{team.pk}/desk/"
        assert [_page("part", place.pk) in one.get(page).content.decode() for one in (client, reader)] == [True, False]


def _page(name: str, place_id: UUID) -> str:
    return reverse(f"volunteering:{name}", args=[place_id])


def test_lists_of_the_api_read_on_from_their_last_row() -> None:
    team = a_team()
    for _ in range(2):
        join(team, a_volunteer())
    client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    for path, number in (("volunteers", 3), (f"teams/{team.pk}/members", 3)):
        seen, after = [], ""
        while after is not None:
            page = client.get(f"/api/v1/volunteering/{path}?limit=1{after and f'&after={after}'}").json()
            seen += [one["id"] for one in page["items"]]
            after = page["next"]
        assert len(set(seen)) == len(seen) == number, path


def test_who_was_erased_is_in_no_list() -> None:
    found, staff = a_volunteer(), an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
    assert queries.volunteers(viewer=staff).count() == 1
    empty: dict[str, Any] = {
        "real_name": "declared",
        "name_mark": None,
        "id_mark": None,
        "phone_mark": None,
        "born_on": None,
        "id_number": None,
    }
    Person.objects.filter(pk=found.person_id).update(erased_at=AT, verified_at=None, **empty)
    assert queries.volunteers(viewer=staff).count() == 0
    assert not Volunteer.objects.filter(policies.volunteers_readable(staff)).exists()


def test_a_qualification_from_a_far_day_is_refused_in_words() -> None:
    operations.load_examples(actor=SYSTEM, area="", at=AT)
    found = a_volunteer()
    kind = next(one for one in queries.qualification_kinds(found.area) if one.months)
    with pytest.raises(refusals.BadSpanOfQualification) as said:
        operations.add_qualification(
            actor=an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), volunteer_id=found.pk, code=kind.code,
            starts_on=date(9999, 12, 31), evidence="证书", at=AT,
        )  # fmt: skip
    assert said.value.field == "starts_on"


@pytest.mark.django_db(transaction=True)
def test_changing_over_leaving_and_deciding_at_once_wait_in_no_circle() -> None:
    first, second = a_team(), a_team(name="示例乙队")
    people = [a_volunteer() for _ in range(6)]
    for number, one in enumerate(people):
        join((first, second)[number % 2], one)
    waiting = [join(first, a_volunteer(), state="requested") for _ in range(3)]
    codes = {
        team.pk: queries.code_of(operations.renew_code(
            actor=an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), team_id=team.pk, at=AT
        ))
        for team in (first, second)
    }  # fmt: skip

    def change(number: int) -> str:
        here, there = (first, second) if number % 2 == 0 else (second, first)
        operations.join_by_code(
            actor=actor(people[number].person), token=codes[there.pk], signed=1, leaves_id=here.pk, at=AT
        )
        operations.move_volunteer(actor=actor(people[number].person), step="leave", at=AT)
        return "done"

    def decide(number: int) -> str:
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        operations.decide_request(actor=secretary, member_id=waiting[number].pk, accepted=True, reason="", at=AT)
        return "done"

    found = answers(
        *[partial(change, number) for number in range(6)],
        *[partial(decide, number) for number in range(3)],
    )
    assert found == ["done"] * 9
    assert TeamMember.objects.filter(state="member").count() == 2 + 3

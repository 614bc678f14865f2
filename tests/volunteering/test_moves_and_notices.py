"""Teams move between areas with the yes of both; volunteers and leaders are told what concerns them, each once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Delivery
from shanzhi.people import operations as people
from shanzhi.people.models import Person
from shanzhi.people.operations.guardians import consent_for
from shanzhi.volunteering import operations, policies, queries, telling
from shanzhi.volunteering.models import Qualification, QualificationKind, Team, TeamMove, Volunteer
from shanzhi.volunteering.operations import refusals
from tests.people.conftest import COMMUNITY
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, client_for
from tests.volunteering.support import a_team, a_volunteer, join
from tests.volunteering.test_volunteers import guarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NEAR, FAR = "370102001002", "370102002001"
SYSTEM = Actor.system("test")


def of(volunteer: Volunteer) -> Actor:
    return actor(volunteer.person)


def told(who: Volunteer | Person) -> list[str]:
    """List the kinds of notices that somebody was given in the app, by their names."""
    person = who if isinstance(who, Person) else who.person
    rows = Delivery.objects.filter(person=person, channel="app").values_list("notice__kind", flat=True)
    return sorted(kind.partition(".")[2] for kind in rows)


class TestMovingATeam:
    def test_takes_the_yes_of_both_areas_and_tells_everybody_in_it(self) -> None:
        leader, member = a_volunteer(), a_volunteer()
        team = a_team(leader=leader, name="搬家队（示例）")
        join(team, member)
        here, there = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), an_actor(Role.COMMUNITY_SECRETARY, FAR)
        ask: dict[str, Any] = {"team_id": team.pk, "reason": "队员多数搬走了", "at": AT}
        for area in (COMMUNITY, "370102999999", "3701"):
            with pytest.raises(refusals.BadPlace):
                operations.ask_move(actor=of(leader), area=area, **ask)
        with pytest.raises(refusals.WhyMissing):
            operations.ask_move(actor=of(leader), area=FAR, **{**ask, "reason": " "})
        with pytest.raises(Forbidden):
            operations.ask_move(actor=of(member), area=FAR, **ask)
        made = operations.ask_move(actor=of(leader), area=FAR, **ask)
        with pytest.raises(refusals.MoveAsked):
            operations.ask_move(actor=there, area=FAR, **ask)
        by: dict[str, Any] = {"move_id": made.pk, "at": AT}
        with pytest.raises(NotFound):
            operations.agree_move(actor=an_actor(Role.COMMUNITY_SECRETARY, NEAR), **by)
        with pytest.raises(Forbidden):
            operations.agree_move(actor=of(leader), **by)
        operations.agree_move(actor=here, **by)
        assert Team.objects.get().area == COMMUNITY
        assert [row.state for row in queries.desk_moves(viewer=there)] == ["asked"]
        operations.agree_move(actor=there, **by)
        assert (Team.objects.get().area, TeamMove.objects.get().state) == (FAR, "done")
        assert (told(leader), told(member)) == (["moved"], ["moved"])
        change = Event.objects.get(verb="volunteering.team.move").change
        assert change == {"fields": {"area": [COMMUNITY, FAR]}}
        with pytest.raises(refusals.MoveOver):
            operations.agree_move(actor=there, **by)
        for wrong in ({"state": "asked", "ended_at": None}, {"to_area": NEAR}):
            with pytest.raises(DatabaseError), transaction.atomic():
                TeamMove.objects.update(**wrong)

    def test_is_done_at_once_by_an_office_above_both_unless_the_name_is_there(self) -> None:
        team = a_team(name="搬家队（示例）")
        district = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
        ask: dict[str, Any] = {"actor": district, "team_id": team.pk, "reason": "区划调整", "at": AT}
        a_team(FAR, name="搬家队（示例）")
        with pytest.raises(refusals.TeamNameTaken):
            operations.ask_move(area=FAR, **ask)
        assert not TeamMove.objects.exists()
        assert operations.ask_move(area=NEAR, **ask).state == "done"
        assert Team.objects.get(pk=team.pk).area == NEAR

    def test_is_refused_for_a_reason_or_taken_back(self) -> None:
        leader = a_volunteer()
        team = a_team(leader=leader, name="搬家队（示例）")
        there = an_actor(Role.SUBDISTRICT_OFFICER, FAR[:9])
        ask: dict[str, Any] = {"team_id": team.pk, "area": FAR, "reason": "场地没有了", "at": AT}
        first = operations.ask_move(actor=of(leader), **ask)
        with pytest.raises(refusals.WhyMissing):
            operations.refuse_move(actor=there, move_id=first.pk, reason="", at=AT)
        operations.refuse_move(actor=there, move_id=first.pk, reason="已有同类队伍", at=AT)
        assert told(leader) == ["not_moved"]
        second = operations.ask_move(actor=of(leader), **ask)
        operations.withdraw_move(actor=of(leader), move_id=second.pk, at=AT)
        assert [one.state for one in TeamMove.objects.order_by("asked_at", "state")] == ["refused", "withdrawn"]
        assert Team.objects.get().area == COMMUNITY

    def test_ends_with_the_team(self) -> None:
        leader = a_volunteer()
        team = a_team(leader=leader, name="搬家队（示例）")
        made = operations.ask_move(actor=of(leader), team_id=team.pk, area=FAR, reason="场地没有了", at=AT)
        operations.dissolve_team(actor=of(leader), team_id=team.pk, reason="完成使命", at=AT)
        made.refresh_from_db()
        assert (made.state, made.ended_at, made.ended_by_id) == ("withdrawn", AT, leader.person_id)
        assert Event.objects.get(verb="volunteering.team.move_lapse").change == {"area": [COMMUNITY, FAR]}

    def test_is_asked_for_on_the_page_by_the_office_that_takes_the_team_in(self) -> None:
        team = a_team(name="搬家队（示例）")
        page, client = f"/teams/{team.pk}/move/", client_for(Role.COMMUNITY_SECRETARY, FAR)
        assert page in client.get(f"/teams/{team.pk}/").content.decode()
        assert client.get(page).status_code == 200
        sent = {"area": NEAR, "reason": "队员都住这里", "idempotency_key": "0123456789"}
        answer = client.post(page, sent)
        assert (answer.status_code, TeamMove.objects.exists()) == (422, False)
        answer = client.post(page, {**sent, "area": FAR})
        made = TeamMove.objects.get()
        assert (answer["Location"], made.to_area) == (f"/teams/moves/{made.pk}/", FAR)
        assert client.get(answer["Location"]).status_code == 200
        assert client_for(Role.AUDITOR, FAR).get(page).status_code == 404
        assert page not in client_for(None).get(f"/teams/{team.pk}/").content.decode()

    def test_is_begun_by_no_office_elsewhere_once_the_team_is_over(self) -> None:
        leader = a_volunteer()
        team = a_team(leader=leader, name="解散队（示例）")
        team = operations.dissolve_team(actor=of(leader), team_id=team.pk, reason="完成使命", at=AT)
        elsewhere = an_actor(Role.COMMUNITY_SECRETARY, FAR)
        assert isinstance(policies.may_begin_move(actor=elsewhere, team=team), policies.NotTheLeader)
        with pytest.raises(NotFound):
            queries.movable_team(viewer=elsewhere, team_id=team.pk)
        # who reads it here and takes teams in elsewhere sees it, and still begins nothing
        both = replace(elsewhere, grants=(*elsewhere.grants, Grant(Role.AUDITOR, COMMUNITY)))
        assert queries.movable_team(viewer=both, team_id=team.pk) == team
        assert isinstance(policies.may_begin_move(actor=both, team=team), policies.NotTheLeader)


def test_who_leads_an_organisation_finds_its_teams_that_wait_and_is_told() -> None:
    body, other = an_organization(COMMUNITY), an_organization(COMMUNITY, name="别的会（示例）")
    head = a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk)
    founder = a_volunteer()
    new: dict[str, Any] = {"kind": "organization", "area": COMMUNITY, "about": "陪伴", "at": AT}
    made = operations.found_team(actor=of(founder), name="本会队（示例）", organization_id=body.pk, **new)
    operations.found_team(actor=of(a_volunteer()), name="别会队（示例）", organization_id=other.pk, **new)
    assert [one.pk for one in queries.unit_teams(viewer=actor(head))] == [made.pk]
    assert not queries.unit_teams(viewer=of(founder)).exists()
    assert told(head) == ["proposed"]
    operations.decide_team(actor=actor(head), team_id=made.pk, agreed=True, reason="", at=AT)
    assert told(founder) == ["decided"]


class TestNotices:
    def test_of_requests_and_places_go_to_whom_they_concern_and_not_to_who_acted(self) -> None:
        leader, deputy, one, two = (a_volunteer() for _ in range(4))
        team = a_team(leader=leader)
        join(team, deputy, role="deputy")
        by = of(leader)
        asked = operations.ask_to_join(actor=of(one), team_id=team.pk, signed=1, at=AT)
        assert (told(leader), told(deputy), told(one)) == (["asked"], ["asked"], [])
        operations.decide_request(actor=by, member_id=asked.pk, accepted=True, reason="", at=AT)
        refused = operations.ask_to_join(actor=of(two), team_id=team.pk, signed=1, at=AT)
        operations.decide_request(actor=by, member_id=refused.pk, accepted=False, reason="名额已满", at=AT)
        operations.set_part(actor=by, member_id=asked.pk, role="leader", at=AT)
        assert told(one) == ["accepted", "part"]
        assert told(leader) == ["asked", "asked"]  # handed over by oneself
        operations.end_place(actor=of(one), member_id=deputy.places.get().pk, reason="长期未参加", at=AT)
        operations.dissolve_team(actor=of(one), team_id=team.pk, reason="完成使命", at=AT)
        assert (told(two), told(deputy), told(one)[-1]) == (["refused"], ["asked", "asked", "ended"], "part")
        assert told(leader) == ["asked", "asked", "dissolved"]

    def test_of_qualifications_are_given_once_and_thirty_days_before_their_end(self) -> None:
        one = a_volunteer()
        QualificationKind.objects.create(code="basics", name="基础培训（示例）", name_en="Basics", sort="training",
                                         area="", created_at=AT)  # fmt: skip
        by = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        today = timezone.localdate(AT)
        add: dict[str, Any] = {"actor": by, "volunteer_id": one.pk, "code": "basics", "evidence": "签到表", "at": AT}
        first = operations.add_qualification(starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=31),
                                             **add)  # fmt: skip
        assert telling.tell_ending(at=AT) == 0
        later = AT + timedelta(days=1)
        assert [telling.tell_ending(at=later) for _ in range(2)] == [1, 0]
        second = operations.add_qualification(starts_on=today, ends_on=today + timedelta(days=20), **add)
        assert telling.tell_ending(at=later) == 0  # the first one holds longer
        operations.revoke_qualification(actor=by, qualification_id=second.pk, reason="记错了", at=later)
        assert told(one) == ["expires", "qualified", "qualified", "revoked"]
        Qualification.objects.filter(pk=first.pk).update(revoked_at=later, revoked_reason="x")
        now, two = timezone.now(), a_volunteer()
        Qualification.objects.create(
            volunteer=two, kind=first.kind, starts_on=today - timedelta(days=300), evidence="签到表", verified_at=AT,
            ends_on=timezone.localdate(now) + timedelta(days=20),
        )  # fmt: skip
        call_command("volunteering_clock")
        assert (told(two), told(one).count("expires")) == (["expires"], 1)

    def test_of_a_guardians_consent_say_that_one_may_serve(self) -> None:
        link = guarded(16)
        young = a_volunteer(link.ward, state="registered")
        people.give_consent(actor=actor(link.ward), purpose="real_name", at=AT)
        consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        young.refresh_from_db()
        assert (young.state, "serves" in told(young)) == ("active", True)

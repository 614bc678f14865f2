"""A team is founded, agreed to, joined, led, handed over and dissolved; what people were in it stays on record."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.models import Team, TeamAgreement, TeamMember, Volunteer
from shanzhi.volunteering.operations import refusals
from tests.people.conftest import COMMUNITY
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, give_role
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NEW: dict[str, Any] = {"kind": "community", "name": "楼门互助队", "area": COMMUNITY, "about": "照看邻里老人", "at": AT}


def of(volunteer: Volunteer) -> Actor:
    return actor(volunteer.person)


def whole() -> None:
    """Have the database look at what it otherwise looks at on commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def state_of(row: TeamMember) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.role


class TestFounding:
    def test_waits_for_the_committee_and_then_works(self) -> None:
        founder = a_volunteer()
        team = operations.found_team(actor=of(founder), **NEW)
        whole()
        assert (team.state, TeamMember.objects.get(team=team).role) == ("proposed", "leader")
        assert "示例，非官方" in queries.agreement(team).text
        assert not queries.teams(at=AT).exists()
        with pytest.raises(NotFound):
            queries.team(viewer=Actor.anonymous(), team_id=team.pk)
        assert queries.team(viewer=of(founder), team_id=team.pk) == team
        by: dict[str, Any] = {"team_id": team.pk, "at": AT}
        give_role(founder.person, Role.COMMUNITY_SECRETARY, area=COMMUNITY)
        with pytest.raises(Forbidden) as said:
            operations.decide_team(actor=of(founder), agreed=True, reason="", **by)
        assert said.value.code == "own_team"
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        with pytest.raises(refusals.WhyMissing):
            operations.decide_team(actor=secretary, agreed=False, reason=" ", **by)
        operations.decide_team(actor=secretary, agreed=True, reason="", **by)
        assert getattr(queries.teams(at=AT).get(), "size", 0) == 1
        with pytest.raises(refusals.TeamNameTaken):
            operations.found_team(actor=of(a_volunteer()), **NEW)

    def test_is_declined_for_a_reason_and_ends_all_places(self) -> None:
        founder = a_volunteer()
        team = operations.found_team(actor=of(founder), **NEW)
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        operations.decide_team(actor=secretary, team_id=team.pk, agreed=False, reason="同类团队已有", at=AT)
        whole()
        assert TeamMember.objects.get(team=team).state == "left"
        again = operations.found_team(actor=of(founder), **NEW)
        assert again.pk != team.pk

    def test_by_who_leads_the_organisation_or_by_staff_for_a_volunteer_needs_no_other_yes(self) -> None:
        body = an_organization(COMMUNITY)
        person = a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk)
        of_body = {**NEW, "kind": "organization", "organization_id": body.pk}
        with pytest.raises(refusals.NotAVolunteer):
            operations.found_team(actor=actor(person), **of_body)
        a_volunteer(person)
        assert operations.found_team(actor=actor(person), **of_body).state == "active"
        leader = a_volunteer()
        staff = an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY)
        made = operations.found_team(actor=staff, leader_id=leader.pk, **{**NEW, "name": "导入队"})
        assert (made.state, TeamMember.objects.get(team=made).volunteer) == ("active", leader)
        with pytest.raises(Forbidden):
            operations.found_team(actor=of(leader), leader_id=leader.pk, **{**NEW, "name": "另一队"})

    @pytest.mark.parametrize(
        ("refusal", "field", "given"),
        [
            (refusals.BadTeam, "name", {"name": " "}),
            (refusals.BadTeam, "about", {"about": ""}),
            (refusals.BadTeam, "join_way", {"join_way": "x"}),
            (refusals.BadTeamKind, "kind", {"kind": "club"}),
            (refusals.BadTeamKind, "unit", {"kind": "school"}),
            (refusals.BadTeamKind, "organization_id", {"kind": "organization"}),
            (refusals.BadTeamKind, "organization_id", {"organization_id": UUID(int=1)}),
            (refusals.BadPlace, "area", {"area": "999999"}),
            (refusals.TextTooLong, "text", {"agreement": "字" * 5001}),
        ],
    )
    def test_names_the_field_at_fault(self, refusal: type[Refusal], field: str, given: dict[str, Any]) -> None:
        with pytest.raises(refusal) as said:
            operations.found_team(actor=of(a_volunteer()), **{**NEW, **given})
        assert said.value.field == field
        assert not Team.objects.exists()


class TestJoining:
    def test_on_request_signs_first_and_waits_for_the_leader(self) -> None:
        team = a_team()
        leader = of(TeamMember.objects.get(team=team).volunteer)
        asking, other = a_volunteer(), a_volunteer()
        by: dict[str, Any] = {"team_id": team.pk, "at": AT}
        with pytest.raises(refusals.AgreementMissing):
            operations.ask_to_join(actor=of(asking), signed=None, **by)
        operations.set_agreement(actor=leader, text="第二版", **by)
        with pytest.raises(refusals.AgreementChanged):
            operations.ask_to_join(actor=of(asking), signed=1, **by)
        row = operations.ask_to_join(actor=of(asking), signed=2, message="我会理发", **by)
        with pytest.raises(refusals.InAlready):
            operations.ask_to_join(actor=of(asking), signed=2, **by)
        with pytest.raises(NotFound):  # a stranger's request does not exist
            operations.decide_request(actor=of(other), member_id=row.pk, accepted=True, reason="", at=AT)
        operations.decide_request(actor=leader, member_id=row.pk, accepted=True, reason="", at=AT)
        assert state_of(row) == ("member", "member")
        second = operations.ask_to_join(actor=of(other), signed=2, **by)
        with pytest.raises(refusals.WhyMissing):
            operations.decide_request(actor=leader, member_id=second.pk, accepted=False, reason="", at=AT)
        operations.decide_request(actor=leader, member_id=second.pk, accepted=False, reason="人数已满", at=AT)
        assert state_of(second) == ("refused", "member")
        third = operations.ask_to_join(actor=of(other), signed=2, **by)
        operations.leave_team(actor=of(other), **by)
        assert state_of(third) == ("withdrawn", "member")
        signed = TeamMember.objects.get(team=team, role="leader")
        assert signed.agreement.version == 1
        operations.sign_agreement(actor=leader, signed=2, **by)
        signed.refresh_from_db()
        assert signed.agreement.version == 2

    def test_by_a_code_is_done_at_once_until_the_code_is_renewed_or_over(self) -> None:
        team = a_team(join_way="code")
        leader = of(TeamMember.objects.get(team=team).volunteer)
        by: dict[str, Any] = {"actor": leader, "team_id": team.pk}
        one, two = a_volunteer(), a_volunteer()
        with pytest.raises(refusals.OnlyByCode):
            operations.ask_to_join(actor=of(one), team_id=team.pk, signed=1, at=AT)
        unborn = queries.code_of(team)
        with pytest.raises(queries.CodeOver):
            queries.team_of_code(token=unborn, at=AT)
        token = queries.code_of(operations.renew_code(**by, at=AT))
        row = operations.join_by_code(actor=of(one), token=token, signed=1, at=AT)
        assert (row.state, row.by_code) == ("member", True)
        for wrong in (token[:-1], f"{uuid4().hex}.1.x", "x", "", token.replace(".", ":")):
            with pytest.raises(queries.CodeOver):
                operations.join_by_code(actor=of(two), token=wrong, signed=1, at=AT)
        with pytest.raises(queries.CodeOver):
            operations.join_by_code(actor=of(two), token=token, signed=1, at=AT + timedelta(days=31))
        operations.renew_code(**by, at=AT)
        with pytest.raises(queries.CodeOver):
            operations.join_by_code(actor=of(two), token=token, signed=1, at=AT)

    def test_a_code_lets_in_who_asked_before(self) -> None:
        team = a_team()
        leader = of(TeamMember.objects.get(team=team).volunteer)
        one = a_volunteer()
        asked = operations.ask_to_join(actor=of(one), team_id=team.pk, signed=1, at=AT)
        token = queries.code_of(operations.renew_code(actor=leader, team_id=team.pk, at=AT))
        operations.join_by_code(actor=of(one), token=token, signed=1, at=AT)
        assert state_of(asked) == ("member", "member")
        assert TeamMember.objects.filter(team=team, volunteer=one).count() == 1

    def test_changing_over_ends_the_other_place_when_the_new_one_begins(self) -> None:
        old, new = a_team(), a_team(name="示例乙队")
        one = a_volunteer()
        place = join(old, one)
        by: dict[str, Any] = {"actor": of(one), "team_id": new.pk, "signed": 1, "at": AT}
        with pytest.raises(refusals.NotInside):
            operations.ask_to_join(leaves_id=new.pk, **by)
        row = operations.ask_to_join(leaves_id=old.pk, **by)
        assert state_of(place) == ("member", "member")
        leader = of(TeamMember.objects.get(team=new, role="leader").volunteer)
        operations.decide_request(actor=leader, member_id=row.pk, accepted=True, reason="", at=AT)
        assert (state_of(place), state_of(row)) == (("left", "member"), ("member", "member"))
        assert row.moves_from == place
        with pytest.raises(refusals.LeadsATeam):
            operations.ask_to_join(actor=leader, team_id=old.pk, signed=1, leaves_id=new.pk, at=AT)


class TestLeading:
    def test_is_handed_over_and_never_left_empty(self) -> None:
        team = a_team()
        first = TeamMember.objects.get(team=team)
        second, third = join(team, a_volunteer()), join(team, a_volunteer())
        leader = of(first.volunteer)
        by: dict[str, Any] = {"actor": leader, "at": AT}
        with pytest.raises(refusals.LeadsATeam):
            operations.leave_team(team_id=team.pk, **by)
        with pytest.raises(refusals.LeadsATeam):
            operations.set_part(member_id=first.pk, role="member", **by)
        operations.set_part(member_id=third.pk, role="deputy", **by)
        deputy = of(third.volunteer)
        with pytest.raises(Forbidden):  # parts are the leader's
            operations.set_part(actor=deputy, member_id=second.pk, role="deputy", at=AT)
        operations.set_part(member_id=second.pk, role="leader", **by)
        whole()
        assert [state_of(row)[1] for row in (first, second, third)] == ["deputy", "leader", "deputy"]
        with pytest.raises(Forbidden):
            operations.dissolve_team(team_id=team.pk, reason="x", **by)
        operations.leave_team(team_id=team.pk, **by)
        assert state_of(first) == ("left", "deputy")
        operations.end_place(actor=of(second.volunteer), member_id=third.pk, reason="搬走", at=AT)
        assert state_of(third) == ("left", "deputy")

    def test_changes_what_the_version_seen_allows(self) -> None:
        team = a_team()
        leader = of(TeamMember.objects.get(team=team).volunteer)
        given: dict[str, Any] = {"team_id": team.pk, "name": "新名队", "about": "新事", "join_way": "code", "at": AT}
        with pytest.raises(Forbidden):
            operations.change_team(actor=of(join(team, a_volunteer()).volunteer), version=1, **given)
        with pytest.raises(refusals.StaleVolunteer):
            operations.change_team(actor=leader, version=2, **given)
        found = operations.change_team(actor=leader, version=1, **given)
        assert (found.name, found.join_way, found.version) == ("新名队", "code", 2)

    def test_dissolves_with_all_places_kept(self) -> None:
        team = a_team()
        leader = of(TeamMember.objects.get(team=team).volunteer)
        asked = join(team, a_volunteer(), state="requested")
        inside = join(team, a_volunteer())
        operations.dissolve_team(actor=leader, team_id=team.pk, reason="任务完成", at=AT)
        whole()
        assert (state_of(asked)[0], state_of(inside)[0]) == ("withdrawn", "left")
        assert TeamMember.objects.filter(team=team).count() == 3
        assert TeamAgreement.objects.filter(team=team).count() == 1
        late = a_volunteer()
        with pytest.raises(NotFound):  # over: only who was in it, and staff, still see it
            operations.ask_to_join(actor=of(late), team_id=team.pk, signed=1, at=AT)
        with pytest.raises(refusals.TeamOver):
            operations.ask_to_join(actor=of(inside.volunteer), team_id=team.pk, signed=1, at=AT)
        assert queries.team(viewer=of(inside.volunteer), team_id=team.pk) == team
        with pytest.raises(Forbidden):
            operations.renew_code(actor=leader, team_id=team.pk, at=AT)

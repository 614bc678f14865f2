"""Roles held in an organisation: who gives and ends them, who sees them, and that the organisation is named."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.organizations import demo
from shanzhi.organizations import operations as organizations
from shanzhi.organizations.models import Organization
from shanzhi.people import operations, policies, queries
from shanzhi.people.models import Invitation, Person, RoleGrant
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.people.test_attacks import PHONE, with_phone
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, client_for, give_role, merge_away, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
ELSEWHERE = "110114008001"
NAME = "创益园（示例）"


def give(by: Actor, person: Person, organization: UUID, role: Role = Role.OPERATOR, **more: Any) -> RoleGrant:
    values: dict[str, Any] = {"starts_at": AT, "reason": "聘用", "at": AT, **more}
    return operations.grant(actor=by, person_id=person.pk, role=role, organization=organization, **values)


class TestGiving:
    @pytest.mark.parametrize(
        ("granter", "own", "seat"),
        [
            (Role.DISTRICT_OFFICER, DISTRICT, DISTRICT),
            (Role.SUBDISTRICT_OFFICER, SUBDISTRICT, COMMUNITY),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, COMMUNITY),
            (Role.ADMINISTRATOR, "", ELSEWHERE),
        ],
    )
    def test_goes_by_the_seat(self, granter: Role, own: str, seat: str) -> None:
        person, body = a_person(COMMUNITY), an_organization(seat)
        given = give(an_actor(granter, own), person, body.pk)
        assert actor(person).organizations(Role.OPERATOR) == (body.pk,)
        assert not actor(person).areas(Role.OPERATOR)  # it counts in no area
        event = Event.objects.get(verb="people.role.grant")
        assert (event.area, event.change["in"], event.change["grant"]) == (seat, NAME, str(given.pk))

    @pytest.mark.parametrize(
        ("granter", "own", "seat"),
        [
            (Role.COMMUNITY_SECRETARY, COMMUNITY, DISTRICT),
            (Role.SUBDISTRICT_OFFICER, SUBDISTRICT, "370102002001"),
            (Role.DISTRICT_OFFICER, DISTRICT, ELSEWHERE),
        ],
    )
    def test_beyond_the_own_area_is_refused(self, granter: Role, own: str, seat: str) -> None:
        person, body = a_person(COMMUNITY), an_organization(seat)
        with pytest.raises(policies.OutsideOwnScope):
            give(an_actor(granter, own), person, body.pk)

    @pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.COMMUNITY_SECRETARY, Role.JUROR, Role.ADMINISTRATOR])
    def test_of_a_role_of_an_area_is_refused(self, role: Role) -> None:
        with pytest.raises(operations.RoleOfAnArea) as refused:
            give(an_actor(Role.ADMINISTRATOR, ""), a_person(COMMUNITY), an_organization().pk, role)
        assert refused.value.field == "organization"

    def test_in_two_places_or_in_nothing_on_record_is_refused(self) -> None:
        by, person = an_actor(Role.ADMINISTRATOR, ""), a_person(COMMUNITY)
        with pytest.raises(operations.BadScope):
            give(by, person, an_organization().pk, area=COMMUNITY)
        with pytest.raises(operations.NoSuchOrganization):
            give(by, person, uuid4())
        with pytest.raises(policies.OutsideOwnScope):  # as where there is one elsewhere
            give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), person, uuid4())

    def test_is_not_for_who_holds_a_role_in_it(self) -> None:
        body = an_organization()
        colleague = a_person(COMMUNITY, Role.OPERATOR, organization=body.pk)
        with pytest.raises(Refusal) as refused:
            operations.invite(
                actor=actor(colleague),
                phone=PHONE,
                role=Role.VOLUNTEER,
                area="",
                organization=body.pk,
                reason="x",
                at=AT,
            )
        assert refused.value.status == 403

    def test_twice_is_refused_and_in_another_place_is_not(self) -> None:
        by, person, body = an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), an_organization()
        give(by, person, body.pk)
        with pytest.raises(operations.HeldAlready):
            give(by, person, body.pk)
        give(by, person, an_organization(COMMUNITY).pk)


class TestAHolderFromElsewhere:
    """Staff at the seat see who works in its organisations, and end what they could give."""

    def test_is_seen_and_ended_at_the_seat_alone(self) -> None:
        body, person = an_organization(), a_person(ELSEWHERE, name="欧阳示例")
        given = give_role(person, Role.OPERATOR, organization=body.pk)
        there, far = an_actor(Role.DISTRICT_OFFICER, DISTRICT), an_actor(Role.DISTRICT_OFFICER, "110105")
        assert queries.person(viewer=there, person_id=person.pk, at=AT) == person
        assert queries.grants(viewer=there, person=person) == [given]
        assert list(queries.role_grants(viewer=there)).count(given) == 1
        for viewer in (far, an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)):
            with pytest.raises(NotFound):
                operations.end_grant(actor=viewer, grant_id=given.pk, reason="x", at=AT)
            assert given not in queries.role_grants(viewer=viewer)
        operations.end_grant(actor=there, grant_id=given.pk, reason="离职", at=AT)
        with pytest.raises(NotFound):
            queries.person(viewer=there, person_id=person.pk, at=AT)


class TestAnInvitation:
    def invited(self, body: Organization, role: Role = Role.OPERATOR) -> Any:
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        return operations.invite(
            actor=officer, phone=PHONE, role=role, area="", organization=body.pk, reason="新同事", at=AT
        )

    def test_gives_the_role_in_the_organisation(self) -> None:
        body, person = an_organization(), a_person(ELSEWHERE)
        made = self.invited(body)
        with_phone(person)
        page = sign_in(Client(), person).get(f"/account/invitation/{made.secret}/").content.decode()
        assert NAME in page
        given = operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)
        assert (given.role, given.area, given.organization) == ("operator", "", body.pk)

    def test_is_worth_nothing_once_the_organisation_is_closed(self) -> None:
        body, person = an_organization(), a_person(COMMUNITY)
        made = self.invited(body)
        with_phone(person)
        organizations.close_organization(
            actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), organization_id=body.pk, version=1, reason="注销", at=AT
        )
        with pytest.raises(operations.InvitationUnusable):
            operations.take_invitation(actor=actor(person), secret=made.secret, code=made.code, at=AT)
        with pytest.raises(operations.ClosedOrganization):
            self.invited(body)

    def test_is_none_to_a_role_of_an_area(self) -> None:
        with pytest.raises(operations.RoleOfAnArea):
            self.invited(an_organization(), Role.SOCIAL_WORKER)

    def test_is_made_listed_and_taken_back_on_pages(self) -> None:
        body, client = an_organization(), client_for(Role.DISTRICT_OFFICER, DISTRICT)
        form = {"phone": "13800138000", "role": "team_leader", "organization": str(body.pk), "reason": "新同事"}
        assert client.post("/desk/people/invitations/new/", form).status_code == 200
        made = Invitation.objects.get()
        assert (made.area, made.organization) == ("", body.pk)
        assert NAME in client.get("/desk/people/invitations/").content.decode()
        one = f"/desk/people/invitations/{made.pk}/"
        assert NAME in client.get(one).content.decode()
        other = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert other.get(one).status_code == 404
        assert client.post(one).status_code == 302
        made.refresh_from_db()
        assert made.state == "ended"


class TestTheForm:
    def send(self, client: Client, person: Person, **more: str) -> Any:
        form = {"role": "operator", "starts_on": "2026-11-24", "reason": "聘用", **more}
        return client.post(f"/desk/people/{person.pk}/grant/", form)

    def test_gives_a_role_in_one_place_and_asks_again_for_two_or_none(self) -> None:
        client, person, body = client_for(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), an_organization()
        for sent, field in (({}, "area"), ({"area": DISTRICT, "organization": str(body.pk)}, "organization")):
            answer = self.send(client, person, **sent)
            assert answer.status_code == 200
            assert set(answer.context["form"].errors) == {field}
        answer = self.send(client, person, organization=str(body.pk), role="juror")
        assert set(answer.context["form"].errors) == {"organization"}
        assert self.send(client, person, organization=str(body.pk)).status_code == 302
        given = person.role_grants.get()
        assert (given.area, given.organization) == ("", body.pk)
        assert self.send(client, person, area=COMMUNITY, role="volunteer").status_code == 302

    def test_offers_the_open_ones_of_the_own_area(self) -> None:
        client, person = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), a_person(COMMUNITY)
        shown, above, over = (an_organization(area, name=name) for area, name in (
            (COMMUNITY, "近邻社（示例）"), (DISTRICT, "区级社（示例）"), (SUBDISTRICT, "旧社（示例）")))  # fmt: skip
        Organization.objects.filter(pk=over.pk).update(closed_at=AT, closed_reason="x", state="dissolved")
        page = client.get(f"/desk/people/{person.pk}/grant/").content.decode()
        assert shown.name in page
        assert above.name not in page
        assert over.name not in page
        for other in (above, over):
            answer = self.send(client, person, organization=str(other.pk))
            assert set(answer.context["form"].errors) == {"organization"}
        assert self.send(client, person, organization="nonsense").status_code == 200
        assert not person.role_grants.exists()

    def test_is_about_areas_alone_where_no_organisation_is_on_record(self) -> None:
        page = client_for(Role.DISTRICT_OFFICER, DISTRICT).get(f"/desk/people/{a_person(COMMUNITY).pk}/grant/")
        assert "organization" not in page.context["form"].fields

    def test_means_the_whole_country_only_where_that_is_chosen(self) -> None:
        an_organization()
        client, person = client_for(Role.ADMINISTRATOR, ""), a_person(COMMUNITY)
        assert self.send(client, person).status_code == 200
        assert not person.role_grants.exists()
        assert self.send(client, person, area="all").status_code == 302
        assert person.role_grants.get().area == ""

    def test_is_searched_where_there_are_many(self) -> None:
        client, person = client_for(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY)
        for number in range(201):
            an_organization(COMMUNITY, name=f"第{number:03d}队（示例）")
        path = f"/desk/people/{person.pk}/grant/"
        assert "第007队" not in client.get(path).content.decode()
        found = self.send(client, person, organization_words="007", organization_search="1")
        body = Organization.objects.get(name__startswith="第007队")
        assert str(body.pk) in found.content.decode()
        assert found.context["form"].errors == {}
        typed = client.get("/account/areas/organization/", {"name": "organization", "organization_words": "007队"})
        assert str(body.pk) in typed.content.decode()
        assert client_for(Role.RESIDENT, COMMUNITY).get("/account/areas/organization/?name=x").status_code == 404
        assert self.send(client, person, organization=str(body.pk), organization_words="007").status_code == 302


class TestTheName:
    def test_stands_wherever_the_role_is_shown(self) -> None:
        body, person, long_ago = an_organization(), a_person(COMMUNITY), AT - timedelta(days=400)
        officer = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        given = give(actor(officer.person), person, body.pk, at=long_ago, starts_at=long_ago)  # type: ignore[attr-defined]
        own = sign_in(Client(), person)
        for client, path in (
            (own, "/account/"),
            (own, "/account/own-data/"),
            (officer, f"/desk/people/{person.pk}/"),
            (officer, "/desk/people/roles/"),
            (officer, f"/desk/people/roles/?area={DISTRICT}"),
            (officer, "/desk/people/roles/review/"),
            (officer, f"/audit/history/people.person/{person.pk}/"),
            (officer, f"/audit/history/people.rolegrant/{given.pk}/"),
        ):
            assert NAME in client.get(path).content.decode(), path
        assert NAME not in officer.get("/desk/people/roles/?area=370102002").content.decode()
        taken = own.get("/account/own-data/file/").json()
        assert taken["organizations"] == {str(body.pk): NAME}
        assert [one["organization"] for one in taken["records"]["people.RoleGrant"]] == [str(body.pk)]
        told = officer.get(f"/api/v1/people/{person.pk}").json()["grants"]
        assert [(one["organization"], one["organization_name"]) for one in told] == [(str(body.pk), NAME)]

    def test_stands_in_the_export(self) -> None:
        body, officer = an_organization(), client_for(Role.DISTRICT_OFFICER, DISTRICT)
        give_role(a_person(COMMUNITY), Role.OPERATOR, organization=body.pk)
        answer = officer.get("/desk/people/roles/?export=xlsx")
        found = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
        assert NAME in {cell for row in found.iter_rows(values_only=True) for cell in row}

    def test_stays_with_who_was_merged(self) -> None:
        body, kept, merged = an_organization(), a_person(COMMUNITY), a_person(COMMUNITY, verified=False)
        give_role(merged, Role.OPERATOR, organization=body.pk)
        officer = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        merge_away(merged, kept, staff=officer.person)  # type: ignore[attr-defined]
        assert actor(kept).organizations(Role.OPERATOR) == (body.pk,)
        assert NAME in officer.get(f"/desk/people/{kept.pk}/").content.decode()
        assert NAME in sign_in(Client(), kept).get("/account/").content.decode()

    def test_is_handed_on_by_a_merge_only_at_the_seat(self) -> None:
        body = an_organization("110114")
        pair = [a_person(COMMUNITY), a_person(COMMUNITY, verified=False)]
        give_role(pair[1], Role.VOLUNTEER, organization=body.pk)
        refusal = policies.may_merge(actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), people=pair, at=AT)
        assert isinstance(refusal, policies.OutsideOwnScope)
        Organization.objects.filter(pk=body.pk).update(area=COMMUNITY)
        by = actor(a_person(COMMUNITY, Role.DISTRICT_OFFICER, role_area=DISTRICT))
        assert policies.may_merge(actor=by, people=pair, at=AT) is None

    def test_costs_no_query_a_row(self) -> None:
        officer = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        paths = ["/desk/people/roles/", "/desk/people/roles/review/", "/desk/organizations/"]
        bodies = [an_organization(COMMUNITY, name=f"第{number}队（示例）") for number in range(4)]
        paths.append(f"/desk/organizations/{bodies[0].pk}/")

        def asked() -> list[int]:
            found = []
            for path in paths:
                officer.get(path)
                with CaptureQueriesContext(connection) as queries_made:
                    assert officer.get(path).status_code == 200
                found.append(len(queries_made))
            return found

        a_person(COMMUNITY, Role.OPERATOR, organization=bodies[0].pk)
        few = asked()
        for number, body in enumerate((*bodies, bodies[0], bodies[0])):
            an_organization(SUBDISTRICT, name=f"又{number}队（示例）")
            a_person(ELSEWHERE, Role.VOLUNTEER, organization=body.pk)
            a_person(ELSEWHERE, Role.OPERATOR, organization=body.pk)
        assert asked() == few


class TestTheReview:
    def test_is_done_at_the_seat_and_told_there(self) -> None:
        body = an_organization()
        given = give_role(a_person(ELSEWHERE), Role.OPERATOR, organization=body.pk)
        with pytest.raises(policies.OutsideOwnScope):
            operations.confirm_grants(actor=an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), grant_ids=[given.pk], at=AT)
        operations.confirm_grants(actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), grant_ids=[given.pk], at=AT)
        assert Event.objects.get(verb="people.role.confirm").area == DISTRICT


class TestErasing:
    def test_ends_the_role_and_the_record_of_the_organisation_names_nobody(self) -> None:
        body, person = an_organization(), a_person(COMMUNITY, name="欧阳示例")
        give_role(person, Role.VOLUNTEER, organization=body.pk)
        officer = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        by = actor(officer.person)  # type: ignore[attr-defined]
        operations.erase_person(actor=by, person_id=person.pk, reason="申请", at=AT)
        page = officer.get(f"/desk/organizations/{body.pk}/").content.decode()
        assert "欧" not in page
        assert f"/desk/people/{person.pk}/" not in page


class TestTheDemo:
    def test_puts_one_labelled_organisation_on_record_and_leaves_a_closed_one(self) -> None:
        made = demo.ensure(at=AT)
        assert (made.synthetic, "示例" in made.name, demo.ensure(at=AT).pk) == (True, True, made.pk)
        organizations.close_organization(
            actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), organization_id=made.pk, version=1, reason="x",
            at=AT + timedelta(days=1),
        )  # fmt: skip
        assert not demo.ensure(at=AT).open

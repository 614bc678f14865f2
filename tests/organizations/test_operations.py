"""Organisations put on record, changed and closed; what the database holds by itself; two acts at once."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.identifiers import NotACreditCode
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations, policies
from shanzhi.organizations.models import Organization
from shanzhi.people import operations as people
from shanzhi.people.models import RoleGrant
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, actor, an_actor, give_role
from tests.support.races import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
ELSEWHERE = "110114008001"


def officer(area: str = DISTRICT) -> Actor:
    return an_actor(Role.DISTRICT_OFFICER, area)


def put(by: Actor, **more: Any) -> Organization:
    values = {"name": "创益园（示例）", "kind": "support_organization", "area": DISTRICT, "at": AT, **more}
    return operations.create_organization(actor=by, **values)


def change(by: Actor, found: Organization, **more: Any) -> Organization:
    seen = {name: getattr(found, name) for name in ("name", "kind", "area", "version")}
    return operations.change_organization(actor=by, organization_id=found.pk, at=AT, **{**seen, **more})


class TestPuttingOnRecord:
    def test_keeps_the_plain_form_and_tells_the_log(self) -> None:
        by = officer()
        made = put(by, name="  创益园   （示例） ", credit_code=f" {CODES['52'].lower()} ", area=COMMUNITY)
        made.refresh_from_db()
        assert (made.name, made.credit_code, made.area, made.open) == ("创益园 （示例）", CODES["52"], COMMUNITY, True)
        event = Event.objects.get(verb="organizations.organization.create")
        assert (event.area, event.actor_person, event.subject_id) == (COMMUNITY, by.person_id, str(made.pk))

    @pytest.mark.parametrize(
        ("fault", "refusal", "field"),
        [
            ({"name": "  "}, operations.BadName, "name"),
            ({"name": "长" * 101}, operations.BadName, "name"),
            ({"kind": "club"}, operations.BadKind, "kind"),
            ({"area": DISTRICT + "009"}, operations.BadSeat, "area"),
            ({"credit_code": CODES["52"][:-1] + "3"}, NotACreditCode, "credit_code"),
            ({"kind": "foundation", "credit_code": CODES["52"]}, operations.CodeOfAnotherKind, "credit_code"),
            ({"area": ELSEWHERE}, policies.NotInCharge, "area"),
        ],
    )
    def test_refuses_beside_the_field(self, fault: dict[str, Any], refusal: Any, field: str) -> None:
        with pytest.raises(refusal) as refused:
            put(officer(), **fault)
        assert refused.value.field == field
        assert not Organization.objects.exists()

    def test_refuses_a_seat_above_a_district(self) -> None:
        with pytest.raises(operations.BadSeat):
            put(an_actor(Role.ADMINISTRATOR, ""), area="3701")

    def test_is_for_officers(self) -> None:
        for role in (Role.COMMUNITY_SECRETARY, Role.OPERATOR, Role.AUDITOR):
            with pytest.raises(Forbidden):
                put(an_actor(role, DISTRICT))
        with pytest.raises(SignInNeeded):
            put(Actor.anonymous())

    def test_takes_a_code_once_in_the_whole_country_and_a_name_once_at_a_seat(self) -> None:
        by = an_actor(Role.ADMINISTRATOR, "")
        put(by, credit_code=CODES["52"])
        with pytest.raises(operations.CodeTaken) as taken:
            put(by, name="别家", area=ELSEWHERE, credit_code=CODES["52"])
        assert taken.value.field == "credit_code"
        with pytest.raises(operations.NameTaken):
            put(by)
        put(by, area=ELSEWHERE)


class TestChanging:
    def test_writes_what_differs(self) -> None:
        by, made = officer(), an_organization(SUBDISTRICT)
        changed = change(by, made, name="新名（示例）", kind="hub")
        assert (changed.name, changed.kind, changed.version) == ("新名（示例）", "hub", 2)
        told = Event.objects.get(verb="organizations.organization.change").change["fields"]
        assert told == {"name": [made.name, "新名（示例）"], "kind": ["support_organization", "hub"]}

    def test_refuses_a_version_that_is_old(self) -> None:
        by, made = officer(), an_organization()
        change(by, made, name="新名（示例）")
        with pytest.raises(operations.Stale):
            change(by, made, name="旧名（示例）")

    def test_moves_a_seat_only_between_areas_of_ones_own(self) -> None:
        made = an_organization(COMMUNITY)
        with pytest.raises(policies.NotInCharge):
            change(an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), made, area=DISTRICT)
        with pytest.raises(NotFound):
            change(officer("110114"), made, area=ELSEWHERE)
        assert change(officer(), made, area=DISTRICT).area == DISTRICT


class TestClosing:
    def test_ends_every_role_in_it_and_takes_no_new_one(self) -> None:
        by, made, other = officer(), an_organization(), an_organization(name="另一家（示例）")
        far = a_person(ELSEWHERE, Role.OPERATOR, organization=made.pk)
        later = give_role(far, Role.VOLUNTEER, organization=made.pk, starts_at=AT + timedelta(days=9))
        kept = [give_role(far, Role.OPERATOR, organization=other.pk), give_role(far, Role.VOLUNTEER, area=ELSEWHERE)]
        closed = operations.close_organization(actor=by, organization_id=made.pk, version=1, reason="注销", at=AT)
        assert (closed.open, closed.closed_reason, closed.version) == (False, "注销", 2)
        assert actor(far).organizations(Role.OPERATOR) == (other.pk,)
        later.refresh_from_db()
        assert later.ends_at == later.starts_at + timedelta(microseconds=1)
        assert RoleGrant.objects.filter(ends_at=None).count() == len(kept) + 1  # and the officer's own
        ended = Event.objects.filter(verb="people.role.end")
        assert {(one.area, one.change["in"], one.reason) for one in ended} == {(DISTRICT, made.name, "注销")}
        with pytest.raises(people.ClosedOrganization):
            people.grant(actor=by, person_id=a_person(COMMUNITY).pk, role=Role.OPERATOR, organization=made.pk,
                         starts_at=AT, reason="聘用", at=AT)  # fmt: skip

    def test_needs_a_reason_and_happens_once(self) -> None:
        by, made = officer(), an_organization()
        with pytest.raises(operations.ReasonMissing):
            operations.close_organization(actor=by, organization_id=made.pk, version=1, reason=" ", at=AT)
        operations.close_organization(actor=by, organization_id=made.pk, version=1, reason="注销", at=AT)
        with pytest.raises(operations.ClosedAlready):
            operations.close_organization(actor=by, organization_id=made.pk, version=2, reason="注销", at=AT)
        with pytest.raises(operations.ClosedAlready):
            change(by, made, version=2)
        assert put(by).name == made.name  # the name is free again


class TestTheDatabase:
    @pytest.mark.parametrize(
        "fault",
        [
            {"name": " "},
            {"kind": "club"},
            {"area": "3701"},
            {"area": "37010200100"},
            {"credit_code": "5237010200000000OI"},
            {"kind": "foundation", "credit_code": CODES["52"]},
            {"closed_at": AT},
            {"closed_at": AT - timedelta(days=9000), "closed_reason": "x"},
        ],
    )
    def test_refuses_what_no_organisation_is(self, fault: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            an_organization(**fault)

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.VOLUNTEER, Role.TEAM_LEADER, Role.OPERATOR}))
    def test_holds_no_role_of_an_area_in_an_organisation(self, role: Role) -> None:
        with pytest.raises(IntegrityError, match="organizations_role_of_an_area"), transaction.atomic():
            give_role(a_person(), role, organization=an_organization().pk)

    def test_holds_a_role_in_nothing_that_is_not_on_record(self) -> None:
        with pytest.raises(IntegrityError, match="organizations_role_nowhere"), transaction.atomic():
            give_role(a_person(), Role.OPERATOR, organization=uuid4())

    def test_keeps_a_closed_one_as_it_was_and_without_roles(self) -> None:
        made, person = an_organization(), a_person()
        given = give_role(person, Role.OPERATOR, organization=made.pk)
        rows = Organization.objects.filter(pk=made.pk)
        with pytest.raises(IntegrityError, match="organizations_closed_without_roles"), transaction.atomic():
            rows.update(closed_at=AT, closed_reason="x", state="dissolved")
        RoleGrant.objects.filter(pk=given.pk).update(ends_at=AT)
        rows.update(closed_at=AT, closed_reason="x", state="dissolved")
        for act in (lambda: rows.update(closed_at=None, closed_reason="", state="group"), rows.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
        with pytest.raises(IntegrityError, match="organizations_role_in_closed"), transaction.atomic():
            RoleGrant.objects.filter(pk=given.pk).update(ends_at=None)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_code_is_put_on_record_once(self) -> None:
        by = officer()
        acts = [partial(put, by, name=name, credit_code=CODES["52"]) for name in ("甲", "乙", "丙")]
        assert sum(together(*acts)) == 1
        assert Organization.objects.count() == 1

    def test_no_role_outlives_the_closing_that_it_met(self) -> None:
        made, by = an_organization(), officer()
        people_there = [a_person(COMMUNITY) for _number in range(3)]

        def giving(person: Any) -> Any:
            return lambda: people.grant(
                actor=by, person_id=person.pk, role=Role.OPERATOR, organization=made.pk, starts_at=AT, reason="x", at=AT
            )

        def closing() -> None:
            operations.close_organization(actor=by, organization_id=made.pk, version=1, reason="注销", at=AT)

        passed = together(closing, *map(giving, people_there))
        assert passed[0]
        held = RoleGrant.objects.filter(organization=made.pk)
        assert held.count() == sum(passed[1:])
        assert not held.filter(ends_at=None).exists()

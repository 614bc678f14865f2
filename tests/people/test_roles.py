"""Who may give which role where; refused cases at length."""

from datetime import timedelta
from typing import Any

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, policies
from shanzhi.people.models import Person, RoleGrant
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.people import AT, a_person, actor, an_actor, give_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def give(granter: Actor, person: Person, role: Role, area: str = COMMUNITY, **fields: object) -> RoleGrant:
    values: dict[str, Any] = {"starts_at": AT, "reason": "聘用", "at": AT, "area": area, **fields}
    return operations.grant(actor=granter, person_id=person.pk, role=role, **values)


class TestGiving:
    @pytest.mark.parametrize(
        ("granter", "own", "role", "area"),
        [
            (Role.ADMINISTRATOR, "", Role.ADMINISTRATOR, ""),
            (Role.ADMINISTRATOR, DISTRICT, Role.ADMINISTRATOR, DISTRICT),
            (Role.ADMINISTRATOR, DISTRICT, Role.AUDITOR, SUBDISTRICT),
            (Role.DISTRICT_OFFICER, DISTRICT, Role.DISTRICT_OFFICER, DISTRICT),
            (Role.DISTRICT_OFFICER, DISTRICT, Role.SUBDISTRICT_OFFICER, SUBDISTRICT),
            (Role.SUBDISTRICT_OFFICER, SUBDISTRICT, Role.COMMUNITY_SECRETARY, COMMUNITY),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.SOCIAL_WORKER, COMMUNITY),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.TEAM_LEADER, COMMUNITY),
        ],
    )
    def test_within_scope_and_rank_works(self, granter: Role, own: str, role: Role, area: str) -> None:
        person = a_person(COMMUNITY)
        give(an_actor(granter, own), person, role, area)
        assert actor(person).holds(role, area)

    @pytest.mark.parametrize(
        ("granter", "own", "role", "area", "refusal"),
        [
            # a sub-area's administrator cannot make things at the top
            (Role.ADMINISTRATOR, SUBDISTRICT, Role.VOLUNTEER, "", policies.OutsideOwnScope),
            (Role.ADMINISTRATOR, SUBDISTRICT, Role.ADMINISTRATOR, DISTRICT, policies.OutsideOwnScope),
            (Role.ADMINISTRATOR, DISTRICT, Role.ADMINISTRATOR, "", policies.OutsideOwnScope),
            (Role.ADMINISTRATOR, DISTRICT, Role.JUROR, "3701", policies.OutsideOwnScope),
            (Role.DISTRICT_OFFICER, DISTRICT, Role.SOCIAL_WORKER, "110114008", policies.OutsideOwnScope),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.SOCIAL_WORKER, SUBDISTRICT, policies.OutsideOwnScope),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.SOCIAL_WORKER, "370102001002", policies.OutsideOwnScope),
            # nor anyone above the own role
            (Role.DISTRICT_OFFICER, DISTRICT, Role.ADMINISTRATOR, DISTRICT, policies.AboveOwnRole),
            (Role.SUBDISTRICT_OFFICER, SUBDISTRICT, Role.DISTRICT_OFFICER, SUBDISTRICT, policies.AboveOwnRole),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.AUDITOR, COMMUNITY, policies.AboveOwnRole),
            (Role.COMMUNITY_SECRETARY, COMMUNITY, Role.SUBDISTRICT_OFFICER, COMMUNITY, policies.AboveOwnRole),
            # and some give nothing at all
            (Role.SOCIAL_WORKER, COMMUNITY, Role.VOLUNTEER, COMMUNITY, Forbidden),
            (Role.AUDITOR, DISTRICT, Role.VOLUNTEER, COMMUNITY, Forbidden),
            (Role.RESIDENT, COMMUNITY, Role.VOLUNTEER, COMMUNITY, NotFound),
            (Role.TEAM_LEADER, COMMUNITY, Role.VOLUNTEER, COMMUNITY, NotFound),
            (Role.OPERATOR, DISTRICT, Role.SOCIAL_WORKER, COMMUNITY, NotFound),
            (Role.JUROR, DISTRICT, Role.JUROR, COMMUNITY, NotFound),
        ],
    )
    def test_is_refused(self, granter: Role, own: str, role: Role, area: str, refusal: type[Refusal]) -> None:
        person = a_person(COMMUNITY)
        with pytest.raises(refusal):
            give(an_actor(granter, own), person, role, area)
        assert not RoleGrant.objects.filter(person=person).exists()
        assert not Event.objects.filter(verb="people.role.grant").exists()

    def test_a_rank_held_elsewhere_does_not_count_here(self) -> None:
        granter = a_person(COMMUNITY, Role.COMMUNITY_SECRETARY)
        give_role(granter, Role.ADMINISTRATOR, area="110114")
        with pytest.raises(policies.AboveOwnRole):
            give(actor(granter), a_person(COMMUNITY), Role.SUBDISTRICT_OFFICER, COMMUNITY)

    def test_to_a_person_elsewhere_finds_nobody(self) -> None:
        with pytest.raises(NotFound):
            give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person("110114008001"), Role.SOCIAL_WORKER, COMMUNITY)

    def test_to_oneself_is_refused(self) -> None:
        officer = a_person(COMMUNITY, Role.DISTRICT_OFFICER, role_area=DISTRICT)
        with pytest.raises(policies.NotYourself):
            give(actor(officer), officer, Role.AUDITOR, DISTRICT)

    def test_being_a_resident_is_refused(self) -> None:
        with pytest.raises(operations.roles.BadRole):
            give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), Role.RESIDENT, COMMUNITY)

    def test_without_a_reason_is_refused(self) -> None:
        with pytest.raises(operations.ReasonNeeded):
            give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), Role.VOLUNTEER, reason=" ")

    def test_in_a_place_that_is_none_is_refused(self) -> None:
        with pytest.raises(operations.BadScope):
            give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), Role.VOLUNTEER, COMMUNITY + "123")

    @pytest.mark.parametrize("days", [-1, 0])
    def test_for_a_period_that_is_over_is_refused(self, days: int) -> None:
        with pytest.raises(operations.BadPeriod):
            give(
                an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), Role.VOLUNTEER,
                ends_at=AT + timedelta(days=days),
            )  # fmt: skip

    def test_never_holds_backwards(self) -> None:
        given = give(
            an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY), Role.VOLUNTEER,
            starts_at=AT - timedelta(days=400),
        )  # fmt: skip
        assert given.starts_at == AT

    def test_twice_is_refused(self) -> None:
        officer, person = an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY)
        give(officer, person, Role.VOLUNTEER)
        with pytest.raises(operations.HeldAlready):
            give(officer, person, Role.VOLUNTEER)


class TestARole:
    def test_ends_by_itself_when_its_period_is_over(self) -> None:
        person = a_person(COMMUNITY)
        give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), person, Role.JUROR, ends_at=AT + timedelta(days=1))
        assert actor(person, at=AT).holds(Role.JUROR, COMMUNITY)
        assert not actor(person, at=AT + timedelta(days=1)).holds(Role.JUROR, COMMUNITY)

    def test_begins_when_its_period_begins(self) -> None:
        person = a_person(COMMUNITY)
        give(an_actor(Role.DISTRICT_OFFICER, DISTRICT), person, Role.JUROR, starts_at=AT + timedelta(days=1))
        assert not actor(person, at=AT).holds(Role.JUROR, COMMUNITY)
        assert actor(person, at=AT + timedelta(days=1)).holds(Role.JUROR, COMMUNITY)

    def test_is_ended_at_once_with_a_reason(self) -> None:
        officer, person = an_actor(Role.DISTRICT_OFFICER, DISTRICT), a_person(COMMUNITY)
        given = give(officer, person, Role.JUROR)
        with pytest.raises(operations.ReasonNeeded):
            operations.end_grant(actor=officer, grant_id=given.pk, reason="", at=AT)
        later = AT + timedelta(hours=1)
        operations.end_grant(actor=officer, grant_id=given.pk, reason="回避", at=later)
        assert not actor(person, at=later).holds(Role.JUROR, COMMUNITY)
        with pytest.raises(operations.GrantEnded):
            operations.end_grant(actor=officer, grant_id=given.pk, reason="再", at=later)

    def test_of_a_higher_one_cannot_be_ended_from_below(self) -> None:
        chief = a_person(COMMUNITY, Role.DISTRICT_OFFICER, role_area=COMMUNITY)
        given = RoleGrant.objects.get(person=chief)
        with pytest.raises(policies.AboveOwnRole):
            operations.end_grant(
                actor=an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), grant_id=given.pk, reason="不服", at=AT
            )

    def test_may_be_laid_down_by_its_holder(self) -> None:
        worker = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        operations.end_grant(
            actor=actor(worker), grant_id=RoleGrant.objects.get(person=worker).pk, reason="退休", at=AT
        )
        assert not actor(worker).holds(Role.SOCIAL_WORKER, COMMUNITY)


class TestClosingASignIn:
    def test_of_someone_higher_is_refused(self) -> None:
        chief = a_person(COMMUNITY, Role.ADMINISTRATOR, role_area=SUBDISTRICT)
        with pytest.raises(policies.HigherPerson):
            operations.close_account(
                actor=an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), person_id=chief.pk, reason="x", at=AT
            )

    def test_of_someone_who_works_beyond_is_refused(self) -> None:
        chief = a_person(COMMUNITY, Role.SOCIAL_WORKER, role_area=DISTRICT)
        with pytest.raises(policies.OutsideOwnScope):
            operations.close_account(
                actor=an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), person_id=chief.pk, reason="x", at=AT
            )

    def test_of_nobody_is_refused(self) -> None:
        with pytest.raises(operations.AccountMissing):
            operations.close_account(
                actor=an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), person_id=a_person(COMMUNITY).pk, reason="x",
                at=AT,
            )  # fmt: skip

"""Rounds and proposals name organisations that are on record: in the operations, on the pages, in the database."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.organizations.models import Organization
from shanzhi.organizations.operations import close_organization
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.models import Call, Proposal
from tests.support.organizations import an_organization
from tests.support.people import give_role, sign_in
from tests.ventures.support import World, bring, day, make_call


@pytest.fixture
def body(world: World) -> Organization:
    return an_organization()


@pytest.fixture
def call(world: World) -> Call:
    return bring(world, make_call(world), "submission")


def leader(world: World, body: Organization) -> Person:
    """Give a resident who leads the organisation."""
    give_role(world.people[0], Role.TEAM_LEADER, organization=body.pk)
    return world.people[0]


def drafted(person: Person, call: Call, organization: UUID | None) -> operations.SavedProposal:
    """Begin a draft in the name of an organisation."""
    actor = actor_of_person(person_id=person.pk, at=day("submission", 1))
    given = {"title": "邻里修车铺", "team_name": "示例中心", "organization": str(organization or "")}
    return operations.create_proposal(actor=actor, call_id=call.pk, given=given, at=day("submission", 1))


class TestARound:
    def test_is_run_by_an_organisation_on_record_alone(self, world: World, body: Organization) -> None:
        call = make_call(world)
        for number, problems in ((str(uuid4()), ["operator_organization"]), (str(body.pk), [])):
            saved = operations.save_call(
                actor=world.officer, call_id=call.pk, version=call.version,
                given={"operator_organization": number}, at=day("publicity", -2),
            )  # fmt: skip
            assert [problem.field for problem in saved.problems] == problems
        assert saved.call.operator_organization == body.pk

    def test_offers_the_open_organisations_of_its_districts(self, world: World, body: Organization) -> None:
        other = an_organization("110114", name="别区机构")
        source = queries.operators_for(viewer=world.officer, found=make_call(world))
        assert source is not None
        assert [place.code for place in source.few or ()] == [str(body.pk)]
        assert source.find([str(other.pk)]) == {}
        close_organization(
            actor=Actor.system("test"),
            organization_id=body.pk,
            version=body.version,
            reason="合并",
            at=day("publicity", -2),
        )
        assert queries.operators_for(viewer=world.officer, found=make_call(world)) is None


class TestAProposal:
    def test_is_made_in_the_name_of_an_own_organisation(self, world: World, call: Call, body: Organization) -> None:
        person = leader(world, body)
        made = drafted(person, call, body.pk)
        assert (made.proposal.organization, made.problems) == (body.pk, ())
        actor = actor_of_person(person_id=person.pk, at=day("submission", 1))
        found = queries.proposal(viewer=actor, proposal_id=made.proposal.pk)
        assert found.organization_name == body.name  # type: ignore[attr-defined]  # annotated
        assert queries.organizations_for(viewer=actor, found=found) == [(str(body.pk), body.name)]

    def test_cannot_borrow_the_name_of_another(self, world: World, call: Call, body: Organization) -> None:
        made = drafted(world.people[1], call, body.pk)
        assert made.proposal.organization is None
        assert [problem.field for problem in made.problems] == ["organization"]
        unknown = drafted(world.people[1], call, uuid4())
        assert [problem.field for problem in unknown.problems] == ["organization"]

    def test_offers_it_on_its_page_to_who_holds_a_role_there(
        self, world: World, call: Call, body: Organization
    ) -> None:
        person = leader(world, body)
        for one, offered in ((person, True), (world.people[1], False)):
            made = drafted(one, call, None).proposal
            page = sign_in(Client(), one).get(f"/proposals/{made.pk}/edit/team/").content.decode()
            assert (body.name in page) is offered


class TestTheDatabase:
    def at_once(self) -> None:
        """Have keys looked at with each statement."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize("column", ["operator_organization", "sponsor_organization"])
    def test_takes_no_number_of_nobody_into_a_round(self, world: World, column: str) -> None:
        rows = Call.objects.filter(pk=make_call(world).pk)
        self.at_once()
        with pytest.raises(IntegrityError, match=f"{column}_key"), transaction.atomic():
            rows.update(**{column: uuid4()})

    def test_takes_none_into_a_proposal(self, world: World, call: Call) -> None:
        rows = Proposal.objects.filter(pk=drafted(world.people[0], call, None).proposal.pk)
        self.at_once()
        with pytest.raises(IntegrityError, match="organization_key"), transaction.atomic():
            rows.update(organization=uuid4())

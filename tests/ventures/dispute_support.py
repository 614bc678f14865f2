"""Objections and appeals for tests, in a round that is under notice."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo.people import as_actor
from shanzhi.ventures.models import Call, Dispute, Proposal
from tests.support import people
from tests.support.site import Site
from tests.ventures import desk_support as desk

GROUNDS = "场地已另有安排，预算第二行重复计算。"
ANSWER = "已与居委会核对，预算只计一次。"
RULING = "经核对，两处场地不同，预算无误。"


def as_resident(person: Person) -> Actor:
    """Give the actor of a resident now."""
    return as_actor(person, timezone.now())


def objection_to(proposal: Proposal, *, name: str = "张异议") -> Dispute:
    """Have a neighbour object to a proposal under notice, now."""
    neighbour = people.a_person(desk.COMMUNITY, name=name)
    return operations.file_objection(
        actor=as_resident(neighbour), proposal_id=proposal.pk, grounds=GROUNDS, at=timezone.now()
    )


def under_objection(**more: Any) -> tuple[Call, Proposal, Dispute]:
    """Make a call under notice with an objection to its first proposal."""
    call, made = desk.under_notice(2)
    return call, made[0], objection_to(made[0], **more)


def rejected() -> tuple[Call, Proposal, Actor]:
    """Make a call under review with a proposal that was rejected today; gives who rejected it."""
    call, made = desk.under_review(2)
    reviewer = people.an_actor(Role.SUBDISTRICT_OFFICER, desk.AREA)
    version = Proposal.objects.get(pk=made[0].pk).version
    done = operations.decide(
        actor=reviewer, proposal_id=made[0].pk, version=version, decision="reject", reason="超出范围", at=timezone.now()
    )
    return call, done, reviewer


def appeal_of(proposal: Proposal) -> Dispute:
    """Have the contact person appeal now."""
    assert proposal.contact is not None
    return operations.file_appeal(
        actor=as_resident(proposal.contact), proposal_id=proposal.pk, grounds=GROUNDS, at=timezone.now()
    )


def disputed(site: Site) -> Dispute:
    """Give an objection of the resident in a round under notice, beside one that is ruled on; made once.

    Two proposals get the resident into their teams: one that a neighbour objects to, and one that was rejected.
    """
    person = site.person("resident")
    found = Dispute.objects.filter(filed_by=person, kind="objection").first()
    if found is not None:
        return found
    _call, made = desk.under_notice(3)
    for one in (made[1], rejected()[1]):
        one.members.create(position=99, person=person, name="示例")
    objection_to(made[1])
    ruled, ruler = objection_to(made[0]), people.an_actor(Role.SUBDISTRICT_OFFICER, desk.AREA)
    operations.rule(actor=ruler, dispute_id=ruled.pk, version=1, outcome="dismissed", ruling=RULING, at=timezone.now())
    return operations.file_objection(
        actor=as_resident(person), proposal_id=made[0].pk, grounds=GROUNDS, at=timezone.now()
    )

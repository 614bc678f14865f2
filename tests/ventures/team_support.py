"""A draft that a team of two writes, for tests of its roles and of the sections they write on."""

from __future__ import annotations

from typing import Any

from shanzhi.ventures import operations
from shanzhi.ventures.models import Proposal
from tests.ventures.support import World, bring, day, make_call

SOON = day("submission", 5)


def draft_of_two(world: World, **given: Any) -> Proposal:
    """Make a draft: the contact person's, with the third of the people named in its list of members."""
    call = bring(world, make_call(world), "submission", proposals=0)
    members = [{"name": "测试丙", "person": world.people[2].pk}]
    made = operations.create_proposal(
        actor=world.team, call_id=call.pk, given={"members": members, **given}, at=day("submission")
    )
    return made.proposal

"""Who objects, answers, appeals and rules in the small district of the tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.notices.models import Delivery, Notice
from shanzhi.ventures import operations
from shanzhi.ventures.models import Call, Dispute, Proposal
from tests.ventures.dispute_support import ANSWER, GROUNDS, RULING
from tests.ventures.support import (
    HERE,
    World,
    bring,
    day,
    make_call,
    resident,
)

NOW: Final = day("notice", 3)


def first(call: Call) -> Proposal:
    return call.proposals.get(number=1)


def neighbour(world: World, place: int = 7) -> Actor:
    return resident(world.people[place])


def objection(world: World, call: Call, actor: Actor | None = None, **changed: Any) -> Dispute:
    given = {"proposal_id": first(call).pk, "grounds": GROUNDS, "at": NOW, **changed}
    return operations.file_objection(actor=actor or neighbour(world), **given)


def answer(world: World, found: Dispute, **changed: Any) -> Dispute:
    given = {"dispute_id": found.pk, "version": found.version, "answer": ANSWER, "at": NOW, **changed}
    return operations.answer_objection(actor=given.pop("actor", world.team), **given)


def rule(actor: Actor, found: Dispute, outcome: str = "dismissed", **changed: Any) -> Dispute:
    given = {"version": found.version, "ruling": RULING, "at": NOW + timedelta(hours=1), **changed}
    return operations.rule(actor=actor, dispute_id=found.pk, outcome=outcome, **given)


def refused(code: str, act: Any, *args: Any, **given: Any) -> Refusal:
    """Have something refused, for this reason and in words that have no empty place."""
    with pytest.raises(Refusal) as found:
        act(*args, **given)
    assert found.value.code == code
    assert "%(" not in found.value.text
    return found.value


def rejected(world: World) -> tuple[Call, Proposal]:
    """Bring a call under review and have the officer reject its first proposal."""
    call = bring(world, make_call(world), "review", proposals=1)
    one = first(call)
    done = operations.decide(
        actor=world.officer, proposal_id=one.pk, version=one.version, decision="reject", reason="超出范围",
        at=day("review", 3),
    )  # fmt: skip
    return call, done


def appeal(world: World, proposal: Proposal, at: datetime | None = None, **changed: Any) -> Dispute:
    given = {"proposal_id": proposal.pk, "grounds": GROUNDS, "at": at or day("review", 4), **changed}
    return operations.file_appeal(actor=given.pop("actor", world.team), **given)


def home_of(place: int) -> str:
    """Give the community of a resident of the world."""
    return (HERE, "370102001003")[place % 2]


def receivers(notice: Notice) -> set[Any]:
    return set(Delivery.objects.filter(notice=notice, channel="app").values_list("person", flat=True))

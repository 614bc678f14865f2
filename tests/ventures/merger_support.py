"""Two teams of a round with like projects, for tests of twins and mergers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shanzhi.kernel.actor import Actor
from shanzhi.ventures import operations, queries
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.demo.projects import PROJECTS, DemoProject
from shanzhi.ventures.models import Call, Merger, Proposal
from shanzhi.ventures.queries import mergers, twins
from tests.ventures.support import FIRST_DAY, World, bring, day, make_call, resident

LAMPS = PROJECTS[0]
LIKE_LAMPS = replace(
    LAMPS,
    title="楼道声控灯：给老楼换新灯",
    team="照亮回家路小队",
    summary="3号楼的楼道灯坏了很多，老人晚上摸黑上下楼，我们想换成声控节能灯。",
    need="三号楼是老楼，无物业，楼道灯坏了没人修，今年春天有老人在楼梯上摔倒。",
    steps=(("清点坏灯", 0, "3号楼", 8), ("更换灯具", 9, "3号楼", 6)),
    lines=(("声控节能灯（含灯座）", "盏", 60, 40, "asked"), ("电工劳务", "人次", 2, 180, "asked")),
    members=(("孙立新", "队长"), ("李桂芳", "记账")),
)
MEALS = PROJECTS[1]


def hand_in(world: World, call: Call, project: DemoProject, place: int, hours: int = 2) -> Proposal:
    """Hand a project in by the resident of this place."""
    return rounds.hand_in(
        call=call, project=project, contact=world.people[place], first_day=FIRST_DAY, at=day("submission", hours)
    )


def pair(world: World, draft: Call | None = None) -> tuple[Proposal, Proposal]:
    """Bring a call to two like projects, the second of which lets itself be found."""
    call = bring(world, draft or make_call(world), "submission", proposals=0)
    first, second = hand_in(world, call, LAMPS, 0), hand_in(world, call, LIKE_LAMPS, 2, 3)
    operations.set_findable(
        actor=leader(world, 2), proposal_id=second.pk, findable=True, at=day("submission", 4)
    )  # fmt: skip
    return first, second


def leader(world: World, place: int) -> Actor:
    """Give the actor of the resident of this place."""
    return resident(world.people[place])


def seen(actor: Actor, proposal: Proposal) -> list[twins.Alike]:
    """Give the twins that somebody is shown of a proposal."""
    found = queries.proposal(viewer=actor, proposal_id=proposal.pk)
    return twins.twins_of(viewer=actor, found=found)


def invited(world: World, first: Proposal, second: Proposal, *, hours: int = 5) -> Merger:
    """Have the first team ask the second."""
    return operations.invite(
        actor=leader(world, 0), proposal_id=first.pk, other_id=second.pk, message="一起做更省钱",
        at=day("submission", hours),
    )  # fmt: skip


def opened(world: World, first: Proposal, second: Proposal) -> Merger:
    """Have both teams show theirs."""
    found = invited(world, first, second)
    return operations.show(actor=leader(world, 2), merger_id=found.pk, at=day("submission", 6))


def planned(world: World, found: Merger, **changed: Any) -> Merger:
    """Keep the budget of the first and the aims of both, so that the limit holds."""
    now = Merger.objects.get(pk=found.pk)
    plan = {**now.plan, "budget": {"first": now.plan["budget"]["first"], "second": [1]}, **changed}
    plan["texts"] = {**now.plan["texts"], "aims": "both", **changed.get("texts", {})}
    return operations.change_plan(
        actor=leader(world, 2), merger_id=now.pk, version=now.version, given=plan, at=day("submission", 7)
    )  # fmt: skip


def digest(world: World, found: Merger) -> str:
    """Give the digest that a leader reads now."""
    together = mergers.merger(viewer=leader(world, 0), merger_id=found.pk).together
    assert together is not None
    return together.digest


def consents(world: World, found: Merger, place: int, *, hours: int = 8) -> Merger:
    """Have a leader consent to what stands now."""
    return operations.consent(
        actor=leader(world, place), merger_id=found.pk, digest=digest(world, found), at=day("submission", hours)
    )  # fmt: skip


def merged(world: World) -> tuple[Merger, Proposal, Proposal]:
    """Merge two like projects into the first."""
    first, second = pair(world)
    found = planned(world, opened(world, first, second))
    consents(world, found, 0)
    found = consents(world, found, 2, hours=9)
    return found, Proposal.objects.get(pk=first.pk), Proposal.objects.get(pk=second.pk)

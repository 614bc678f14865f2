"""A whole round played through the operations: from the call to the award, in told time, the same at each playing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.money import format_yuan
from shanzhi.people.models import Person
from shanzhi.ventures import operations, queries
from shanzhi.ventures.demo.people import HELPERS, as_actor, ensure_areas, ensure_helpers, residents
from shanzhi.ventures.demo.projects import PROJECTS, THEMES, DemoProject
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting

Say = Callable[[str], None]
DAY: Final = timedelta(days=1)
AREA: Final = "370102003"
COMMUNITIES: Final = ("370102003007", "370102003008", "370102003009", "370102003010")
TITLE: Final = "趵突泉街道微创投·演练（示例）"
TITLE_EN: Final = "Baotuquan Subdistrict micro-ventures: rehearsal (synthetic)"
VOTERS: Final = 60
PURSE_FEN: Final = 2_000_000
LIMIT_FEN: Final = 500_000
# First day of each phase, counted from the day on which the call becomes public; END closes the award.
PLAN: Final = {"publicity": 0, "submission": 5, "review": 15, "notice": 22, "voting": 28, "award": 38}
END: Final = 42
RULE: Final = {
    "rule": "equal-shares",
    "satisfaction": "cost",
    "completion": "add1u",
    "ties": ["votes", "cost", "id"],
    "threshold": {"voters": 3, "share": "0", "by_cost": 0},
    "composite": None,
}


@dataclass(frozen=True, slots=True)
class Played:
    """What a played round left: the call, the digest of its result, the winners by their number on the ballot."""

    call_id: UUID
    digest: str
    winners: tuple[str, ...]


def phases(first_day: datetime) -> list[dict[str, Any]]:
    """Lay out the phases from the first day on; each ends when the next starts."""
    starts = [*PLAN.values(), END]
    return [
        {"kind": kind, "starts_at": first_day + start * DAY, "ends_at": first_day + starts[place + 1] * DAY}
        for place, (kind, start) in enumerate(PLAN.items())
    ]


def new_call(
    *, actor: Actor, areas: Sequence[str], title: str, first_day: datetime, at: datetime, title_en: str = ""
) -> Call:
    """Make a call of the demo: approval of up to five projects, Equal Shares, dates from the first day on."""
    return operations.create_call(
        actor=actor,
        areas=areas,
        title=title,
        title_en=title_en,
        about="邻居提、邻居议、邻居选。每个项目最多 5,000 元，钱怎么花、为什么选中，全程公开。（示例）",
        sponsor="历下区民政局（示例）",
        operator="创益园（示例）",
        purse_fen=PURSE_FEN,
        limit_fen=LIMIT_FEN,
        themes=THEMES,
        proposers=["residents", "teams", "organizations"],
        minimum_age=16,
        roll_date=timezone.localtime(first_day + (PLAN["voting"] - 1) * DAY).date(),
        ballot={"kind": "approval", "minimum": 1, "maximum": 5, "blank": True},
        rule=RULE,
        exclusive_groups=["北院空地"],
        notice_days=5,
        phases=phases(first_day),
        synthetic=True,
        at=at,
    )


def content_of(project: DemoProject, first_day: datetime) -> dict[str, Any]:
    """Write a made-up project as what a team types."""
    start = timezone.localtime(first_day).date() + (END + 5) * DAY
    last = max(days for _what, days, _where, _people in project.steps)
    return {
        "title": project.title,
        "summary": project.summary,
        "team_kind": "residents",
        "team_name": project.team,
        "theme": project.theme,
        "need": project.need,
        "aims": project.aims,
        "people_reached": project.people,
        "people_note": project.note,
        "risks": project.risks,
        "starts_on": start,
        "ends_on": start + (last + 20) * DAY,
        "activities": [
            {"title": what, "starts_on": start + days * DAY, "place": where, "people": people}
            for what, days, where, people in project.steps
        ],
        "budget": [
            {"item": item, "unit": unit, "quantity": number, "unit_price_fen": yuan * 100, "source": source}
            for item, unit, number, yuan, source in project.lines
        ],
        "members": [{"name": name, "part": part} for name, part in project.members],
        "truthful": True,
    }


def hand_in(*, call: Call, project: DemoProject, contact: Person, first_day: datetime, at: datetime) -> Proposal:
    """Draft, fill and hand in one proposal, in three operations as a team does."""
    actor = as_actor(contact, at)
    draft = operations.create_proposal(actor=actor, call_id=call.pk, given={"title": project.title}, at=at).proposal
    saved = operations.save_proposal(
        actor=actor, proposal_id=draft.pk, version=draft.version, given=content_of(project, first_day), at=at
    )
    assert not saved.problems, saved.problems
    return operations.submit_proposal(
        actor=actor, proposal_id=draft.pk, version=saved.proposal.version, at=at + timedelta(minutes=20)
    )


def passes(call: Call) -> list[operations.Answer]:
    """Answer every item of a call's check list as met."""
    return [operations.Answer(item["key"], "pass") for item in call.checklist]


def move(actor: Actor, call: Call, at: datetime) -> Call:
    """Move a call into its next phase."""
    call.refresh_from_db(fields=["state"])
    return operations.advance(actor=actor, call_id=call.pk, expected=call.state, at=at)


def cast_ballots(*, call: Call, voters: Sequence[Person], seed: str, at: datetime) -> int:
    """Cast a ballot for each voter, with choices drawn from the seed alone, so that each playing draws the same."""
    poll = Call.objects.get(pk=call.pk).poll
    assert poll is not None  # the vote is open
    codes = list(poll.options.order_by("position").values_list("code", flat=True))
    draw = Random(seed)  # noqa: S311 - made-up ballots
    weights = [draw.random() + 0.2 for _code in codes]
    with voting.told_time():
        for place, voter in enumerate(voters):
            wanted = draw.randint(0, 5)
            chosen = sorted(set(draw.choices(codes, weights, k=wanted)))
            voting.cast(
                actor=as_actor(voter, at), poll_id=poll.pk, choices=chosen, key=f"demo-ballot-{place:05d}", at=at
            )
    return len(voters)


def play(*, at: datetime, say: Say, title: str = TITLE, title_en: str = TITLE_EN) -> Played:
    """Play a whole round that ends at `at`, and say each step. Played again, it gives the same digest."""
    first_day = timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0) - (END + 1) * DAY
    before = first_day - 10 * DAY
    ensure_areas(at=before)
    staff = ensure_helpers(at=before)
    voters = residents(group="ROUND", communities=COMMUNITIES, count=VOTERS, at=before)
    say(f"准备 Prepared: {len(HELPERS)} staff, {len(voters)} synthetic residents of {AREA}")
    runner = staff["district"]
    call = new_call(
        actor=runner,
        areas=[AREA],
        title=title,
        title_en=title_en,
        first_day=first_day,
        at=first_day - DAY,
    )
    say(f"起草 Drafted: {call.title}, purse {format_yuan(call.purse_fen)}, limit {format_yuan(call.limit_fen)}")
    _propose(runner, call, voters, first_day, say)
    _review(runner, call, first_day, say)
    return _vote(runner, call, voters, first_day, say)


def _propose(runner: Actor, call: Call, voters: Sequence[Person], first_day: datetime, say: Say) -> None:
    move(runner, call, first_day)
    say("公开 Published: the call is public")
    opened = move(runner, call, first_day + PLAN["submission"] * DAY)
    terms = opened.terms.get(version=1)
    say(f"冻结 Frozen: terms version 1, {terms.digest}")
    for place, project in enumerate(PROJECTS):
        at = first_day + (PLAN["submission"] + 1) * DAY + timedelta(hours=place)
        one = hand_in(call=call, project=project, contact=voters[place], first_day=first_day, at=at)
        if project.exclusive:
            operations.set_exclusive(actor=runner, proposal_id=one.pk, group=project.exclusive, at=at + DAY)
        say(f"申报 Handed in: {one.number:02d} {one.title} {format_yuan(one.amount_fen)}")


def _review(runner: Actor, call: Call, first_day: datetime, say: Say) -> None:
    at = first_day + PLAN["review"] * DAY
    move(runner, call, at)
    waiting = list(queries.review_queue(viewer=runner).filter(call=call))
    mended = _mend(runner, waiting[0], at, say)
    lines = operations.decide_many(
        actor=runner, proposal_ids=[one.pk for one in waiting if one.pk != mended], decision="pass", at=at + 3 * DAY
    )
    say(f"评审 Reviewed: {sum(line.refusal is None for line in lines) + 1} passed, 1 after mending")
    one = Proposal.objects.get(call=call, number=len(PROJECTS))
    operations.withdraw_proposal(
        actor=as_actor(_contact(one), at), proposal_id=one.pk, reason="队长出差，人手不够，下一轮再报", at=at + 4 * DAY
    )
    say(f"撤回 Withdrawn: {one.number:02d} {one.title}")


def _contact(proposal: Proposal) -> Person:
    assert proposal.contact is not None  # every played proposal has its contact person
    return proposal.contact


def _mend(runner: Actor, one: Proposal, at: datetime, say: Say) -> UUID:
    """Return a proposal, have its team mend it, pass it."""
    returned = operations.decide(
        actor=runner,
        proposal_id=one.pk,
        version=one.version,
        decision="return",
        answers=[operations.Answer("budget", "fail", "请补写价格依据")],
        reason="预算单价请写明依据",
        deadline=at + 4 * DAY,
        at=at + timedelta(hours=1),
    )
    team = as_actor(_contact(returned), at)
    saved = operations.save_proposal(
        actor=team,
        proposal_id=one.pk,
        version=returned.version,
        given={"people_note": returned.people_note + "；单价为两家店询价的低者"},
        at=at + DAY,
    ).proposal
    again = operations.submit_proposal(actor=team, proposal_id=one.pk, version=saved.version, at=at + DAY)
    say(f"退回 Returned and mended: {again.number:02d} {again.title}")
    operations.decide(
        actor=runner,
        proposal_id=one.pk,
        version=again.version,
        decision="pass",
        answers=passes(one.call),
        at=at + 2 * DAY,
    )
    return one.pk


def _vote(runner: Actor, call: Call, voters: Sequence[Person], first_day: datetime, say: Say) -> Played:
    move(runner, call, first_day + PLAN["notice"] * DAY)
    say("公示 Notice given: the list of passed proposals is public")
    total = operations.draw_roll(actor=runner, call_id=call.pk, at=first_day + (PLAN["voting"] - 1) * DAY)
    say(f"名册 Roll drawn: {total} voters")
    move(runner, call, first_day + PLAN["voting"] * DAY)
    count = cast_ballots(call=call, voters=voters, seed="shanzhi round", at=first_day + (PLAN["voting"] + 1) * DAY)
    say(f"投票 Voted: {count} sealed ballots")
    decided = move(runner, call, first_day + PLAN["award"] * DAY)
    for award in queries.awards(viewer=runner, call_id=call.pk):
        money = format_yuan(award.amount_fen)
        say(f"立项 Award {award.position}: {award.proposal.title} {money} - {award.reason['zh']}")
    move(runner, call, first_day + END * DAY)
    winners = tuple(
        f"{number:03d}" for number in decided.awards.order_by("position").values_list("proposal__number", flat=True)
    )
    say(f"结果 Result: {decided.result_digest}")
    return Played(call.pk, decided.result_digest, winners)

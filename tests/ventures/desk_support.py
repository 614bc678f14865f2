"""Rounds in each of their states for the tests of the desk, laid around the real moment, for pages ask the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.demo.rounds import DAY, PLAN, hand_in, move, new_call, passes
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting
from tests.support import people

AREA: Final = "370102001"
COMMUNITY: Final = "370102001002"
COMMUNITIES: Final = ("370102001002", "370102001003", "370102001006", "370102001008")
OUTSIDE: Final = "110114012035"
SYSTEM: Final = Actor.system("test")
COMPOSITE: Final = {
    "rule": "composite",
    "completion": "none",
    "ties": ["votes", "id"],
    "threshold": {"voters": 0, "share": "0", "by_cost": 0},
    "composite": {"vote_weight": "1/2", "jury_weight": "1/2", "least_votes_share": "0", "least_jury_score": 0},
}


def officer(area: str = AREA, role: Role = Role.SUBDISTRICT_OFFICER) -> Client:
    """Give a browser signed in as one who runs rounds in an area."""
    return people.client_for(role, area)


def _today() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


def first_day(state: str, days: int = 1) -> datetime:
    """Give the first day of a round whose phase `state` began `days` days ago."""
    return _today() - (PLAN[state] + days) * DAY


def a_draft(title: str = "微创投（示例）") -> Call:
    """Make a draft with all its parts, which could be published now."""
    start = first_day("publicity")
    return new_call(actor=SYSTEM, areas=[AREA], title=title, first_day=start, at=start - DAY)


def a_call(state: str, title: str = "微创投（示例）", *, days: int = 1) -> Call:
    """Make a call that entered publicity or submission `days` days ago."""
    start = first_day(state, days)
    call = new_call(actor=SYSTEM, areas=[AREA], title=title, first_day=start, at=start - DAY)
    for kind in ("publicity", "submission")[: 2 if state == "submission" else 1]:
        call = move(SYSTEM, call, start + PLAN[kind] * DAY)
    return call


def under_review(count: int = 3, title: str = "微创投（示例）", **fields: Any) -> tuple[Call, list[Proposal]]:
    """Make a call under review since yesterday, with proposals handed in by residents."""
    return _to_review(first_day("review"), count, title, fields)


def under_notice(count: int = 2, *, days: int = 1, **fields: Any) -> tuple[Call, list[Proposal]]:
    """Make a call whose notice began `days` days ago."""
    return _to_notice(first_day("notice", days), count, fields)


def _to_review(start: datetime, count: int, title: str, fields: dict[str, Any]) -> tuple[Call, list[Proposal]]:
    call = new_call(actor=SYSTEM, areas=[AREA], title=title, first_day=start, at=start - DAY)
    if fields:
        saved = operations.save_call(actor=SYSTEM, call_id=call.pk, version=1, given=fields, at=start - DAY)
        assert not saved.problems
    call = move(SYSTEM, call, start)
    call = move(SYSTEM, call, start + PLAN["submission"] * DAY)
    made = [
        hand_in(
            call=call,
            project=PROJECTS[place],
            contact=people.a_person(COMMUNITIES[place % len(COMMUNITIES)], name=f"示例{place}"),
            first_day=start,
            at=start + (PLAN["submission"] + 1) * DAY,
        )
        for place in range(count)
    ]
    return move(SYSTEM, call, start + PLAN["review"] * DAY), made


def _to_notice(start: datetime, count: int, fields: dict[str, Any]) -> tuple[Call, list[Proposal]]:
    call, made = _to_review(start, count, "公示中（示例）", fields)
    reviewer = people.an_actor(Role.SUBDISTRICT_OFFICER, AREA)
    pass_all(reviewer, made, at=start + (PLAN["review"] + 1) * DAY)
    return move(SYSTEM, call, start + PLAN["notice"] * DAY), made


def pass_all(reviewer: Actor, made: Sequence[Proposal], *, at: datetime) -> None:
    """Pass proposals."""
    for one in made:
        operations.decide(
            actor=reviewer, proposal_id=one.pk, version=one.version, decision="pass", answers=passes(one.call), at=at
        )


def hand_in_late(call: Call, place: int) -> Proposal:
    """Put one more proposal of the demo among those handed in, as if it had come in time."""
    first = call.phases.get(kind="publicity").starts_at
    contact = people.a_person(COMMUNITIES[place % len(COMMUNITIES)], name=f"示例{place}")
    project = PROJECTS[place]
    return Proposal.objects.create(
        call=call,
        number=100 + place,
        state="submitted",
        title=project.title,
        team_name=project.team,
        community=contact.area,
        contact=contact,
        amount_fen=100_00,
        created_at=first,
        changed_at=first,
        submitted_at=first,
        review_round=1,
    )


def at_the_award() -> Call:
    """Make a call decided by jury and votes, whose pitches are over."""
    begun = _today() - 45 * DAY
    starts = {**{kind: day for kind, day in PLAN.items() if kind != "award"}, "pitch": 36, "award": 38}
    ends = [*list(starts.values())[1:], 60]
    phases = [
        {"kind": kind, "starts_at": begun + day * DAY, "ends_at": begun + ends[place] * DAY}
        for place, (kind, day) in enumerate(starts.items())
    ]
    call, _made = _to_notice(begun, 2, {"rule": COMPOSITE, "phases": phases})
    operations.draw_roll(actor=SYSTEM, call_id=call.pk, at=begun + (PLAN["voting"] - 1) * DAY)
    with voting.told_time():
        for kind in ("voting", "pitch"):
            call = move(SYSTEM, call, begun + starts[kind] * DAY)
    return call

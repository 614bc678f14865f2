"""What the permission table of the rounds is made of: calls in each state, and rows by groups of roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.ventures import operations
from shanzhi.ventures.demo.people import as_actor
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.demo.rounds import DAY, PLAN, hand_in, move, new_call
from shanzhi.ventures.models import Call, Proposal
from tests.support import people
from tests.support.permissions import WHO, Expected, Row
from tests.ventures.desk_support import SYSTEM, first_day

COMMUNITY: Final = "370102001002"
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea735"
    "81840000000049454e44ae426082"
)
Path = Callable[[], str]


def made(state: str) -> Call:
    """Make a call of the community in a state: draft, submission, review (one proposal), notice (one that passed)."""
    start = first_day("publicity" if state == "draft" else state)
    call = new_call(actor=SYSTEM, areas=[COMMUNITY], title="一个社区的微创投（示例）", first_day=start, at=start - DAY)
    if state == "draft":
        return call
    for kind in list(PLAN)[: list(PLAN).index(state) + 1]:
        call = move(SYSTEM, call, start + PLAN[kind] * DAY)
        if kind == "submission" and state != "submission":
            _propose(call, state, start)
        if kind == "review" and state == "notice":
            officer = people.an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY)
            ids = list(call.proposals.values_list("pk", flat=True))
            operations.decide_many(
                actor=officer, proposal_ids=ids, decision="pass", at=start + (PLAN["review"] + 1) * DAY
            )
    return call


def _propose(call: Call, state: str, start: Any) -> None:
    contact = people.a_person(COMMUNITY, name="示例团队")
    at = start + (PLAN["submission"] + 1) * DAY
    one = hand_in(call=call, project=PROJECTS[0], contact=contact, first_day=start, at=at)
    if state == "review":
        # returned, so that the team may put a file beside it, and handed in again
        officer = people.an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY)
        returned = operations.decide(
            actor=officer, proposal_id=one.pk, version=one.version, decision="return", reason="请附照片",
            deadline=at + 2 * DAY, at=at + DAY / 2,
        )  # fmt: skip
        team = as_actor(contact, at)
        operations.attach(actor=team, proposal_id=one.pk, name="照片.png", content=PNG, at=at + DAY)
        version = Proposal.objects.get(pk=returned.pk).version
        operations.submit_proposal(actor=team, proposal_id=one.pk, version=version, at=at + DAY)


def cancelled() -> Call:
    call = made("draft")
    return operations.cancel_call(actor=SYSTEM, call_id=call.pk, reason="取消", at=timezone.now())


def of_call(state: str, path: str) -> Path:
    """Give the address of a page of a call in this state."""
    return lambda: path.format((cancelled() if state == "cancelled" else made(state)).pk)


def of_proposal(state: str, path: str) -> Path:
    """Give the address of a page of the proposal of a call in this state."""

    def address() -> str:
        one = made(state).proposals.get()
        file = one.attachments.first()
        return path.format(one.pk, file=file.pk if file else "")

    return address


def several(groups: dict[tuple[Any, ...], Expected], others: Expected, path: Path | str, **row: Any) -> Row:
    """Make a row of groups of roles, each with its status inside and outside; a later group wins."""
    expected: dict[str, Expected] = dict.fromkeys(WHO, others)
    for roles, status in groups.items():
        expected |= dict.fromkeys(roles, status)
    return Row(path, expected, **row)

"""The site of the benchmark of the audit: a round that takes proposals, and a team; loaded once Django is set up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.people.texts import PRIVACY
from shanzhi.ventures.demo.people import residents
from shanzhi.ventures.demo.rounds import DAY, PLAN, move, new_call
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.operations import create_proposal

AREA = "370102001"
COMMUNITY = "370102001002"
PURPOSE = PRIVACY.purpose
SYSTEM = Actor.system("benchmark")
now = timezone.now


def durable() -> bool:
    """Tell whether the server flushes each commit to the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')")
        return [row[0] for row in cursor.fetchall()] == ["on", "on"]


def resident(group: str = "C") -> tuple[Actor, datetime]:
    """Make a resident; gives the actor and the moment."""
    at = now()
    (person,) = residents(group=group, communities=[COMMUNITY], count=1, at=at)
    return actor_of_person(person_id=person.pk, at=at), at


def team_with_draft() -> tuple[Actor, Proposal, datetime]:
    """Begin a draft in a round that takes proposals."""
    actor, at = resident("T")
    first_day = at - (PLAN["submission"] + 1) * DAY
    call = new_call(actor=SYSTEM, areas=[AREA], title="示例", first_day=first_day, at=first_day - DAY)
    for kind in ("publicity", "submission"):
        call = move(SYSTEM, call, first_day + PLAN[kind] * DAY)
    return actor, create_proposal(actor=actor, call_id=call.pk, at=at).proposal, at


def content(number: int) -> dict[str, Any]:
    """Write a mid-sized draft, each number another one."""
    words = f"第 {number} 稿：" + "楼道里的灯坏了很久，老人晚上不敢出门。" * 10
    return {
        "title": f"三单元亮起来 {number}",
        "summary": words[:400],
        "need": words,
        "aims": words,
        "risks": words,
        "people_reached": 100 + number,
        "activities": [
            {"title": f"第 {row} 次活动 {number}", "place": "社区活动室", "people": 20, "detail": words[:200]}
            for row in range(5)
        ],
        "budget": [
            {"item": f"灯具 {row}", "unit": "盏", "quantity": "2", "unit_price_fen": 100 + number, "source": "asked"}
            for row in range(8)
        ],
        "members": [{"name": f"示例{number}", "part": "志愿者"} for _row in range(4)],
    }

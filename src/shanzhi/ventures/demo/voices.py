"""What neighbours say of the demo's projects, and who backs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo.people import as_actor
from shanzhi.ventures.models import Call

# The place of a project among those handed in; what a neighbour says; what its team answers.
TALK: Final[tuple[tuple[int, str, str], ...]] = (
    (
        0,
        "灯装在每层的哪一侧？我家门口那盏一直对着窗户，晚上有点晃眼。",
        "装在楼梯拐角，朝下照；您家那层我们会先请您看过位置再装。",
    ),
    (0, "支持。值班表能不能贴在楼门口，灯坏了知道找谁？", "可以，会贴在每个单元门内侧，写联系电话和值班时间。"),
    (0, "三楼以上的老人多，请先换高层。", ""),
    (1, "开放时间能不能照顾上班的人，比如周六下午？", "周六 14:00 至 17:00 已列入活动安排。"),
)
BACKERS: Final = (9, 6, 4)


MENDED: Final = "灯坏了由值班小组三天内换好，保修两年写进合同。"


def mend(call: Call, reviewer: Actor, at: datetime) -> None:
    """Have the first project returned and handed in again, so that its versions differ."""
    first = call.proposals.order_by("number").first()
    if first is None or first.contact is None:
        return
    returned = operations.decide(
        actor=reviewer, proposal_id=first.pk, version=first.version, decision="return",
        reason="请写明灯具坏了怎么办", deadline=at + timedelta(days=3), at=at,
    )  # fmt: skip
    team, later = as_actor(first.contact, at), at + timedelta(hours=3)
    risks = first.risks.replace("两人", "三人") + MENDED
    saved = operations.save_proposal(
        actor=team, proposal_id=first.pk, version=returned.version, given={"risks": risks}, at=later
    )
    operations.submit_proposal(actor=team, proposal_id=first.pk, version=saved.proposal.version, at=later)


def speak(call: Call, neighbours: Sequence[Person], at: datetime) -> None:
    """Have neighbours who are of no team back projects and comment, and teams answer; the call is under notice."""
    projects = list(call.proposals.filter(state="passed").order_by("number"))
    for place, number in enumerate(BACKERS):
        for person in neighbours[:number]:
            operations.endorse(actor=as_actor(person, at), proposal_id=projects[place].pk, at=at)
    for order, (place, words, reply) in enumerate(TALK):
        said_at = at + timedelta(hours=order)
        speaker, project = neighbours[order], projects[place]
        said = operations.write_comment(actor=as_actor(speaker, at), proposal_id=project.pk, words=words, at=said_at)
        if reply and project.contact is not None:
            team = as_actor(project.contact, at)
            operations.answer_comment(actor=team, comment_id=said.pk, words=reply, at=said_at + timedelta(minutes=40))

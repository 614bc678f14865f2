"""Two won proposals of a closed round in the small district of the rounds' tests, and their projects on the way."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Delivery
from shanzhi.projects import operations
from shanzhi.projects.models import Activity, Project, Report
from shanzhi.ventures.models import Award, Call, Proposal
from tests.ventures.support import HERE, World, bring, day, make_call, make_world, resident, staff

NOW: Final = day("award", 24 * 10)
START: Final = NOW.date()
END: Final = START + timedelta(days=100)
PLAN: Final = operations.Plan(START, END)
DAY: Final = timedelta(days=1)
MIDTERM: Final = {"progress": 8, "residents": 7, "money": 9, "papers": 6}
COMPLETION: Final = {"aims": 8, "benefit": 8, "team": 7, "money": 9, "lasting": 6}


@dataclass
class Ground:
    """Who is there, and the round with its won proposals; the first is a project that has begun."""

    world: World
    call: Call
    project: Project
    other: Proposal
    workers: list[Actor]

    @property
    def officer(self) -> Actor:
        """Who runs the round."""
        return self.world.officer

    @property
    def team(self) -> Actor:
        """The contact person of the project."""
        return self.world.team

    @property
    def neighbour(self) -> Actor:
        """A resident who is of no team."""
        return resident(self.world.people[7])

    def fresh(self) -> Project:
        """Give the project as it is now."""
        self.project = Project.objects.select_related("proposal", "proposal__call").get(pk=self.project.pk)
        return self.project


def won_round(world: World) -> Call:
    """Make a closed round with two won proposals, straight in the tables: how they won is the rounds' matter."""
    call = bring(world, make_call(world), "review", proposals=2)
    for place, one in enumerate(call.proposals.order_by("number"), 1):
        Proposal.objects.filter(pk=one.pk).update(state="won")
        Award.objects.create(
            call=call, proposal=one, position=place, amount_fen=one.amount_fen, created_at=NOW,
            reason={"zh": "得票最多", "en": "Most votes"},
        )  # fmt: skip
    Call.objects.filter(pk=call.pk).update(state="closed")
    call.refresh_from_db()
    return call


def make_ground() -> Ground:
    """Make the district, the round, and begin the first project."""
    world = make_world()
    call = won_round(world)
    first, second = call.proposals.order_by("number")
    (project,) = operations.begin_projects(
        actor=world.officer, call_id=call.pk, plan=PLAN, proposal_ids=[first.pk], at=NOW
    )
    return Ground(world, call, project, second, [world.worker, staff(Role.SOCIAL_WORKER, HERE, 104)])


def planned(ground: Ground, after: timedelta = 10 * DAY, **changed: Any) -> Activity:
    """Plan an activity some days after the beginning."""
    given = {"title": "楼道灯认领日", "place": "3 号楼前", "starts_at": NOW + after, "expected": 30, **changed}
    return operations.plan_activity(
        actor=ground.team, project_id=ground.project.pk, given=operations.Given(**given), at=NOW
    )


def reported(ground: Ground, after: timedelta = 10 * DAY, *, photos: tuple[operations.Shot, ...] = ()) -> Activity:
    """Hold an activity and tell of it."""
    one = planned(ground, after)
    told = operations.Told(attended=25, helpers=4, summary="二十五位邻居认领了楼道灯。", photos=photos)
    return operations.report_activity(actor=ground.team, activity_id=one.pk, told=told, at=NOW + after + DAY)


def handed_in(ground: Ground, kind: str = "midterm", at: datetime | None = None) -> Report:
    """Hand a report in."""
    return operations.hand_in_report(
        actor=ground.team, project_id=ground.project.pk, kind=kind, done="办了一次活动。", at=at or NOW + 50 * DAY
    )


def marked(ground: Ground, report: Report, points: dict[str, int], at: datetime | None = None) -> None:
    """Have both social workers give these points."""
    for worker in ground.workers:
        operations.give_sheet(
            actor=worker, report_id=report.pk, points=points, comment="", at=at or report.handed_in_at + DAY
        )


def decided(ground: Ground, report: Report, outcome: str = "pass", at: datetime | None = None) -> Any:
    """Decide on a report as who runs the round."""
    return operations.decide_report(
        actor=ground.officer,
        report_id=report.pk,
        outcome=outcome,
        comment="材料齐全。",
        at=at or report.handed_in_at + 2 * DAY,
    )


def through_midterm(ground: Ground, *, points: dict[str, int] | None = None, outcome: str = "pass") -> Project:
    """Bring a project through its mid-term and the public notice."""
    report = handed_in(ground)
    marked(ground, report, points or MIDTERM)
    decided(ground, report, outcome)
    operations.confirm_over(actor=Actor.system("clock"), at=report.handed_in_at + 9 * DAY)
    return ground.fresh()


def through_completion(ground: Ground, *, points: dict[str, int] | None = None, outcome: str = "pass") -> Project:
    """Bring a project that passed its mid-term to its end."""
    report = handed_in(ground, "completion", NOW + 90 * DAY)
    marked(ground, report, points or COMPLETION)
    decided(ground, report, outcome)
    return ground.fresh()


def refused(code: str, act: Any, *args: Any, **given: Any) -> Refusal:
    """Have something refused, for this reason and in words that have no empty place."""
    with pytest.raises(Refusal) as found:
        act(*args, **given)
    assert found.value.code == code, found.value
    assert "%(" not in found.value.text
    return found.value


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def a_png(*more: tuple[bytes, bytes], shade: int = 120) -> bytes:
    """Make a real PNG of one grey pixel, with more chunks before its data."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = _chunk(b"IDAT", zlib.compress(bytes([0, shade])))
    extra = b"".join(_chunk(*one) for one in more)
    return b"\x89PNG\r\n\x1a\n" + head + extra + data + _chunk(b"IEND", b"")


def make_everything(at: datetime | None = None) -> tuple[Ground, Activity]:
    """Make a project under mid-term notice with something of everything; gives it and an activity of today."""
    ground = make_ground()
    worker = ground.workers[0]
    operations.assign_mentor(actor=ground.officer, project_id=ground.project.pk, person_id=worker.person(), at=NOW)
    shots = (operations.Shot(a_png(), "邻居们在换灯", shown=True), operations.Shot(a_png(shade=9), "里屋"))
    reported(ground, photos=shots)
    planned(ground, 80 * DAY)
    step = operations.PlannedStep("补签到表", "队长", START + 60 * DAY)
    note = operations.VisitNote(START + 5 * DAY, "进展顺利", strengths="居民主动", problems="签到不全", steps=[step])
    visit = operations.write_visit(actor=worker, project_id=ground.project.pk, given=note, at=NOW + 6 * DAY)
    operations.finish_step(actor=ground.team, step_id=visit.steps.get().pk, at=NOW + 7 * DAY)
    report = handed_in(ground)
    marked(ground, report, MIDTERM)
    decided(ground, report)
    operations.file_objection(
        actor=ground.neighbour, project_id=ground.project.pk, grounds="签到表不全", at=report.handed_in_at + 3 * DAY
    )
    operations.plan_ceremony(
        actor=ground.officer, area=ground.call.area, title="结业礼（示例）", held_on=START, place="街道礼堂", at=NOW
    )
    today = planned(ground, 81 * DAY)
    Activity.objects.filter(pk=today.pk).update(starts_at=(at or timezone.now()) - timedelta(hours=1))
    today.refresh_from_db()
    ground.fresh()
    return ground, today


def told(kind: str) -> set[Any]:
    """Give who was told by notices of a kind."""
    return set(Delivery.objects.filter(notice__kind=kind, channel="app").values_list("person", flat=True))

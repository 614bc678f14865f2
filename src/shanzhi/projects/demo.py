"""What `make demo` loads of projects: an earlier round is played, and what won in it is carried out. All is made up.

One project has graduated, one is completed, one has passed its mid-term, one stands under public notice, and the rest
have just begun. Whatever is done, an operation did it, in told time.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import RoleGrant
from shanzhi.projects import operations
from shanzhi.projects.models import Activity, Project, Report
from shanzhi.projects.operations.feedback import link_of
from shanzhi.projects.queries.rules import criteria
from shanzhi.ventures import demo as rounds
from shanzhi.ventures.demo.people import as_actor, ensure_helpers
from shanzhi.ventures.models import Call

Progress = Callable[[str, int, int], None]
DAY: Final = timedelta(days=1)
TITLE: Final = "趵突泉街道微创投·上一轮（示例）"
TITLE_EN: Final = "Baotuquan Subdistrict micro-ventures: last round (synthetic)"
ENDED: Final = 160 * DAY
RUN: Final = 140
STEP: Final = "项目实施 Projects"


def load(*, at: datetime, progress: Progress) -> None:
    """Load the projects unless they are there, whole or not at all; `at` is now.

    A demo that an earlier version of the program loaded has staff who hold their roles since too short a time; there
    nothing is loaded.
    """
    begins = at - ENDED
    if not Call.objects.filter(title=TITLE).exists() and _staffed(begins - 60 * DAY):
        with transaction.atomic():
            played = rounds.play(at=begins, say=lambda _words: None, title=TITLE, title_en=TITLE_EN)
            carry_out(call=Call.objects.get(pk=played.call_id), since=begins + DAY, at=at)
    progress(STEP, 1, 1)


def _staffed(since: datetime) -> bool:
    return RoleGrant.objects.filter(role="district_officer", starts_at__lte=since).exists()


def carry_out(*, call: Call, since: datetime, at: datetime) -> list[Project]:
    """Begin what won in a closed round, and bring the projects different ways along; `since` is the beginning."""
    staff = ensure_helpers(at=since)
    start = timezone.localdate(since)
    plan = operations.Plan(start, start + RUN * DAY)
    begun = operations.begin_projects(actor=staff["district"], call_id=call.pk, plan=plan, at=since)
    operations.assign_mentor(
        actor=staff["district"], project_id=begun[0].pk, person_id=staff["operator"].person(), at=since + DAY
    )
    ways: tuple[Callable[[dict[str, Actor], Project, datetime], None], ...] = (_complete, _complete, _passed, _noticed)
    for project, way in zip(begun, ways, strict=False):
        way(staff, project, since)
    _graduate(staff, call, begun[0], since)
    for project in begun[4:]:
        _activity(project, "启动会", since + 12 * DAY, since)
    operations.run_clock(at=at)
    return begun


def _team(project: Project, at: datetime) -> Actor:
    assert project.proposal.contact is not None  # every played proposal has its contact person
    return as_actor(project.proposal.contact, at)


def _activity(project: Project, title: str, when: datetime, since: datetime) -> Activity:
    """Plan and announce an activity."""
    step = project.proposal.activities.order_by("position").first()
    given = operations.Given(
        title=title, place=step.place if step and step.place else "居委会活动室", starts_at=when, expected=30,
        about="欢迎邻居参加，无需报名。（示例）",
    )  # fmt: skip
    team = _team(project, since)
    one = operations.plan_activity(actor=team, project_id=project.pk, given=given, at=since)
    return operations.announce_activity(actor=team, activity_id=one.pk, at=max(since, when - 8 * DAY))


def _held(project: Project, title: str, when: datetime, since: datetime, people: int) -> None:
    """Hold an activity, tell of it with a picture, and have some of those who came say how it was."""
    one = _activity(project, title, when, since)
    shot = operations.Shot(picture(people), f"{title}现场（示例图片）", shown=True)
    told = operations.Told(people, f"来了 {people} 位邻居，大家一起动手。（示例）", people // 6, [shot])
    operations.report_activity(actor=_team(project, when), activity_id=one.pk, told=told, at=when + DAY)
    for place, rating in enumerate((5, 4, 5)):
        said = "下次还来（示例）" if place == 0 else ""
        operations.give_feedback(token=link_of(one), rating=rating, said=said, at=when + timedelta(hours=2 + place))


def _marked(staff: dict[str, Actor], report: Report, kind: str, at: datetime) -> None:
    """Have two reviewers give their points and the officer decide."""
    keys = [one["key"] for one in criteria(report.project.rules, kind)]
    for place, login in enumerate(("operator", "administrator")):
        points = {key: 7 + (number + place) % 3 for number, key in enumerate(keys)}
        operations.give_sheet(actor=staff[login], report_id=report.pk, points=points, comment="（示例）", at=at)
    operations.decide_report(
        actor=staff["district"],
        report_id=report.pk,
        outcome="pass",
        comment="资料齐全，居民参与好。（示例）",
        at=at + DAY,
    )


def _hand_in(project: Project, kind: str, at: datetime) -> Report:
    return operations.hand_in_report(
        actor=_team(project, at), project_id=project.pk, kind=kind, at=at,
        done="按计划开展了活动，邻居们轮流值日。（示例）", problems="冬天参加的人少一些。（示例）",
        ahead="把值日表交给楼门组。（示例）",
    )  # fmt: skip


def _noticed(staff: dict[str, Actor], project: Project, since: datetime) -> None:
    """One activity, and a mid-term result whose notice has begun: handed in late, it waits as objections may come."""
    _held(project, "第一次活动", since + 20 * DAY, since, 24)
    report = _hand_in(project, "midterm", since + 155 * DAY)
    _marked(staff, report, "midterm", since + 156 * DAY)


def _passed(staff: dict[str, Actor], project: Project, since: datetime) -> None:
    """Two activities, a visit, and a mid-term that is passed."""
    _held(project, "第一次活动", since + 20 * DAY, since, 24)
    _held(project, "第二次活动", since + 40 * DAY, since, 31)
    steps = [operations.PlannedStep("补齐签到表", "记账人", timezone.localdate(since) + 60 * DAY)]
    note = operations.VisitNote(
        timezone.localdate(since) + 45 * DAY, "进展顺利，邻居愿意来。（示例）", strengths="居民自己安排值日",
        problems="签到表不全，建议每次活动后当天补齐", steps=steps,
    )  # fmt: skip
    visit = operations.write_visit(actor=staff["operator"], project_id=project.pk, given=note, at=since + 46 * DAY)
    step = visit.steps.get()
    operations.finish_step(actor=_team(project, since), step_id=step.pk, at=since + 58 * DAY)
    report = _hand_in(project, "midterm", since + 69 * DAY)
    _marked(staff, report, "midterm", since + 72 * DAY)
    operations.confirm_midterm(actor=staff["district"], project_id=project.pk, at=since + 80 * DAY)


def _complete(staff: dict[str, Actor], project: Project, since: datetime) -> None:
    """All of it, to a completion report that has passed."""
    _passed(staff, project, since)
    _held(project, "邻居成果展", since + 110 * DAY, since + 90 * DAY, 56)
    report = _hand_in(project, "completion", since + 138 * DAY)
    _marked(staff, report, "completion", since + 142 * DAY)


def _graduate(staff: dict[str, Actor], call: Call, project: Project, since: datetime) -> None:
    day: date = timezone.localdate(since) + 150 * DAY
    officer = staff["district"]
    made = operations.plan_ceremony(
        actor=officer, area=call.area, title="趵突泉街道微创投结业礼（示例）", held_on=day,
        place="街道文化中心（示例地址）",
        synthetic=True, at=since + 144 * DAY,
    )  # fmt: skip
    listed = operations.list_projects(
        actor=officer, ceremony_id=made.pk, version=made.version, project_ids=[project.pk], at=since + 145 * DAY
    )
    operations.hold_ceremony(actor=officer, ceremony_id=made.pk, version=listed.version, at=since + 150 * DAY)


def picture(seed: int) -> bytes:
    """Draw a made-up picture, a PNG of 64 by 48: a sky, a ground, and as many dots as fit for the neighbours."""
    width, height = 64, 48
    rows = []
    for y in range(height):
        line = bytearray([0])
        for x in range(width):
            ground = y > height * 2 // 3
            dot = ground and (x * 7 + y * 13 + seed) % 23 == 0
            line += bytes((11, 110, 99) if dot else (222, 218, 209) if ground else (180, 205, 215))
        rows.append(bytes(line))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body

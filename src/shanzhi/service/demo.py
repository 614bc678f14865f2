"""What `make demo` loads of service: months of records of the demo's teams, stars, thanks, certificates; all made up.

Whatever is done, an operation did it: recorded by one, verified by another after the notice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Account
from shanzhi.service import operations
from shanzhi.service.models import ServiceRecord
from shanzhi.service.operations import Organiser, Paper, Row
from shanzhi.volunteering.models import Team, TeamMember, Volunteer

Progress = Callable[[str, int, int], None]
RECORDER, SECOND = Actor.system("demo"), Actor.system("demo check")
STEP: Final = "服务记录 Service records"
WEEKS: Final = 10
TASKS: Final = (
    ("events", "社区活动现场引导与布置（示例）", 12), ("clean_up", "清理楼道杂物和绿地（示例）", 30),
    ("visit_elders", "上门看望独居老人，陪聊、代买（示例）", 6),
)  # fmt: skip
# Days of eight hours, so that some have one star and one has two.
LONG_DAYS: Final = (42, 16, 15)
NOTES: Final = ("谢谢您每周来看望我，屋里亮堂多了（示例）。", "手机终于会用了，谢谢老师耐心（示例）。")


def load(*, at: datetime, progress: Progress) -> None:
    """Load records unless they are there, whole or not at all; `at` is now."""
    teams = list(Team.objects.filter(synthetic=True, state="active").order_by("created_at", "name"))
    steps = len(teams) + 2
    if teams and not ServiceRecord.objects.exists():
        with transaction.atomic():
            for place, team in enumerate(teams):
                _weeks(team, place, at)
                progress(STEP, place + 1, steps)
            _long_days(teams[0], at)
            _papers(teams[0], at)
            _thanks(at)
    progress(STEP, steps, steps)


def _members(team: Team) -> list[Volunteer]:
    rows = TeamMember.objects.filter(team=team, state="member").select_related("volunteer")
    return [one.volunteer for one in rows.order_by("joined_at", "volunteer__number")]


def _weeks(team: Team, place: int, at: datetime) -> None:
    """Have a team serve each week; the newest weeks are still under notice."""
    members = _members(team)
    for week in range(WEEKS):
        began = at - timedelta(days=7 * week + place + 1)
        code, content, served = TASKS[(week + place) % len(TASKS)]
        rows = [
            Row(one.pk, 60 + 30 * ((number + week) % 3), 9 * 60, served)
            for number, one in enumerate(members)
            if (number + week) % 4
        ]
        _did(team, began, code, content, rows, at)


def _long_days(team: Team, at: datetime) -> None:
    """Give some members so much service that they hold stars."""
    for one, days in zip(_members(team), LONG_DAYS, strict=False):
        for day in range(days):
            began = at - timedelta(days=15 + day)
            _did(team, began, "events", "赛事与展会服务（示例）", [Row(one.pk, 480, 13 * 60, 40, "签到表（示例）")], at)


def _did(team: Team, began: datetime, code: str, content: str, rows: list[Row], at: datetime) -> None:
    """Record what was done on a day, and verify it where the notice is over."""
    made = operations.record_service(
        actor=RECORDER, organiser=Organiser(team_id=team.pk), served_on=timezone.localdate(began), task_code=code,
        content=content, rows=rows, at=began + timedelta(hours=12),
    )  # fmt: skip
    over = began + timedelta(days=8)
    if over < at:
        operations.verify_records(actor=SECOND, record_ids=[one.pk for one in made], at=over)


def _papers(team: Team, at: datetime) -> None:
    """Certify what some did for the committee of the team's community."""
    day: date = timezone.localdate(at)
    paper = Paper(
        day - timedelta(days=80), day, "示例负责人（示例）", "示例经办人（示例）", "社区服务站（示例）", area=team.area
    )  # fmt: skip
    for one in _members(team)[:3]:
        operations.issue_certificate(actor=RECORDER, volunteer_id=one.pk, paper=paper, at=at)


def _thanks(at: datetime) -> None:
    """Have a resident thank those who can be shown as volunteers in the demo; one note waits to be read."""
    writer = Account.objects.filter(login_name="worker").exclude(person=None).first()
    thanked = Volunteer.objects.filter(person__synthetic=True).order_by("joined_at", "number")[: len(NOTES)]
    if writer is None or writer.person_id is None:
        return
    own = actor_of_person(person_id=writer.person_id, at=at)
    for place, (one, words) in enumerate(zip(thanked, NOTES, strict=False)):
        if own.is_person(one.person_id):
            continue
        note = operations.write_thanks(actor=own, number=one.number, words=words, at=at)
        if not place:
            operations.read_thanks(actor=RECORDER, thanks_id=note.pk, shown=True, reason="", at=at)

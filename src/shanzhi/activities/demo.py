"""What `make demo` loads of activities: some twenty of the demo's teams, past and to come, all made up.

Days are counted from the demo's own, so that there is always something to sign up for; operations did whatever is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from shanzhi.activities import operations
from shanzhi.activities.models import Activity, Shift
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.people.actors import actor_of_person
from shanzhi.places import queries as places
from shanzhi.places.models import Measure
from shanzhi.volunteering.models import Team, TeamMember, Volunteer

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
STEP: Final = "志愿活动 Volunteer activities"
BEFORE: Final = timedelta(days=40)
RISKS: Final = "天冷路滑，穿防滑鞋；不独自入户，两人一组；身体不适马上告诉领队。（示例）"
LANGUAGE: Final = {"visit_elders": "dialect"}
"""The language that helps with a kind of task: the old speak the dialect."""
DANGEROUS: Final = "车流较大：站在护栏内侧，穿反光背心，听交警指挥；已投保意外险。（示例）"
# Title, kind of task, place, first day from the demo's own, hour, hours, places, weeks between, how many, state.
PLANS: Final = (
    ("敲门问候独居老人（示例）", "visit_elders", "社区服务站门口", -21, 9, 2, 6, 1, 8, "published"),
    ("陪老人去医院（示例）", "visit_elders", "社区服务站一层", -14, 8, 4, 2, 2, 5, "published"),
    ("代买代办日（示例）", "visit_elders", "便民超市东门", -10, 14, 2, 4, 1, 6, "published"),
    ("手机挂号小课堂（示例）", "events", "居委会二层教室", -28, 14, 2, 5, 1, 9, "published"),
    ("手机防骗一对一（示例）", "events", "社区图书角", 3, 10, 2, 4, 2, 3, "published"),
    ("视频通话拜年准备（示例）", "events", "老年驿站", 12, 14, 2, 6, 0, 1, "published"),
    ("早投放引导（示例）", "clean_up", "三号分类亭", -7, 7, 2, 3, 1, 7, "published"),
    ("晚投放引导（示例）", "clean_up", "五号分类亭", 1, 18, 2, 3, 1, 4, "published"),
    ("可回收物换绿植（示例）", "events", "中心花园", 16, 9, 3, 8, 0, 1, "published"),
    ("社区修家电（示例）", "events", "北门小广场", 8, 9, 3, 5, 4, 3, "published"),
    ("免费测血压（示例）", "events", "社区卫生站", -5, 9, 2, 3, 2, 4, "published"),
    ("路口文明引导（示例）", "traffic", "解放路与历山路路口", 5, 7, 2, 4, 1, 3, "published"),
    ("周末读书会（示例）", "events", "儿童之家", 2, 9, 2, 4, 1, 4, "published"),
    ("手工陪伴课（示例）", "events", "儿童之家活动室", -12, 15, 2, 4, 2, 4, "published"),
    ("楼道大清理（示例）", "clean_up", "一号楼门口", 9, 9, 3, 12, 4, 3, "published"),
    ("绿地除草（示例）", "clean_up", "南侧绿地", -30, 8, 3, 10, 0, 1, "published"),
    ("雨后排水清淤（示例）", "clean_up", "西门集合", 4, 14, 2, 6, 0, 1, "cancelled"),
    ("元旦包饺子（示例）", "events", "社区食堂", 30, 9, 4, 15, 0, 1, "submitted"),
    ("春节前写福字（示例）", "events", "文化活动室", 40, 14, 3, 10, 0, 1, "checked"),
    ("冬季送温暖走访（示例）", "visit_elders", "社区服务站门口", 20, 9, 3, 8, 0, 1, "draft"),
)

# One rough position for each of the plans, in millionths of a degree: inside 历下区, those of a team near one another.
SPOTS: Final = (
    (36_640_000, 117_051_000), (36_653_700, 117_028_000), (36_670_700, 117_036_000), (36_651_400, 117_044_600),
    (36_662_000, 117_081_600), (36_657_700, 117_064_000), (36_649_400, 117_078_300), (36_640_000, 117_068_000),
    (36_631_700, 117_098_700), (36_630_000, 117_084_700), (36_674_700, 117_096_700), (36_662_400, 117_123_300),
    (36_697_700, 117_119_700), (36_644_000, 117_101_700), (36_606_000, 117_119_300), (36_626_400, 117_125_300),
    (36_615_400, 117_111_600), (36_670_400, 117_161_000), (36_693_000, 117_137_300), (36_681_000, 117_147_600),
)  # fmt: skip


def load(*, at: datetime, progress: Progress) -> None:
    """Load activities of the demo's teams unless they are there, whole or not at all; `at` is now."""
    teams = list(Team.objects.filter(synthetic=True, state="active").order_by("created_at", "name")[:6])
    if teams and not Activity.objects.filter(synthetic=True).exists():
        with transaction.atomic():
            for place, row in enumerate(PLANS):
                _load(teams[place * len(teams) // len(PLANS)], row, place, at)
                progress(STEP, place + 1, len(PLANS))
    progress(STEP, len(PLANS), len(PLANS))


def _load(team: Team, row: tuple[Any, ...], place: int, at: datetime) -> None:
    title, task, where, first, hour, hours, places, weeks, many, state = row
    planned = at - BEFORE
    found = operations.plan_activity(
        actor=SYSTEM, team_id=team.pk, plan=_plan(team, title, task, where, place, at), at=planned, synthetic=True
    )
    day = timezone.localdate(at) + timedelta(days=first)
    begins = timezone.make_aware(datetime.combine(day, datetime.min.time().replace(hour=hour)))
    repeats: dict[str, Any] = {}
    if weeks:
        repeats = {"every_weeks": weeks, "until": day + timedelta(weeks=weeks * (many - 1)), "skip": _holidays(day)}
    shifts = operations.add_shifts(
        actor=SYSTEM, activity_id=found.pk, starts_at=begins, ends_at=begins + timedelta(hours=hours), places=places,
        at=planned, **repeats,
    )  # fmt: skip
    given: dict[str, Any] = {"actor": SYSTEM, "activity_id": found.pk}
    if state != "draft":
        handed_in = planned if state != "submitted" else at - timedelta(days=4)
        found = operations.submit_activity(**given, at=handed_in)
    if state in ("checked", "published", "cancelled"):
        operations.check_activity(**given, version=found.version, passed=True, words="", at=planned)
    if state in ("published", "cancelled"):
        operations.publish_activity(**given, at=planned)
        _sign_up(team, shifts, planned)
    if state == "cancelled":
        operations.cancel_activity(**given, reason="连续降雨，改由物业处理。（示例）", at=at)


def _plan(team: Team, title: str, task: str, where: str, place: int, at: datetime) -> operations.Plan:
    dangerous = task == "traffic"
    today = timezone.localdate(at)
    insured: dict[str, Any] = {}
    if dangerous:
        insured = {
            "insurer": "示例保险公司（示例）", "policy_number": "示例-0001",
            "insured_from": today - timedelta(days=60), "insured_until": today + timedelta(days=300),
        }  # fmt: skip
    lat, lng = _spot(team.area, place)
    return operations.Plan(
        area=team.area, task=task, title=title, language=LANGUAGE.get(task, ""),
        what=f"由{team.name}组织，量力而行。", place=where,
        lat=lat, lng=lng, reach="社区服务站（示例电话 0531-0000000）",
        risks=DANGEROUS if dangerous else RISKS, **insured,
    )  # fmt: skip


def _spot(area: str, place: int) -> tuple[int, int]:
    """Give a rough position within some hundred metres of the community's middle, else one of the district."""
    middle = places.figures([area], timezone.localdate()).get(area, {})
    north, east = (getattr(middle.get(one), "value", None) for one in (Measure.LATITUDE, Measure.LONGITUDE))
    if north is None or east is None:
        return SPOTS[place]
    return north + place * 2_300 % 12_000 - 6_000, east + place * 3_700 % 14_000 - 7_000


def _holidays(day: date) -> list[date]:
    """Give the new year's days around a day, which are skipped."""
    return [date(day.year, 1, 1), date(day.year + 1, 1, 1)]


def _sign_up(team: Team, shifts: list[Shift], at: datetime) -> None:
    """Have members of the team sign up in turn; whom a shift does not suit stays away."""
    members = TeamMember.objects.filter(team=team, state="member").select_related("volunteer").order_by("joined_at")
    people: list[Volunteer] = [one.volunteer for one in members]
    for place, shift in enumerate(shifts):
        turn = place % len(people) if people else 0
        wanted = shift.places + 1 if place == 1 else shift.places // 2
        for one in (people[turn:] + people[:turn])[:wanted]:
            try:
                operations.sign_up(
                    actor=actor_of_person(person_id=one.person_id, at=at), shift_id=shift.pk, risks_read=True, at=at
                )
            except Refusal:
                continue

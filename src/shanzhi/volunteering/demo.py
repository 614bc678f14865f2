"""What `make demo` loads of volunteering: skills and tasks as examples, some dozen volunteers, six teams; all made up.

The volunteers are synthetic residents whom the demo put on record before; whatever is done, an operation did it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Account, Person
from shanzhi.places import queries as places
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.models import JoinWay, Team, TeamKind, Volunteer
from shanzhi.volunteering.operations.words import SKILLS

Progress = Callable[[str, int, int], None]
SYSTEM: Final = Actor.system("demo")
DISTRICT: Final = "370102"
COUNT: Final = 36
BEFORE: Final = timedelta(days=90)
STEP: Final = "志愿服务 Volunteering"
SIGN_INS: Final = ("leader", "resident")
WEEKEND: Final = [(6, 480, 1260), (7, 480, 1260)]
"""When those are free who can sign in, so that they find something near."""
# Name, kind, unit, what it does.
TEAMS: Final = (
    ("楼门互助志愿队（示例）", TeamKind.COMMUNITY, "", "照看楼里的独居老人：敲门问候、代买代办。"),
    ("银发手机课堂（示例）", TeamKind.COMMUNITY, "", "每周教老人用手机：挂号、缴费、视频通话。"),
    ("垃圾分类引导队（示例）", TeamKind.COMMUNITY, "", "早晚投放时段在分类亭旁提示和帮忙。"),
    ("企业公益社（示例）", TeamKind.COMPANY, "示例科技公司（示例）", "周末到社区修小家电、测血压。"),
    ("校园暖心队（示例）", TeamKind.SCHOOL, "示例中学（示例）", "假期陪伴社区里的孩子读书、做手工。"),
    ("清洁家园队（示例）", TeamKind.COMMUNITY, "", "每月一次清理楼道和绿地。"),
)


def load(*, at: datetime, progress: Progress) -> None:
    """Load volunteers and teams unless they are there, whole or not at all; `at` is now."""
    if not Team.objects.filter(name=TEAMS[0][0], synthetic=True).exists():
        with transaction.atomic():
            operations.load_examples(actor=SYSTEM, area="", at=at - BEFORE)
            found = _volunteers(at - BEFORE, progress)
            if len(found) >= 2 * len(TEAMS):
                _teams(found, at - BEFORE)
    progress(STEP, COUNT, COUNT)


def _hours(draw: Random) -> list[tuple[int, int, int]]:
    """Draw a morning and an afternoon of the week."""
    return [(draw.randint(1, 7), 360, 720), (draw.randint(1, 7), 720, 1080)]


def _people() -> list[Person]:
    """Give synthetic residents of the district, those who can sign in first."""
    inside = places.within("area", DISTRICT)
    rows = Person.objects.filter(inside, synthetic=True, erased_at=None, merged_into=None, real_name="verified")
    grown = rows.filter(born_on__year__lt=2000, area__gt=DISTRICT + "000001").order_by("pk")
    logins = Account.objects.filter(login_name__in=SIGN_INS, person__in=grown).order_by("login_name")
    first = [one.person for one in logins.select_related("person") if one.person is not None]
    return [*first, *(one for one in grown[: COUNT + len(first)] if one not in first)][:COUNT]


def _volunteers(at: datetime, progress: Progress) -> list[Volunteer]:
    draw = Random("shanzhi volunteering")  # noqa: S311 - made-up skills, the same at each run
    codes = [code for code, _name, _name_en in SKILLS]
    made = []
    for place, person in enumerate(_people(), 1):
        details = operations.Details(
            area=person.area[:12], skills=draw.sample(codes, k=draw.randint(1, 3)),
            hours=WEEKEND if place <= len(SIGN_INS) else _hours(draw),
            languages=draw.choice((("mandarin",), ("mandarin", "dialect"), ("mandarin", "sign"))),
            metres=draw.choice((1000, 2000, 5000)) if place > len(SIGN_INS) else 5000,
            tasks=draw.choice(((), ("visit_elders",), ("events", "clean_up"))),
            wish="陪伴老人、参加社区活动（示例）",
        )  # fmt: skip
        if not Volunteer.objects.filter(person=person).exists():
            made.append(operations.register_volunteer(actor=SYSTEM, details=details, person_id=person.pk, at=at))
        progress(STEP, place, COUNT)
    return made


def _teams(volunteers: list[Volunteer], at: datetime) -> None:
    """Found the teams, each led by another volunteer; the others join them in turn, one waits for an answer."""
    leaders, others = volunteers[: len(TEAMS)], volunteers[len(TEAMS) :]
    teams = []
    for leader, (name, kind, unit, about) in zip(leaders, TEAMS, strict=True):
        given: dict[str, Any] = {"kind": kind, "name": name, "unit": unit, "about": about, "area": leader.area}
        made = operations.found_team(
            actor=SYSTEM, leader_id=leader.pk, join_way=JoinWay.REQUEST, synthetic=True, at=at, **given
        )
        teams.append(made)
    for place, one in enumerate(others):
        own = actor_of_person(person_id=one.person_id, at=at)
        row = operations.ask_to_join(actor=own, team_id=teams[place % len(teams)].pk, signed=1, at=at)
        if place < len(others) - 1:
            operations.decide_request(actor=SYSTEM, member_id=row.pk, accepted=True, reason="", at=at)
    day = timezone.localdate(at)
    for one in volunteers[::3]:
        if queries.qualification_kinds(one.area):
            operations.add_qualification(
                actor=SYSTEM,
                volunteer_id=one.pk,
                code="basics",
                starts_on=day,
                evidence="培训签到表（示例）",
                at=at,
            )

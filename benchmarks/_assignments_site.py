"""The tables of the benchmark: volunteers with skills and hours, activities with shifts of two weeks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shanzhi.activities.models import Activity, Shift
from shanzhi.people.models import Person
from shanzhi.places.models import Area, AreaFigure
from shanzhi.volunteering.models import (
    Availability,
    Skill,
    TaskKind,
    Team,
    TeamAgreement,
    TeamMember,
    Volunteer,
    VolunteerSkill,
)

AREA = "370102"
COMMUNITIES, SKILLS, EACH = 10, 6, 10
DAYS = 14
ROOTS = (("37", "province"), ("3701", "city"), ("370102", "district"), ("370102001", "subdistrict"))


def build(volunteers: int, shifts: int, at: datetime, seed: int = 20261127) -> None:
    """Fill the tables by a fixed seed."""
    dice = random.Random(seed)
    codes = _areas(dice, at)
    with transaction.atomic():
        people = _volunteers(dice, codes, volunteers, at)
        _activities(dice, people[0], codes, shifts, at)


def _areas(dice: random.Random, at: datetime) -> list[str]:
    codes = [f"370102001{number:03}" for number in range(1, COMMUNITIES + 1)]
    for code, level in (*ROOTS, *((code, "community") for code in codes)):
        parent = {2: None, 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]
        values = {"name": f"示例{code}", "level": level, "parent_id": parent}
        Area.objects.get_or_create(code=code, defaults=values)
    for code in codes:
        centre = {"centroid_lat": 36_660_000, "centroid_lon": 117_030_000}
        for measure, value in centre.items():
            AreaFigure.objects.create(
                area_id=code, measure=measure, value=value + dice.randint(-50_000, 50_000), source="示例",
                valid_from=timezone.localdate(at) - timedelta(days=900), created_at=at,
            )  # fmt: skip
    return codes


def _volunteers(dice: random.Random, codes: list[str], many: int, at: datetime) -> list[Volunteer]:
    today = timezone.localdate(at)
    humans = Person.objects.bulk_create(
        Person(
            name="示例", area=dice.choice(codes), synthetic=True, created_at=at,
            born_on=today.replace(day=1, year=today.year - dice.randint(18, 75)),
        )
        for _ in range(many)
    )  # fmt: skip
    rows = Volunteer.objects.bulk_create(
        Volunteer(
            person=one, number=f"370102{number:09}", area=one.area, state="active", joined_at=at,
            metres=dice.choice((1_500, 3_000, 5_000, 8_000, None)),
        )
        for number, one in enumerate(humans)
    )  # fmt: skip
    skills = Skill.objects.bulk_create(
        Skill(area="", code=f"skill_{number}", name="示例", name_en="Example", created_at=at)
        for number in range(SKILLS)
    )
    VolunteerSkill.objects.bulk_create(
        VolunteerSkill(volunteer=one, skill=skill) for one in rows for skill in dice.sample(skills, dice.randint(0, 4))
    )
    hours = []
    for one in rows:
        for weekday in dice.sample(range(1, 8), dice.randint(1, 4)):
            starts = dice.choice((480, 780, 1_080))
            hours.append(
                Availability(volunteer=one, weekday=weekday, starts=starts, ends=starts + dice.choice((240, 360)))
            )
    Availability.objects.bulk_create(hours)
    return rows


def _activities(dice: random.Random, leader: Volunteer, codes: list[str], shifts: int, at: datetime) -> None:
    team = Team.objects.create(
        kind="community", name="示例队", area=AREA, about="示例", state="active", created_at=at, synthetic=True
    )
    text = TeamAgreement.objects.create(team=team, version=1, text="示例", digest="sha256:x", created_at=at)
    TeamMember.objects.create(
        team=team, volunteer=leader, agreement=text, role="leader", state="member", signed_at=at, asked_at=at,
        joined_at=at,
    )  # fmt: skip
    kind = TaskKind.objects.create(area="", code="help", name="示例", name_en="Example", least_age=18, created_at=at)
    rows = Activity.objects.bulk_create(
        Activity(
            team=team, area=dice.choice(codes), task_kind=kind, title=f"示例活动 {number}", what="示例", place="示例",
            contact=leader, risks="示例", state="published", created_at=at, submitted_at=at, checked_at=at,
            published_at=at, synthetic=True, skills=[f"skill_{dice.randrange(SKILLS)}"] if number % 3 == 0 else [],
        )
        for number in range(shifts // EACH)
    )  # fmt: skip
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(at) + timedelta(days=1), datetime.min.time()))
    times = [midnight + timedelta(days=day, hours=hour) for day in range(DAYS) for hour in (8, 9, 14, 18)]
    Shift.objects.bulk_create(
        Shift(
            activity=one, starts_at=starts, ends_at=starts + timedelta(hours=dice.choice((2, 3))),
            places=dice.randint(1, 5), created_at=at, changed_at=at,
        )
        for one in rows
        for starts in dice.sample(times, EACH)
    )  # fmt: skip

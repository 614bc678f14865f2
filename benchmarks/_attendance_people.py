"""Shifts with thousands signed up, for the benchmark of check-ins; loaded once Django is set up."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from benchmarks._ballots_voters import AREA, _people, _sessions
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.attendance import queries
from shanzhi.attendance.models import Attendance
from shanzhi.audit.models import Event
from shanzhi.volunteering.models import TaskKind, Team, TeamAgreement, TeamMember, Volunteer

TOKEN = "b" * 32


def _team(leader: Volunteer, at: datetime) -> Team:
    """Make a team with its leader, without the tree of areas."""
    with transaction.atomic():
        team = Team.objects.create(
            kind="community", name="示例", area=AREA, about="示例", state="active", created_at=at, synthetic=True
        )
        text = TeamAgreement.objects.create(team=team, version=1, text="示例", digest="sha256:x", created_at=at)
        TeamMember.objects.create(
            team=team, volunteer=leader, role="leader", state="member", agreement=text, signed_at=at, asked_at=at,
            joined_at=at,
        )  # fmt: skip
    return team


def _shift(team: Team, leader: Volunteer, places: int, at: datetime) -> Shift:
    """Make a published activity with a shift that is on."""
    kind = TaskKind.objects.get_or_create(
        area="", code="bench", defaults={"name": "示例", "name_en": "Example", "created_at": at}
    )[0]
    with transaction.atomic():
        activity = Activity.objects.create(
            team=team, area=AREA, task_kind=kind, title="示例", what="示例", place="示例", contact=leader, risks="示例",
            state="published", created_at=at, submitted_at=at, checked_at=at, published_at=at, synthetic=True,
        )  # fmt: skip
        return Shift.objects.create(
            activity=activity, starts_at=at, ends_at=at + timedelta(hours=6), places=places, created_at=at,
            changed_at=at,
        )  # fmt: skip


def prepare(shifts: int, places: int) -> list[tuple[str, list[str]]]:
    """Make shifts with all places taken; gives each shift's id with the sessions of who signed up."""
    at = timezone.now()
    people = _people(shifts * places, at)
    sessions = _sessions(people, at)
    rows = [
        Volunteer(person=one, number=f"370102{n:09d}", area=AREA, state="active", joined_at=at)
        for n, one in enumerate(people)
    ]
    Volunteer.objects.bulk_create(rows, batch_size=2000)
    team = _team(rows[0], at)
    made = []
    for first in range(0, len(rows), places):
        shift = _shift(team, rows[0], places, at)
        SignUp.objects.bulk_create(
            [
                SignUp(shift=shift, volunteer=one, state="signed", turn=turn, queued_at=at, signed_at=at, kept=0)
                for turn, one in enumerate(rows[first : first + places], 1)
            ],
            batch_size=1000,
        )  # fmt: skip
        made.append((str(shift.pk), sessions[first : first + places]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made


def requests(shifts: list[tuple[str, list[str]]]) -> Iterator[bytes]:
    """Give check-ins as clients send them, with the codes of now."""
    for shift, sessions in shifts:
        body = json.dumps({"gate_code": code(shift)}).encode()
        for session in sessions:
            head = (
                f"POST /api/v1/attendance/shifts/{shift}/check-in HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Type: application/json\r\nCookie: sessionid={session}; csrftoken={TOKEN}\r\n"
                f"X-CSRFToken: {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body


def code(shift: str) -> str:
    """Give the code that the screen shows now."""
    return queries.code_of(UUID(shift), timezone.now())


def stored() -> tuple[int, int]:
    """Count the records of presence, and the events that tell of them."""
    return Attendance.objects.count(), Event.objects.filter(verb="attendance.arrive").count()

"""Activities, shifts and sign-ups for tests, made straight in the tables."""

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.models import TaskKind, Team, TeamMember, Volunteer
from tests.support.people import AREA, AT, LONG_AGO
from tests.volunteering.support import a_team, a_volunteer

SYSTEM = Actor.system("test")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSURED = {
    "insurer": "示例保险公司（示例）", "policy_number": "示例-2026-001",
    "insured_from": date(2026, 11, 1), "insured_until": date(2027, 10, 31),
}  # fmt: skip


def a_task(code: str = "clean_up", *, area: str = "", **fields: Any) -> TaskKind:
    """Give a kind of task, made when it is not there."""
    values = {"name": "环境清洁", "name_en": "Cleaning up", "created_at": LONG_AGO, **fields}
    return TaskKind.objects.get_or_create(area=area, code=code, defaults=values)[0]


def an_activity(
    team: Team | None = None, *, state: str = "published", shifts: int = 1, places: int = 2, **fields: Any
) -> Activity:
    """Make an activity of a team, with so many shifts of two hours on the days from tomorrow on."""
    owner = team or a_team()
    leader = TeamMember.objects.select_related("volunteer").get(team=owner, role="leader").volunteer
    values: dict[str, Any] = {
        "area": owner.area, "task_kind": a_task(), "title": "清洁楼道（示例）", "what": "扫楼道、清杂物。",
        "place": "一号楼门口", "contact": leader, "risks": "楼道湿滑，穿防滑鞋。", "created_at": LONG_AGO,
        "submitted_at": LONG_AGO, "checked_at": LONG_AGO, "published_at": LONG_AGO, "synthetic": True, **fields,
    }  # fmt: skip
    if state == "draft":
        values |= {"submitted_at": None, "checked_at": None, "published_at": None}
    if state == "submitted":
        values |= {"checked_at": None, "published_at": None}
    if state == "checked":
        values["published_at"] = None
    with transaction.atomic():
        made = Activity.objects.create(team=owner, state=state, **values)
        for place in range(shifts):
            a_shift(made, starts=AT + (place + 1) * DAY, places=places)
    return made


def a_shift(activity: Activity, *, starts: Any = AT + DAY, places: int = 2, hours: int = 2, **fields: Any) -> Shift:
    """Make a shift of an activity."""
    values = {"created_at": LONG_AGO, "changed_at": LONG_AGO, **fields}
    return Shift.objects.create(
        activity=activity, starts_at=starts, ends_at=starts + hours * HOUR, places=places, **values
    )


def a_sign_up(shift: Shift, volunteer: Volunteer | None = None, *, state: str = "signed", **fields: Any) -> SignUp:
    """Put somebody into a shift or its line, behind who is there."""
    turn = SignUp.objects.filter(shift=shift).count() + 1
    values = {"queued_at": AT, "signed_at": AT if state == "signed" else None, "kept": shift.sequence, **fields}
    one = volunteer or a_volunteer(area=AREA)
    return SignUp.objects.create(shift=shift, volunteer=one, state=state, turn=turn, **values)


def look_now() -> None:
    """Have the database look at what it otherwise looks at on commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

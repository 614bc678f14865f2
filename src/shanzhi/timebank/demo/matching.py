"""What `make demo` loads of requests in the matching: some that suit somebody, a run over them, one member asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from shanzhi.assignments import operations as assignments
from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.timebank import operations
from shanzhi.timebank.models import Member
from shanzhi.volunteering.models import Availability

SYSTEM: Final = Actor.system("demo")
DAYS: Final = 13
MINUTES: Final = 30
# Title, what is to be done.
ASKS: Final = (
    ("帮忙搬两箱书（示例）", "从二楼搬到一楼，十几分钟就好。"),
    ("陪老人下楼晒太阳（示例）", "老人能走路，需要有人搀扶。"),
    ("教视频通话（示例）", "想和外地的孩子视频，不会操作。"),
)


def load(members: Sequence[Member], at: datetime) -> None:
    """Have members ask at hours at which others are free, and have a run propose who helps; the best one is asked."""
    asked = 0
    for place, (title, about) in enumerate(ASKS):
        author, helper = members[place % len(members)], members[(place + len(ASKS)) % len(members)]
        hours = Availability.objects.filter(volunteer__person=helper.person_id).order_by("weekday", "starts").first()
        if hours is None or author.pk == helper.pk:
            continue
        given = operations.Help(
            sort="request", title=title, about=about, area=author.person.area[:12], minutes=MINUTES,
            starts_at=_next(hours, at),
        )  # fmt: skip
        operations.post_help(
            actor=actor_of_person(person_id=author.person_id, at=at), bank_id=author.bank_id, given=given, at=at
        )
        asked += 1
    if asked:
        _propose(members[0].bank.area, at)


def _next(hours: Availability, at: datetime) -> datetime:
    """Give the next beginning of somebody's weekly hours that is more than a day away."""
    day = timezone.localdate(at) + timedelta(days=2)
    day += timedelta(days=(hours.weekday - day.isoweekday()) % 7)
    begins = datetime.combine(day, datetime.min.time()) + timedelta(minutes=hours.starts)
    return timezone.make_aware(begins)


def _propose(area: str, at: datetime) -> None:
    today = timezone.localdate(at)
    run = assignments.begin_run(
        actor=SYSTEM, area=area, first_day=today, last_day=today + timedelta(days=DAYS), most=2,
        reason="未来两周排班和邻里求助（示例）", at=at, synthetic=True,
    )  # fmt: skip
    assignments.work_out(actor=SYSTEM, run_id=run.pk, at=at)
    best = run.help_proposals.order_by("-score", "pk").first()
    if best is not None:
        operations.ask_help(actor=SYSTEM, run_id=run.pk, pairs=[best.pk], at=at)

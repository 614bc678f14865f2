"""A shift that is on, its leader and who signed up, for tests; made straight in the tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from shanzhi.activities.models import Shift
from shanzhi.attendance import operations, queries
from shanzhi.attendance.models import Attendance, Gate
from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import a_shift, a_sign_up, an_activity
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor
from tests.volunteering.support import a_team, a_volunteer, join

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_teams = count(1)
SPRING = (36_661_300, 117_016_600)


@dataclass
class Ground:
    """A shift of two hours that began ten minutes before `at`, led by `leader`, and who signed up for it."""

    shift: Shift
    leader: Volunteer
    volunteers: list[Volunteer]
    at: datetime

    @cached_property
    def lead(self) -> Actor:
        """The leader, acting."""
        return actor(self.leader.person, at=self.at)

    def code(self, at: datetime | None = None) -> str:
        """What the screen shows."""
        return queries.code_of(self.shift.pk, at or self.at)

    def one(self, number: int = 0) -> Actor:
        """One who signed up, acting."""
        return actor(self.volunteers[number].person, at=self.at)

    def arrive(self, number: int = 0, at: datetime | None = None, **given: Any) -> Attendance:
        """Sign one in by the code."""
        moment = at or self.at
        code = given.pop("code", None) or self.code(moment)
        done = operations.arrive_by_code(
            actor=self.one(number), shift_id=self.shift.pk, code=code, at=moment, **given
        )  # fmt: skip
        return Attendance.objects.get(pk=done.id)

    def leave(self, number: int = 0, at: datetime | None = None) -> Attendance:
        """Sign one out by the code."""
        moment = at or self.at
        done = operations.leave_by_code(
            actor=self.one(number), shift_id=self.shift.pk, code=self.code(moment), at=moment
        )  # fmt: skip
        return Attendance.objects.get(pk=done.id)

    def taps(self, *given: tuple[int, str, datetime]) -> list[operations.Given]:
        """Taps as a phone keeps them."""
        return [operations.Given(uuid4(), self.volunteers[n].pk, act, at) for n, act, at in given]

    def sync(self, taps: list[operations.Given], *, at: datetime, sent_at: datetime | None = None) -> list[str]:
        """Send taps; gives the answers, a refusal with its reason."""
        taken = operations.sync(actor=self.lead, shift_id=self.shift.pk, taps=taps, sent_at=sent_at or at, at=at)
        return [f"{one.answer} {one.why}".strip() for one in taken]


def a_ground(
    signed: int = 2, *, at: datetime = AT, area: str = AREA, people: list[Person] | None = None,
    leader: Volunteer | None = None, **fields: Any,
) -> Ground:  # fmt: skip
    """Make such a shift; with `people` they sign up, else so many new ones."""
    leader = leader or a_volunteer(area=area)
    team = a_team(area, leader=leader, name=f"签到{next(_teams)}队（示例）")
    with transaction.atomic():  # what is published has a shift when the transaction ends
        activity = an_activity(team, shifts=0, **{"lat": SPRING[0], "lng": SPRING[1], **fields})
        shift = a_shift(activity, starts=at - 10 * MINUTE, places=(signed if people is None else len(people)) + 2)
    chosen = [a_person(area) for _ in range(signed)] if people is None else people
    who = [a_volunteer(person, area=area) for person in chosen]
    for one in who:
        join(team, one)
        a_sign_up(shift, one, queued_at=LONG_AGO, signed_at=LONG_AGO)
    return Ground(shift, leader, who, at)


def open_gate(ground: Ground) -> None:
    """Let people in who did not sign up."""
    values = {"walk_ins": True, "metres": 1000, "changed_at": LONG_AGO}
    Gate.objects.update_or_create(shift=ground.shift, defaults=values)


def presence_id(row: Attendance) -> UUID:
    """Give the key, for types."""
    key: UUID = row.pk
    return key

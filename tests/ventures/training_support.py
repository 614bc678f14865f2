"""Training for the tests: a round that asks for it, with sessions and those who attended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.people.fields import PHONE, mark
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.models import Attendance, Call, TrainingSession
from tests.support.site import Site
from tests.ventures.support import World, day, make_call

EARLY = day("publicity", -1)


def asking(world: World, gate: str = "notice", others: int = 0) -> Call:
    """Make a draft that asks for training before a phase, with one required session and two others."""
    call = make_call(world, training={"gate": gate, "others": others})
    for number in range(3):
        plan(world, call, number, required=number == 0)
    return call


def plan(world: World, call: Call, number: int, *, required: bool = False, **given: Any) -> TrainingSession:
    """Plan a session on a day of the phase of proposals."""
    values = {
        "title": f"培训{number}",
        "starts_at": day("submission", 24 + number),
        "place": "居委会二楼",
        "minutes": 90,
        "required": required,
    }
    return operations.plan_session(actor=world.officer, call_id=call.pk, given=values | given, at=EARLY)


def give_phone(person: Person, phone: str) -> Person:
    """Put a phone on a person's record."""
    known = identifiers.phone(phone)
    Person.objects.filter(pk=person.pk).update(phone=known, phone_mark=mark(known, purpose=PHONE))
    person.refresh_from_db()
    return person


def attend(world: World, call: Call, *places: int, session: int = 0) -> None:
    """Record the contact persons of the proposals of these places as having attended a session."""
    found = call.training_sessions.all()[session]
    for place in places:
        phone = f"1380000{place:04d}"
        give_phone(world.people[place], phone)
        operations.record_person(actor=world.officer, session_id=found.pk, words=phone, at=after(found))


def after(found: TrainingSession) -> Any:
    """Give a moment after a session has begun."""
    return found.starts_at + timedelta(hours=2)


def close_all(world: World, call: Call) -> None:
    """Close every list of attendance."""
    for one in call.training_sessions.filter(state="planned"):
        operations.close_list(actor=world.officer, session_id=one.pk, at=after(one))


def trained(site: Site) -> tuple[TrainingSession, Attendance]:
    """Give a session of the demo's open call with the demo's resident on its list."""
    found = TrainingSession.objects.filter(call=site.submission).first()
    if found is None:
        system, at = Actor.system("test"), site.at
        given = {"title": "预算怎么编", "starts_at": at - timedelta(hours=3), "place": "居委会二楼", "minutes": 90}
        found = operations.plan_session(actor=system, call_id=site.submission.pk, given=given, at=at)
        Attendance.objects.create(session=found, person=site.person("resident"), recorded_at=at)
    return found, found.attendance.earliest("recorded_at")

"""A volunteer registers, changes the entry, pauses, leaves and comes back; consents of guardians are followed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.audit.operations import differences, record
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, DISTRICT, LEVELS, SUBDISTRICT
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.people import minors
from shanzhi.people import policies as people
from shanzhi.people.actors import records_of
from shanzhi.people.models import Person
from shanzhi.places import queries as places
from shanzhi.volunteering import policies, queries, telling
from shanzhi.volunteering.lifecycle import HELD, MEMBER, VOLUNTEER
from shanzhi.volunteering.models import (
    LANGUAGES,
    MOST_METRES,
    MOST_TASKS,
    Availability,
    Skill,
    TeamMember,
    Volunteer,
    VolunteerSkill,
)
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.locks import lock_teams_of
from shanzhi.volunteering.operations.numbers import next_number

LONGEST_WISH: Final = 500
LONGEST_HEALTH: Final = 300
LONGEST_NAME: Final = 60
MOST_HOURS: Final = 42
LEVELS_OF_SERVICE: Final = (DISTRICT, SUBDISTRICT, COMMUNITY)
DAY: Final = 24 * 60
Span = tuple[int, int, int]
"""Weekday 1 to 7, first minute of the day, first minute outside."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a volunteer says; what is sealed stays out of what is printed of it. `tasks` are codes of kinds of tasks."""

    area: str
    skills: Sequence[str] = ()
    hours: Sequence[Span] = ()
    languages: Sequence[str] = ()
    metres: int | None = None
    tasks: Sequence[str] = ()
    wish: str = ""
    health: str = field(default="", repr=False)
    health_agreed: bool = False
    emergency_name: str = field(default="", repr=False)
    emergency_phone: str = field(default="", repr=False)


def register_volunteer(
    *, actor: Actor, details: Details, at: datetime, person_id: UUID | None = None
) -> Volunteer:  # fmt: skip
    """Put oneself on record as a volunteer, or as staff a person whom one sees; who lacks nothing is active at once.

    Who is under 14 is put on record only after a guardian agreed; from 14 to 17 the entry waits for the guardian.
    Raises VolunteerAlready, GuardianConsentNeeded, and what is wrong with the details.
    """
    with transaction.atomic():
        person = people.load(viewer=actor, person_id=person_id or actor.person(), at=at)
        policies.require(policies.may_register(actor=actor, person=person))
        if minors.is_child(person, at) and not minors.guardian_agrees(person.pk, at):
            raise people.GuardianConsentNeeded
        if Volunteer.objects.filter(person__in={*records_of(person.pk), *_also(actor, person)}).exists():
            raise refusals.VolunteerAlready
        _require_place(details.area, at)
        check_tasks(details, _tasks_of(details), field="tasks")
        values = checked(details, person, at)
        made = _made(Volunteer(person=person, number=next_number(details.area), joined_at=at, **values))
        _put_lists(made, details)
        change = {"area": made.area, "skills": sorted(details.skills), "hours": len(details.hours)}
        _note(actor, "register", made, at, change)
        settle(actor, made, at)
    return made


def change_volunteer(*, actor: Actor, version: int, details: Details, at: datetime) -> Volunteer:
    """Change the own entry; `version` is the one that was seen. Raises NotAVolunteer, StaleVolunteer, and as above."""
    with transaction.atomic():
        found = own_locked(actor)
        if found.version != version:
            raise refusals.StaleVolunteer
        if details.area != found.area:  # one that is kept may be a code that ended since
            _require_place(details.area, at)
        check_tasks(details, {*_tasks_of(details), *found.tasks}, field="tasks")  # those kept may be retired since
        values = checked(details, found.human, at)
        if values["health"] is not None and found.health is not None and values["health"] == found.health.reveal():
            values["health_agreed_at"] = found.health_agreed_at
        told = ("area", "languages", "metres", "tasks")
        fields = differences({name: getattr(found, name) for name in told}, {name: values[name] for name in told})
        for name, value in values.items():
            setattr(found, name, value)
        found.version += 1
        found.save()
        _put_lists(found, details)
        change = {"fields": fields, "skills": sorted(details.skills), "hours": len(details.hours)}
        _note(actor, "change", found, at, change)
    return found


def move_volunteer(*, actor: Actor, step: str, at: datetime) -> Volunteer:
    """Take a step in the own service: `pause`, `resume`, `leave` or `return`. What was earned stays on record.

    Who leaves ends the places in teams, and hands a team that one leads over before. Raises NotAVolunteer, LeadsATeam,
    NotTheFirst, MoveRefused.
    """
    with transaction.atomic():
        if step == "leave":
            lock_teams_of(actor.persons)
        found = own_locked(actor)
        if step not in ("pause", "resume", "leave", "return"):
            raise refusals.NotTheFirst(field="step")
        settle(actor, found, at)
        found.state = VOLUNTEER.move(found.state, step)
        ended = _end_places(found, at) if step == "leave" else 0
        _save_state(found)
        _note(actor, step, found, at, {"state": found.state, **({"places": ended} if ended else {})})
        if found.state == "registered":
            settle(actor, found, at)
    return found


def follow_consents(*, actor: Actor, ward_id: UUID, at: datetime, **_more: Any) -> None:
    """Let a volunteer be active or wait, as the consents of today say; called when a guardian's changes."""
    rows = Volunteer.objects.select_for_update(of=("self",)).select_related("person__merged_into")
    for found in rows.filter(person__in=records_of(ward_id)).order_by("pk"):
        before = found.state
        settle(actor, found, at)
        if before == "registered" and found.state == "active":
            telling.tell_serves(actor=actor, volunteer=found, at=at)


def follow_records(*, actor: Actor, person_id: UUID, at: datetime, **_more: Any) -> None:
    """Do the same when records of a person were merged or taken apart: the age may be known now."""
    follow_consents(actor=actor, ward_id=person_id, at=at)


def own_locked(actor: Actor) -> Volunteer:
    """Lock the own entry. Raises SignInNeeded, NotAVolunteer."""
    if not actor.persons:
        raise SignInNeeded
    found = queries.entries(actor).select_for_update(of=("self",)).first()
    if found is None:
        raise refusals.NotAVolunteer
    return found


def require_active(volunteer: Volunteer, at: datetime) -> None:
    """Refuse a volunteer who waits, pauses or left; consents are looked at as they are now."""
    if not queries.serves(volunteer, at):
        raise refusals.NotActive


def _made(row: Volunteer) -> Volunteer:
    """Write a volunteer; of two sent at once the database lets one in."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        if "person_id" in str(fault):
            raise refusals.VolunteerAlready from fault
        raise
    return row


def _also(actor: Actor, person: Person) -> tuple[UUID, ...]:
    return actor.persons if actor.is_person(person.pk) else ()


def settle(actor: Actor, found: Volunteer, at: datetime) -> None:
    """Take the step that consents ask for; what was said of the health of somebody now known to be a minor goes."""
    missing = queries.lacking(found, at)
    step = {"registered": "" if missing else "activate", "active": "lapse" if missing else ""}.get(found.state, "")
    if found.health is not None and minors.is_minor(found.human, at):
        found.health = found.health_agreed_at = None
        found.save(update_fields=["health", "health_agreed_at"])
        _note(actor, "change", found, at, {"fields": ["health"]})
    if step:
        found.state = VOLUNTEER.move(found.state, step)
        _save_state(found)
        _note(actor, step, found, at, {"state": found.state})


def _save_state(found: Volunteer) -> None:
    found.version += 1
    found.save(update_fields=["state", "version"])


def _end_places(found: Volunteer, at: datetime) -> int:
    """End the places in teams of somebody who leaves; give how many."""
    places_held = list(TeamMember.objects.select_for_update().filter(volunteer=found, state__in=HELD).order_by("pk"))
    if any(one.role == "leader" for one in places_held):
        raise refusals.LeadsATeam
    for one in places_held:
        one.state = MEMBER.move(one.state, "withdraw" if one.state == "requested" else "leave")
        one.ended_at = at
        one.save(update_fields=["state", "ended_at"])
    return len(places_held)


def _note(actor: Actor, verb: str, found: Volunteer, at: datetime, change: dict[str, Any]) -> None:
    record(
        actor=actor, verb=f"volunteering.volunteer.{verb}", subject=found, area=found.area, change=change, at=at
    )  # fmt: skip


def _put_lists(found: Volunteer, details: Details) -> None:
    """Write skills and hours anew where they differ."""
    wanted = skills_of(found, details, {one.code: one for one in queries.skills(found.area)}, field="skills")
    rows = VolunteerSkill.objects.filter(volunteer=found)
    rows.exclude(skill__in=[one.skill for one in wanted]).delete()
    known = set(rows.values_list("skill", flat=True))
    VolunteerSkill.objects.bulk_create([one for one in wanted if one.skill_id not in known])
    hours = hours_of(found, details)
    held = Availability.objects.filter(volunteer=found)
    if [(one.weekday, one.starts, one.ends) for one in hours] == sorted(held.values_list("weekday", "starts", "ends")):
        return
    held.delete()
    Availability.objects.bulk_create(hours)


def skills_of(found: Volunteer, details: Details, words: Mapping[str, Skill], *, field: str) -> list[VolunteerSkill]:
    """Give the rows of the skills that one says, each once, by the `words` of the area. Raises UnknownSkill."""
    if set(details.skills) - set(words):
        raise refusals.UnknownSkill(field=field)
    return [VolunteerSkill(volunteer=found, skill=words[code]) for code in dict.fromkeys(details.skills)]


def hours_of(found: Volunteer, details: Details) -> list[Availability]:
    """Give the rows of the free hours that one says, each once, in their order."""
    spans = sorted({(day, starts, ends) for day, starts, ends in details.hours})
    return [Availability(volunteer=found, weekday=day, starts=starts, ends=ends) for day, starts, ends in spans]


def check_tasks(details: Details, words: Collection[str], *, field: str) -> None:
    """Look whether the kinds of tasks that one would like are of the area's `words`. Raises UnknownTaskWished."""
    wished = set(details.tasks)
    if len(wished) > MOST_TASKS or wished - set(words):
        raise refusals.UnknownTaskWished(field=field, most=MOST_TASKS)


def _tasks_of(details: Details) -> set[str]:
    return {one.code for one in queries.task_kinds(details.area)} if details.tasks else set()


def checked(details: Details, person: Person, at: datetime) -> dict[str, Any]:
    """Give what is written of a volunteer, or refuse; the caller looks whether area and tasks are known."""
    if set(details.languages) - set(LANGUAGES):
        raise refusals.BadLanguage(field="languages")
    if details.metres is not None and not 100 <= details.metres <= MOST_METRES:
        raise refusals.BadDistance(field="metres")
    _check_hours(details.hours)
    if len(details.wish.strip()) > LONGEST_WISH:
        raise refusals.TextTooLong(field="wish", most=LONGEST_WISH)
    name, phone = _contact(details)
    health = _health(details, person, at)
    return {
        "area": details.area, "languages": sorted(set(details.languages)), "metres": details.metres,
        "tasks": sorted(set(details.tasks)), "wish": details.wish.strip(), "health": health,
        "health_agreed_at": at if health else None, "emergency_name": name, "emergency_phone": phone,
    }  # fmt: skip


def _require_place(code: str, at: datetime) -> None:
    if not is_place(code, at):
        raise refusals.BadPlace(field="area")


def is_place(code: str, at: datetime) -> bool:
    """Tell whether a code is a district, subdistrict or community that stands."""
    return code in places_of({code}, at)


def places_of(codes: Collection[str], at: datetime) -> set[str]:
    """Give those of some codes that are districts, subdistricts or communities that stand; in one query."""
    return places.existing([code for code in codes if LEVELS.get(len(code)) in LEVELS_OF_SERVICE], at)


def _check_hours(hours: Sequence[Span]) -> None:
    rows = sorted(set(hours))
    apart = all(one[0] != two[0] or one[2] <= two[1] for one, two in pairwise(rows))
    fit = all(1 <= day <= 7 and 0 <= starts < ends <= DAY for day, starts, ends in rows)
    if not apart or not fit or len(rows) > MOST_HOURS:
        raise refusals.BadHours(field="hours")


def _health(details: Details, person: Person, at: datetime) -> str | None:
    text = details.health.strip()
    if not text:
        return None
    if minors.is_minor(person, at):
        raise refusals.NoHealthOfMinors(field="health")
    if len(text) > LONGEST_HEALTH:
        raise refusals.TextTooLong(field="health", most=LONGEST_HEALTH)
    if not details.health_agreed:
        raise refusals.HealthConsentMissing(field="health_agreed")
    return text


def _contact(details: Details) -> tuple[str | None, str | None]:
    name, phone = " ".join(details.emergency_name.split()), details.emergency_phone.strip()
    if not name and not phone:
        return None, None
    if not name or not phone or len(name) > LONGEST_NAME:
        raise refusals.BadContact(field="emergency_phone" if name else "emergency_name")
    try:
        return name, identifiers.phone(phone)
    except identifiers.NotAPhone as wrong:
        raise identifiers.NotAPhone(field="emergency_phone") from wrong

"""Many residents registered as volunteers at once, by whoever puts many on record whose names are verified already.

Today that is the demo. The lists that an office keeps in Excel come in by `imports`, which makes the people, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people import minors
from shanzhi.people.models import Person
from shanzhi.volunteering import policies, queries
from shanzhi.volunteering.lifecycle import VOLUNTEER
from shanzhi.volunteering.models import Availability, Skill, Volunteer, VolunteerSkill
from shanzhi.volunteering.operations import refusals
from shanzhi.volunteering.operations.numbers import next_numbers
from shanzhi.volunteering.operations.volunteers import Details, check_tasks, checked, hours_of, places_of, skills_of

MOST: Final = 1000
"""Volunteers registered in one go, so that the locks on their records are held for seconds only."""


def register_volunteers(*, actor: Actor, wanted: Mapping[UUID, Details], at: datetime) -> list[Volunteer]:
    """Put residents on record as volunteers by the ids of their records, all or none, at most MOST; they are active.

    By staff of where each lives. For grown-ups only: a minor's entry needs consents and is made singly. The number of
    statements does not grow with the people or their areas. A refusal names the record. Raises NotFound,
    VolunteerAlready, OnlyGrownUps, and what is wrong with details.
    """
    if not 1 <= len(wanted) <= MOST:
        raise refusals.TooManyAtOnce(field="wanted", most=MOST)
    with transaction.atomic():
        people = _people(actor, wanted, at)
        numbers = next_numbers([details.area for details in wanted.values()])
        made = []
        tasks = queries.task_codes({one.area for one in wanted.values() if one.tasks})
        for number, (key, details) in zip(numbers, wanted.items(), strict=True):
            check_tasks(details, tasks.get(details.area, ()), field=str(key))
            values = checked(details, people[key], at)
            state = VOLUNTEER.move(VOLUNTEER.first, "activate")
            made.append(Volunteer(person=people[key], number=number, joined_at=at, state=state, **values))
        Volunteer.objects.bulk_create(made)
        _lists(made, list(wanted.values()))
        record_many(
            event_of(
                actor=actor, verb="volunteering.volunteer.register", subject=one, area=one.area, at=at,
                change={"area": one.area, "skills": sorted(said.skills), "hours": len(said.hours)},
            )
            for one, said in zip(made, wanted.values(), strict=True)
        )  # fmt: skip
    return made


def _people(actor: Actor, wanted: Mapping[UUID, Details], at: datetime) -> dict[UUID, Person]:
    """Lock the records in the order of their ids, and look whether each may be registered."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=wanted, erased_at=None, merged_into=None)
    people = {one.pk: one for one in rows.order_by("pk")}
    entries = Volunteer.objects.filter(Q(person__in=wanted) | Q(person__merged_into__in=wanted))
    serving = {one.human.pk for one in entries.select_related("person__merged_into")}
    known = places_of({details.area for details in wanted.values()}, at)
    for key, details in wanted.items():
        person = people.get(key)
        if person is None:
            raise NotFound(field=str(key))
        policies.require(policies.may_register(actor=actor, person=person))
        if key in serving:
            raise refusals.VolunteerAlready(field=str(key))
        if minors.is_minor(person, at):
            raise refusals.OnlyGrownUps(field=str(key))
        if details.area not in known:
            raise refusals.BadPlace(field=str(key))
    return people


def _lists(made: Sequence[Volunteer], said: Sequence[Details]) -> None:
    """Write the skills and free hours of all."""
    held = queries.holding_each(Skill, {one.area for one in made})
    words = {area: {one.code: one for one in rows} for area, rows in held.items()}
    skills, hours = [], []
    for one, details in zip(made, said, strict=True):
        skills += skills_of(one, details, words[one.area], field=str(one.person_id))
        hours += hours_of(one, details)
    VolunteerSkill.objects.bulk_create(skills)
    Availability.objects.bulk_create(hours)

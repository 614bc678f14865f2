"""One batch of a list: people and volunteers made or filled in, their skills, teams and hours of before, and history.

Only what is empty is filled in. What the list says otherwise stays listed with the row, for an officer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.people import minors
from shanzhi.people.actors import records_among
from shanzhi.people.models import Person
from shanzhi.people.operations.bringing import bring_people, fill_people, on_record
from shanzhi.people.operations.records import put
from shanzhi.volunteering.exchange.rows import Line
from shanzhi.volunteering.models import (
    EarlierHours,
    RowDecision,
    RowOutcome,
    RowStep,
    Volunteer,
    VolunteerImport,
    VolunteerRow,
    VolunteerSkill,
)
from shanzhi.volunteering.operations.imports.checking import line_of, opened
from shanzhi.volunteering.operations.imports.joining import Joining
from shanzhi.volunteering.operations.imports.marking import mark_rows
from shanzhi.volunteering.operations.imports.vocabulary import Vocabulary
from shanzhi.volunteering.operations.locks import lock_teams
from shanzhi.volunteering.operations.numbers import next_numbers
from shanzhi.volunteering.operations.volunteers import settle
from shanzhi.volunteering.queries import SERVING_FIRST

NEW: Final = "volunteering.volunteer.import"
MERGED: Final = "volunteering.volunteer.import_merge"
SOME: Final = 200


@dataclass
class _Entry:
    """A row that is being taken, with what it reads and into whom it goes."""

    row: VolunteerRow
    line: Line
    told: dict[str, Any]
    person: Person | None = None
    volunteer: Volunteer | None = None
    fields: list[str] = field(default_factory=list)


class Batch:
    """What one batch writes; all of it in the caller's transaction, in a number of statements that does not grow."""

    def __init__(self, found: VolunteerImport, actor: Actor, at: datetime) -> None:
        """Take the import, who acts, and the moment."""
        self._import, self._actor, self._at = found, actor, at
        self._day = timezone.localdate(at)
        self._words = Vocabulary(found.area)
        self._about = {"import": str(found.pk)}

    def take(self, rows: Sequence[VolunteerRow]) -> None:
        """Write the rows, in their order; teams are locked before people, as everywhere."""
        entries = [self._entry(row) for row in rows]
        lock_teams({team.pk for one in entries if (team := self._words.team(one.line)) is not None})
        self._people(entries)
        taken = [one for one in entries if one.person is not None]
        self._volunteers(taken)
        self._fill(taken)
        self._skills(taken)
        self._hours(taken)
        Joining(self._actor, self._at, self._words).join([(one.row, one.line, one.volunteer) for one in taken])
        self._close(taken)
        mark_rows(rows)

    def _entry(self, row: VolunteerRow) -> _Entry:
        told = opened(row)
        if row.decision == RowDecision.ANOTHER:
            row.person, row.volunteer, row.of_row = uuid4(), uuid4(), None
        return _Entry(row, line_of(told), told)

    def _people(self, entries: Sequence[_Entry]) -> None:
        """Make people, and lock those that rows go into; who is gone, came meanwhile or waits has the row passed."""
        rows = Person.objects.select_for_update(no_key=True).filter(pk__in={one.row.person for one in entries})
        there = {one.pk: one for one in rows.order_by("pk")}
        waiting = self._without_guardian(entries, there)
        fresh: dict[UUID, Person] = {}
        for one in entries:
            key = one.row.person
            # A row whose twin stood in a row before that was left out makes the person itself.
            makes = one.row.outcome == RowOutcome.NEW or one.row.decision == RowDecision.ANOTHER or one.row.of_row
            if key is None or key in there or key in fresh or key in waiting:
                continue
            if makes and one.line.name:
                fresh[key] = self._person(key, one.line)
                one.row.made = {"person": True}
        made = bring_people(actor=self._actor, people=list(fresh.values()), told=self._about, at=self._at)
        for one in entries:
            key = one.row.person
            assert key is not None  # rows of which something comes name a person
            found = there.get(key) or (fresh.get(key) if key in made else None)
            why = "guardian" if key in waiting else self._why_passed(found, one.line)
            if why:
                one.row.made = {}
                one.row.step, one.row.why = RowStep.PASSED, why
            else:
                one.person = found

    def _why_passed(self, found: Person | None, line: Line) -> str:
        """Say why nothing comes of a row, or ""; one without a name is of somebody who was erased since the check."""
        if not line.name:
            return "gone"
        if found is None:
            return "meanwhile"
        gone = found.erased_at is not None or found.merged_into_id is not None
        return "gone" if gone or not covers(self._import.area, found.area) else ""

    def _without_guardian(self, entries: Sequence[_Entry], there: Mapping[UUID, Person]) -> set[UUID]:
        """Give whom rows name that are under 14 and for whom no guardian agrees at this moment.

        The check may be of long ago, and an officer may have said since that the child is another one.
        """
        children: set[UUID] = set()
        for one in entries:
            person = there.get(one.row.person) if one.row.person else None
            born = (person and person.born_on) or one.line.born_on
            if one.row.person and minors.child_born(born, self._at):
                children.add(one.row.person)
        return children - minors.agreed_for(children, self._at) if children else children

    def _person(self, key: UUID, line: Line) -> Person:
        person = Person(pk=key, area=line.area, born_on=line.born_on, created_at=self._at)
        put(person, "name", line.name)
        put(person, "phone", line.phone)
        put(person, "id_number", line.id_number)
        return person

    def _volunteers(self, entries: Sequence[_Entry]) -> None:
        """Make the entries of those who do not serve yet."""
        people = {one.person.pk: one.person for one in entries if one.person}
        rows = Volunteer.objects.select_for_update(no_key=True).filter(person__in=records_among(people)).order_by("pk")
        held = list(rows.values_list("pk", flat=True))
        there: dict[UUID, Volunteer] = {}
        known = Volunteer.objects.select_related("person__merged_into").filter(pk__in=held)
        for found in known.order_by(*SERVING_FIRST):
            human = found.human.pk
            if there.setdefault(human, found) is found:
                _share(found, people[human])
        new: dict[UUID, Volunteer] = {}
        for one in entries:
            assert one.person is not None  # `take` left out those without
            if one.person.pk not in there:
                there[one.person.pk] = new[one.person.pk] = self._volunteer(one.row, one.person, one.line)
                one.row.made = {**one.row.made, "volunteer": True}
            one.volunteer = there[one.person.pk]
            one.row.volunteer = one.volunteer.pk
        for made, number in zip(new.values(), next_numbers([made.area for made in new.values()]), strict=True):
            made.number = number
        Volunteer.objects.bulk_create(new.values(), batch_size=SOME)

    def _volunteer(self, row: VolunteerRow, person: Person, line: Line) -> Volunteer:
        joined = line.registered_on
        moment = timezone.make_aware(datetime.combine(joined, time(12))) if joined else self._at
        return Volunteer(
            pk=row.volunteer or uuid4(), person=person, area=line.area, earlier_number=line.earlier_number,
            languages=sorted(line.languages), state=self._state(person, line.born_on), joined_at=min(moment, self._at),
        )  # fmt: skip

    def _state(self, person: Person, born_on: date | None) -> str:
        """Who is known to be under 18 waits: for the guardian's consent, or for the moment in which it is looked at."""
        born = person.born_on or born_on
        young = born is not None and minors.years(born, self._day) < minors.ADULT
        return "registered" if young else "active"

    def _fill(self, entries: Sequence[_Entry]) -> None:
        """Fill in what a person or an entry on record lacks; who is known to be a minor by that waits for consents."""
        taken = on_record([number for one in entries for number in (one.line.phone, one.line.id_number) if number])
        wanted: dict[UUID, dict[str, Any]] = {}
        people: dict[UUID, Person] = {}
        changed: dict[UUID, Volunteer] = {}
        for one in entries:
            if one.row.made.get("person") or one.person is None or one.volunteer is None:
                continue
            filled = _lacking(one.person, one.line, wanted.get(one.person.pk, {}), taken)
            if filled:
                people[one.person.pk] = one.person
                wanted.setdefault(one.person.pk, {}).update(filled)
                one.row.made = {**one.row.made, "filled": sorted(filled)}
                one.fields += filled
            if not one.row.made.get("volunteer"):
                self._fill_entry(one, one.volunteer, changed)
        fill_people(actor=self._actor, values=wanted, people=people, told=self._about, at=self._at)
        Volunteer.objects.bulk_update(changed.values(), ["languages", "earlier_number"], batch_size=SOME)
        young = {
            one.volunteer.pk: one.volunteer for one in entries
            if one.person and one.volunteer and "born_on" in wanted.get(one.person.pk, ())
            and minors.is_minor(one.person, self._at)
        }  # fmt: skip
        for found in young.values():
            settle(self._actor, found, self._at)

    def _fill_entry(self, one: _Entry, found: Volunteer, changed: dict[UUID, Volunteer]) -> None:
        more = {"languages": sorted(one.line.languages), "earlier_number": one.line.earlier_number}
        for name, value in more.items():
            if value and not getattr(found, name) and value != found.number:
                setattr(found, name, value)
                changed[found.pk] = found
                one.row.made = {**one.row.made, "entry": [*one.row.made.get("entry", ()), name]}
                one.fields.append(name)

    def _skills(self, entries: Sequence[_Entry]) -> None:
        keys = [one.volunteer.pk for one in entries if one.volunteer]
        held = set(VolunteerSkill.objects.filter(volunteer__in=keys).values_list("volunteer", "skill"))
        fresh = []
        for one in entries:
            assert one.volunteer is not None
            skills = {
                skill.pk: skill for skill in self._words.skills(one.line) if (one.volunteer.pk, skill.pk) not in held
            }
            held |= {(one.volunteer.pk, key) for key in skills}
            fresh += [VolunteerSkill(volunteer=one.volunteer, skill=skill) for skill in skills.values()]
            if skills:
                one.row.made = {**one.row.made, "skills": sorted(str(key) for key in skills)}
                one.fields.append("skills")
        VolunteerSkill.objects.bulk_create(fresh, batch_size=SOME)

    def _hours(self, entries: Sequence[_Entry]) -> None:
        """Keep hours of before of whom no list stated any: another statement of them would count them twice."""
        records = records_among(one.person.pk for one in entries if one.person)
        held = EarlierHours.objects.filter(volunteer__person__in=records)
        pairs = held.values_list("volunteer__person", "volunteer__person__merged_into")
        stated = {kept or person for person, kept in pairs}
        fresh = []
        for one in entries:
            assert one.volunteer is not None
            assert one.person is not None
            if not one.line.minutes or one.person.pk in stated:
                continue
            stated.add(one.person.pk)
            made = EarlierHours(
                volunteer=one.volunteer, minutes=one.line.minutes, as_of=one.line.as_of, source=self._import.name,
                of_import=self._import, created_at=self._at,
            )  # fmt: skip
            fresh.append(made)
            one.row.made = {**one.row.made, "hours": str(made.pk)}
            one.fields.append("hours_before")
        EarlierHours.objects.bulk_create(fresh, batch_size=SOME)

    def _close(self, entries: Sequence[_Entry]) -> None:
        """Count up the versions, forget what the rows said, and tell the history of each volunteer."""
        touched, events = {}, []
        for one in entries:
            assert one.volunteer is not None
            made = one.row.made
            if made and not made.get("volunteer"):
                touched[one.volunteer.pk] = one.volunteer
        for found in touched.values():
            found.version += 1
        Volunteer.objects.bulk_update(touched.values(), ["version"], batch_size=SOME)
        for one in entries:
            assert one.volunteer is not None
            assert one.person is not None
            differs = one.told.get("differs")
            one.row.version_after, one.row.step = one.volunteer.version, RowStep.WRITTEN
            one.row.made = {**one.row.made, "person_version": one.person.version}
            one.row.told = json.dumps({"differs": differs}) if differs else None
            events.append(self._note(one, one.volunteer))
        record_many(events)

    def _note(self, one: _Entry, found: Volunteer) -> Event:
        change: dict[str, Any] = {**self._about, "row": one.row.number}
        if one.row.made.get("hours"):
            change["minutes"] = one.line.minutes
        made = bool(one.row.made.get("volunteer"))
        if one.fields and not made:
            change["fields"] = sorted(one.fields)
        return event_of(
            actor=self._actor, verb=NEW if made else MERGED, subject=found, area=found.area, change=change, at=self._at
        )


def _share(found: Volunteer, person: Person) -> None:
    """Let an entry see the very record that is being filled in, and not its own copy of it."""
    if found.person_id == person.pk:
        found.person = person
    else:
        found.person.merged_into = person


def _lacking(person: Person, line: Line, besides: Mapping[str, Any], taken: Collection[str]) -> dict[str, Any]:
    """Give what a row knows of a person that the record lacks; a number never against the day of birth on record.

    `besides` is what rows before fill in, `taken` the numbers that came on record with somebody else meanwhile.
    """
    born = person.born_on or besides.get("born_on")
    found: dict[str, Any] = {}
    if line.phone and line.phone not in taken and not person.phone and "phone" not in besides:
        found["phone"] = line.phone
    number = line.id_number
    free = number and number not in taken and not person.id_number and "id_number" not in besides
    if number and free and born in (None, identifiers.birth_date_of(number)):
        found["id_number"] = number
    if line.born_on and born is None:
        found["born_on"] = line.born_on
    return found

"""A whole list is taken back: whom it made goes, what it filled in is empty again, unless it was touched since.

A volunteer who was changed or used after the import stays whole, and the row says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.people.operations.bringing import empty_people, named, remove_people
from shanzhi.places.operations.lists import stood_still
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import (
    EarlierHours,
    RowStep,
    TeamMember,
    Volunteer,
    VolunteerImport,
    VolunteerRow,
    VolunteerSkill,
)
from shanzhi.volunteering.operations.imports.marking import mark_rows
from shanzhi.volunteering.operations.imports.receiving import ImportGone, locked_import
from shanzhi.volunteering.operations.imports.working import work_through
from shanzhi.volunteering.operations.locks import lock_teams
from shanzhi.work.operations import start_job

UNDO: Final = "volunteering.import.undo"
REMOVED: Final = "volunteering.volunteer.import_removed"
RESTORED: Final = "volunteering.volunteer.import_restored"
BATCH: Final = 500
SOME: Final = 200
Rows = Sequence[VolunteerRow]


def start_undo(*, actor: Actor, import_id: UUID, at: datetime) -> VolunteerImport:
    """Have a taken list taken back by a job. Asked again, nothing new begins. Raises NotFound, ImportGone."""
    with transaction.atomic():
        found = locked_import(actor, import_id)
        stopped = found.state == "undoing" and stood_still(found)
        if found.state in ("undoing", "undone") and not stopped:
            return found
        if found.state != "written" and not stopped:
            raise ImportGone
        touched = VolunteerRow.objects.filter(
            of_import=found, step__in=(RowStep.WRITTEN, RowStep.UNDONE, RowStep.STAYS)
        )
        people = touched.values("person").distinct().count()
        found.state = "undoing" if stopped else IMPORT.move(found.state, "undo")
        found.job = start_job(actor=actor, kind=UNDO, area=found.area, total=people, unit="people", at=at).pk
        found.save(update_fields=["state", "job"])
        record(actor=actor, verb="volunteering.import.undo", subject=found, area=found.area,
               change={"people": people}, at=at)  # fmt: skip
    return found


def _left(found: VolunteerImport) -> Any:
    return VolunteerRow.objects.filter(of_import=found, step=RowStep.WRITTEN)


def undo_import(*, import_id: UUID, at: datetime) -> None:
    """Take a list back batch by batch; run by the worker. Running it again goes on with what is left."""
    work_through(import_id, doing="undoing", done_as="undone", some=_undo_some, finish=_finish, done=_undone, at=at)


def _undone(found: VolunteerImport) -> int:
    """Count the people who are done with, for a job that goes on."""
    rows = VolunteerRow.objects.filter(of_import=found, step__in=(RowStep.UNDONE, RowStep.STAYS))
    return rows.values("person").distinct().count()


def _undo_some(import_id: UUID, actor: Actor, at: datetime) -> int:
    """Take back what was done to the next people, in a transaction of its own; give how many."""
    with transaction.atomic():
        found = VolunteerImport.objects.select_for_update().get(pk=import_id)
        if found.state != "undoing":
            return 0
        ids = list(_left(found).order_by("person").values_list("person", flat=True).distinct()[:BATCH])
        rows: dict[UUID, list[VolunteerRow]] = defaultdict(list)
        for row in _left(found).filter(person__in=ids).order_by("id"):
            rows[row.person].append(row)
        if rows:
            _Undoing(found, actor, at).take_back(rows)
        return len(rows)


class _Undoing:
    """One batch of people taken back."""

    def __init__(self, found: VolunteerImport, actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        self._about = {"import": str(found.pk)}

    def take_back(self, rows: Mapping[UUID, Rows]) -> None:
        places = self._places(rows)
        people = {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=rows).order_by("pk")}
        keys = {row.volunteer for some in rows.values() for row in some}
        serving = Volunteer.objects.select_for_update().in_bulk([key for key in keys if key])
        brought = {key for key, some in rows.items() if any(row.made.get("person") for row in some)}
        used = _used_volunteers(serving) | {
            row.volunteer for key in named(brought, but=_OWN) for row in rows[key] if row.volunteer
        }  # fmt: skip
        back: dict[UUID, Rows] = {}
        for key, some in rows.items():
            why = _why_it_stays(people.get(key), serving.get(some[0].volunteer), some, places, used)
            for row in some:
                row.step, row.why = (RowStep.STAYS, why) if why else (RowStep.UNDONE, "")
            if not why and key in people:
                back[key] = some
        events = self._volunteers(back, serving)
        self._people(back, people)
        mark_rows([row for some in rows.values() for row in some])
        record_many(events)

    def _places(self, rows: Mapping[UUID, Rows]) -> dict[str, TeamMember]:
        """Give the places in teams that the rows made, their teams locked first."""
        ids = [row.made["place"] for some in rows.values() for row in some if "place" in row.made]
        lock_teams(TeamMember.objects.filter(pk__in=ids).values_list("team", flat=True))
        return {str(one.pk): one for one in TeamMember.objects.select_for_update().filter(pk__in=ids)}

    def _volunteers(self, back: Mapping[UUID, Rows], serving: Mapping[UUID, Volunteer]) -> list[Event]:
        """Remove entries that the list made, and take from the others what it gave them."""
        rows = [row for some in back.values() for row in some]
        TeamMember.objects.filter(pk__in=[row.made["place"] for row in rows if "place" in row.made]).delete()
        EarlierHours.objects.filter(pk__in=[row.made["hours"] for row in rows if "hours" in row.made]).delete()
        _drop_skills(rows)
        gone = {row.volunteer for row in rows if row.volunteer and row.made.get("volunteer")}
        changed: dict[UUID, Volunteer] = {}
        for row in rows:
            found = serving.get(row.volunteer) if row.volunteer else None
            if found is None or found.pk in gone:
                continue
            for name in row.made.get("entry", ()):
                setattr(found, name, [] if name == "languages" else "")
            changed[found.pk] = found
        for found in changed.values():
            found.version += 1
        Volunteer.objects.bulk_update(changed.values(), ["languages", "earlier_number", "version"], batch_size=SOME)
        events = [self._event(RESTORED, found) for found in changed.values()]
        events += [self._event(REMOVED, serving[key]) for key in gone if key in serving]
        left = Volunteer.objects.filter(pk__in=gone)
        left._raw_delete(left.db)  # the tables that point here were asked by `_used_volunteers`
        return events

    def _people(self, back: Mapping[UUID, Rows], people: Mapping[UUID, Person]) -> None:
        made = [key for key, some in back.items() if any(row.made.get("person") for row in some)]
        fields = {
            key: [name for row in some for name in row.made.get("filled", ())]
            for key, some in back.items() if key not in made
        }  # fmt: skip
        filled = {key: names for key, names in fields.items() if names}
        empty_people(actor=self._actor, fields=filled, people=people, told=self._about, at=self._at)
        gone = [people[key] for key in made]
        remove_people(actor=self._actor, people=gone, told=self._about, at=self._at)

    def _event(self, verb: str, found: Volunteer) -> Event:
        change = {**self._about, "number": found.number}
        return event_of(actor=self._actor, verb=verb, subject=found, area=found.area, change=change, at=self._at)


# Whoever acted has an account, which is asked for; the log itself is long.
_OWN: Final = frozenset({"volunteering_volunteer", "audit_event"})


def _why_it_stays(
    person: Person | None, found: Volunteer | None, rows: Rows, places: Mapping[str, TeamMember],
    used: Collection[UUID],
) -> str:  # fmt: skip
    """Say why somebody is left as is, or "" where nobody touched the entry since."""
    if person is None or found is None:
        return ""
    last = rows[-1]
    if found.version != last.version_after or person.version != last.made.get("person_version"):
        return "changed"
    for row in rows:
        place = places.get(row.made.get("place", ""))
        if "place" in row.made and (place is None or place.state != "member" or place.role != "member"):
            return "used"
        if place is not None and place.signed_at is not None:
            return "used"
    made = any(row.made.get("volunteer") for row in rows)
    return "used" if made and found.pk in used else ""


def _used_volunteers(volunteers: Mapping[UUID, Volunteer]) -> set[UUID]:
    """Tell which of these volunteers something else names than what an import gives, in one query."""
    if not volunteers:
        return set()
    quote = connection.ops.quote_name
    own = (VolunteerSkill, EarlierHours)
    parts = [
        f"SELECT {quote(str(one.field.column))} FROM {quote(one.related_model._meta.db_table)}"  # noqa: S608 - our own names
        f" WHERE {quote(str(one.field.column))} = ANY(%(ids)s)" + (_NOT_OURS if one.related_model is TeamMember else "")
        for one in Volunteer._meta.related_objects
        if one.related_model not in own
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), {"ids": list(volunteers)})
        return {row[0] for row in cursor.fetchall()}


# A place that an import made is looked at row by row.
_NOT_OURS: Final = (
    " AND NOT EXISTS (SELECT FROM volunteering_volunteerrow r WHERE r.volunteer = volunteering_teammember.volunteer_id"
    " AND r.made ->> 'place' = volunteering_teammember.id::text)"
)


def _drop_skills(rows: Rows) -> None:
    """Take away the skills that rows gave, in one statement."""
    pairs = [(str(row.volunteer), str(skill)) for row in rows for skill in row.made.get("skills", ())]
    volunteers, skills = [one for one, _skill in pairs], [skill for _one, skill in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM volunteering_volunteerskill s USING unnest(%s::uuid[], %s::uuid[]) AS g (volunteer, skill)"
            " WHERE s.volunteer_id = g.volunteer AND s.skill_id = g.skill",
            (volunteers, skills),
        )


def _finish(import_id: UUID, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        found = VolunteerImport.objects.select_for_update().get(pk=import_id)
        if found.state != "undoing":
            return
        steps = VolunteerRow.objects.filter(of_import=found, step__in=(RowStep.UNDONE, RowStep.STAYS))
        counts = {one["step"]: one["n"] for one in steps.values("step").order_by().annotate(n=Count("id"))}
        told = {"undone": counts.get("undone", 0), "stays": counts.get("stays", 0)}
        found.state, found.undone_at = IMPORT.move(found.state, "finish_undo"), at
        found.counts = {**found.counts, **told}
        found.save(update_fields=["state", "undone_at", "counts"])
        record(actor=actor, verb="volunteering.import.undone", subject=found, area=found.area, change=told, at=at)

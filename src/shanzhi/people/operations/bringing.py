"""People who come in bulk with a list that another room takes in: put on record, filled in, taken back.

The caller asked who may, checks the values, and writes inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import REGISTRY
from shanzhi.people.fields import ID_NUMBER, PHONE, marks
from shanzhi.people.models import Person
from shanzhi.people.operations.records import put

SOME: Final = 200
FILLED: Final = ("phone", "id_number", "born_on")
"""What a list may fill in where it is empty."""
_COLUMNS: Final = (
    "phone", "phone_mark", "phone_mark_next", "id_number", "id_mark", "id_mark_next", "born_on", "version",
)  # fmt: skip


def bring_people(*, actor: Actor, people: Sequence[Person], told: Mapping[str, Any], at: datetime) -> set[UUID]:
    """Put people on record as their office's list names them; give those who were taken.

    Somebody whose number or phone came on record meanwhile is left out. `told` goes into each one's event.
    """
    Person.objects.bulk_create(people, ignore_conflicts=True, batch_size=SOME)
    there = set(Person.objects.filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    record_many(
        event_of(actor=actor, verb="people.person.import", subject=one, area=one.area, change=told, at=at)
        for one in people
        if one.pk in there
    )
    return there


def on_record(numbers: Collection[str]) -> set[str]:
    """Tell which of these phones and identity numbers stand on anybody's record, in one query each."""
    found: set[str] = set()
    for column, purpose in (("phone_mark", PHONE), ("id_mark", ID_NUMBER)):
        blinds = {blind: number for number in numbers for blind in marks(number, purpose=purpose)}
        rows = Person.objects.filter(**{f"{column}__in": list(blinds)}).values_list(column, flat=True)
        found |= {blinds[bytes(one)] for one in rows}
    return found


def fill_people(
    *, actor: Actor, values: Mapping[UUID, Mapping[str, Any]], people: Mapping[UUID, Person], told: Mapping[str, Any],
    at: datetime,
) -> None:  # fmt: skip
    """Fill in what these locked people lack; what somebody has is never touched."""
    changed, events = [], []
    for key, filled in values.items():
        person = people[key]
        for field, value in filled.items():
            _set(person, field, value)
        person.version += 1
        changed.append(person)
        events.append(_event(actor, "people.person.import_fill", person, sorted(filled), told, at))
    Person.objects.bulk_update(changed, _COLUMNS, batch_size=SOME)
    record_many(events)


def empty_people(
    *, actor: Actor, fields: Mapping[UUID, Sequence[str]], people: Mapping[UUID, Person], told: Mapping[str, Any],
    at: datetime,
) -> None:  # fmt: skip
    """Empty again what a list filled in."""
    changed, events = [], []
    for key, names in fields.items():
        person = people[key]
        for field in names:
            _set(person, field, None)
        person.version += 1
        changed.append(person)
        events.append(_event(actor, "people.person.import_restored", person, names, told, at))
    Person.objects.bulk_update(changed, _COLUMNS, batch_size=SOME)
    record_many(events)


def remove_people(*, actor: Actor, people: Iterable[Person], told: Mapping[str, Any], at: datetime) -> None:
    """Remove people whom a list put on record and nothing names since; the database refuses to remove others."""
    gone = list(people)
    record_many([_event(actor, "people.person.import_removed", one, (), told, at) for one in gone])
    rows = Person.objects.filter(pk__in=[one.pk for one in gone])
    rows._raw_delete(rows.db)  # what points here was asked by `named`


def named(people: Collection[UUID], *, but: Collection[str]) -> set[UUID]:
    """Tell which of these people some table names, `but` for these tables; in one query.

    Tables that point to people by a key are known by themselves, those that keep the bare number by what each room says
    of its personal data.
    """
    if not people:
        return set()
    quote = connection.ops.quote_name
    parts = [
        f"SELECT w.id FROM w JOIN {quote(table)} t ON t.{quote(column)} = w.id"  # noqa: S608 - our own names
        for table, column in sorted(_places())
        if table not in but
    ]
    # The numbers stand once in the statement: written out for each place they would cost more than the look-up.
    asked = "WITH w AS MATERIALIZED (SELECT unnest(%s::uuid[]) AS id) " + " UNION ".join(parts)
    with connection.cursor() as cursor:
        cursor.execute(asked, [list(people)])
        return {row[0] for row in cursor.fetchall()}


def _places() -> set[tuple[str, str]]:
    keys = {
        (one.related_model._meta.db_table, str(one.field.column))
        for one in Person._meta.related_objects
        if not one.field.many_to_many
    }
    for one in REGISTRY.annotations.values():
        model = apps.get_model(one.model)
        found = {
            field.attname: field.column
            for field in model._meta.concrete_fields
            if isinstance(getattr(field, "target_field", field), models.UUIDField)
        }
        column = found.get(one.path)
        if column and model is not Person:
            keys.add((model._meta.db_table, column))
    return keys


def _set(person: Person, field: str, value: Any) -> None:
    if field == "born_on":
        person.born_on = value
    else:
        put(person, field, value)


def _event(
    actor: Actor, verb: str, person: Person, fields: Sequence[str], told: Mapping[str, Any], at: datetime
) -> Event:
    change = {**told, **({"fields": list(fields)} if fields else {})}
    return event_of(actor=actor, verb=verb, subject=person, area=person.area, change=change, at=at)

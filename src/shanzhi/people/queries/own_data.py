"""All that is held about oneself, in every room, read through the annotations: as plain JSON, and in words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext

from shanzhi.audit.subjects import verb_words
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import REGISTRY, Activity, Annotation, Erase, Kind
from shanzhi.people import holders
from shanzhi.people.documents import DOCUMENTS
from shanzhi.people.fields import Sealed
from shanzhi.people.queries.records import own
from shanzhi.places import queries as places
from shanzhi.ui import formatting

FORMAT: Final = "shanzhi.own-data.1"
MOST_ROWS: Final = 10_000
MOST_SHOWN: Final = 20
AREAS: Final = ("area", "community", "place")
BODY: Final = "organization"
Paths = dict[str, list[Annotation]]


def held_about_me(*, viewer: Actor, at: datetime) -> dict[str, Any]:
    """Give everything held about the viewer as plain JSON values: by model, its rows with the fields described.

    Records merged into the viewer's are the viewer's own: what hangs on them is here too. Of a model with more than ten
    thousand rows the newest are given, and `left_out` says how many were not. `organizations` names those that the rows
    speak of by number.
    """
    person = own(viewer=viewer)
    records: dict[str, list[dict[str, Any]]] = {}
    left_out: dict[str, int] = {}
    for model, rows in _those_with_any(viewer.persons).items():
        paths = _models()[model]
        found = list(rows[: MOST_ROWS + 1])
        if len(found) > MOST_ROWS:
            left_out[model] = rows.count() - MOST_ROWS
        records[model] = [_row(row, _fields_of(row, paths, viewer.persons)) for row in found[:MOST_ROWS]]
    return {
        "format": FORMAT,
        "at": at.isoformat(),
        "person": str(person.pk),
        "records": {model: rows for model, rows in sorted(records.items()) if rows},
        "organizations": _organizations(records),
        "left_out": left_out,
    }


def _those_with_any(persons: tuple[UUID, ...]) -> dict[str, models.QuerySet[Any]]:
    """Give the rows of each model that has any of the person's; which these are is asked of all models at once."""
    every = {model: _rows_of(model, paths, persons) for model, paths in _models().items()}
    asked = [rows.order_by().annotate(found=Value(model)).values_list("found")[:1] for model, rows in every.items()]
    there = {model for (model,) in asked[0].union(*asked[1:], all=True)}
    return {model: rows for model, rows in every.items() if model in there}


def _organizations(records: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    numbers = {row[BODY] for rows in records.values() for row in rows if row.get(BODY)}
    return {str(key): body.name for key, body in sorted(holders.find(UUID(one) for one in numbers).items())}


def _rows_of(model: str, paths: Paths, persons: tuple[UUID, ...]) -> models.QuerySet[Any]:
    """Give the rows of a model that lead to the person by any way, newest first, each with where each way leads."""
    mine = reduce(or_, (Q(**{f"{path}__in": persons}) for path in paths))
    ways = {f"way_{place}": F(path) for place, path in enumerate(paths)}
    found: models.QuerySet[Any] = apps.get_model(model)._default_manager.filter(mine).annotate(**ways)
    return found.order_by("-pk")


def _fields_of(row: models.Model, paths: Paths, persons: tuple[UUID, ...]) -> list[Annotation]:
    """Give the fields of a row that are the person's, by all ways that lead from it to the person."""
    ways = (fields for place, fields in enumerate(paths.values()) if getattr(row, f"way_{place}") in persons)
    return list(chain.from_iterable(ways))


def _models() -> dict[str, Paths]:
    """Give by model the ways that lead from its rows to a person, each with the fields that are then that person's."""
    found: dict[str, Paths] = defaultdict(lambda: defaultdict(list))
    for one in sorted(REGISTRY.annotations.values(), key=lambda one: (one.model, one.path)):
        if one.path and one.exported:
            found[one.model][one.path].append(one)
    return found


def _row(row: models.Model, fields: list[Annotation]) -> dict[str, Any]:
    values = {one.field: _plain(getattr(row, _column(row, one.field).attname)) for one in fields}
    return {"id": str(row.pk), **values}


def _column(model: Any, name: str) -> Any:
    return model._meta.get_field(name)


def _plain(value: Any) -> Any:
    """Give a stored value as plain JSON; what is sealed is opened, for its owner."""
    if isinstance(value, Sealed):
        return value.reveal()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one model in words: each a list of label, value, and whether the value stands there as stored.

    `number` counts those not shown too.
    """

    title: Any
    number: int
    rows: list[list[tuple[Any, str, bool]]]


def held_in_words(*, viewer: Actor, at: datetime) -> list[Held]:
    """Give everything held about the viewer for reading, twenty rows of each kind; links between records are left out.

    A look at the own data in plain is nobody else's business and is not put on record.
    """
    held = held_about_me(viewer=viewer, at=at)
    records: dict[str, list[dict[str, Any]]] = held["records"]
    codes = {row[name] for rows in records.values() for row in rows[:MOST_SHOWN] for name in AREAS if row.get(name)}
    names = places.full_names({code for code in codes if str(code).isdigit()}) | held["organizations"]
    found = []
    for model, rows in records.items():
        fields = dict.fromkeys(name for row in rows for name in row if name != "id")
        shown = [(name, _teller(model, name, names)) for name in fields]
        told = [(name, tell) for name, tell in shown if tell is not None]
        words = [
            [_said(model, name, row[name], tell) for name, tell in told if row.get(name) not in (None, "")]
            for row in rows[:MOST_SHOWN]
        ]
        found.append(Held(REGISTRY.models[model], len(rows), [row for row in words if row]))
    return found


def _said(model: str, name: str, value: Any, tell: Callable[[Any], str]) -> tuple[Any, str, bool]:
    words = tell(value)
    stored = isinstance(value, dict | list) or (words == value and words.isascii())
    return REGISTRY.words(model, name), words, stored


def _teller(model: str, name: str, names: dict[str, str]) -> Callable[[Any], str] | None:
    """Give what writes a field's JSON value in words; None for links, which say nothing to a reader."""
    kinds = {one.kind for one in REGISTRY.annotations.values() if one.model == model and one.field == name}
    if kinds == {Kind.LINK}:
        return None
    if name == "verb":
        return verb_words
    if name in (*AREAS, BODY):
        return lambda value: names.get(value, str(value))
    column = _column(apps.get_model(model), name)
    if isinstance(column, models.DateTimeField):
        return lambda value: formatting.moment(datetime.fromisoformat(value))
    if isinstance(column, models.DateField):
        return lambda value: formatting.day(date.fromisoformat(value))
    if isinstance(column, ArrayField):
        named = dict(column.base_field.flatchoices)
        return lambda value: " · ".join(str(named.get(one, one)) for one in value)
    bare = name in ("document", "verified_against") and not column.choices
    choices = DOCUMENTS if bare else dict(column.flatchoices)
    if isinstance(column, models.JSONField):  # what is no text is in no list of choices
        return _written
    return lambda value: str(choices.get(value, _written(value)))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def stays() -> list[Activity]:
    """List the uses of personal data of which something stays after an erasure, without the name."""
    kept = {one.activity for one in REGISTRY.annotations.values() if one.erase in (Erase.KEEP, Erase.SCRUB)}
    return [one for one in REGISTRY.uses() if one.key in kept]


def own_data_schema() -> dict[str, Any]:
    """Give the JSON Schema of what `held_about_me` gives."""
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for model, paths in _models().items():
        for one in chain.from_iterable(paths.values()):
            rows[model][one.field] = _type(_column(apps.get_model(model), one.field))
    records = {
        model: {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, **dict(sorted(fields.items()))},
                "required": ["id"],
                "additionalProperties": False,
            },
        }
        for model, fields in sorted(rows.items())
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "All that a Shanzhi site holds about one person",
        "type": "object",
        "required": ["format", "at", "person", "records", "organizations", "left_out"],
        "additionalProperties": False,
        "properties": {
            "format": {"const": FORMAT},
            "at": {"type": "string", "format": "date-time"},
            "person": {"type": "string", "format": "uuid"},
            "records": {"type": "object", "properties": records, "additionalProperties": False},
            "organizations": {"type": "object", "additionalProperties": {"type": "string"}},
            "left_out": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        },
    }


def _type(column: Any) -> dict[str, Any]:
    if isinstance(column, models.JSONField):
        return {}
    if isinstance(column, ArrayField):
        return {"type": "array", "items": _type(column.base_field)}
    if isinstance(column, models.DateTimeField):
        return {"type": ["string", "null"], "format": "date-time"}
    if isinstance(column, models.DateField):
        return {"type": ["string", "null"], "format": "date"}
    if isinstance(column, models.BooleanField):
        return {"type": ["boolean", "null"]}
    numbered = isinstance(column, models.IntegerField) or isinstance(
        getattr(column, "target_field", None), models.IntegerField
    )
    return {"type": ["integer" if numbered else "string", "null"]}

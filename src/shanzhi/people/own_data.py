"""All that is held about oneself, read through the annotations of every room."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import ANNOTATIONS, Annotation
from shanzhi.people import queries
from shanzhi.people.fields import Sealed

FORMAT = "shanzhi.own-data.1"
MOST_ROWS = 10_000


def held_about_me(*, viewer: Actor, at: datetime) -> dict[str, Any]:
    """Give everything held about the viewer as plain JSON values: by model, its rows with the fields described."""
    person = queries.own(viewer=viewer)
    groups: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for one in ANNOTATIONS.values():
        if one.path and one.exported:
            groups[one.model, one.path].append(one)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (model, path), fields in sorted(groups.items()):
        found = apps.get_model(model)._default_manager.filter(**{path: person.pk}).order_by("pk")
        rows[model] += [_row(row, fields) for row in found[:MOST_ROWS]]
    return {"format": FORMAT, "at": at.isoformat(), "person": str(person.pk), "records": dict(rows)}


def _row(row: models.Model, fields: list[Annotation]) -> dict[str, Any]:
    values = {"id": str(row.pk)}
    for one in fields:
        if not one.field.endswith("_mark"):  # a keyed digest of what stands beside it
            values[one.field] = plain(getattr(row, row._meta.get_field(one.field).attname))  # type: ignore[union-attr]
    return values


def plain(value: Any) -> Any:
    """Give a stored value as plain JSON; what is sealed is opened, for its owner."""
    if isinstance(value, Sealed):
        return value.reveal()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value

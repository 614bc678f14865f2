"""Verified records for the national system of volunteer service, as CSV and JSON; told in docs/service-export.md.

No name and no identity number goes out: a volunteer is the number (MZ/T 061-2015).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from shanzhi.places import queries as places
from shanzhi.service.models import ServiceRecord
from shanzhi.ui.listing.export import unarmed
from shanzhi.volunteering.models.volunteers import clock

FORMAT: Final = "shanzhi-service-1"
FIELDS: Final = (
    "record_id", "volunteer_number", "served_on", "starts", "minutes", "task_code", "task_name", "content",
    "people_served", "organiser_kind", "organiser_name", "area", "recorded_on", "verified_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Collected:
    """The records of an area and a span of days, as plain rows of `FIELDS`."""

    area: str
    starts_on: date
    ends_on: date
    rows: list[dict[str, Any]]

    def csv(self) -> bytes:
        """Write CSV in UTF-8 with a mark at its beginning, by which Excel knows the encoding.

        A text that a table program would take for a formula gets an apostrophe before it.
        """
        out = io.StringIO()
        writer = csv.DictWriter(out, FIELDS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({name: unarmed(value) for name, value in row.items()} for row in self.rows)
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def json(self) -> bytes:
        """Write JSON."""
        whole = {
            "format": FORMAT, "area": self.area, "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(), "records": self.rows,
        }  # fmt: skip
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def records(area: str, starts_on: date, ends_on: date) -> QuerySet[ServiceRecord]:
    """Give the verified records that stand of an area; of who was erased nothing goes out any more."""
    rows = ServiceRecord.objects.filter(places.within("area", area), state="verified", reversal=None)
    rows = rows.filter(served_on__range=(starts_on, ends_on), volunteer__person__erased_at=None)
    return rows.select_related("volunteer", "team", "organization", "task_kind").order_by("served_on", "id")


def row_of(one: ServiceRecord) -> dict[str, Any]:
    """Give a record as a row of `FIELDS`."""
    kind, name = "office", one.area
    if one.team is not None:
        kind, name = "team", one.team.name
    elif one.organization is not None:
        kind, name = "organization", one.organization.name
    return {
        "record_id": str(one.pk), "volunteer_number": one.volunteer.number, "served_on": one.served_on.isoformat(),
        "starts": None if one.starts is None else clock(one.starts), "minutes": one.minutes,
        "task_code": one.task_kind.code, "task_name": one.task_kind.name, "content": one.content,
        "people_served": one.people_served, "organiser_kind": kind, "organiser_name": name, "area": one.area,
        "recorded_on": timezone.localdate(one.recorded_at).isoformat(),
        "verified_on": timezone.localdate(one.verified_at).isoformat() if one.verified_at else None,
    }  # fmt: skip

"""Reading imports: officers see those of their area, with what each row would do and did; hours of before."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import queries as people
from shanzhi.places.exchange.lists import kept
from shanzhi.places.exchange.lists.kept import Preview
from shanzhi.ui.choosing import AreaSource
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import EarlierHours, Volunteer, VolunteerImport, VolunteerRow
from shanzhi.volunteering.queries.volunteers import LEVELS
from shanzhi.work.models import Job


def imports(*, viewer: Actor) -> QuerySet[VolunteerImport]:
    """List the imports of the areas that the viewer is in charge of, the newest first; files are left unread."""
    policies.require(policies.may_bring_in(actor=viewer))
    rows = VolunteerImport.objects.filter(policies.imports_readable(viewer)).defer("file", "sample")
    return rows.order_by("-created_at", "id")


def one_import(*, viewer: Actor, import_id: UUID) -> VolunteerImport:
    """Give one import without its file; outside the viewer's areas there is no such one."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = VolunteerImport.objects.filter(policies.imports_readable(viewer), pk=import_id)
    found = rows.defer("file", "sample").first()
    if found is None:
        raise NotFound
    return found


def previews(*, viewer: Actor, import_id: UUID) -> list[Preview]:
    """Give the worksheets of an import with their first rows, as far as the file is kept still."""
    found = one_import(viewer=viewer, import_id=import_id)
    return kept.previews(found.sample, found.sheets)


def import_job(found: VolunteerImport) -> Job | None:
    """Give the job that an import waits for, or was last worked on by."""
    return Job.objects.filter(pk=found.job).first() if found.job else None


def import_rows(found: VolunteerImport) -> QuerySet[VolunteerRow]:
    """Give the rows of an import that was looked up for the viewer, each with the volunteer number that it has."""
    number = Subquery(Volunteer.objects.filter(pk=OuterRef("volunteer")).values("number")[:1])
    return VolunteerRow.objects.filter(of_import=found).annotate(served_as=number).order_by("number", "id")


def import_row(*, viewer: Actor, import_id: UUID, row_id: int) -> tuple[VolunteerImport, VolunteerRow]:
    """Give a row of an import that exists for the viewer."""
    found = one_import(viewer=viewer, import_id=import_id)
    row = VolunteerRow.objects.filter(of_import=found, pk=row_id).first()
    if row is None:
        raise NotFound
    return found, row


def search_rows(rows: QuerySet[VolunteerRow], words: str) -> QuerySet[VolunteerRow]:
    """Find by the number of the row, or by the volunteer number or its beginning."""
    text = words.strip()
    found = Q(served_as__startswith=text)
    if text.isascii() and text.isdecimal() and len(text) < 8:
        found |= Q(number=int(text))
    return rows.filter(found)


def import_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas for which the viewer may bring in a list."""
    return people.source_of(people.Open(viewer.areas(policies.OFFICERS), at, LEVELS))


def told(row: VolunteerRow) -> dict[str, Any]:
    """Open what a row keeps; the caller shows people masked."""
    return dict(json.loads(row.told.reveal())) if row.told else {}


def earlier_minutes(*, volunteers: Collection[UUID]) -> dict[UUID, int]:
    """Give the minutes that these volunteers had served before, as lists of offices state them, summed; 0 where none.

    For the room that counts service: a statement holds until the import that brought it is taken back.
    """
    rows = EarlierHours.objects.filter(volunteer__in=list(volunteers)).values("volunteer").order_by()
    found = {row["volunteer"]: int(row["all"]) for row in rows.annotate(all=Sum("minutes"))}
    return {one: found.get(one, 0) for one in volunteers}


def earlier_hours(found: Volunteer) -> QuerySet[EarlierHours]:
    """List the statements of hours of before of a volunteer who was looked up for the viewer, the newest day first."""
    return EarlierHours.objects.filter(volunteer=found).annotate(area=F("of_import__area")).order_by("-as_of", "id")

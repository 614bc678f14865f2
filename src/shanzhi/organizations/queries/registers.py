"""Reading registers: officers see those of their area, with what each row would do and did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.models import Organization, RegisterEntry, RegisterImport, RegisterRow
from shanzhi.people import queries as people
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists import kept
from shanzhi.places.exchange.lists.kept import Preview
from shanzhi.ui.choosing import AreaSource
from shanzhi.work.models import Job


def registers(*, viewer: Actor) -> QuerySet[RegisterImport]:
    """List the registers of the areas that the viewer is in charge of, the newest first; files are left unread."""
    policies.require(policies.may_create(actor=viewer))
    rows = RegisterImport.objects.filter(policies.registers_readable(viewer)).defer("file", "sample")
    return rows.order_by("-created_at", "id")


def register(*, viewer: Actor, register_id: UUID) -> RegisterImport:
    """Give one register without its file; outside the viewer's areas there is no such one."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = RegisterImport.objects.filter(policies.registers_readable(viewer), pk=register_id)
    found = rows.defer("file", "sample").first()
    if found is None:
        raise NotFound
    return found


def previews(*, viewer: Actor, register_id: UUID) -> list[Preview]:
    """Give the worksheets of a register with their first rows, as far as the file is kept still."""
    found = register(viewer=viewer, register_id=register_id)
    return kept.previews(found.sample, found.sheets)


def register_job(found: RegisterImport) -> Job | None:
    """Give the job that a register waits for, or was last worked on by."""
    return Job.objects.filter(pk=found.job).first() if found.job else None


def register_rows(found: RegisterImport) -> QuerySet[RegisterRow]:
    """Give the rows of a register that was looked up for the viewer, each with the name that its organisation has."""
    name = Subquery(Organization.objects.filter(pk=OuterRef("organization")).values("name")[:1])
    return RegisterRow.objects.filter(register=found).annotate(body_name=name).order_by("number", "id")


def register_row(*, viewer: Actor, register_id: UUID, row_id: int) -> tuple[RegisterImport, RegisterRow]:
    """Give a row of a register that exists for the viewer."""
    found = register(viewer=viewer, register_id=register_id)
    row = RegisterRow.objects.filter(register=found, pk=row_id).first()
    if row is None:
        raise NotFound
    return found, row


def search_rows(rows: QuerySet[RegisterRow], words: str) -> QuerySet[RegisterRow]:
    """Find by the number of the row, or by a part of the name."""
    text = words.strip()
    found = Q(name__icontains=text)
    if text.isascii() and text.isdecimal() and len(text) < 8:
        found |= Q(number=int(text))
    return rows.filter(found)


def candidates(row: RegisterRow) -> list[tuple[Organization | None, str, str, int | None, str]]:
    """Give what a doubtful row may be: the organisation or None for a row before it, number, mark, row, name."""
    there = Organization.objects.in_bulk([UUID(key) for key, *_rest in row.twins])
    return [(there.get(UUID(key)), key, mark, of_row, name) for key, mark, of_row, name in row.twins]


def seat_names(codes: Sequence[str]) -> dict[str, str]:
    """Name the seats of candidates."""
    return dict(places.full_names(codes))


def import_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas for which the viewer may bring in a register."""
    return people.source_of(people.Open(viewer.areas(policies.MANAGERS), at, policies.SEATS))


def entry_of(organization_id: UUID) -> RegisterEntry | None:
    """Give what a register says of an organisation, if one named it."""
    return RegisterEntry.objects.filter(organization=organization_id).select_related("register").first()


def told(row: RegisterRow) -> dict[str, Any]:
    """Open what a row keeps; the caller shows people masked."""
    return dict(json.loads(row.told.reveal())) if row.told else {}

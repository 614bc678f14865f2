"""A list of volunteers comes in: read, kept sealed, its columns guessed or as the office chose them before.

Nothing is written to the record here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.choosing import chosen, described, samples
from shanzhi.places.exchange.lists.reading import read_list
from shanzhi.places.operations.lists import columns_for, forget_old, remember_columns, stood_still
from shanzhi.volunteering import policies
from shanzhi.volunteering.exchange.headings import FIELDS, KNOWN, NAME
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import VolunteerImport
from shanzhi.volunteering.operations.imports.kind import IMPORTS
from shanzhi.work.operations import start_job

CHECK: Final = "volunteering.import.check"


class NoNameColumn(Invalid):
    """The columns do not say where the names stand."""

    code = "no_name_column"
    message = _("Say which column holds the names; without it no row can be taken.")


class ImportGone(Conflict):
    """The import is not at the step that this needs."""

    code = "import_elsewhere"
    message = _("The import is not at this step any more. Open its page and go on from there.")


def receive_import(*, actor: Actor, area: str, name: str, content: bytes, at: datetime) -> VolunteerImport:
    """Keep a list until an officer has looked at what it would do; the same file again gives the import that is there.

    Raises Forbidden, NotInCharge, NotFound, NotAList, ListTooLarge, NothingInside, MergedInOds, BadFile.
    """
    policies.require(policies.may_import(actor=actor, area=area))
    if area and not places.exists(area, at):
        raise NotFound
    known = f"sha256:{hashlib.sha256(area.encode() + b' ' + content).hexdigest()}"
    there = VolunteerImport.objects.filter(digest=known).exclude(state="undone").first()
    if there is not None:
        return there
    sheets = read_list(content, name, KNOWN)
    made = VolunteerImport(
        owner_id=actor.person_id, area=area, name=name[-200:], sheets=described(sheets, NAME), created_at=at,
        columns=columns_for(IMPORTS, area, sheets[0]), sample=json.dumps(samples(sheets)), digest=known,
        file=base64.b64encode(content).decode(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            forget_old(IMPORTS, at)
            made.save(force_insert=True)
            record(actor=actor, verb="volunteering.import.read", subject=made, area=area,
                   change={"rows": sum(len(sheet.rows) for sheet in sheets)}, at=at)  # fmt: skip
    except IntegrityError as fault:
        there = VolunteerImport.objects.filter(digest=known).exclude(state="undone").first()
        if "volunteering_import_once" not in str(fault) or there is None:
            raise
        return there  # the same file was sent twice at once
    return made


def forget_import(*, actor: Actor, import_id: UUID, at: datetime) -> VolunteerImport:
    """Drop an import that was looked at and is not to be taken, with all that it says. Raises NotFound, ImportGone."""
    with transaction.atomic():
        found = locked_import(actor, import_id)
        if found.state not in ("read", "checked"):
            raise ImportGone
        record(actor=actor, verb="volunteering.import.forget", subject=found, area=found.area,
               change={"rows": found.counts.get("rows", 0)}, at=at)  # fmt: skip
        VolunteerImport.objects.filter(pk=found.pk).delete()
    return found


def locked_import(actor: Actor, import_id: UUID) -> VolunteerImport:
    """Lock an import of an area that the actor is in charge of; others do not exist. Raises NotFound."""
    rows = VolunteerImport.objects.select_for_update()
    if not actor.is_system:
        policies.require(policies.may_bring_in(actor=actor))
        rows = rows.filter(policies.imports_readable(actor))
    found = rows.filter(pk=import_id).first()
    if found is None:
        raise NotFound
    return found


def name_columns(
    *, actor: Actor, import_id: UUID, columns: Mapping[str, str], sheets: Sequence[str], at: datetime,
    remember: bool = False,
) -> VolunteerImport:  # fmt: skip
    """Say which column holds which field and which worksheets are meant, and have the list checked by a job.

    `columns` gives the heading for each field; "" leaves it out. Asked again while it is checked, nothing new begins.
    Raises NotFound, NoNameColumn, ColumnTwice, NoWorksheet, ImportGone.
    """
    with transaction.atomic():
        found = locked_import(actor, import_id)
        if found.state == "checking" and not stood_still(found):
            return found
        if found.state not in ("read", "checked", "checking"):
            raise ImportGone
        found.columns, found.counts = chosen(found.sheets, columns, sheets, FIELDS), {}
        if NAME not in found.columns:
            raise NoNameColumn(field=NAME)
        for sheet in found.sheets:
            sheet["chosen"] = sheet["name"] in sheets
        if found.state != "checking":
            found.state = IMPORT.move(found.state, "check")
        rows = sum(sheet["rows"] for sheet in found.sheets if sheet["chosen"])
        found.job = start_job(actor=actor, kind=CHECK, area=found.area, total=rows, unit="rows", at=at).pk
        found.save(update_fields=["columns", "sheets", "state", "job", "counts"])
        if remember:
            remember_columns(IMPORTS, actor, found, at)
    return found

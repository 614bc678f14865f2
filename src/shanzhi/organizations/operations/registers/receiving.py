"""A register comes in: read, kept sealed, its columns guessed or as the office chose them before, then checked.

Nothing is written to the record here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.exchange.headings import FIELDS, NAME
from shanzhi.organizations.exchange.registers import read_register
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import RegisterImport
from shanzhi.organizations.operations.registers.kind import REGISTERS
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.choosing import chosen, described, samples
from shanzhi.places.operations.lists import columns_for, forget_old, remember_columns
from shanzhi.work.operations import start_job

CHECK: Final = "organizations.register.check"


class BadColumns(Invalid):
    """The columns do not say where the names stand."""

    code = "bad_columns"
    message = _("Say which column holds the name of the organisation; without it no row can be taken.")


class RegisterGone(Conflict):
    """The register is not at the step that this needs."""

    code = "register_elsewhere"
    message = _("The register is not at this step any more. Open its page and go on from there.")


def receive_register(*, actor: Actor, area: str, name: str, content: bytes, at: datetime) -> RegisterImport:
    """Keep a register until an officer has looked at what it would do.

    Raises Forbidden, NotInCharge, NotFound, NotAList, ListTooLarge, NothingInside, MergedInOds, BadFile.
    """
    policies.require(policies.may_import(actor=actor, area=area))
    if area and not places.exists(area, at):
        raise NotFound
    sheets = read_register(content, name)
    made = RegisterImport(
        owner_id=actor.person_id, area=area, name=name[-200:], sheets=described(sheets, NAME), created_at=at,
        columns=columns_for(REGISTERS, area, sheets[0]), sample=json.dumps(samples(sheets)),
        file=base64.b64encode(content).decode(),
    )  # fmt: skip
    with transaction.atomic():
        forget_old(REGISTERS, at)
        made.save(force_insert=True)
        record(actor=actor, verb="organizations.register.read", subject=made, area=area,
               change={"rows": sum(len(sheet.rows) for sheet in sheets)}, at=at)  # fmt: skip
    return made


def forget_register(*, actor: Actor, register_id: UUID) -> None:
    """Drop a register that was looked at and is not to be taken. Raises NotFound, RegisterGone."""
    with transaction.atomic():
        found = locked_register(actor, register_id)
        if found.state not in ("read", "checked"):
            raise RegisterGone
        found.delete()


def locked_register(actor: Actor, register_id: UUID) -> RegisterImport:
    """Lock a register of an area that the actor is in charge of; others do not exist. Raises NotFound."""
    rows = RegisterImport.objects.select_for_update()
    if not actor.is_system:
        policies.require(policies.may_create(actor=actor))
        rows = rows.filter(policies.registers_readable(actor))
    found = rows.filter(pk=register_id).first()
    if found is None:
        raise NotFound
    return found


def name_columns(
    *, actor: Actor, register_id: UUID, columns: Mapping[str, str], sheets: Sequence[str], at: datetime,
    remember: bool = False,
) -> RegisterImport:  # fmt: skip
    """Say which column holds which field and which worksheets are meant, and have the register checked by a job.

    `columns` gives the heading for each field; "" leaves it out. Asked again while it is checked, nothing new begins.
    Raises NotFound, BadColumns, ColumnTwice, NoWorksheet, RegisterGone.
    """
    with transaction.atomic():
        found = locked_register(actor, register_id)
        if found.state == "checking":
            return found
        if found.state not in ("read", "checked"):
            raise RegisterGone
        found.columns, found.counts = _chosen(found, columns, sheets), {}
        for sheet in found.sheets:
            sheet["chosen"] = sheet["name"] in sheets
        found.state = REGISTER.move(found.state, "check")
        rows = sum(sheet["rows"] for sheet in found.sheets if sheet["chosen"])
        found.job = start_job(actor=actor, kind=CHECK, area=found.area, total=rows, unit="rows", at=at).pk
        found.save(update_fields=["columns", "sheets", "state", "job", "counts"])
        if remember:
            remember_columns(REGISTERS, actor, found, at)
    return found


def _chosen(found: RegisterImport, columns: Mapping[str, str], sheets: Sequence[str]) -> dict[str, str]:
    there = chosen(found.sheets, columns, sheets, FIELDS)
    if NAME not in there:
        raise BadColumns(field=NAME)
    return there

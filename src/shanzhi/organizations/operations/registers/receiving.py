"""A register comes in: read, kept sealed, its columns guessed or as the office chose them before, then checked.

Nothing is written to the record here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.exchange.headings import FIELDS, NAME
from shanzhi.organizations.exchange.registers import read_register
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import RegisterImport, RegisterMapping, RegisterRow
from shanzhi.places import queries as places
from shanzhi.places.exchange.lists.choosing import chosen, described, guess, samples
from shanzhi.places.exchange.lists.headings import fingerprint
from shanzhi.places.exchange.lists.reading import Sheet
from shanzhi.work.models import Job
from shanzhi.work.operations import start_job

# What was never taken is forgotten.
KEPT: Final = timedelta(days=7)
# What refused rows held, and what differed, stays for the office to work on for so long.
KEPT_ROWS: Final = timedelta(days=90)
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
        columns=_columns_for(area, sheets[0]), sample=json.dumps(samples(sheets)),
        file=base64.b64encode(content).decode(),
    )  # fmt: skip
    with transaction.atomic():
        _forget(at)
        made.save(force_insert=True)
        record(actor=actor, verb="organizations.register.read", subject=made, area=area,
               change={"rows": sum(len(sheet.rows) for sheet in sheets)}, at=at)  # fmt: skip
    return made


def _forget(at: datetime) -> None:
    """Drop registers that nobody took, and what old rows still say of people.

    All of them are locked first, in the order of ids, as who takes a register and who erases somebody locks them.
    """
    stuck = Q(state="checking", job__in=Job.objects.filter(created_at__lt=at - KEPT).values("pk"))
    dropped = Q(created_at__lt=at - KEPT) & (stuck | Q(state__in=("read", "checked")))
    telling = RegisterRow.objects.filter(register=OuterRef("pk"), told__isnull=False)
    old = Q(written_at__lt=at - KEPT_ROWS) & Exists(telling)
    rows = RegisterImport.objects.select_for_update().filter(dropped | old).order_by("pk")
    held = list(rows.values_list("pk", flat=True))
    RegisterImport.objects.filter(dropped, pk__in=held).delete()
    lines = RegisterRow.objects.filter(register__written_at__lt=at - KEPT_ROWS, register__in=held)
    lines.exclude(told=None).update(told=None)


def forget_register(*, actor: Actor, register_id: UUID) -> None:
    """Drop a register that was looked at and is not to be taken. Raises NotFound, RegisterGone."""
    with transaction.atomic():
        found = locked_register(actor, register_id)
        if found.state not in ("read", "checked"):
            raise RegisterGone
        found.delete()


def _columns_for(area: str, sheet: Sheet) -> dict[str, str]:
    """Give the columns that the office chose for this register before, else the guess."""
    kept = RegisterMapping.objects.filter(area=area, headings=digest(fingerprint(sheet.titles))).first()
    if kept is not None:
        return dict(kept.columns)
    return guess(sheet)


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


def stood_still(found: RegisterImport) -> bool:
    """Tell whether the job of a register failed, so that another one may go on with it."""
    return found.job is not None and Job.objects.filter(pk=found.job, state="failed").exists()


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
            _remember(actor, found, at)
    return found


def _chosen(found: RegisterImport, columns: Mapping[str, str], sheets: Sequence[str]) -> dict[str, str]:
    there = chosen(found.sheets, columns, sheets, FIELDS)
    if NAME not in there:
        raise BadColumns(field=NAME)
    return there


def _remember(actor: Actor, found: RegisterImport, at: datetime) -> None:
    """Keep the columns for the office's next register with these headings."""
    titles = next(sheet["titles"] for sheet in found.sheets if sheet["chosen"])
    made, _new = RegisterMapping.objects.update_or_create(
        area=found.area, headings=digest(fingerprint(titles)),
        defaults={"columns": found.columns, "created_by_id": actor.person_id, "created_at": at},
    )  # fmt: skip
    record(actor=actor, verb="organizations.register.remember", subject=made, area=found.area,
           change={"columns": found.columns}, at=at)  # fmt: skip

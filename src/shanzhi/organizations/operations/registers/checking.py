"""The check of a register: what each of its rows would do, kept sealed for the officer; the record is only read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from shanzhi.audit.planned import copy_rows
from shanzhi.organizations.exchange.register_rows import Checked, Line, check
from shanzhi.organizations.exchange.register_values import sort
from shanzhi.organizations.models import Outcome, Part, RegisterImport, RegisterRow
from shanzhi.organizations.operations.registers.kind import COMMAND, REGISTERS
from shanzhi.organizations.operations.registers.marking import SEALED_AS
from shanzhi.organizations.operations.registers.twins import Body, Found, Known
from shanzhi.people.actors import actor_of_job
from shanzhi.people.fields import cipher
from shanzhi.places.exchange.lists.cells import Stated
from shanzhi.places.exchange.lists.columns import Wrong
from shanzhi.places.exchange.lists.reading import Sheet
from shanzhi.places.operations.lists import Check, check_list
from shanzhi.work.operations import advance_job

BATCH: Final = 2000
COPIED: Final = (
    "register_id", "sheet", "number", "name", "outcome", "mark", "organization", "of_row", "twins", "field", "differs",
    "told", "decision", "step", "why", "made",
)  # fmt: skip
# A field of a row that may differ from the record, and where the record keeps it.
COMPARED: Final = ("name", "kind", "purpose", "size", "number", "filed_on", "founded_on")
_HELD_AS: Final = {"size": "size_stated"}


def check_register(*, register_id: UUID, at: datetime) -> None:
    """Work out what each row would do, and keep it; run by the worker. See `lists.check_list`."""
    steps = Check(lambda job: actor_of_job(job=job, command=COMMAND, at=at), check, _keep)
    check_list(REGISTERS, register_id, steps, at)


def _keep(found: RegisterImport, sheets: list[Sheet], checked: Checked) -> dict[str, int]:
    """Write down the rows in batches, and count them; rows of a check before go first.

    Nobody sees them before the state says that all are there, so a check that was killed leaves nothing half.
    """
    known, counts = Known(found.area), Counter({outcome.value: 0 for outcome in Outcome})
    known.shut(line.credit_code or "" for line in checked.lines)
    rows, done = _rows(found, sheets, checked, known), 0
    RegisterRow.objects.filter(register=found).delete()
    while some := list(islice(rows, BATCH)):
        _copy(some)
        counts.update(row.outcome for row in some)
        counts["differs"] += sum(row.differs for row in some)
        done += len(some)
        if found.job:
            advance_job(job_id=found.job, done=done)
    counts["passed_over"] = checked.left_out
    return dict(counts)


def _copy(rows: Sequence[RegisterRow]) -> None:
    held = cipher()
    copy_rows(RegisterRow, COPIED, ((
        row.register_id, row.sheet, row.number, row.name, row.outcome, row.mark, row.organization, row.of_row,
        json.dumps(row.twins), row.field, row.differs, held.seal(row.told.reveal(), purpose=SEALED_AS), "", "waiting",
        "", "{}",
    ) for row in rows))  # fmt: skip


def _rows(found: RegisterImport, sheets: list[Sheet], checked: Checked, known: Known) -> Iterator[RegisterRow]:
    for line in checked.lines:
        sheet = sheets[line.sheet].name
        if known.taken_elsewhere(line):
            wrong = [Wrong("credit_code", "code_elsewhere", line.credit_code or "")]
            yield _refused(found, sheet, line.number, line.name, wrong)
        else:
            yield _taken(found, sheet, line, known.find(line))
    for (index, number), (name, wrong) in checked.refused.items():
        yield _refused(found, sheets[index].name, number, name, wrong)


def _refused(found: RegisterImport, sheet: str, number: int, name: str, wrong: list[Wrong]) -> RegisterRow:
    return RegisterRow(
        register=found, sheet=sheet[:100], number=number, name=name[:100], outcome=Outcome.REFUSED,
        field=wrong[0].field, told=json.dumps({"wrong": wrong}),
    )  # fmt: skip


def _taken(found: RegisterImport, sheet: str, line: Line, twin: Found) -> RegisterRow:
    differs = differing(line, twin.body) if twin.outcome == Outcome.MERGE and twin.body else []
    told = {"line": line, "differs": differs} if differs else {"line": line}
    body = twin.body
    return RegisterRow(
        register=found, sheet=sheet[:100], number=line.number, name=line.name, outcome=twin.outcome, mark=twin.mark,
        organization=body.id if body else None, of_row=body.row if body and body.row != line.number else None,
        twins=[[str(one.id), mark, one.row, one.name] for one, mark in twin.twins], differs=bool(differs),
        told=json.dumps(told, default=date.isoformat),
    )  # fmt: skip


def opened(row: RegisterRow) -> dict[str, Any]:
    """Give what a row keeps: its line, what is wrong in it, what differs; empty once it is forgotten."""
    return dict(json.loads(row.told.reveal())) if row.told else {}


def line_of(told: dict[str, Any]) -> Line:
    """Give the line that a row keeps, with its days as days."""
    line = Line(*told["line"])
    days = (line.filed_on, line.founded_on)
    filed_on, founded_on = (one and Stated(date.fromisoformat(str(one[0])), one[1]) for one in days)
    return line._replace(former=tuple(line.former), filed_on=filed_on, founded_on=founded_on)


def differing(line: Line, body: Body) -> list[list[Any]]:
    """List what a row says otherwise than the record: field, what is on record, what the register has.

    Only what both have can differ; of people, the one in charge and the phone.
    """
    new = {
        "name": line.name, "kind": sort(line.sort).kind, "purpose": line.purpose, "size": line.size,
        "number": line.filing, "filed_on": line.filed_on and line.filed_on.day,
        "founded_on": line.founded_on and line.founded_on.day,
    }  # fmt: skip
    held = {**body.values, "name": body.name}
    found = [[field, held.get(_HELD_AS.get(field, field)), new[field]] for field in COMPARED]
    people = body.values.get("people", ())
    charge = next((name for name, _phone, part in people if part == Part.IN_CHARGE), "")
    phones = [phone for name, phone, _part in people if phone and name == line.in_charge]
    found.append(["in_charge", charge, line.in_charge])
    found.append(["phone", phones[0] if phones and line.phone not in phones else "", line.phone])
    return [[field, _plain(old), _plain(stated)] for field, old, stated in found if old and stated and old != stated]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

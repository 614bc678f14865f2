"""One batch of a register: organisations made or filled in, their people, what the register says, and their history.

Only what is empty is filled in. What the register says otherwise stays listed with the row, for an officer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.organizations.exchange.register_rows import Line
from shanzhi.organizations.lifecycle import beginning
from shanzhi.organizations.models import (
    PREFIXES,
    Decision,
    Kind,
    Membership,
    Organization,
    Part,
    RegisterEntry,
    RegisterImport,
    RegisterRow,
    Step,
)
from shanzhi.organizations.operations.registers.checking import differing, line_of, opened
from shanzhi.organizations.operations.registers.marking import mark_rows
from shanzhi.organizations.operations.registers.twins import Body
from shanzhi.places import queries as places

NEW: Final = "organizations.organization.import"
MERGED: Final = "organizations.organization.import_merge"
# So many rows a statement: longer ones cost more to take apart than they save.
SOME: Final = 100
PEOPLE: Final = (Part.IN_CHARGE, Part.CONTACT)


@dataclass
class _Held:
    """An organisation on record with its running people in charge and contacts, and what a register says of it."""

    body: Organization
    people: list[Membership] = field(default_factory=list)
    entry: RegisterEntry | None = None


class Batch:
    """What one batch writes; all of it in the caller's transaction, in a number of statements that does not grow."""

    def __init__(self, found: RegisterImport, actor: Actor, at: datetime) -> None:
        """Take the register, who acts, and the moment."""
        self._register, self._actor, self._at = found, actor, at
        self._today = timezone.localdate(at)
        self._events: list[Event] = []
        self._people: list[Membership] = []
        self._filled: list[Membership] = []
        self._entries: list[RegisterEntry] = []
        self._changed: dict[UUID, _Held] = {}

    def take(self, rows: Sequence[RegisterRow]) -> None:
        """Write the rows, in their order: those that make an organisation first, since others may go into it."""
        there = self._held({row.organization for row in rows if row.organization and not _makes(row)})
        fresh: dict[int, RegisterRow] = {}
        making: set[UUID | None] = set()
        for row in rows:
            # A row whose twin stood in a row before that was left out makes the organisation itself.
            alone = row.of_row is not None and row.organization not in there and row.organization not in making
            if _makes(row) or alone:
                fresh[row.pk] = row
                making.add(row.organization)
        there |= self._make(list(fresh.values()))
        for row in rows:
            if row.pk not in fresh:
                self._merge(row, there.get(row.organization) if row.organization else None)
        self._write(rows)

    def _held(self, ids: Iterable[UUID]) -> dict[UUID, _Held]:
        """Lock the organisations that rows go into, as far as they are living and inside the area."""
        rows = Organization.objects.select_for_update(no_key=True).filter(pk__in=set(ids), closed_at=None)
        found = {one.pk: _Held(one) for one in rows.filter(places.within("area", self._register.area))}
        people = Membership.objects.filter(organization__in=found, ends_on=None, part__in=PEOPLE)
        for one in people.order_by("created_at"):
            found[one.organization_id].people.append(one)
        for entry in RegisterEntry.objects.filter(organization__in=found):
            found[entry.organization_id].entry = entry
        return found

    def _make(self, rows: Sequence[RegisterRow]) -> dict[UUID, _Held]:
        """Make organisations; who is there by now (its code, or name and seat) is left alone, and the row passed."""
        bodies = {row.pk: self._body(row) for row in rows}
        Organization.objects.bulk_create(bodies.values(), ignore_conflicts=True, batch_size=SOME)
        ids = [body.pk for body in bodies.values()]
        there = set(Organization.objects.filter(pk__in=ids).values_list("pk", flat=True))
        made = {}
        for row in rows:
            body = bodies[row.pk]
            if body.pk not in there:
                row.step, row.why = Step.PASSED, "meanwhile"
                continue
            held, line = _Held(body), line_of(opened(row))
            row.organization, row.made, row.version_after = body.pk, {"made": True}, 1
            row.step, row.told = Step.WRITTEN, None
            self._meet(row, held, line)
            self._enter(row, held, line)
            self._note(NEW, body, row, {"name": body.name, "kind": body.kind})
            made[body.pk] = held
        return made

    def _body(self, row: RegisterRow) -> Organization:
        line = line_of(opened(row))
        anew = row.decision == Decision.ANOTHER or row.organization is None
        body = Organization(
            name=line.name, kind=line.kind, area=line.area, credit_code=line.credit_code, purpose=line.purpose,
            size_stated=line.size, state=beginning(line.kind, line.credit_code), created_at=self._at,
        )  # fmt: skip
        if not anew:
            body.pk = row.organization
        return body

    def _merge(self, row: RegisterRow, held: _Held | None) -> None:
        """Fill in what an organisation lacks; what differs stays with the row."""
        if held is None:
            row.step, row.why = Step.PASSED, "closed_meanwhile"
            return
        line = line_of(opened(row))
        body, before = held.body, {}
        differs = differing(line, _as_body(held))
        for name, value in (("purpose", line.purpose), ("size_stated", line.size), ("credit_code", line.credit_code)):
            if value and not getattr(body, name) and (name != "credit_code" or self._code_fits(body, line)):
                before[name] = getattr(body, name)
                setattr(body, name, value)
        row.made = {"before": before} if before else {}
        self._meet(row, held, line)
        self._enter(row, held, line)
        if row.made:
            body.version += 1
            self._changed[body.pk] = held
        row.version_after, row.step, row.differs = body.version, Step.WRITTEN, bool(differs)
        row.told = json.dumps({"differs": differs}) if differs else None
        fields = {name: [before[name] or None, getattr(body, name)] for name in before}
        self._note(MERGED, body, row, {"fields": fields} if fields else {})

    def _code_fits(self, body: Organization, line: Line) -> bool:
        """Tell whether a code may be filled in: it begins as the sort of the record says, and nobody else has it."""
        code = line.credit_code or ""
        begins = PREFIXES.get(Kind(body.kind), "")
        return code.startswith(begins) and not Organization.objects.filter(credit_code=code).exists()

    def _meet(self, row: RegisterRow, held: _Held, line: Line) -> None:
        """Put the person in charge among the people: in charge where nobody is, else as a contact."""
        if not line.in_charge:
            return
        same = next((one for one in held.people if one.name.reveal() == line.in_charge), None)
        if same is None:
            part = Part.CONTACT if any(one.part == Part.IN_CHARGE for one in held.people) else Part.IN_CHARGE
            made = Membership(organization=held.body, name=line.in_charge, phone=line.phone, part=part,
                              starts_on=self._today, created_at=self._at)  # fmt: skip
            held.people.append(made)
            self._people.append(made)
            row.made = {**row.made, "members": [str(made.pk)]}
        elif same.phone is None and line.phone:
            same.phone = line.phone
            if same.created_at != self._at or same not in self._people:
                self._filled.append(same)
            row.made = {**row.made, "phones": [str(same.pk)]}

    def _enter(self, row: RegisterRow, held: _Held, line: Line) -> None:
        """Keep what the register says besides: number, days, its own word for the sort, former names."""
        stated = _stated(line, held.body.name)
        entry, before = held.entry, {}
        if entry is None:
            if any(stated.values()):
                made = {"organization": held.body, "register": self._register, "created_at": self._at}
                held.entry = RegisterEntry(**made, **stated)
                self._entries.append(held.entry)
                row.made = {**row.made, "entry": True}
            return
        for name, value in stated.items():
            old = getattr(entry, name)
            new = [*old, *(one for one in value if one not in old)] if name == "former" else old or value
            if new != old:
                before[name] = old.isoformat() if hasattr(old, "isoformat") else old
                setattr(entry, name, new)
        if before:
            row.made = {**row.made, "entry_before": before}
            if entry not in self._entries:
                self._entries.append(entry)

    def _note(self, verb: str, body: Organization, row: RegisterRow, told: dict[str, Any]) -> None:
        change = {**told, "register": self._register.name, "register_id": str(self._register.pk), "row": row.number}
        self._events.append(
            event_of(actor=self._actor, verb=verb, subject=body, area=body.area, change=change, at=self._at)
        )

    def _write(self, rows: Sequence[RegisterRow]) -> None:
        changed = [held.body for held in self._changed.values()]
        Organization.objects.bulk_update(changed, ["purpose", "size_stated", "credit_code", "version"], batch_size=SOME)
        Membership.objects.bulk_create(self._people, batch_size=SOME)
        Membership.objects.bulk_update(self._filled, ["phone"], batch_size=SOME)
        fields = ["number", "filed_on", "filed_exact", "founded_on", "founded_exact", "sort", "former"]
        RegisterEntry.objects.bulk_create(
            self._entries,
            update_conflicts=True,
            unique_fields=["organization"],
            update_fields=fields,
            batch_size=SOME,
        )
        mark_rows(rows)
        record_many(self._events)


def _makes(row: RegisterRow) -> bool:
    """Tell whether a row makes an organisation of its own."""
    return row.outcome == "new" or row.decision == Decision.ANOTHER


def _stated(line: Line, name: str) -> dict[str, Any]:
    """Give what a register says of an organisation besides the record."""
    return {
        "number": line.filing, "sort": line.sort,
        "filed_on": line.filed_on.day if line.filed_on else None,
        "filed_exact": line.filed_on.exact if line.filed_on else "",
        "founded_on": line.founded_on.day if line.founded_on else None,
        "founded_exact": line.founded_on.exact if line.founded_on else "",
        "former": [one for one in line.former if one not in (line.name, name)],
    }  # fmt: skip


def _as_body(held: _Held) -> Body:
    """Give an organisation as the search for twins knows it, to list what differs."""
    body, entry = held.body, held.entry
    values: dict[str, Any] = {
        "kind": body.kind, "purpose": body.purpose, "size_stated": body.size_stated,
        "people": [(one.name.reveal(), one.phone.reveal() if one.phone else "", one.part) for one in held.people],
    }  # fmt: skip
    if entry is not None:
        values |= {"number": entry.number, "filed_on": entry.filed_on, "founded_on": entry.founded_on}
    return Body(body.pk, body.name, body.area, body.credit_code, values=values)

"""A whole register is taken back: what it made goes, what it filled in is empty again, unless it was touched since.

An organisation that was changed, used or closed after the register stays whole, and its row says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from shanzhi.audit.models import Event
from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.organizations import uses
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import Membership, Organization, RegisterEntry, RegisterImport, RegisterRow, Step
from shanzhi.organizations.operations.registers.marking import mark_rows
from shanzhi.organizations.operations.registers.receiving import RegisterGone, locked_register
from shanzhi.organizations.operations.registers.working import work_through
from shanzhi.places.operations.lists import stood_still
from shanzhi.work.operations import start_job

UNDO: Final = "organizations.register.undo"
REMOVED: Final = "organizations.organization.import_removed"
RESTORED: Final = "organizations.organization.import_restored"
BATCH: Final = 500
SOME: Final = 100
Rows = Sequence[RegisterRow]


def start_undo(*, actor: Actor, register_id: UUID, at: datetime) -> RegisterImport:
    """Have a taken register taken back by a job. Asked again, nothing new begins. Raises NotFound, RegisterGone."""
    with transaction.atomic():
        found = locked_register(actor, register_id)
        stopped = found.state == "undoing" and stood_still(found)
        if found.state in ("undoing", "undone") and not stopped:
            return found
        if found.state != "written" and not stopped:
            raise RegisterGone
        touched = RegisterRow.objects.filter(register=found, step__in=(Step.WRITTEN, Step.UNDONE, Step.STAYS))
        bodies = touched.values("organization").distinct().count()
        found.state = "undoing" if stopped else REGISTER.move(found.state, "undo")
        found.job = start_job(actor=actor, kind=UNDO, area=found.area, total=bodies, unit="organizations", at=at).pk
        found.save(update_fields=["state", "job"])
        record(actor=actor, verb="organizations.register.undo", subject=found, area=found.area,
               change={"organizations": bodies}, at=at)  # fmt: skip
    return found


def _left(found: RegisterImport) -> Any:
    return RegisterRow.objects.filter(register=found, step=Step.WRITTEN)


def undo_register(*, register_id: UUID, at: datetime) -> None:
    """Take a register back batch by batch; run by the worker. Running it again goes on with what is left."""
    work_through(register_id, doing="undoing", done_as="undone", some=_undo_some, finish=_finish, done=_undone, at=at)


def _undone(found: RegisterImport) -> int:
    """Count the organisations that are done with, for a job that goes on."""
    rows = RegisterRow.objects.filter(register=found, step__in=(Step.UNDONE, Step.STAYS))
    return rows.values("organization").distinct().count()


def _undo_some(register_id: UUID, actor: Actor, at: datetime) -> int:
    """Take back what was done to the next organisations, in a transaction of its own; give how many."""
    with transaction.atomic():
        found = RegisterImport.objects.select_for_update().get(pk=register_id)
        if found.state != "undoing":
            return 0
        ids = list(_left(found).order_by("organization").values_list("organization", flat=True).distinct()[:BATCH])
        rows: dict[UUID, list[RegisterRow]] = defaultdict(list)
        for row in _left(found).filter(organization__in=ids).order_by("id"):
            rows[row.organization].append(row)
        if rows:
            _Undoing(found, actor, at).take_back(rows)
        return len(rows)


class _Undoing:
    """One batch of organisations taken back."""

    def __init__(self, found: RegisterImport, actor: Actor, at: datetime) -> None:
        self._register, self._actor, self._at = found, actor, at

    def take_back(self, rows: Mapping[UUID, Rows]) -> None:
        bodies = Organization.objects.select_for_update().in_bulk(list(rows))
        members: dict[UUID, dict[str, Membership]] = defaultdict(dict)
        for one in Membership.objects.filter(organization__in=bodies):
            members[one.organization_id][str(one.pk)] = one
        used = uses.used([key for key, some in rows.items() if _made(some)])
        removed: list[UUID] = []
        restored: list[UUID] = []
        for key, some in rows.items():
            why = _why_it_stays(bodies.get(key), some, members[key], used)
            for row in some:
                row.step, row.why = (Step.STAYS, why) if why else (Step.UNDONE, "")
            if not why:
                (removed if _made(some) else restored).append(key)
        gone = [bodies[key] for key in removed]
        events = [self._event(REMOVED, body, {"name": body.name}) for body in gone]
        events += self._restore([bodies[key] for key in restored], rows, members)
        _remove(removed)
        told = [row for some in rows.values() for row in some]
        mark_rows(told)
        record_many(events)

    def _restore(
        self, bodies: Iterable[Organization], rows: Mapping[UUID, Rows], members: Mapping[UUID, dict[str, Membership]]
    ) -> list[Event]:
        """Empty again what the rows filled in, and take away whom they added."""
        changed, phones, gone, events = [], [], [], []
        entries = RegisterEntry.objects.in_bulk([body.pk for body in bodies])
        kept: list[RegisterEntry] = []
        for body in bodies:
            for row in reversed(rows[body.pk]):
                for name, old in row.made.get("before", {}).items():
                    setattr(body, name, old)
                gone += row.made.get("members", [])
                for key in row.made.get("phones", []):
                    one = members[body.pk][key]
                    one.phone = None
                    phones.append(one)
                _restore_entry(entries, body.pk, row.made, kept)
            body.version += 1
            changed.append(body)
            events.append(self._event(RESTORED, body, {}))
        Organization.objects.bulk_update(changed, ["purpose", "size_stated", "credit_code", "version"], batch_size=SOME)
        Membership.objects.bulk_update(phones, ["phone"], batch_size=SOME)
        Membership.objects.filter(pk__in=gone).delete()
        RegisterEntry.objects.bulk_update(kept, ["number", "filed_on", "filed_exact", "founded_on", "founded_exact",
                                                 "sort", "former"], batch_size=SOME)  # fmt: skip
        dropped = [body.pk for body in changed if body.pk not in entries]
        RegisterEntry.objects.filter(organization__in=dropped).delete()
        return events

    def _event(self, verb: str, body: Organization, told: dict[str, Any]) -> Event:
        change = {**told, "register": self._register.name, "register_id": str(self._register.pk)}
        return event_of(actor=self._actor, verb=verb, subject=body, area=body.area, change=change, at=self._at)


def _restore_entry(
    entries: dict[UUID, RegisterEntry], key: UUID, made: Mapping[str, Any], kept: list[RegisterEntry]
) -> None:
    """Write back what the register of before said; an entry that this one made is taken out of `entries`."""
    if made.get("entry"):
        entries.pop(key, None)
        return
    entry = entries.get(key)
    if entry is None or not made.get("entry_before"):
        return
    for name, old in made["entry_before"].items():
        setattr(entry, name, date.fromisoformat(old) if name.endswith("_on") and old else old)
    if entry not in kept:
        kept.append(entry)


def _made(rows: Rows) -> bool:
    return any(row.made.get("made") for row in rows)


def _why_it_stays(body: Organization | None, rows: Rows, members: Mapping[str, Membership], used: set[UUID]) -> str:
    """Say why an organisation is left as it is, or "" where nobody touched it since."""
    if body is None:
        return ""
    if not body.open:
        return "closed"
    if body.version != max(row.version_after or 0 for row in rows):
        return "changed"
    added = {key for row in rows for key in row.made.get("members", [])}
    if any(key not in members or members[key].ends_on for key in added):
        return "people"
    if _made(rows) and members.keys() - added:
        return "people"
    return "used" if body.pk in used else ""


def _remove(ids: Sequence[UUID]) -> None:
    """Remove organisations that a register made, with all that it gave them; the database looks once more."""
    Membership.objects.filter(organization__in=ids).delete()
    RegisterEntry.objects.filter(organization__in=ids).delete()
    rows = Organization.objects.filter(pk__in=ids)
    rows._raw_delete(rows.db)  # the rooms that point here were asked by `uses`


def _finish(register_id: UUID, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        found = RegisterImport.objects.select_for_update().get(pk=register_id)
        if found.state != "undoing":
            return
        steps = RegisterRow.objects.filter(register=found, step__in=(Step.UNDONE, Step.STAYS))
        counts = {one["step"]: one["n"] for one in steps.values("step").order_by().annotate(n=Count("id"))}
        told = {"undone": counts.get("undone", 0), "stays": counts.get("stays", 0)}
        found.state, found.undone_at = REGISTER.move(found.state, "finish_undo"), at
        found.counts = {**found.counts, **told}
        found.save(update_fields=["state", "undone_at", "counts"])
        record(actor=actor, verb="organizations.register.undone", subject=found, area=found.area, change=told, at=at)

"""Bringing in an office's list: read and checked first, written whole or not at all, and safe to send twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import event_of, record, record_many
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS, covers
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people import policies
from shanzhi.people.actors import actor_of_person
from shanzhi.people.exchange import MOST_ERRORS, RowError, Sheet
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, marks
from shanzhi.people.lifecycle import BATCH
from shanzhi.people.models import ImportBatch, Person
from shanzhi.people.operations.records import put, taken
from shanzhi.places import queries as places
from shanzhi.work.models import Job
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job, start_job

CHUNK: Final = 500


class ListHasErrors(Conflict):
    """A list with errors is not written."""

    code = "list_has_errors"
    message = _("The list still has errors. Mend them in the sheet and send it again; nothing was written.")


class ListEmpty(Invalid):
    """There is nobody in the list."""

    code = "list_empty"
    message = _("There is nobody in this list. Check that it is the right sheet, the first one of the file.")


def prepare_import(*, actor: Actor, area: str, sheet: Sheet, at: datetime) -> ImportBatch:
    """Check a list against the records and keep it sealed until it is confirmed; nothing is written to the records.

    People on record already (by document number, else by phone and name) are left as they are, so the same list sent
    again changes nothing.
    """
    policies.require(policies.may_import(actor=actor, area=area))
    if not places.exists(area, at):
        raise NotFound
    if not sheet.rows and not sheet.errors:
        raise ListEmpty(field="file")
    errors = list(sheet.errors)
    homes = _homes(sheet.rows, area, at, errors)
    fresh, known = _split([row for row in sheet.rows if row["row"] in homes], actor, errors)
    for row in fresh:
        row["area"] = homes[row["row"]]
    errors = sorted(errors, key=lambda e: e.row)[:MOST_ERRORS]
    return ImportBatch.objects.create(
        owner_id=actor.person(), area=area, rows=json.dumps(fresh), fresh=len(fresh), known=known, created_at=at,
        errors=[{"row": e.row, "field": e.field, "cure": e.cure} for e in errors],
    )  # fmt: skip


def _homes(rows: list[dict[str, Any]], area: str, at: datetime, errors: list[RowError]) -> dict[int, str]:
    """Give each row's home; rows without a code of their own belong to the list's area, if that is a community."""
    codes = {row["area"] for row in rows if row["area"]}
    standing = set(places.subtree(area).filter(places.valid(at), pk__in=codes).values_list("code", flat=True))
    homes = {}
    for row in rows:
        code = row["area"] or area
        if len(code) < LENGTHS[COMMUNITY]:
            errors.append(RowError(row["row"], "area", gettext("Give the community's code of 12 digits in this row.")))
        elif row["area"] and (code not in standing or not covers(area, code)):
            cure = gettext("No community of the list's area has this code. Look it up under Areas.")
            errors.append(RowError(row["row"], "area", cure))
        else:
            homes[row["row"]] = code
    return homes


def _split(rows: list[dict[str, Any]], actor: Actor, errors: list[RowError]) -> tuple[list[dict[str, Any]], int]:
    """Part the rows into new people and the number of known ones; what stands on other records is an error."""
    by_id = _found("id_mark", ID_NUMBER, (r["id_number"] for r in rows if r["id_number"]))
    by_phone = _found("phone_mark", PHONE, (r["phone"] for r in rows if r["phone"]))
    fresh, known = [], 0
    for row in rows:
        holder = by_id.get(row["id_number"])
        caller = by_phone.get(row["phone"])
        same = holder or caller
        if same is None:
            fresh.append(row)
        elif _is(same, row, holder is not None) and actor.holds(policies.IMPORTERS, same.area):
            known += 1
        else:
            name = "id_number" if holder else "phone"
            cure = gettext("This stands on another record. Ask the office in charge, or leave the row out.")
            errors.append(RowError(row["row"], name, cure))
    return fresh, known


def _is(person: Person, row: dict[str, Any], by_id: bool) -> bool:
    return by_id or bytes(person.name_mark or b"") in marks(row["name"], purpose=NAME)


def _found(column: str, purpose: str, values: Iterable[str]) -> dict[str, Person]:
    """Find the people behind values by the blind index of a column."""
    wanted = {blind: value for value in values for blind in marks(value, purpose=purpose)}
    blinds, found = list(wanted), {}
    for start in range(0, len(blinds), 1000):
        for person in Person.objects.filter(**{f"{column}__in": blinds[start : start + 1000]}):
            found[wanted[bytes(getattr(person, column))]] = person
    return found


def confirm_import(*, actor: Actor, batch_id: UUID, at: datetime) -> ImportBatch:
    """Say yes to a list without errors: a job is made that writes it. A second yes gives the same job."""
    with transaction.atomic():
        actor.person()  # who is nobody signs in first
        batch = ImportBatch.objects.select_for_update().filter(pk=batch_id, owner_id__in=actor.persons).first()
        if batch is None:
            raise NotFound
        policies.require(policies.may_import(actor=actor, area=batch.area))
        if batch.job is not None and batch.state != "read":
            return batch
        if batch.errors:
            raise ListHasErrors
        batch.state = BATCH.move(batch.state, "confirm")
        job = start_job(actor=actor, kind="people.import", area=batch.area, total=batch.fresh, unit="people", at=at)
        batch.job = job.pk
        batch.save(update_fields=["state", "job"])
    return batch


def write_import(*, batch_id: UUID, at: datetime) -> None:
    """Write a confirmed list, in one transaction; run by the worker. Running it again finds nothing left to do."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.job is None:
        return
    if batch.state != "writing":
        _tell(batch, batch.job, at)
        return
    if Job.objects.get(pk=batch.job).state == "waiting":
        begin_job(job_id=batch.job, total=batch.fresh)
    actor = actor_of_person(person_id=batch.owner_id, at=at)
    rows = json.loads(batch.rows.reveal())
    people = []
    for start in range(0, len(rows), CHUNK):
        people += [_person(row, at) for row in rows[start : start + CHUNK]]
        advance_job(job_id=batch.job, done=len(people))
    try:
        _store(batch, people, actor, at)
    except Conflict as refusal:
        ImportBatch.objects.filter(pk=batch_id).update(state=BATCH.move("writing", "fail"), job=None)
        fail_job(job_id=batch.job, error=refusal.text, at=at)
    else:
        finish_job(job_id=batch.job, result=_told(batch, len(people)), at=at)


def _told(batch: ImportBatch, people: int) -> dict[str, Any]:
    """Give what the page of the job shows, with the way on; its words are translated where they are shown."""
    label = gettext_noop("To the list of people")
    return {"people": people, "known": batch.known, "url": reverse("people:desk"), "label": label}


def _tell(batch: ImportBatch, job: UUID, at: datetime) -> None:
    """End the job of a list that a worker wrote, where the worker died before it could say so."""
    if batch.state == "written" and Job.objects.filter(pk=job, state="running").exists():
        finish_job(job_id=job, result=_told(batch, batch.fresh), at=at)


def _store(batch: ImportBatch, people: list[Person], actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        if ImportBatch.objects.select_for_update().get(pk=batch.pk).state != "writing":
            return  # another worker took the list up meanwhile
        with taken():
            Person.objects.bulk_create(people, batch_size=CHUNK)
        verb = "people.person.import"
        record_many(
            event_of(actor=actor, verb=verb, subject=p, area=p.area, change={"batch": str(batch.pk)}, at=at)
            for p in people
        )
        batch.state, batch.rows = BATCH.move(batch.state, "finish"), None
        batch.save(update_fields=["state", "rows"])
        change = {"people": len(people), "known": batch.known}
        record(actor=actor, verb="people.import.write", subject=batch, area=batch.area, change=change, at=at)


def _person(row: dict[str, Any], at: datetime) -> Person:
    person = Person(area=row["area"], created_at=at)
    put(person, "name", row["name"])
    put(person, "phone", row["phone"] or None)
    if row["id_number"]:
        put(person, "id_number", row["id_number"])
        person.born_on = identifiers.birth_date_of(row["id_number"])
    return person

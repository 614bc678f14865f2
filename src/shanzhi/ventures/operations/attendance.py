"""Who attended a session: recorded by phone or name, for a team without a name, or from a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people.fields import ID_NUMBER, PHONE, mark
from shanzhi.people.models import Person
from shanzhi.people.queries import search
from shanzhi.ventures.lifecycle import TRAINING
from shanzhi.ventures.models import Attendance, TrainingSession
from shanzhi.ventures.operations.training import NotBegun, locked_session, note_session, require_ahead
from shanzhi.ventures.queries.training import candidates, teams


class NobodyFound(Invalid):
    """No person on record has this phone or name."""

    code = "nobody_found"
    message = _(
        "Nobody of your areas or of the teams has this phone or name. Write the whole phone or the whole name, or "
        "record the team without a name."
    )


class SeveralFound(Invalid):
    """A name that several carry."""

    code = "several_found"
    message = _("Several people carry this name. Write the phone instead.")


class RecordedAlready(Conflict):
    """The person or team is on the list."""

    code = "recorded_already"
    message = _("This person or team is on the list already.")


@dataclass(frozen=True, slots=True)
class SheetFault:
    """What is wrong in a row of a sheet: its row, the field, and what would help."""

    row: int
    field: str
    cure: str


@dataclass(frozen=True, slots=True)
class SheetOutcome:
    """What became of a sheet: how many were put on the list, how many stood on it; or faults, and then nothing was."""

    added: int = 0
    known: int = 0
    faults: tuple[SheetFault, ...] = ()


def _open_list(actor: Actor, session_id: UUID, at: datetime) -> TrainingSession:
    found = locked_session(actor, session_id)
    require_ahead(found.call)
    TRAINING.move(found.state, "close_list")  # only an open list takes names
    if at < found.starts_at:
        raise NotBegun
    return found


def record_person(*, actor: Actor, session_id: UUID, words: str, at: datetime) -> Attendance:
    """Record a person found by the whole phone or name. Raises NobodyFound, SeveralFound, RecordedAlready, NotBegun."""
    with transaction.atomic():
        found = _open_list(actor, session_id, at)
        asked = words.replace("\x00", "").strip()[:100]
        people = list(search(candidates(viewer=actor, call=found.call), asked)[:2]) if asked else []
        if not people:
            raise NobodyFound(field="words")
        if len(people) > 1:
            raise SeveralFound(field="words")
        if found.attendance.filter(person=people[0]).exists():
            raise RecordedAlready(field="words")
        made = Attendance.objects.create(
            session=found, person=people[0], recorded_by_id=actor.person_id, recorded_at=at
        )
        _note(actor, "record", found, made, at)
    return made


def record_team(*, actor: Actor, session_id: UUID, proposal_id: UUID, at: datetime) -> Attendance:
    """Record that somebody of a team came who is not on record. Raises NotFound, RecordedAlready, NotBegun."""
    with transaction.atomic():
        found = _open_list(actor, session_id, at)
        proposal = next((one for one in teams(found=found.call) if one.pk == proposal_id), None)
        if proposal is None:
            raise NotFound(field="proposal")
        if found.attendance.filter(proposal=proposal).exists():
            raise RecordedAlready(field="proposal")
        made = Attendance.objects.create(
            session=found, proposal=proposal, recorded_by_id=actor.person_id, recorded_at=at
        )
        _note(actor, "record", found, made, at)
    return made


def remove_attendance(*, actor: Actor, session_id: UUID, attendance_id: UUID, at: datetime) -> None:
    """Take what was recorded by mistake off an open list. Raises NotFound, GatePassed, MoveRefused."""
    with transaction.atomic():
        found = locked_session(actor, session_id)
        require_ahead(found.call)
        TRAINING.move(found.state, "close_list")
        row = found.attendance.filter(pk=attendance_id).first()
        if row is None:
            raise NotFound
        _note(actor, "remove", found, row, at)
        row.delete()


def _note(actor: Actor, verb: str, found: TrainingSession, row: Attendance, at: datetime) -> None:
    record(
        actor=actor,
        verb=f"ventures.attendance.{verb}",
        subject=row,
        area=found.call.area,
        change={"session": str(found.pk)},
        at=at,
    )


def record_sheet(*, actor: Actor, session_id: UUID, rows: Sequence[Mapping[str, Any]], at: datetime) -> SheetOutcome:
    """Record the people of a sheet, rows as `people.exchange.read` gives them: all of them, or none and the faults.

    Raises NotBegun, GatePassed, MoveRefused.
    """
    with transaction.atomic():
        found = _open_list(actor, session_id, at)
        people, faults = _match(candidates(viewer=actor, call=found.call), rows)
        if faults:
            return SheetOutcome(faults=tuple(faults))
        there = set(found.attendance.filter(person__in=people).values_list("person", flat=True))
        made = Attendance.objects.bulk_create(
            Attendance(session=found, person_id=pk, recorded_by_id=actor.person_id, recorded_at=at)
            for pk in people
            if pk not in there
        )
        if made:
            note_session(actor, "import", found, {"added": len(made), "known": len(there)}, at)
    return SheetOutcome(len(made), len(there))


def _match(known: Any, rows: Iterable[Mapping[str, Any]]) -> tuple[list[UUID], list[SheetFault]]:
    """Find the persons of the rows by document or phone, in two queries; the name must be theirs."""
    listed = list(rows)
    by_id = {mark(row["id_number"], purpose=ID_NUMBER): row for row in listed if row["id_number"]}
    by_phone = {mark(row["phone"], purpose=PHONE): row for row in listed if row["phone"]}
    ids = {bytes(one.id_mark): one for one in known.filter(id_mark__in=list(by_id))}
    phones = {bytes(one.phone_mark): one for one in known.filter(phone_mark__in=list(by_phone))}
    people: dict[UUID, None] = {}
    faults = []
    for row in listed:
        person = ids.get(mark(row["id_number"], purpose=ID_NUMBER)) if row["id_number"] else None
        person = person or (phones.get(mark(row["phone"], purpose=PHONE)) if row["phone"] else None)
        wrong = _wrong(person, row)
        if person is None or wrong:
            faults.append(SheetFault(row["row"], "phone" if person is None else "name", wrong))
        else:
            people[person.pk] = None
    return list(people), faults


def _wrong(person: Person | None, row: Mapping[str, Any]) -> str:
    if person is None:
        return gettext(
            "Nobody of your areas or of the teams has this number. Put the person on record first, or record the team "
            "without a name."
        )
    if person.name.reveal() != row["name"]:
        return gettext("This number belongs to somebody of another name. Correct the name or the number.")
    return ""

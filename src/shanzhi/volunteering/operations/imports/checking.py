"""The check of a list: what each of its rows would do, kept sealed for the officer; the record is only read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from shanzhi.audit.planned import copy_rows
from shanzhi.people import minors
from shanzhi.people.actors import actor_of_job
from shanzhi.people.fields import cipher
from shanzhi.people.models import Person
from shanzhi.places.exchange.lists.columns import Wrong
from shanzhi.places.exchange.lists.reading import Sheet
from shanzhi.places.operations.lists import Check, check_list
from shanzhi.volunteering.exchange.rows import Checked, Line, check
from shanzhi.volunteering.models import RowOutcome, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations.imports.kind import COMMAND, IMPORTS
from shanzhi.volunteering.operations.imports.marking import SEALED_AS
from shanzhi.volunteering.operations.imports.twins import Found, Known, Somebody
from shanzhi.volunteering.operations.imports.vocabulary import Vocabulary
from shanzhi.work.operations import advance_job

BATCH: Final = 2000
COPIED: Final = (
    "of_import_id", "sheet", "number", "outcome", "mark", "person", "volunteer", "of_row", "field", "differs", "told",
    "decision", "step", "why", "made",
)  # fmt: skip


def check_import(*, import_id: UUID, at: datetime) -> None:
    """Work out what each row would do, and keep it; run by the worker. See `lists.check_list`."""
    steps = Check(
        lambda job: actor_of_job(job=job, command=COMMAND, at=at), check,
        lambda found, sheets, read: _keep(found, sheets, read, at), _names_erased,
    )  # fmt: skip
    check_list(IMPORTS, import_id, steps, at)


def _names_erased(found: VolunteerImport) -> bool:
    """Tell whether a row of this check is of somebody who was erased since the file was read."""
    erased = Person.objects.filter(pk=OuterRef("person"), erased_at__isnull=False)
    return VolunteerRow.objects.filter(Exists(erased), of_import=found).exists()


def _keep(found: VolunteerImport, sheets: list[Sheet], checked: Checked, at: datetime) -> dict[str, int]:
    """Write down the rows in batches, and count them; rows of a check before go first.

    Nobody sees them before the state says that all are there, so a check that was killed leaves nothing half.
    """
    counts, done = Counter({outcome.value: 0 for outcome in RowOutcome}), 0
    VolunteerRow.objects.filter(of_import=found).delete()
    rows = _rows(found, sheets, checked, at)
    while some := list(islice(rows, BATCH)):
        _copy(some)
        counts.update(row.outcome for row in some)
        counts["differs"] += sum(row.differs for row in some)
        done += len(some)
        if found.job:
            advance_job(job_id=found.job, done=done)
    counts["rows"], counts["passed_over"] = done, checked.left_out
    return dict(counts)


def _copy(rows: Sequence[VolunteerRow]) -> None:
    held = cipher()
    copy_rows(VolunteerRow, COPIED, ((
        row.of_import_id, row.sheet, row.number, row.outcome, row.mark, row.person, row.volunteer, row.of_row,
        row.field, row.differs, held.seal(row.told.reveal(), purpose=SEALED_AS), "", "waiting", "", "{}",
    ) for row in rows))  # fmt: skip


def _rows(found: VolunteerImport, sheets: list[Sheet], checked: Checked, at: datetime) -> Iterator[VolunteerRow]:
    known, words = Known(found.area, at), Vocabulary(found.area)
    for start in range(0, len(checked.lines), BATCH):
        some = checked.lines[start : start + BATCH]
        known.look_up(some)
        for line in some:
            sheet, twin = sheets[line.sheet].name, known.find(line)
            if twin.outcome == RowOutcome.REFUSED:
                yield _refused(found, sheet, line.number, line.name, twin.wrong)
            else:
                yield _taken(found, sheet, line, twin, words, at)
    for (index, number), wrong in checked.refused.items():
        yield _refused(found, sheets[index].name, number, "", wrong)


def _refused(found: VolunteerImport, sheet: str, number: int, name: str, wrong: list[Wrong]) -> VolunteerRow:
    return VolunteerRow(
        of_import=found, sheet=sheet[:100], number=number, outcome=RowOutcome.REFUSED, field=wrong[0].field,
        told=json.dumps({"wrong": wrong, "name": name}),
    )  # fmt: skip


def _taken(
    found: VolunteerImport, sheet: str, line: Line, twin: Found, words: Vocabulary, at: datetime
) -> VolunteerRow:  # fmt: skip
    who = twin.who
    merges = twin.outcome in (RowOutcome.MERGE, RowOutcome.DOUBTFUL)
    differs = differing(line, who) if merges and who.row is None else []
    told: dict[str, Any] = {"line": line, "name": line.name}
    if differs:
        told["differs"] = differs
    aside = words.aside(line)
    born = line.born_on or who.born_on
    if line.team and words.team(line) and born and minors.years(born, timezone.localdate(at)) < minors.ADULT:
        aside.append(("team_waits", [line.team]))
    if aside:
        told["aside"] = aside
    return VolunteerRow(
        of_import=found, sheet=sheet[:100], number=line.number, outcome=twin.outcome, mark=twin.mark,
        person=who.person, volunteer=who.volunteer, of_row=who.row, differs=bool(differs),
        told=json.dumps(told, default=date.isoformat),
    )  # fmt: skip


def opened(row: VolunteerRow) -> dict[str, Any]:
    """Give what a row keeps: its line, what is wrong in it, what differs; empty once it is forgotten."""
    return dict(json.loads(row.told.reveal())) if row.told else {}


def line_of(told: dict[str, Any]) -> Line:
    """Give the line that a row keeps, with its days as days."""
    line = Line(*told["line"])
    born_on, as_of, registered_on = (
        date.fromisoformat(str(one)) if one else None for one in (line.born_on, line.as_of, line.registered_on)
    )
    return line._replace(
        born_on=born_on, as_of=as_of or date.min, registered_on=registered_on, skills=tuple(line.skills),
        languages=tuple(line.languages), unread=tuple(line.unread),
    )  # fmt: skip


def differing(line: Line, who: Somebody) -> list[list[Any]]:
    """List what a row says otherwise than the record: field, what is on record, what the list has; both must say it."""
    entry = who.serves
    pairs: list[tuple[str, Any, Any]] = [
        ("phone", who.phone, line.phone),
        ("minutes", who.minutes, line.minutes),
        ("community", entry.area if entry else who.area[:12], line.area),
        ("earlier_number", entry.earlier_number if entry else "", line.earlier_number),
        ("languages", sorted(entry.languages) if entry else [], sorted(line.languages)),
    ]
    return [
        [name, ours, stated] for name, ours, stated in pairs
        if ours and stated and ours != stated and not (name == "earlier_number" and entry and stated == entry.number)
    ]  # fmt: skip

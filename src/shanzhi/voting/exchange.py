"""Pabulib files in: read with every fault named, looked at, then given to a worker.

A file with doubtful faults, which could change who wins, waits until the importer has said how to treat each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as now_gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django_tasks import task

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, Refusal
from shanzhi.people.actors import actor_of_person
from shanzhi.tally.election import Election
from shanzhi.tally.outcome import amount
from shanzhi.tally.pabulib import (
    SETTLED_BY,
    STRICT,
    Doubt,
    Notice,
    PabulibError,
    Reading,
    Survey,
    Treatment,
    UnknownTreatment,
    chosen,
    digest,
    headings,
    parse_treatment,
    read,
    spec_as_json,
    survey,
    values,
)
from shanzhi.tally.spec import Spec
from shanzhi.ui.formatting import chinese
from shanzhi.voting.models import Upload
from shanzhi.voting.operations import usual_spec
from shanzhi.voting.operations.importing import own_title
from shanzhi.voting.operations.uploads import (
    free_upload,
    give_upload,
    keep_upload,
    ready_upload,
    require_importer,
    treat_upload,
    waiting_upload,
)
from shanzhi.work.operations import begin_job, fail_job, finish_job, start_job

SHOWN_WARNINGS: Final = 50
EMPTY: Final[dict[str, Any]] = {
    "title": "",
    "kind": "",
    "projects": 0,
    "ballots": 0,
    "budget": "",
    "currency": "",
    "rule": "",
    "selected": 0,
    "digest": "",
    "spec": spec_as_json(Spec("score", "cost")),
    "warnings": [],
}
"""What is told of a file of which nothing can be shown before a question is answered."""


class FileUnreadable(Invalid):
    """The file is no election, or could only be read by guessing who wins."""

    code = "file_unreadable"


class FileTooLarge(Invalid):
    """The file is larger than this installation takes."""

    code = "file_too_large"
    status = 413
    message = _("This file is larger than %(most)s MB. Choose a smaller one, or split it into one file per election.")


class ImportedAsRound(Conflict):
    """An election becomes a round, never a vote alone."""

    code = "imported_as_round"
    message = _("Elections are imported as rounds. Send the file again at “Rounds at the desk”, “Import an election”.")


class BadTreatment(Invalid):
    """A treatment that does not exist, or not for this kind of fault."""

    code = "bad_treatment"
    message = _("This kind of fault cannot be treated so. Choose one of the ways that the page offers.")


def largest() -> int:
    """Give the most bytes of an uploaded file."""
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _words(notice: Notice | PabulibError) -> str:
    where = now_gettext("Line %(line)s: ") % {"line": notice.line} if notice.line else ""
    if chinese():
        return f"{where}{notice.message_zh}{notice.cure_zh}"
    return f"{where}{notice.message_en} {notice.cure_en}"


def read_file(content: bytes, *, treat: Treatment = STRICT) -> Reading:
    """Read a Pabulib file; raises FileUnreadable with line, fault and cure in the reader's language."""
    _check_size(content)
    try:
        return read(content, treat=treat, limit=largest())
    except PabulibError as error:
        raise FileUnreadable(_words(error), field="file") from error


def read_upload(kept: Upload) -> Reading:
    """Read an uploaded file with the treatments chosen for it; raises FileUnreadable while faults are left open."""
    assert kept.content is not None  # dropped only once the poll is there
    return read_file(bytes(kept.content), treat=_treatment(kept.treatments))


def _check_size(content: bytes) -> None:
    if len(content) > largest():
        raise FileTooLarge(field="file", most=largest() // 1024 // 1024)


def _treatment(named: Mapping[str, str]) -> Treatment:
    return parse_treatment(f"{name}={value}" for name, value in named.items())


def _look_through(content: bytes, treat: Treatment) -> dict[str, Any]:
    """Find every doubtful fault, and tell what the file holds; raises FileUnreadable at the treatment at fault."""
    _check_size(content)
    try:
        found = survey(content, treat=treat, limit=largest())
        told = dict(EMPTY) if found.reading is None else summarize(found.reading, found.reading.warnings)
        told |= _doubts(found)
        if treat.many_elections != STRICT.many_elections or any(d.treatment == "many_elections" for d in found.open):
            told["elections"] = [[one.line, one.title] for one in headings(content, treat=treat, limit=largest())]
    except PabulibError as error:
        raise FileUnreadable(_words(error), field=SETTLED_BY.get(error.code, "file")) from error
    return told


def _doubts(found: Survey) -> dict[str, Any]:
    points = found.reading is None or found.reading.kind == "points"
    return {
        "open": [_doubt(doubt, points) for doubt in found.open],
        "settled": [_doubt(doubt, points) for doubt in found.settled],
    }


def _doubt(doubt: Doubt, points: bool) -> dict[str, Any]:
    """Tell a doubt with its places; points are added up only where there are points."""
    return {
        "name": doubt.treatment,
        "times": doubt.times,
        "values": [value for value in values(doubt.treatment) if points or value != "sum"],
        "places": _plain(doubt.places),
    }


def _plain(notices: tuple[Notice, ...]) -> list[list[Any]]:
    return [[n.line, n.message_zh, n.cure_zh, n.message_en, n.cure_en] for n in notices]


def summarize(election: Election, warnings: tuple[Notice, ...] = ()) -> dict[str, Any]:
    """Tell what a file holds, for the page that shows it before it becomes a poll."""
    selected = [project for project in election.projects if project.selected]
    return {
        "title": own_title(election),
        "kind": election.kind,
        "projects": len(election.projects),
        "ballots": election.ballots,
        "budget": amount(election.budget),
        "currency": election.meta.get("currency", ""),
        "rule": election.meta.get("rule", ""),
        "selected": len(selected),
        "digest": digest(election),
        "spec": spec_as_json(usual_spec(election)),
        "warnings": _plain(warnings[:SHOWN_WARNINGS]),
    }


def take_file(*, actor: Actor, name: str, content: bytes, at: datetime) -> Upload:
    """Read an uploaded file and keep it until the importer says yes; old ones that nobody wanted are dropped.

    A file whose faults a treatment can settle is kept too; `treat_file` must follow before the import.
    Raises MayNotImport, FileTooLarge, FileUnreadable.
    """
    require_importer(actor)
    return keep_upload(actor=actor, name=name, content=content, summary=_look_through(content, STRICT), at=at)


def treat_file(*, actor: Actor, upload_id: UUID, treatments: Mapping[str, str]) -> Upload:
    """Say how doubtful faults of an uploaded file are to be treated, and read it again so; earlier choices stay.

    Nothing is changed when it cannot be read so. Raises NotFound, AlreadyImported, BadTreatment, FileUnreadable.
    """
    with transaction.atomic():
        found = waiting_upload(actor=actor, upload_id=upload_id)
        try:
            treat = _treatment({**found.treatments, **treatments})
        except UnknownTreatment as error:
            raise BadTreatment from error
        assert found.content is not None  # it waits
        return treat_upload(upload=found, summary=_look_through(bytes(found.content), treat), treatments=chosen(treat))


def upload(*, viewer: Actor, upload_id: UUID) -> Upload:
    """Give an own upload without its content, or raise NotFound."""
    found = Upload.objects.defer("content").filter(pk=upload_id, owner_id__in=viewer.persons).first()
    if found is None or viewer.person_id is None:
        raise NotFound
    return found


def give_to_worker(
    *, actor: Actor, upload_id: UUID, area: str, kind: str, work: Any, values: Mapping[str, str], at: datetime
) -> UUID:
    """Have a worker carry out the task `work` on an own upload; gives the job that shows its progress.

    Raises NotFound, AlreadyImported, DoubtsOpen.
    """
    with transaction.atomic():
        found = ready_upload(actor=actor, upload_id=upload_id)
        job = start_job(actor=actor, kind=kind, area=area, total=1, unit="file", at=at)
        give_upload(upload=found, job=job.pk)
        given = {"upload": str(upload_id), "area": area, **values}
        transaction.on_commit(partial(work.enqueue, str(job.pk), str(actor.person()), given))
    return job.pk


def carry_out(
    job: str, person: str, values: Mapping[str, str], make: Callable[[Actor, datetime], dict[str, str]]
) -> None:
    """Do a worker's task on an upload: `make` gives the result; what it refuses frees the file for another try."""
    at = timezone.now()
    begin_job(job_id=UUID(job))
    try:
        result = make(actor_of_person(person_id=UUID(person), at=at), at)
    except Refusal as refusal:
        free_upload(upload_id=UUID(values["upload"]))
        fail_job(job_id=UUID(job), error=refusal.text, at=at)
        return
    finish_job(job_id=UUID(job), result=result, at=timezone.now())


@task()
def import_upload(job: str, person: str, values: dict[str, str]) -> None:
    """End a job that the version before left waiting, of a page that made votes of no round; the file is free again.

    Nothing asks for this any more; the queue knows the task by this name. To be dropped one release on.
    """

    def make(_actor: Actor, _at: datetime) -> dict[str, str]:
        poll_id = Upload.objects.filter(pk=values["upload"]).values_list("poll_id", flat=True).first()
        if poll_id is None:
            raise ImportedAsRound
        # its worker died before it could say so
        return {"url": reverse("voting:results", args=[poll_id]), "label": gettext_noop("See the result")}

    carry_out(job, person, values, make)

"""Lists that offices keep in Excel and send, whatever they tell of: checked by a job, forgotten in time, erased from.

Each room that takes such lists in says by a `Kind` where it keeps them. What it makes of their rows is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.lifecycle import Lifecycle
from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.places.exchange.lists.choosing import guess
from shanzhi.places.exchange.lists.headings import Headings, fingerprint
from shanzhi.places.exchange.lists.kept import places_of, read_again
from shanzhi.places.exchange.lists.leaving import GONE, emptied, tells
from shanzhi.places.exchange.lists.reading import Sheet
from shanzhi.places.exchange.lists.seats import Places
from shanzhi.work.batches import alone, told_when_broken
from shanzhi.work.models import Job
from shanzhi.work.operations import begin_job, fail_job, finish_job

# What was never taken is forgotten.
KEPT: Final = timedelta(days=7)
# What refused rows held, and what differed, stays for the office to work on for so long.
KEPT_ROWS: Final = timedelta(days=90)
ERASED: Final = _("Somebody whom this list may name was erased meanwhile. Check it again, or send it anew.")


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a room keeps its lists, their rows and the columns that offices chose before, each a model.

    A list has `file` and `sample`, sealed, `sheets`, `columns`, `counts`, `state`, `job` and its days; a row points to
    it by `link`, and what it says is sealed in `told`. `person` is the field of rows that names whom they are of, ""
    where no row knows that: then each may be of anybody. `events` is how the verbs of its events begin.
    """

    lists: Any
    rows: Any
    columns: Any
    link: str
    life: Lifecycle
    headings: Headings
    events: str
    way_on: Callable[[Any], dict[str, Any]]
    person: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What a room does in a check: for whom, how rows are read, how they are kept and counted, whom else was erased."""

    actor_of: Callable[[Job], Actor]
    read: Callable[[Sequence[Sheet], Mapping[str, str], Places, Any], Any]
    keep: Callable[[Any, list[Sheet], Any], dict[str, int]]
    names_erased: Callable[[Any], bool] = lambda _found: False


def check_list(kind: Kind, key: UUID, check: Check, at: datetime) -> None:
    """Work out what each row of a list would do, and keep it; run by the worker. Running it again begins anew.

    What cannot be read as a whole ends the job with its words, and the list waits for its columns again. Begun twice,
    the second one waits and finds it done.
    """
    with alone(key):
        found = kind.lists.objects.get(pk=key)
        if found.state != "checking" or found.job is None:
            return
        try:
            with told_when_broken(found.job, at):
                _check(kind, found, check, at)
        finally:
            # What failed is checked again from its columns.
            failed = Job.objects.filter(state="failed").values("pk")
            stopped = kind.lists.objects.filter(pk=key, state="checking", job__in=failed)
            stopped.update(state=kind.life.move("checking", "fail_check"))


def _check(kind: Kind, found: Any, check: Check, at: datetime) -> None:
    job = Job.objects.get(pk=found.job)
    if job.state in ("waiting", "failed"):
        begin_job(job_id=job.pk)
    actor = check.actor_of(job)
    try:
        sheets = read_again(found.file, found.name, found.sheets, kind.headings)
        read = check.read(sheets, found.columns, places_of(found.area, at), timezone.localdate(at))
    except Refusal as refusal:
        fail_job(job_id=job.pk, error=refusal.text, at=at)
        return
    counts = check.keep(found, sheets, read)
    with transaction.atomic():
        held = kind.lists.objects.select_for_update().get(pk=found.pk)
        if held.file != found.file or check.names_erased(held):  # the rows may name somebody who was erased since
            kind.rows.objects.filter(**{kind.link: held}).delete()
            fail_job(job_id=job.pk, error=str(ERASED), at=at)
            return
        held.state, held.counts = kind.life.move(held.state, "finish_check"), counts
        held.save(update_fields=["state", "counts"])
        record(actor=actor, verb=f"{kind.events}.check", subject=held, area=held.area, change=counts, at=at)
    finish_job(job_id=job.pk, result=kind.way_on(found), at=at)


def stood_still(found: Any) -> bool:
    """Tell whether the job of a list failed, so that another one may go on with it."""
    return found.job is not None and Job.objects.filter(pk=found.job, state="failed").exists()


def columns_for(kind: Kind, area: str, sheet: Sheet) -> dict[str, str]:
    """Give the columns that the office chose for such a list before, else the guess."""
    kept = kind.columns.objects.filter(area=area, headings=digest(fingerprint(sheet.titles))).first()
    return dict(kept.columns) if kept is not None else guess(sheet)


def remember_columns(kind: Kind, actor: Actor, found: Any, at: datetime) -> None:
    """Keep the columns for the office's next list with these headings."""
    titles = next(sheet["titles"] for sheet in found.sheets if sheet["chosen"])
    made, _new = kind.columns.objects.update_or_create(
        area=found.area, headings=digest(fingerprint(titles)),
        defaults={"columns": found.columns, "created_by_id": actor.person_id, "created_at": at},
    )  # fmt: skip
    change = {"columns": found.columns}
    record(actor=actor, verb=f"{kind.events}.remember", subject=made, area=found.area, change=change, at=at)


def forget_old(kind: Kind, at: datetime) -> None:
    """Drop lists that nobody took, and what old rows still say of people.

    All of them are locked first, in the order of ids, as who takes a list and who erases somebody locks them.
    """
    stuck = Q(state="checking", job__in=Job.objects.filter(created_at__lt=at - KEPT).values("pk"))
    dropped = Q(created_at__lt=at - KEPT) & (stuck | Q(state__in=("read", "checked")))
    old = Q(written_at__lt=at - KEPT_ROWS) & _telling(kind)
    rows = kind.lists.objects.select_for_update().filter(dropped | old).order_by("pk")
    held = list(rows.values_list("pk", flat=True))
    kind.lists.objects.filter(dropped, pk__in=held).delete()
    named = {f"{kind.link}__written_at__lt": at - KEPT_ROWS, f"{kind.link}__in": held}
    kind.rows.objects.filter(**named).exclude(told=None).update(told=None)


def _telling(kind: Kind) -> Exists:
    return Exists(kind.rows.objects.filter(**{kind.link: OuterRef("pk")}, told__isnull=False))


def hold_lists(kind: Kind) -> None:
    """Lock the lists of which something is kept, before any person: whoever takes one locks it first too."""
    rows = kind.lists.objects.filter(Q(file__isnull=False) | _telling(kind)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def erase_from_lists(kind: Kind, leaving: Leaving) -> Touched:
    """Take the person out of what is kept of lists; a file that tells of the person is not kept any longer.

    Rows are read one after the other, and those alone are locked that change.
    """
    theirs = kind.rows.objects.filter(**{kind.person: leaving.person_id}) if kind.person else kind.rows.objects.none()
    named, touched = set(theirs.values_list(kind.link, flat=True)), []
    for found in kind.lists.objects.exclude(file=None).order_by("pk").iterator(chunk_size=1):
        before, own = (found.file, found.sample), not kind.person or found.pk in named
        if tells(found.file, found.name, kind.headings, leaving, own=own):
            found.file = GONE
        found.sample = emptied(found.sample, leaving, own=own)
        if (found.file, found.sample) != before:
            found.save(update_fields=["file", "sample"])
            touched.append(str(found.pk))
    fields = ("pk", "told", kind.person) if kind.person else ("pk", "told")
    for row in kind.rows.objects.exclude(told=None).order_by("pk").only(*fields).iterator():
        own = not kind.person or getattr(row, kind.person) == leaving.person_id
        if emptied(row.told, leaving, own=own) != row.told:
            held = kind.rows.objects.select_for_update().filter(pk=row.pk).first()
            if held is None:  # forgotten meanwhile
                continue
            held.told = emptied(held.told, leaving, own=own)
            held.save(update_fields=["told"])
    return {kind.lists._meta.db_table: touched}

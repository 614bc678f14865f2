"""A job that works through something batch by batch, until nothing is left; stopped, it goes on where it was.

A job that a fault stops says so, and may be begun again; one whose worker was killed is taken up where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Refusal
from shanzhi.work.models import Job
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job

BROKEN: Final = _(
    "A fault in the system stopped this; nothing was left half written. Begin it again, and if it stops again tell "
    "those who run this site."
)


@contextmanager
def alone(what: UUID) -> Iterator[None]:
    """Let one worker at a time do something that is no row locked throughout; another one waits.

    What a worker held that was killed is free again.
    """
    key = [f"work.batches {what}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


@contextmanager
def told_when_broken(job_id: UUID, at: datetime) -> Iterator[None]:
    """Fail the job in plain words where a fault that nobody foresaw stops it, and raise it on."""
    try:
        yield
    except Exception:
        if Job.objects.filter(pk=job_id, state__in=("waiting", "running")).exists():
            fail_job(job_id=job_id, error=str(BROKEN), at=at)
        raise


def work_through(
    *,
    job_id: UUID,
    going: bool,
    refused: Refusal | None,
    before: Callable[[], int],
    some: Callable[[], int],
    finish: Callable[[], None],
    result: dict[str, Any],
    at: datetime,
) -> None:
    """Do `some`, in a transaction each, until it gives 0, then `finish`; run by the worker.

    Running it again goes on with what is left: `before` counts what was done by then. `going` says that batches may be
    left; where they were all done, a worker that died before it could say so has its job ended. `refused` is why who
    began the job may not go on: it is stopped with these words.
    """
    job = Job.objects.get(pk=job_id)
    if going and refused is not None:
        fail_job(job_id=job.pk, error=refused.text, at=at)
        return
    with told_when_broken(job.pk, at):
        if job.state in ("waiting", "failed"):
            begin_job(job_id=job.pk)
        count = before()
        while going and (more := some()):
            count += more
            advance_job(job_id=job.pk, done=min(count, job.total))
        finish()
        if Job.objects.filter(pk=job.pk, state="running").exists():
            finish_job(job_id=job.pk, result=result, at=at)

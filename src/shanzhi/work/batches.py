"""A job that works through something batch by batch, until nothing is left; stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from shanzhi.kernel.errors import Refusal
from shanzhi.work.models import Job
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job


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
    if job.state in ("waiting", "failed"):
        begin_job(job_id=job.pk)
    count = before()
    while going and (more := some()):
        count += more
        advance_job(job_id=job.pk, done=min(count, job.total))
    finish()
    if Job.objects.filter(pk=job.pk, state="running").exists():
        finish_job(job_id=job.pk, result=result, at=at)

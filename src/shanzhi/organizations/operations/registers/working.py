"""A job that works through a register batch by batch, until nothing is left; stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.organizations import policies
from shanzhi.organizations.models import RegisterImport
from shanzhi.organizations.operations.registers.acting import actor_behind
from shanzhi.organizations.operations.registers.checking import way_on
from shanzhi.work.models import Job
from shanzhi.work.operations import advance_job, begin_job, fail_job, finish_job


def work_through(
    register_id: UUID,
    *,
    doing: str,
    done_as: str,
    some: Callable[[UUID, Actor, datetime], int],
    finish: Callable[[UUID, Actor, datetime], None],
    done: Callable[[RegisterImport], int],
    at: datetime,
) -> None:
    """Do `some` of a register, in a transaction each, until it gives 0, then `finish`; run by the worker.

    Running it again goes on with what is left: `done` counts what was there before. Who began the job and is in charge
    of the area no more stops it.
    """
    found = RegisterImport.objects.get(pk=register_id)
    if found.job is None or found.state not in (doing, done_as):
        return
    job = Job.objects.get(pk=found.job)
    actor = actor_behind(job, at)
    refused = None if actor.is_system else policies.in_charge(actor=actor, area=found.area)
    if found.state == doing and refused is not None:
        fail_job(job_id=job.pk, error=refused.text, at=at)
        return
    if job.state in ("waiting", "failed"):
        begin_job(job_id=job.pk)
    count = done(found)
    while found.state == doing and (more := some(found.pk, actor, at)):
        count += more
        advance_job(job_id=job.pk, done=min(count, job.total))
    finish(found.pk, actor, at)
    if Job.objects.filter(pk=job.pk, state="running").exists():
        finish_job(job_id=job.pk, result=way_on(found), at=at)

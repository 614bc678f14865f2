"""A job that works through a register batch by batch, until nothing is left; stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.organizations import policies
from shanzhi.organizations.models import RegisterImport
from shanzhi.organizations.operations.registers.kind import COMMAND, way_on
from shanzhi.people.actors import actor_of_job
from shanzhi.work import batches
from shanzhi.work.models import Job


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
    actor = actor_of_job(job=Job.objects.get(pk=found.job), command=COMMAND, at=at)
    batches.work_through(
        job_id=found.job,
        going=found.state == doing,
        refused=None if actor.is_system else policies.in_charge(actor=actor, area=found.area),
        before=lambda: done(found),
        some=lambda: some(found.pk, actor, at),
        finish=lambda: finish(found.pk, actor, at),
        result=way_on(found),
        at=at,
    )

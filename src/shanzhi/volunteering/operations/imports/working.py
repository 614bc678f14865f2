"""A job that works through an import batch by batch, and in whose name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_job
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import VolunteerImport
from shanzhi.volunteering.operations.imports.kind import COMMAND, way_on
from shanzhi.work import batches
from shanzhi.work.models import Job


def work_through(
    import_id: UUID,
    *,
    doing: str,
    done_as: str,
    some: Callable[[UUID, Actor, datetime], int],
    finish: Callable[[UUID, Actor, datetime], None],
    done: Callable[[VolunteerImport], int],
    at: datetime,
) -> None:
    """Do `some` of an import until it gives 0, then `finish`; who is in charge of the area no more is stopped."""
    found = VolunteerImport.objects.get(pk=import_id)
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

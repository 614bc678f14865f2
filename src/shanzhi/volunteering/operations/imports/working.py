"""A job that works through an import batch by batch, and in whose name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_noop

from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.volunteering import policies
from shanzhi.volunteering.models import VolunteerImport
from shanzhi.work import batches
from shanzhi.work.models import Job

COMMAND: Final = "import volunteers"


def actor_behind(job: Job, at: datetime) -> Actor:
    """Give the actor of who began a job, with the roles of this moment; behind the command's stands the system."""
    return Actor.system(COMMAND) if job.owner is None else actor_of_person(person_id=job.owner, at=at)


def way_on(found: VolunteerImport) -> dict[str, Any]:
    """Give what the page of a job shows: the way to the import."""
    return {"url": f"/desk/volunteering/imports/{found.pk}/", "label": gettext_noop("To the import")}


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
    actor = actor_behind(Job.objects.get(pk=found.job), at)
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

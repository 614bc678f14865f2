"""Reading jobs: one's own, or those of the areas where one is staff."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.work.models import Job


def job(*, viewer: Actor, job_id: UUID) -> Job:
    """Give a job to its owner or to staff of its area; to others it does not exist."""
    found = Job.objects.filter(pk=job_id).first()
    if found is None or not viewer.signed_in:
        raise NotFound
    own = viewer.is_person(found.owner)
    if not own and not viewer.holds(STAFF_READERS, found.area):
        raise NotFound
    return found


def own_jobs(*, viewer: Actor) -> QuerySet[Job]:
    """List the viewer's own jobs."""
    if viewer.person_id is None:
        return Job.objects.none()
    return Job.objects.filter(owner__in=viewer.persons)

"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.assignments.models import Run
from shanzhi.assignments.operations import work_out
from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person


@task()
def match(run_id: str) -> None:
    """Work out a run."""
    at = timezone.now()
    owner = Run.objects.values_list("made_by", flat=True).get(pk=run_id)
    actor = actor_of_person(person_id=owner, at=at) if owner else Actor.system("operator")
    work_out(actor=actor, run_id=UUID(run_id), at=at)

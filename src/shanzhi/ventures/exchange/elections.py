"""Pabulib files in as finished rounds: voting reads and keeps the file, a worker makes the round of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django_tasks import task

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.people.actors import actor_of_person
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations import import_round
from shanzhi.ventures.operations.calls import NotYourArea
from shanzhi.ventures.policies import runs_area
from shanzhi.voting import exchange as voting
from shanzhi.voting.operations.uploads import free_upload, give_upload, ready_upload, taken_upload, use_upload
from shanzhi.work.operations import begin_job, fail_job, finish_job, start_job


def start_import(*, actor: Actor, upload_id: UUID, title: str, area: str, at: datetime, title_en: str = "") -> UUID:
    """Have a worker make a finished round of an uploaded file; gives the job that shows its progress.

    Raises NotYourArea, NotFound, AlreadyImported, DoubtsOpen.
    """
    if not runs_area(actor, area):
        raise NotYourArea(field="area")
    with transaction.atomic():
        found = ready_upload(actor=actor, upload_id=upload_id)
        job = start_job(actor=actor, kind="ventures.import", area=area, total=1, unit="file", at=at)
        give_upload(upload=found, job=job.pk)
        values = {"upload": str(upload_id), "title": title, "title_en": title_en, "area": area}
        transaction.on_commit(partial(import_election.enqueue, str(job.pk), str(actor.person()), values))
    return job.pk


@task()
def import_election(job: str, person: str, values: dict[str, str]) -> None:
    """Make a finished round of an upload; nothing is half done when it fails, and the file can be tried again."""
    at = timezone.now()
    begin_job(job_id=UUID(job))
    try:
        call = _import(actor_of_person(person_id=UUID(person), at=at), values, at)
    except Refusal as refusal:
        free_upload(upload_id=UUID(values["upload"]))
        fail_job(job_id=UUID(job), error=refusal.text, at=at)
        return
    result = {"url": reverse("ventures:call", args=[call.pk]), "label": gettext("See the round")}
    finish_job(job_id=UUID(job), result=result, at=timezone.now())


def _import(actor: Actor, values: dict[str, str], at: datetime) -> Call:
    with transaction.atomic():
        found = taken_upload(upload_id=UUID(values["upload"]))
        if found.poll_id is not None:
            return Call.objects.get(poll=found.poll_id)  # made by a worker that died before it could say so
        call = import_round(
            actor=actor,
            election=voting.read_upload(found),
            title=values["title"],
            title_en=values.get("title_en", ""),
            areas=[values["area"]],
            source=found.name,
            at=at,
        )
        use_upload(upload=found, poll=call.poll)
    return call

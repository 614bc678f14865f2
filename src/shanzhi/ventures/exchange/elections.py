"""Pabulib files in as finished rounds: voting reads and keeps the file, a worker makes the round of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop
from django_tasks import task

from shanzhi.kernel.actor import Actor
from shanzhi.tally.pabulib import spec_as_json, spec_from_json
from shanzhi.tally.spec import Spec
from shanzhi.ventures.models import Call
from shanzhi.ventures.operations import import_round
from shanzhi.ventures.operations.calls import NotYourArea
from shanzhi.ventures.policies import runs_area
from shanzhi.voting import exchange as voting
from shanzhi.voting.operations.uploads import taken_upload, use_upload


def start_import(
    *, actor: Actor, upload_id: UUID, title: str, area: str, at: datetime, title_en: str = "", spec: Spec | None = None
) -> UUID:
    """Have a worker make a finished round of an uploaded file; gives the job that shows its progress.

    It is counted by `spec`, by default the rule that the file names.

    Raises NotYourArea, NotFound, AlreadyImported, DoubtsOpen.
    """
    if not runs_area(actor, area):
        raise NotYourArea(field="area")
    values = {"title": title, "title_en": title_en, **({"spec": spec_as_json(spec)} if spec else {})}
    return voting.give_to_worker(
        actor=actor, upload_id=upload_id, area=area, kind="ventures.import", work=import_election, values=values, at=at
    )


@task()
def import_election(job: str, person: str, values: dict[str, str]) -> None:
    """Make a finished round of an upload; nothing is half done when it fails, and the file can be tried again."""

    def make(actor: Actor, at: datetime) -> dict[str, str]:
        call = _import(actor, values, at)
        return {"url": reverse("ventures:call", args=[call.pk]), "label": gettext_noop("See the round")}

    voting.carry_out(job, person, values, make)


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
            spec=spec_from_json(values["spec"]) if "spec" in values else None,
            at=at,
        )
        use_upload(upload=found, poll=call.poll)
    return call

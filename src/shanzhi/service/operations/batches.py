"""A thousand certificates at once: ordered with a list of volunteers, made by a job that goes on where it stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.people.actors import actor_of_person
from shanzhi.service import policies
from shanzhi.service.lifecycle import BATCH
from shanzhi.service.models import BatchItem, Certificate, CertificateBatch
from shanzhi.service.operations import refusals
from shanzhi.service.operations.certificates import Paper, issued_values, write_certificates
from shanzhi.service.operations.locks import lock_volunteers
from shanzhi.service.queries.certificates import batch, standing
from shanzhi.work.models import Job
from shanzhi.work.operations import advance_job, begin_job, finish_job, start_job

JOB: Final = "service.certificates"
MOST: Final = 5000
STEP: Final = 100
ISSUED: Final = (
    "organization_id", "issuer_area", "issuer_name", "responsible", "handler", "contact", "starts_on", "ends_on",
)  # fmt: skip


def order_batch(*, actor: Actor, paper: Paper, at: datetime) -> CertificateBatch:
    """Order certificates for everybody of whom something of the issuer's is verified in a span of days.

    The actor's own is left out. A job makes them (`write_batch`). Raises NotFound, Forbidden, BadSpan, BadIssuer,
    NothingToCertify, TooMany.
    """
    with transaction.atomic():
        values = issued_values(actor, paper, at)
        rows = standing(values, at).exclude(volunteer__person__in=actor.persons).order_by()
        people = sorted(rows.values_list("volunteer", flat=True).distinct()[: MOST + 1])
        if not people:
            raise refusals.NothingToCertify
        if len(people) > MOST:
            raise refusals.TooMany(field="ends_on", most=MOST)
        job = start_job(
            actor=actor, kind=JOB, area=values["issuer_area"], total=len(people), unit="certificates", at=at
        )
        made = CertificateBatch.objects.create(
            **values, wanted=len(people), job=job.pk, ordered_by_id=actor.person_id, ordered_at=at
        )
        BatchItem.objects.bulk_create([BatchItem(batch=made, volunteer_id=one) for one in people], batch_size=1000)
        record(
            actor=actor, verb="service.batch.order", subject=made, area=made.issuer_area,
            change={"wanted": made.wanted}, at=at,
        )  # fmt: skip
    return made


def go_on(*, actor: Actor, batch_id: UUID) -> CertificateBatch:
    """Give a batch of which something is left to be made, to whom may have it go on (`tasks.write_batch`).

    What is made stays, and nothing is made twice. Raises SignInNeeded, NotFound, Forbidden, BatchMade.
    """
    found = batch(viewer=actor, batch_id=batch_id)
    policies.require(policies.may_withdraw(actor=actor, found=found))
    if found.state != BATCH.first:
        raise refusals.BatchMade
    return found


def write_batch(*, batch_id: UUID, at: datetime) -> None:
    """Make what is left of a batch, some in each transaction; run by the worker, again after it was stopped."""
    found = CertificateBatch.objects.get(pk=batch_id)
    if found.state != BATCH.first or found.job is None:
        return
    begin_job(job_id=found.job, total=found.wanted)
    actor = _orderer(found, at)
    while some := _write_some(batch_id, actor, at):
        advance_job(job_id=found.job, done=some)
    with transaction.atomic():
        found = CertificateBatch.objects.select_for_update().get(pk=batch_id)
        if found.state == BATCH.first:
            found.state, found.finished_at = BATCH.move(found.state, "finish"), at
            found.save(update_fields=["state", "finished_at"])
            change = {"made": found.made, "wanted": found.wanted}
            record(
                actor=actor, verb="service.batch.finish", subject=found, area=found.issuer_area, change=change, at=at
            )  # fmt: skip
    # of two workers on one batch the other may have said so already
    if Job.objects.filter(pk=found.job or batch_id, state="running").exists():
        finish_job(job_id=found.job or batch_id, result={"made": found.made, "wanted": found.wanted}, at=at)


def _orderer(found: CertificateBatch, at: datetime) -> Actor:
    """Give who ordered the batch, as that person stands now; the right was looked at with the order."""
    if found.ordered_by_id is None:
        return Actor.system("service")
    return actor_of_person(person_id=found.ordered_by_id, at=at)


def _write_some(batch_id: UUID, actor: Actor, at: datetime) -> int:
    """Make the next certificates in a transaction of their own; give how many rows are done now, 0 for none left.

    The lock on the batch lets a second worker wait, and find nothing left of what the first one did.
    """
    with transaction.atomic():
        found = CertificateBatch.objects.select_for_update().get(pk=batch_id)
        left = list(BatchItem.objects.filter(batch=found, certificate=None, passed=False).order_by("id")[:STEP])
        if not left:
            return 0
        people = lock_volunteers(one.volunteer_id for one in left)
        values = {name: getattr(found, name) for name in ISSUED}
        made = write_certificates(actor=actor, values=values, volunteers=people.values(), batch=found, at=at)
        by_volunteer: dict[UUID, Certificate] = {one.volunteer_id: one for one in made}
        for one in left:
            one.certificate = by_volunteer.get(one.volunteer_id)
            one.passed = one.certificate is None
        BatchItem.objects.bulk_update(left, ["certificate", "passed"])
        found.made += len(made)
        found.save(update_fields=["made"])
        return found.wanted - BatchItem.objects.filter(batch=found, certificate=None, passed=False).count()

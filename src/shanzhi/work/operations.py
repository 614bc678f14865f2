"""Starting and following jobs; answering a repeated request once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.work.lifecycle import JOB
from shanzhi.work.models import AnsweredRequest, Job


class KeyReused(Conflict):
    """The key came before with another request."""

    code = "key_reused"
    message = _("This form was already sent with other content. Reload the page and send it again.")


class BadKey(Invalid):
    """The key is missing or too long."""

    code = "bad_key"
    message = _("The request key is missing or too long: send 8 to 100 characters that no other request carries.")


def start_job(*, actor: Actor, kind: str, area: str = "", total: int = 0, unit: str = "", at: datetime) -> Job:
    """Record a job that a worker will do. `total` is how many `unit`s there are to do, 0 while unknown."""
    return Job.objects.create(
        kind=kind, owner=actor.person_id, area=area, total=total, unit=unit, created_at=at, state=JOB.first
    )


def begin_job(*, job_id: UUID, total: int = 0) -> None:
    """Note that a worker took the job."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        job.state = JOB.move(job.state, "begin")
        job.total, job.done, job.error = total or job.total, 0, ""
        job.save(update_fields=["state", "total", "done", "error"])


def advance_job(*, job_id: UUID, done: int) -> None:
    """Note how many units are done; seen at once when called outside the work's own transaction."""
    Job.objects.filter(pk=job_id).update(done=done)


def finish_job(*, job_id: UUID, result: dict[str, Any], at: datetime) -> None:
    """Note that the job is done, with what the page shows of it."""
    _end(job_id, "finish", at, result=result, error="")


def fail_job(*, job_id: UUID, error: str, at: datetime) -> None:
    """Note that the job failed, with words for the user."""
    _end(job_id, "fail", at, result={}, error=error)


def _end(job_id: UUID, move: str, at: datetime, *, result: dict[str, Any], error: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        job.state = JOB.move(job.state, move)
        job.result, job.error, job.finished_at = result, error, at
        if move == "finish":
            job.done = max(job.done, job.total)
        job.save(update_fields=["state", "result", "error", "finished_at", "done"])


_CLAIM = """
INSERT INTO work_answeredrequest (owner, operation, key, request_digest, at)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT ON CONSTRAINT work_request_once DO NOTHING
"""


def once(
    *, actor: Actor, operation: str, key: str, request: Any, at: datetime, run: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run a write once per key, and give its first answer to each repetition.

    A second call that comes while the first still runs waits for it, since the unique row is held to the end of the
    transaction. When `run` refuses, nothing is kept and the key stays free. Raises KeyReused when the same key brings
    another request, BadKey when the key is no key. The answer is plain JSON and holds nothing personal or sealed.
    """
    if not 8 <= len(key) <= 100:
        raise BadKey
    owner = str(actor.account_id or actor.person_id or actor.label)
    wanted = digest(request)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [owner, operation, key, wanted, at])
            first = cursor.rowcount == 1
        row = AnsweredRequest.objects.get(owner=owner, operation=operation, key=key)
        if not first:
            if row.request_digest != wanted:
                raise KeyReused
            return dict(row.answer or {})
        answer = run()
        row.answer = answer
        row.save(update_fields=["answer"])
        return answer


def forget_answers(*, before: datetime) -> int:
    """Drop answers older than `before`; give how many. Clients do not repeat a request after days."""
    count, _by_model = AnsweredRequest.objects.filter(at__lt=before).delete()
    return count

"""Requests that come twice, and jobs."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid, NotFound
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.work import operations, queries
from shanzhi.work.models import AnsweredRequest, Job

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACTOR = Actor.system("test")


def ask(key: str, request: object, calls: list[int]) -> dict[str, object]:
    """Send one request that counts its runs."""

    def run() -> dict[str, object]:
        calls.append(1)
        return {"number": len(calls)}

    return operations.once(actor=ACTOR, operation="test", key=key, request=request, at=AT, run=run)


@pytest.mark.django_db
class TestARepeatedRequest:
    def test_runs_once_and_gets_the_first_answer(self) -> None:
        calls: list[int] = []
        assert ask("key-12345", {"a": 1}, calls) == ask("key-12345", {"a": 1}, calls) == {"number": 1}
        assert len(calls) == 1

    def test_with_other_content_is_refused(self) -> None:
        ask("key-12345", {"a": 1}, [])
        with pytest.raises(operations.KeyReused):
            ask("key-12345", {"a": 2}, [])

    def test_needs_a_key(self) -> None:
        with pytest.raises(operations.BadKey):
            ask("", {}, [])

    def test_keeps_its_key_free_when_refused(self) -> None:
        def refuse() -> dict[str, object]:
            raise Invalid

        with pytest.raises(Invalid):
            operations.once(actor=ACTOR, operation="test", key="key-12345", request={}, at=AT, run=refuse)
        assert not AnsweredRequest.objects.exists()
        assert ask("key-12345", {}, []) == {"number": 1}


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_run_once(self) -> None:
        calls: list[int] = []
        answers: list[dict[str, object]] = []
        barrier = Barrier(2)

        def send() -> None:
            barrier.wait()
            answers.append(ask("key-12345", {"a": 1}, calls))
            connection.close()

        threads = [Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [{"number": 1}, {"number": 1}]
        assert len(calls) == 1


@pytest.mark.django_db
class TestAJob:
    def test_goes_from_waiting_to_done(self) -> None:
        job = operations.start_job(actor=ACTOR, kind="import", total=10, unit="rows", at=AT)
        operations.begin_job(job_id=job.pk)
        operations.advance_job(job_id=job.pk, done=4)
        operations.finish_job(job_id=job.pk, result={"rows": 10}, at=AT)
        job.refresh_from_db()
        assert (job.state, job.done, job.result) == ("done", 10, {"rows": 10})
        with pytest.raises(MoveRefused):
            operations.fail_job(job_id=job.pk, error="late", at=AT)

    def test_is_hidden_from_strangers(self) -> None:
        job = operations.start_job(actor=ACTOR, kind="import", at=AT)
        with pytest.raises(NotFound):
            queries.job(viewer=Actor.anonymous(), job_id=job.pk)
        assert Job.objects.count() == 1

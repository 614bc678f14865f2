"""The desk's import of an election as a finished round."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from shanzhi.kernel.roles import Role
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.ventures.demo import loading
from shanzhi.ventures.models import Call
from shanzhi.voting import exchange as voting
from shanzhi.voting import operations
from shanzhi.voting.models import Option, Poll, Upload
from shanzhi.voting.operations.uploads import KEPT, give_upload, use_upload
from shanzhi.work.models import Job
from shanzhi.work.operations import start_job
from tests.support import people
from tests.support.places import load_districts
from tests.ventures import desk_support as desk

pytestmark = pytest.mark.django_db
SMALL = """META
key;value
description;示例选举
country;Poland
unit;示例
instance;2023
num_projects;2
num_votes;3
budget;100,5
currency;EUR
vote_type;approval
rule;greedy
date_begin;2023-05-01
date_end;2023-05-15
PROJECTS
project_id;cost;name;selected
1;60;一号;1
2;50;二号;0
VOTES
voter_id;vote
a;1
b;1,2
c;1
"""

DOUBTFUL = SMALL.replace("1,2", "1,9")


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def send(client: Client, content: bytes, name: str = "示例.pb") -> Any:
    return client.post("/desk/calls/import/", {"file": SimpleUploadedFile(name, content)})


class TestAnElection:
    def test_is_shown_before_it_becomes_a_round(self) -> None:
        client = desk.officer()
        answer = send(client, SMALL.encode())
        page = client.get(answer["Location"])
        assert page.status_code == 200
        assert page.context["kept"].summary["projects"] == 2
        assert not Call.objects.exists()

    def test_becomes_a_finished_round(self, django_capture_on_commit_callbacks: Any) -> None:
        client = desk.officer()
        answer = send(client, SMALL.encode())
        with django_capture_on_commit_callbacks(execute=True):
            job = client.post(answer["Location"], {"title": "示例选举", "area": desk.AREA})
        assert job["Location"].startswith("/work/")
        call = Call.objects.get()
        assert (call.state, call.imported, call.title) == ("closed", True, "示例选举")
        assert [award.proposal.title for award in call.awards.all()] == ["一号"]
        poll = call.poll
        assert poll is not None
        assert (poll.state, poll.currency, poll.budget_fen) == ("counted", "EUR", 10_050)
        assert list(Option.objects.values_list("selected", flat=True)) == [True, False]
        made = Job.objects.get()
        assert (made.state, made.error, made.result["url"]) == ("done", "", f"/calls/{call.pk}/")
        assert Upload.objects.get().content is None
        assert client.get(f"/desk/calls/{call.pk}/").status_code == 200
        assert client.post(answer["Location"], {"title": "示例选举", "area": desk.AREA}).status_code == 409

    def test_is_counted_by_what_the_city_decided_where_its_file_does_not_say(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = desk.officer()
        address = send(client, SMALL.encode())["Location"]
        given = {"title": "示例选举", "area": desk.AREA, "rule": "per-cost", "voters": "4"}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(address, {**given, "voters": "many"}).status_code == 422
            client.post(address, given)
        call = Call.objects.get()
        assert call.poll is not None
        spec = spec_from_json(call.poll.spec)
        assert (spec.rule, spec.threshold.voters) == ("per-cost", 4)
        assert not call.awards.exists(), "nobody had four voters"

    def test_of_a_doubtful_file_waits_for_a_choice_that_is_kept_with_the_round(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = desk.officer()
        address = send(client, DOUBTFUL.encode())["Location"]
        asked = client.get(address)
        assert [question.bound.name for question in asked.context["questions"]] == ["unknown_projects"]
        assert "form" not in asked.context
        values = {"title": "示例选举", "area": desk.AREA}
        assert client.post(address, values).status_code == 422  # nothing is imported while a question is open
        assert not Call.objects.exists()
        assert client.post(address, {"treat": "1", "unknown_projects": "count"}).status_code == 422
        assert client.post(address, {"treat": "1", "unknown_projects": "drop"})["Location"] == address
        told = client.get(address).context
        assert len(told["treatments"]) == 1
        assert told["form"]
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(address, values)["Location"].startswith("/work/")
        (treatment,) = Poll.objects.get().treatments
        assert (treatment["name"], treatment["value"], treatment["times"]) == ("unknown_projects", "drop", 1)

    def test_of_the_demo_reads_whole(self) -> None:
        client = desk.officer()
        page = client.get(send(client, Path(loading.SWIECIE).read_bytes(), "swiecie.pb")["Location"])
        assert page.context["kept"].summary["selected"] == 17

    @pytest.mark.parametrize(
        "content",
        [
            b"%PDF-1.7 nothing of ours",
            b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
            b"PK\x03\x04 a sheet",
            SMALL[:90].encode(),
            b"",
        ],
        ids=["another kind of file", "a picture", "a sheet", "cut in the middle", "empty"],
    )
    def test_that_cannot_be_read_is_refused_in_words(self, content: bytes) -> None:
        answer = send(desk.officer(), content)
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
        assert "error-summary" in answer.content.decode()
        assert not Upload.objects.exists()

    def test_with_an_amount_that_is_none_is_refused_with_the_words_at_fault(self) -> None:
        answer = send(desk.officer(), SMALL.replace("1;60;", "1;fifty;").encode())
        assert answer.status_code == 422
        assert "fifty" in answer.content.decode()
        assert not Upload.objects.exists()

    def test_may_be_written_in_gb18030_which_is_told(self) -> None:
        client = desk.officer()
        page = client.get(send(client, SMALL.encode("gb18030"))["Location"])
        assert page.context["form"].initial["title"] == "示例选举"
        assert "GB18030" in page.content.decode().upper()

    def test_too_large_is_refused(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        answer = send(desk.officer(), SMALL.encode() * 20)
        assert answer.status_code == 413
        assert answer.context["form"].errors["file"]
        with pytest.raises(voting.FileTooLarge):
            voting.read_file(b"x" * 1001)

    def test_that_nobody_wanted_for_a_week_is_gone_with_the_next(self) -> None:
        client = desk.officer()
        address = send(client, SMALL.encode())["Location"]
        Upload.objects.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
        send(client, SMALL.encode())
        assert client.get(address).status_code == 404

    def test_of_somebody_else_does_not_exist(self) -> None:
        answer = send(desk.officer(), SMALL.encode())
        assert desk.officer().get(answer["Location"]).status_code == 404

    def test_into_another_area_is_refused(self) -> None:
        client = desk.officer()
        answer = client.post(send(client, SMALL.encode())["Location"], {"title": "示例", "area": desk.OUTSIDE})
        assert answer.status_code == 422
        assert answer.context["form"].errors["area"]

    @pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.JUROR, Role.AUDITOR, Role.SOCIAL_WORKER])
    def test_is_for_none_but_those_who_run_rounds(self, role: Role | None) -> None:
        stranger = people.client_for(role, desk.COMMUNITY)
        assert stranger.get("/desk/calls/import/").status_code == 403
        assert send(stranger, SMALL.encode()).status_code == 403
        assert not Upload.objects.exists()


class TestAJobOfTheVersionBefore:
    """Its page made votes that belong to no round; such a job may still wait in the queue after an update."""

    def given(self, client: Client) -> tuple[str, Upload, Job]:
        """Give the address of an upload that the version before gave to its own task, and its job."""
        address = send(client, SMALL.encode())["Location"]
        kept = Upload.objects.get()
        job = start_job(
            actor=desk.SYSTEM, kind="voting.import", area=desk.AREA, total=1, unit="file", at=timezone.now()
        )
        give_upload(upload=kept, job=job.pk)
        return address, kept, job

    def run(self, kept: Upload, job: Job) -> Job:
        """Do the task as the queue names it."""
        values = {"upload": str(kept.pk), "area": desk.AREA, "title": "示例", "spec": "{}"}
        task: Any = import_string("shanzhi.voting.exchange.import_upload")
        task.call(str(job.pk), str(kept.owner_id), values)
        job.refresh_from_db()
        return job

    def test_ends_with_a_refusal_and_the_file_can_become_a_round(self, django_capture_on_commit_callbacks: Any) -> None:
        client = desk.officer()
        address, kept, job = self.given(client)
        job = self.run(kept, job)
        assert (job.state, job.error) == ("failed", str(voting.ImportedAsRound.message))
        assert not Poll.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address, {"title": "示例选举", "area": desk.AREA})
        assert Call.objects.get().title == "示例选举"

    def test_whose_vote_was_made_before_its_worker_died_shows_it(self) -> None:
        _address, kept, job = self.given(desk.officer())
        election = voting.read_file(SMALL.encode())
        poll = operations.import_poll(
            actor=desk.SYSTEM, election=election, source="x", areas=[desk.AREA], title="x", at=timezone.now()
        )
        use_upload(upload=kept, poll=poll)
        job = self.run(kept, job)
        assert (job.state, job.result["url"]) == ("done", f"/polls/{poll.pk}/results/")

    def test_whose_file_is_gone_is_refused_too(self) -> None:
        _address, kept, job = self.given(desk.officer())
        Upload.objects.all().delete()
        assert self.run(kept, job).state == "failed"

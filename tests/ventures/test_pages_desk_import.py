"""The desk's import of an election as a finished round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.ventures.demo import loading
from shanzhi.ventures.models import Call
from shanzhi.voting import exchange as voting
from shanzhi.voting.models import Upload
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
budget;100
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

    def test_becomes_a_finished_round(self, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
        client = desk.officer()
        answer = send(client, SMALL.encode())
        with django_capture_on_commit_callbacks(execute=True):
            job = client.post(answer["Location"], {"title": "示例选举", "area": desk.AREA})
        assert job["Location"].startswith("/work/")
        call = Call.objects.get()
        assert (call.state, call.imported, call.title) == ("closed", True, "示例选举")
        assert [award.proposal.title for award in call.awards.all()] == ["一号"]
        assert client.get(f"/desk/calls/{call.pk}/").status_code == 200
        assert client.post(answer["Location"], {"title": "示例选举", "area": desk.AREA}).status_code == 409

    def test_is_counted_by_what_the_city_decided_where_its_file_does_not_say(
        self, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
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
        self, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
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
        (treatment,) = Call.objects.get().poll.treatments
        assert (treatment["name"], treatment["value"], treatment["times"]) == ("unknown_projects", "drop", 1)

    def test_of_the_demo_reads_whole(self) -> None:
        client = desk.officer()
        page = client.get(send(client, Path(loading.SWIECIE).read_bytes(), "swiecie.pb")["Location"])
        assert page.context["kept"].summary["selected"] == 17

    @pytest.mark.parametrize(
        "content",
        [b"%PDF-1.7 nothing of ours", SMALL[:90].encode(), b""],
        ids=["another kind of file", "cut in the middle", "empty"],
    )
    def test_that_cannot_be_read_is_refused_in_words(self, content: bytes) -> None:
        answer = send(desk.officer(), content)
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
        assert not Upload.objects.exists()

    def test_too_large_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(voting, "largest", lambda: 100)
        answer = send(desk.officer(), SMALL.encode())
        assert answer.status_code == 413
        assert answer.context["form"].errors["file"]

    def test_of_somebody_else_does_not_exist(self) -> None:
        answer = send(desk.officer(), SMALL.encode())
        assert desk.officer().get(answer["Location"]).status_code == 404

    def test_into_another_area_is_refused(self) -> None:
        client = desk.officer()
        answer = client.post(send(client, SMALL.encode())["Location"], {"title": "示例", "area": desk.OUTSIDE})
        assert answer.status_code == 422
        assert answer.context["form"].errors["area"]

    def test_is_not_for_social_workers(self) -> None:
        assert send(people.client_for(Role.SOCIAL_WORKER, desk.COMMUNITY), SMALL.encode()).status_code == 403

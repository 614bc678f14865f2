"""While the vote runs, no address, API, export or log tells anybody how people vote or how many did."""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.voting import operations, urls
from shanzhi.voting.api import router
from shanzhi.voting.models import Booth, Envelope, Poll
from shanzhi.voting.operations import OptionInput
from shanzhi.voting.operations.envelopes import Sealer
from shanzhi.voting.operations.keys import key_store
from shanzhi.work.models import AnsweredRequest, Job
from tests.support import people as making
from tests.support.database import as_owner
from tests.voting import support
from tests.voting.paper_support import another_hall
from tests.voting.support import a_person, an_open_poll, vote

pytestmark = pytest.mark.django_db
# Seven of nine voters choose Z1; neither figure nor receipt may show anywhere.
OPTIONS = [OptionInput(code=f"Z{n}", title=f"项目{n}", cost_fen=100_00) for n in range(3)]
ROLES: list[Role | None] = [None, *Role]


@pytest.fixture
def running() -> tuple[Poll, list[Person], list[str]]:
    """A poll with seven ballots cast among nine voters."""
    people = [a_person() for _ in range(9)]
    poll = an_open_poll(people, options=OPTIONS)
    return poll, people, [vote(person, poll.pk, ["Z1"]) for person in people[:7]]


def addresses(poll: Poll) -> list[str]:
    """Every address of voting, pages and API, for this poll."""
    found = []
    booth = Booth.objects.filter(poll=poll).first() or another_hall(poll).booth
    places = {"poll_id": poll.pk, "booth_id": booth.pk, "number": 1, "mark_id": booth.pk, "run": 1}
    for pattern in urls.urlpatterns:
        needs = pattern.pattern.converters
        if "upload_id" in needs:
            continue  # files of elections that were held elsewhere
        found.append(reverse(f"voting:{pattern.name}", args=[places[name] for name in needs]))
    for path in router.path_operations:
        found.append("/api/v1/voting" + re.sub(r"\{uuid:(\w+)\}", lambda place: str(places[place[1]]), path))
    return found


class TestEveryAddressDuringTheVote:
    @pytest.mark.parametrize("role", ROLES)
    def test_tells_no_other_role_a_receipt_a_total_or_a_choice(
        self, running: tuple[Poll, list[Person], list[str]], role: Role | None
    ) -> None:
        poll, _people, receipts = running
        for client in (making.client_for(role, support.AREA), making.client_for(role, "")) if role else (Client(),):
            for address in addresses(poll):
                for path in (address, f"{address}?export=csv"):
                    answer = client.get(path)
                    assert answer.status_code < 500, path
                    text = body(answer)
                    assert not any(receipt in text.replace("-", "") for receipt in receipts), path
                    assert not re.search(r'name="choice"[^>]* checked', text), path
                    assert '"ballots"' not in text, path
                    assert "turnout" not in text.lower(), path

    @pytest.mark.parametrize("role", ROLES)
    def test_answers_result_file_and_recount_with_sealed(
        self, running: tuple[Poll, list[Person], list[str]], role: Role | None
    ) -> None:
        poll, _people, receipts = running
        client = making.client_for(role, support.AREA) if role else Client()
        for name in ("results", "recount", "file"):
            assert client.get(reverse(f"voting:{name}", args=[poll.pk])).status_code == 403
        for end in ("result", "file"):
            answer = client.get(f"/api/v1/voting/polls/{poll.pk}/{end}")
            assert (answer.status_code, answer.json()["code"]) == (403, "poll_sealed")
        sent = client.post(reverse("voting:receipt", args=[poll.pk]), {"receipt": receipts[0]})
        assert sent.status_code == 403


def body(answer: Any) -> str:
    """Give the text of an answer, streamed or not."""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(raw.decode("utf-8", "replace"))


class TestNothingBesideTheEnvelope:
    def test_is_written_by_a_cast(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, people, _receipts = running
        client = making.sign_in(Client(), people[8])
        client.get(reverse("voting:vote", args=[poll.pk]))
        sent: list[str] = []

        def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            sent.append(f"{sql} {params!r}")  # the statement and its values, prepared ones too
            return execute(sql, params, many, context)

        with connection.execute_wrapper(listen):
            answer = client.post(reverse("voting:cast", args=[poll.pk]), {"choice": ["Z2"]})
        assert answer.status_code == 302
        writes = [one for one in sent if not one.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
        assert len(writes) == 1
        assert "INSERT INTO voting_envelope" in writes[0]
        assert "Z2" not in " ".join(sent)
        assert not AnsweredRequest.objects.exists()
        assert not Job.objects.exists()

    def test_is_logged_not_even_when_refused(
        self, running: tuple[Poll, list[Person], list[str]], caplog: pytest.LogCaptureFixture
    ) -> None:
        poll, people, _receipts = running
        client = making.sign_in(Client(), people[0])
        with caplog.at_level(logging.DEBUG):
            client.post(reverse("voting:cast", args=[poll.pk]), {"choice": ["Z1", "WRONGCODE"]})
            client.put(
                f"/api/v1/voting/polls/{poll.pk}/ballot",
                json.dumps({"choices": ["Z2", "WRONGCODE"]}),
                content_type="application/json",
                headers={"idempotency-key": "key-12345"},
            )
        assert "WRONGCODE" not in caplog.text
        assert "Z2" not in caplog.text

    def test_is_in_an_admin_site(self) -> None:
        assert not apps.is_installed("django.contrib.admin")

    def test_is_known_to_the_planner(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, _people, receipts = running
        with connection.cursor() as cursor:
            with as_owner():
                cursor.execute("ANALYZE voting_envelope")
            cursor.execute(
                "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_stats s WHERE tablename = 'voting_envelope'"
            )
            row = cursor.fetchone()
        assert row is not None
        assert not any(receipt in row[0] for receipt in receipts)
        assert poll.state == "open"


class TestTheTagsOfAnEnvelope:
    def tags(self, poll: Poll, person: Person) -> tuple[bytes, bytes]:
        sealer = Sealer(poll_id=poll.pk, key=key_store().read(poll.pk))
        row = Envelope.objects.values_list("request_tag", "content_tag").get(voter_mac=sealer.mark(person.pk))
        return bytes(row[0] or b""), bytes(row[1] or b"")

    def test_of_equal_keys_and_choices_never_look_equal(self) -> None:
        people = [a_person() for _ in range(4)]
        polls = [an_open_poll(people, options=OPTIONS) for _ in range(2)]
        for poll in polls:
            for person in people:
                vote(person, poll.pk, ["Z1"], "one-request")
        found = [tag for poll in polls for person in people for tag in self.tags(poll, person)]
        assert {len(tag) for tag in found} == {16}
        assert len(set(found)) == len(found) == 16

    def test_do_not_tell_whether_a_ballot_sent_anew_says_the_same(self) -> None:
        person = a_person()
        poll = an_open_poll([person], options=OPTIONS)
        seen: set[bytes] = set()
        for choices in (["Z1"], ["Z1"], ["Z2"], []):
            vote(person, poll.pk, choices)
            seen.update(self.tags(poll, person))
        assert len(seen) == 8

    def test_tell_that_one_request_was_sent_again_and_no_more(self) -> None:
        person = a_person()
        poll = an_open_poll([person], options=OPTIONS)
        rows = []
        for _turn in range(2):
            vote(person, poll.pk, ["Z1"], "one-request")
            rows.append(Envelope.objects.values().get())
        assert rows[0]["sealed"] != rows[1]["sealed"]
        assert {**rows[0], "sealed": b""} == {**rows[1], "sealed": b""}

    def test_cannot_be_worked_out_without_the_polls_key(self) -> None:
        poll_id, person = uuid4(), uuid4()
        one, other = (Sealer(poll_id=poll_id, key=bytes([n]) * 32) for n in (1, 2))
        receipt = bytes(15)
        first, second = (s.tags(person_id=person, request_key="one-request", receipt=receipt) for s in (one, other))
        assert len({first.request, first.content, second.request, second.content}) == 4
        assert repr(first) == "Tags()"

    def test_are_gone_with_the_envelopes_and_the_key(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, _people, _receipts = running
        assert Envelope.objects.filter(poll=poll, request_tag__isnull=False, content_tag__isnull=False).count() == 7
        support.close(poll)
        assert not Envelope.objects.filter(poll=poll).exists()


class TestTheApi:
    def put(self, client: Client, poll: Poll, ballot: dict[str, Any], key: str = "key-12345") -> Any:
        return client.put(
            f"/api/v1/voting/polls/{poll.pk}/ballot",
            json.dumps(ballot),
            content_type="application/json",
            headers={"idempotency-key": key},
        )

    def test_casts_and_reads_the_own_ballot_alone(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, people, _receipts = running
        client = making.sign_in(Client(), people[8])
        first, second = (self.put(client, poll, {"choices": ["Z0", "Z2"]}).json() for _turn in range(2))
        assert first == second
        own = client.get(f"/api/v1/voting/polls/{poll.pk}/ballot").json()
        assert own == {"receipt": first["receipt"], "choices": ["Z0", "Z2"], "points": {}, "blank": False}
        other = making.sign_in(Client(), people[7])
        assert other.get(f"/api/v1/voting/polls/{poll.pk}/ballot").status_code == 404
        assert Client().get(f"/api/v1/voting/polls/{poll.pk}/ballot").status_code == 401

    @pytest.mark.parametrize(
        ("ballot", "code"),
        [
            ({"choices": ["Q"]}, "unknown_option"),
            ({"choices": ["Z0", "Z0"]}, "chosen_twice"),
            ({"choices": ["Z0"], "points": {"Z0": 1}}, "bad_points"),
            ({"points": {"Z0": 1}}, "unknown_option"),
            ({"choices": 5}, "invalid"),
            ({"choices": ["\x00"]}, "not_storable"),
        ],
    )
    def test_refuses_in_words(
        self, running: tuple[Poll, list[Person], list[str]], ballot: dict[str, Any], code: str
    ) -> None:
        poll, people, _receipts = running
        answer = self.put(making.sign_in(Client(), people[8]), poll, ballot)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    def test_refuses_other_choices_under_the_same_key(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, people, _receipts = running
        client = making.sign_in(Client(), people[8])
        kept = self.put(client, poll, {"choices": ["Z0"]}).json()["receipt"]
        answer = self.put(client, poll, {"choices": ["Z2"]})
        told = answer.json()
        assert (answer.status_code, told["code"], told["field"]) == (409, "key_reused", "key")
        assert answer["Content-Type"].startswith("application/problem+json")
        assert "Z2" not in answer.content.decode()
        assert client.get(f"/api/v1/voting/polls/{poll.pk}/ballot").json()["receipt"] == kept
        assert self.put(client, poll, {"choices": ["Z2"]}, "key-of-another").status_code == 200

    def test_gives_result_file_and_receipt_after_the_count(self, running: tuple[Poll, list[Person], list[str]]) -> None:
        poll, _people, receipts = running
        support.close(poll)
        operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now())
        result = Client().get(f"/api/v1/voting/polls/{poll.pk}/result").json()
        assert (result["ballots"], result["roll"]) == (7, 9)
        assert Client().get(f"/api/v1/voting/polls/{poll.pk}/file").content.startswith(b"META")
        found = Client().post(
            f"/api/v1/voting/polls/{poll.pk}/receipt",
            json.dumps({"receipt": receipts[0]}),
            content_type="application/json",
        )
        told = found.json()
        assert told.pop("proof")["seal"] == result["seal"]
        assert told == {"receipt": receipts[0], "choices": ["Z1"], "points": [None], "alike": 7, "invalid": ""}
        listed = Client().get("/api/v1/voting/polls").json()
        assert [item["id"] for item in listed["items"]] == [str(poll.pk)]
        assert Client().get(f"/api/v1/voting/polls/{poll.pk}/options").json()["count"] == 3

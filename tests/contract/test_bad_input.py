"""Bad input through the API: a clear message in both languages with the request's number, and nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.ventures.models import Proposal
from shanzhi.voting.models import Envelope
from tests.support import people
from tests.support.ground import undone
from tests.support.site import VISITOR, Site

API = "/api/v1"
FORGED = "11111111-1111-4111-8111-111111111111"
JSON = "application/json"
DEEP = "[" * 60_000 + "]" * 60_000
HUGE = b'{"title": "' + b"x" * (21 * 1024**2) + b'"}'


@pytest.fixture(autouse=True)
def _undone(site: Site) -> Iterator[None]:
    with undone():
        yield


def send(client: Client, method: str, path: str, body: Any = None, *, language: str = "zh-hans", **more: Any) -> Any:
    """Send JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    headers = {"Accept-Language": language, "Idempotency-Key": uuid4().hex, **more.pop("headers", {})}
    return client.generic(method, API + path, content, content_type=more.pop("content_type", JSON), headers=headers)


def problem(answer: Any, status: int) -> dict[str, Any]:
    """Give the problem of an answer after looking at what each problem must have."""
    assert answer.status_code == status, answer.content[:400]
    assert answer.headers["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["request_id"] == answer.headers["X-Request-ID"]
    assert said["detail"]
    return said


def in_both_languages(ask: Callable[[str], Any], status: int) -> dict[str, Any]:
    """Have the same refused in Chinese and in English; give the English problem."""
    chinese, english = (problem(ask(language), status) for language in ("zh-hans", "en"))
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese["detail"]), chinese
    assert english["detail"].isascii() or "\u201c" in english["detail"] or "\u2019" in english["detail"], english
    assert chinese["code"] == english["code"]
    return english


def counts(site: Site) -> tuple[int, int, int]:
    """Count what a refused request must not have changed."""
    return Proposal.objects.count(), Envelope.objects.count(), Event.objects.count()


# name: (who, method, path, body, status, code)
BODIES: dict[str, tuple[str, str, str, Any, int]] = {
    "a forged poll": ("resident", "PUT", f"/voting/polls/{FORGED}/ballot", {"choices": []}, 404),
    "a forged call": ("district", "POST", f"/ventures/calls/{FORGED}/advance", {"expected": "draft"}, 404),
    "a forged proposal": ("resident", "PATCH", f"/ventures/proposals/{FORGED}", {"version": 1, "fields": {}}, 404),
    "a forged person": ("district", "POST", f"/people/{FORGED}/revoke", {"reason": "x"}, 404),
    "a forged grant": ("district", "POST", f"/people/grants/{FORGED}/end", {"reason": "x"}, 404),
    "an id that is none": ("resident", "GET", "/voting/polls/1/ballot", None, 404),
    "an address that is none": ("resident", "GET", "/nowhere", None, 404),
    "an unknown area": (VISITOR, "GET", "/places/areas/999999", None, 404),
    "a method that is none": ("resident", "DELETE", "/voting/polls", None, 405),
    "nothing": ("resident", "PUT", "/voting/polls/{poll}/ballot", b"", 422),
    "half of an object": ("resident", "PUT", "/voting/polls/{poll}/ballot", b'{"choices": ["0', 400),
    "GB18030 bytes": ("resident", "POST", "/ventures/calls/{open}/proposals",
                      '{"title": "楼道灯"}'.encode("gb18030"), 400),
    "broken UTF-8": ("resident", "POST", "/ventures/calls/{open}/proposals", b'{"title": "\xff\xfe"}', 400),
    "deep brackets": ("resident", "POST", "/ventures/calls/{open}/proposals", DEEP.encode(), 400),
    "deep brackets in a field": (
        "resident", "POST", "/ventures/calls/{open}/proposals", b'{"title": ' + DEEP.encode() + b"}", 400),
    "a misspelt field": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choice": ["001"]}, 422),
    "a text for a ballot": ("resident", "PUT", "/voting/polls/{poll}/ballot", "001", 422),
    "a number for a ballot": ("resident", "PUT", "/voting/polls/{poll}/ballot", 1, 422),
    "nothing for a ballot": ("resident", "PUT", "/voting/polls/{poll}/ballot", b"null", 422),
    "texts for lines of a budget": ("resident", "PATCH", "/ventures/proposals/{own}",
                                    {"version": 1, "fields": {"budget": ["lamp"]}}, 422),
    "a number for fields": ("resident", "PATCH", "/ventures/proposals/{own}", {"version": 1, "fields": 5}, 422),
    "a NUL in a code of an area": (VISITOR, "GET", "/ventures/calls?area=%00", None, 422),
    "half of a surrogate": ("resident", "POST", "/ventures/calls/{open}/proposals", b'{"title": "\\ud800"}', 422),
    "a text for a list": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choices": "001"}, 422),
    "a number for a text": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choices": [1]}, 422),
    "a list for an object": ("resident", "PUT", "/voting/polls/{poll}/ballot", ["001"], 422),
    "no number at all": ("resident", "POST", "/ventures/calls/{open}/proposals",
                         b'{"budget": [{"item": "x", "unit_price_fen": NaN}]}', 422),
    "a number of a thousand digits": ("resident", "POST", "/ventures/calls/{open}/proposals",
                         b'{"people_reached": ' + b"9" * 1000 + b"}", 422),
    "a NUL in a code": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choices": ["00\x001"]}, 422),
    "an unknown project": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choices": ["999"]}, 422),
    "a project twice": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"choices": ["001", "001"]}, 422),
    "too many projects": ("resident", "PUT", "/voting/polls/{poll}/ballot",
                          {"choices": ["001", "002", "003", "004", "005", "006"]}, 422),
    "points where one approves": ("resident", "PUT", "/voting/polls/{poll}/ballot", {"points": {"001": 3}}, 422),
    "more than the server takes": ("resident", "POST", "/ventures/calls/{open}/proposals", HUGE, 413),
    "a stale version": ("resident", "PATCH", "/ventures/proposals/{own}",
                        {"version": 99, "fields": {"title": "x"}}, 409),
    "a call before its time": ("district", "POST", "/ventures/calls/{voting}/advance", {"expected": "voting"}, 409),
    "a state that was left": ("district", "POST", "/ventures/calls/{voting}/advance", {"expected": "review"}, 409),
    "a resident at the desk": ("resident", "POST", "/ventures/calls/{voting}/advance", {"expected": "voting"}, 403),
    "another's draft": ("leader", "PATCH", "/ventures/proposals/{own}", {"version": 1, "fields": {}}, 404),
    "a grant above the own role": ("secretary", "POST", "/people/{person}/grants",
                                   {"role": "administrator", "area": "", "reason": "x"}, 403),
    "the result of a running vote": ("district", "GET", "/voting/polls/{poll}/result", None, 403),
    "the ballots of a running vote": ("administrator", "GET", "/voting/polls/{poll}/file", None, 403),
}  # fmt: skip


def places(site: Site) -> dict[str, str]:
    return {
        "poll": str(site.poll()),
        "open": str(site.submission.pk),
        "voting": str(site.voting.pk),
        "own": str(site.own_draft().pk),
        "person": str(site.person("resident").pk),
    }


class TestBadInput:
    @pytest.mark.parametrize("name", BODIES)
    def test_is_refused_in_words_and_changes_nothing(self, site: Site, name: str) -> None:
        who, method, path, body, status = BODIES[name]
        client, before = site.client(who), counts(site)
        address = path
        for key, value in places(site).items():
            address = address.replace(f"{{{key}}}", value)
        in_both_languages(lambda language: send(client, method, address, body, language=language), status)
        assert counts(site) == before


class TestAnotherAreasObject:
    def test_is_not_there(self, site: Site) -> None:
        outside = people.client_for(Role.DISTRICT_OFFICER, "110114")
        for method, path, body in (
            ("PATCH", f"/ventures/calls/{site.draft.pk}", {"version": 1, "fields": {}}),
            ("GET", f"/ventures/calls/{site.draft.pk}", None),
            ("GET", f"/ventures/calls/{site.draft.pk}/preview", None),
            ("POST", f"/ventures/calls/{site.draft.pk}/advance", {"expected": "draft"}),
            ("GET", f"/ventures/proposals/{site.own_draft().pk}", None),
            ("GET", f"/people/{site.person('resident').pk}", None),
        ):
            said = in_both_languages(lambda language: send(outside, method, path, body, language=language), 404)  # noqa: B023 - asked at once
            assert said["code"] == "not_found", path

    def test_that_is_public_is_read_but_not_run(self, site: Site) -> None:
        outside = people.client_for(Role.DISTRICT_OFFICER, "110114")
        path = f"/ventures/calls/{site.review.pk}"
        assert send(outside, "GET", path).status_code == 200
        in_both_languages(
            lambda language: send(outside, "POST", f"{path}/advance", {"expected": "review"}, language=language), 403
        )


class TestANul:
    def test_never_reaches_the_database(self, site: Site) -> None:
        client, before = site.client("resident"), Proposal.objects.count()
        path = f"/ventures/calls/{site.submission.pk}/proposals"
        said = in_both_languages(
            lambda language: send(client, "POST", path, {"title": "一\x00盏灯"}, language=language), 422
        )
        assert (said["code"], said["field"]) == ("not_storable", "title")
        assert Proposal.objects.count() == before


class TestARequestSentTwice:
    def test_with_one_key_gives_the_same_answer_once(self, site: Site) -> None:
        client, headers = site.client("resident"), {"Idempotency-Key": "twice-00000001"}
        path, before = f"/ventures/calls/{site.submission.pk}/proposals", Proposal.objects.count()
        first, second = (send(client, "POST", path, {"title": "一盏灯"}, headers=headers) for _ in range(2))
        assert (first.status_code, first.json()) == (200, second.json())
        assert Proposal.objects.count() == before + 1

    def test_with_one_key_and_another_text_is_refused(self, site: Site) -> None:
        client, headers = site.client("resident"), {"Idempotency-Key": "twice-00000002"}
        path = f"/ventures/calls/{site.submission.pk}/proposals"
        send(client, "POST", path, {"title": "一盏灯"}, headers=headers)
        in_both_languages(
            lambda language: send(client, "POST", path, {"title": "两盏灯"}, headers=headers, language=language), 409
        )

    def test_as_a_ballot_gives_one_receipt_and_one_envelope(self, site: Site) -> None:
        client, headers = site.client("resident"), {"Idempotency-Key": "twice-00000003"}
        path, before = f"/voting/polls/{site.poll()}/ballot", Envelope.objects.count()
        first, second = (send(client, "PUT", path, {"choices": ["001"]}, headers=headers) for _ in range(2))
        assert (first.status_code, first.json()) == (200, second.json())
        assert Envelope.objects.count() == before + 1


class TestAVoteAfterTheClose:
    def test_is_refused_with_what_can_be_done_now(self, site: Site) -> None:
        late, before = site.at + timedelta(days=60), Envelope.objects.count()
        client = site.client("resident")
        with time_machine.travel(late, tick=False):
            client = site.client("resident")
            said = in_both_languages(
                lambda language: send(
                    client, "PUT", f"/voting/polls/{site.poll()}/ballot", {"choices": ["001"]}, language=language
                ),
                409,
            )
        assert "closed" in said["code"] or "over" in said["code"]
        assert Envelope.objects.count() == before

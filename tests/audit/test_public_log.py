"""The log as everybody may read it: the page of heads, the check of a digest, the API of proofs."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from shanzhi.audit.models import Event, TreeHead
from shanzhi.audit.operations import leaf_digest
from shanzhi.audit.queries import note_of
from shanzhi.kernel.roles import Role
from tests.audit.support import AT, an_event, english, sealed, words
from tests.support.people import client_for

AREA = "370102001"


@pytest.mark.django_db
class TestThePublicPage:
    def test_says_before_the_first_event_that_there_is_no_head(self) -> None:
        answer = english(Client()).get("/audit/")
        assert "No head yet" in words(answer)
        assert "/audit/checkpoint" not in answer.content.decode()
        assert Client().get("/audit/checkpoint").status_code == 404

    def test_shows_the_newest_head_and_lists_all(self) -> None:
        for minute in range(3):
            an_event()
            head = sealed(at=AT + timedelta(minutes=minute))
        page = words(english(Client()).get("/audit/"))
        assert head.root in page
        assert head.key in page
        assert "3 entries" in page

    def test_lists_many_heads_in_pages_and_exports_them_whole(self) -> None:
        for minute in range(30):
            an_event()
            sealed(at=AT + timedelta(minutes=minute))
        client = english(Client())
        assert "Page 1 of 2" in words(client.get("/audit/"))
        assert "1 entry" in words(client.get("/audit/?q=17"))
        root = TreeHead.objects.get(size=9).root
        assert "1 entry" in words(client.get(f"/audit/?q={root[:10]}"))
        rows = b"".join(client.get("/audit/?export=csv")).decode("utf-8-sig")
        assert rows.count("localhost") >= 30
        assert root in rows

    def test_finds_a_head_by_a_root_that_begins_with_digits_alone(self) -> None:
        an_event()
        key = sealed().key
        for size, root in ((17, "9" * 64), (12836861, "a" * 64), (40, "1283686115" + "b" * 54)):
            TreeHead.objects.create(size=size, root=root, at=AT, origin="localhost/log", key=key, signature=bytes(64))
        found = [
            [row["Leaves"] for row in csv.DictReader(StringIO(text))]
            for text in (
                b"".join(english(Client()).get(f"/audit/?q={words}&export=csv")).decode("utf-8-sig")
                for words in ("1283686115", "12836861", "17", "128368611500000000", "sha256:1283686115b")
            )
        ]
        assert found == [["40"], ["12836861", "40"], ["17"], [], ["40"]]

    def test_gives_a_head_as_the_note_that_was_signed(self) -> None:
        an_event()
        head = sealed()
        answer = Client().get("/audit/checkpoint")
        assert answer["Content-Type"].startswith("text/plain")
        assert answer.content.decode() == note_of(head) == Client().get("/audit/heads/1/note").content.decode()
        assert Client().get("/audit/heads/2/").status_code == 404

    def test_tells_of_a_digest_that_it_is_in_the_log_and_nothing_more(self) -> None:
        event = an_event(reason="示例的理由")
        sealed()
        page = words(english(Client()).get(f"/audit/check/?digest={event.digest}"))
        assert "It is in the log" in page
        assert "示例的理由" not in page
        assert "work.job" not in page
        upper = Client().get(f"/audit/check/?digest={event.digest[7:].upper()}")
        assert upper.status_code == 200, "as people type it"

    def test_tells_of_a_digest_that_it_is_not_in_the_log(self) -> None:
        an_event()
        sealed()
        answer = english(Client()).get("/audit/check/?digest=sha256:" + "0" * 64)
        assert answer.status_code == 404
        assert "Nothing with this digest is in the log" in answer.content.decode()


@pytest.mark.django_db
class TestTheApi:
    def test_answers_what_is_not_there_with_a_problem(self) -> None:
        event = an_event()
        assert Client().get("/api/v1/audit/heads/latest").json()["code"] == "no_head_yet"
        sealed()
        waiting = an_event()
        digest = f"digest={event.digest}"
        for address, status, code in (
            ("heads/7", 404, "unknown_size"),
            (f"proofs/inclusion?{digest}&size=9", 404, "unknown_size"),
            ("proofs/inclusion?digest=sha256:" + "0" * 64, 404, "unknown_digest"),
            (f"proofs/inclusion?digest={waiting.digest}", 409, "not_sealed_yet"),
            ("proofs/inclusion?digest=abc", 422, "invalid"),
            ("proofs/consistency?first=2", 404, "unknown_size"),
            ("proofs/consistency?first=1&second=5", 404, "unknown_size"),
            ("proofs/consistency?first=0", 422, "invalid"),
            ("bundle?since=5", 404, "unknown_size"),
            ("events/99999999", 404, "not_found"),
        ):
            answer = Client().get(f"/api/v1/audit/{address}")
            assert (answer.status_code, answer.json()["code"]) == (status, code), address
            assert answer["Content-Type"] == "application/problem+json"

    def test_proves_an_older_size_too_but_not_before_the_event(self) -> None:
        first, second = an_event(), an_event()
        sealed()
        an_event()
        sealed()
        proof = Client().get(f"/api/v1/audit/proofs/inclusion?digest={first.digest}&size=2").json()
        assert (proof["index"], proof["size"], len(proof["path"])) == (0, 2, 1)
        early = Client().get(f"/api/v1/audit/proofs/inclusion?digest={second.digest}&size=1")
        assert early.json()["code"] == "not_sealed_yet"

    def test_lists_heads_from_the_newest_on(self) -> None:
        for minute in range(5):
            an_event()
            sealed(at=AT + timedelta(minutes=minute))
        first = Client().get("/api/v1/audit/heads?limit=3").json()
        rest = Client().get(f"/api/v1/audit/heads?limit=3&before={first['next']}").json()
        assert [head["size"] for head in (*first["items"], *rest["items"])] == [5, 4, 3, 2, 1]
        assert rest["next"] is None

    def test_gives_an_event_whole_to_who_may_read_it(self) -> None:
        event = an_event(AREA, change={"n": 1})
        found = client_for(Role.AUDITOR, AREA).get(f"/api/v1/audit/events/{event.pk}").json()
        assert found["digest"] == leaf_digest(Event.objects.get(pk=event.pk))
        assert found["content"]["change"] == {"n": 1}
        assert found["place"] is None

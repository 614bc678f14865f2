"""Public notices of rounds as a feed that other programs read."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from shanzhi.ventures.models import Notice
from tests.support.places import load_districts
from tests.ventures.test_permissions import COMMUNITY, made

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/calls/notices.atom"


@pytest.fixture(autouse=True)
def _call() -> None:
    load_districts()
    made("submission")


def entries(text: bytes) -> list[ET.Element]:
    return ET.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314 - our own


class TestTheFeed:
    def test_has_what_an_entry_of_atom_needs(self, client: Client) -> None:
        answer = client.get(FEED)
        root = ET.fromstring(answer.content)  # noqa: S314 - our own
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert all(root.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author", "link"))
        for entry in entries(answer.content):
            assert all(entry.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "link"))
        assert len(entries(answer.content)) == Notice.objects.count() > 0

    @pytest.mark.parametrize(("area", "there"), [(COMMUNITY, True), ("370102", True), ("110114", False)])
    def test_is_of_the_area_asked_for(self, client: Client, area: str, there: bool) -> None:
        assert bool(entries(client.get(f"{FEED}?area={area}").content)) is there

    @pytest.mark.parametrize("area", ["x", "3701", "37010", "١٢", "370102' OR 1=1"])
    def test_of_no_area_is_empty_or_not_found(self, client: Client, area: str) -> None:
        assert client.get(f"{FEED}?area={area}").status_code in (200, 404)

    def test_answers_a_reader_that_has_it_already_without_a_body(self, client: Client) -> None:
        first = client.get(FEED)
        again = client.get(FEED, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        by_time = client.get(FEED, headers={"if-modified-since": first["Last-Modified"]})
        assert by_time.status_code == 304

    def test_is_new_when_a_notice_came(self, client: Client) -> None:
        first = client.get(FEED)["ETag"]
        made("notice")
        assert client.get(FEED, headers={"if-none-match": first}).status_code == 200

    def test_shows_no_draft(self, client: Client) -> None:
        before = len(entries(client.get(FEED).content))
        made("draft")
        assert len(entries(client.get(FEED).content)) == before

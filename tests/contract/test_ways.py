"""No page leads its reader to a closed door: for each role, the links of all pages within reach are followed."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urlsplit

import pytest
from django.test import Client

from shanzhi.audit.operations.sealing import seal
from tests.support.ground import undone
from tests.support.site import VISITOR, Site

WHO = [
    VISITOR, "leader", "worker", "auditor", "operator", "resident", "volunteer", "secretary", "subdistrict", "district",
    "juror", "administrator",
]  # fmt: skip
# what signs out, makes a file or leads to another site
LEFT_OUT = re.compile(r"^/static/|sign-out|export=|\.(?:xlsx|docx|pdf|pb|ics)$|/api/|/notices/wechat/$")
PART = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{2,}")
LINK = re.compile(r'<a\s[^>]*?href="(/[^"]*)"')
OF_A_KIND = 3
# says who may vote and how to sign in, which is what a visitor came for, and that the visitor may not yet
MEANT = {(VISITOR, "/polls/ID/vote/", 403)}


@pytest.fixture(autouse=True)
def _undone(site: Site) -> Iterator[None]:
    with undone():
        yield


def kind_of(address: str) -> str:
    return PART.sub("ID", urlsplit(address).path)


def walk(client: Client) -> tuple[int, list[tuple[str, str, int]]]:
    """Follow links from the home page, a few of each kind; give how many pages there were, and the closed doors."""
    waiting, visited, met = deque([("/", "")]), Counter[str](), set[str]()
    closed: list[tuple[str, str, int]] = []
    while waiting:
        address, source = waiting.popleft()
        kind = kind_of(address)
        if address in met or visited[kind] == OF_A_KIND:
            continue
        met.add(address)
        visited[kind] += 1
        answer = client.get(address)
        if answer.status_code in (301, 302):
            found = [answer.headers["Location"]]
        elif answer.status_code == 200:
            html = "html" in answer.headers["Content-Type"]
            found = [unescape(link) for link in LINK.findall(answer.content.decode())] if html else []
        else:
            closed.append((source, kind, answer.status_code))
            continue
        ways = (urldefrag(link).url for link in found)
        waiting.extend((way, address) for way in ways if way.startswith("/") and not LEFT_OUT.search(way))
    return visited.total(), closed


@pytest.mark.parametrize("login", WHO)
def test_no_page_leads_its_reader_to_a_closed_door(site: Site, login: str) -> None:
    seal(at=site.at)
    pages, closed = walk(site.client(login))
    assert pages > 40, "hardly anything could be reached"
    assert [door for door in closed if (login, *door[1:]) not in MEANT] == []

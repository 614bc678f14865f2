"""Whatever is sent to a page, the answer is one for people, in words, and never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shanzhi.places.operations import create_station
from tests.browser import pages
from tests.support.ground import undone
from tests.support.places import SYSTEM
from tests.support.site import VISITOR, Site

WHO = {VISITOR: pages.visitor, "resident": pages.resident, "district": pages.district}
ASKED = ("q", "area", "state", "sort", "page", "after", "export", "theme", "proposal", "next")
OF_LISTS = [
    f"{prefix}{name}"
    for prefix in ("notice-", "project-", "round-", "rule-", "due-", "mine-", "activity-", "said-")
    for name in ("q", "sort", "page")
]
NONSENSE = "&".join(f"{name}=%00%ff" for name in (*ASKED, *OF_LISTS))
FORM = "application/x-www-form-urlencoded"
FIELDS = (
    "q", "version", "name", "title", "reason", "on", "code", "area", "areas", "email", "phone", "password", "decision",
    "receipt", "file", "starts_at", "purse_fen", "expected", "target", "proposal", "idempotency_key", "next",
    "grounds", "answer", "outcome", "ruling",
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, list[str]]:
    """Every page, by who it is for."""
    create_station(actor=SYSTEM, area=pages.COMMUNITY, name="示例社工站", opened_on=date(2023, 1, 1), at=site.at)
    return {who: list(give(site).values()) for who, give in WHO.items()}


@pytest.fixture(autouse=True)
def _undone(site: Site) -> Iterator[None]:
    with undone():
        yield


def bodies() -> dict[str, tuple[Any, str]]:
    """Give bodies that no page can use, with their types."""
    return {
        "nothing": (b"", FORM),
        "NUL bytes": ("&".join(f"{name}=%00" for name in FIELDS).encode(), FORM),
        "GB18030": ("&".join(f"{name}=楼道灯" for name in FIELDS).encode("gb18030"), FORM),
        "half of a surrogate": ("&".join(f"{name}=%ED%A0%80" for name in FIELDS).encode(), FORM),
        "long numbers": ("&".join(f"{name}={'9' * 400}" for name in FIELDS).encode(), FORM),
        "a broken upload": (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        "no boundary": (b"x", "multipart/form-data"),
        "JSON": (b'{"title": 1}', "application/json"),
        "an unknown charset": (b"title=x", f"{FORM}; charset=nothing"),
    }


def answers(client: Client, addresses: list[str], send: Any) -> dict[str, int]:
    """Give the faults: addresses that answered 5xx."""
    found = {}
    for address in addresses:
        with undone():
            status = send(client, address).status_code
        if status >= 500:
            found[address] = status
    return found


class TestEveryPage:
    @pytest.mark.parametrize("who", WHO)
    def test_bears_nonsense_in_its_address(self, site: Site, addresses: dict[str, list[str]], who: str) -> None:
        client = site.client(who)
        client.raise_request_exception = False
        assert answers(client, addresses[who], lambda one, path: one.get(f"{path.split('?')[0]}?{NONSENSE}")) == {}

    @pytest.mark.parametrize("who", WHO)
    @pytest.mark.parametrize("name", bodies())
    def test_bears_a_body_that_makes_no_sense(
        self, site: Site, addresses: dict[str, list[str]], who: str, name: str
    ) -> None:
        client, (content, kind) = site.client(who), bodies()[name]
        client.raise_request_exception = False
        assert answers(client, addresses[who], lambda one, path: one.generic("POST", path, content, kind)) == {}

    @pytest.mark.parametrize("who", WHO)
    def test_bears_a_file_of_another_kind(self, site: Site, addresses: dict[str, list[str]], who: str) -> None:
        client = site.client(who)
        client.raise_request_exception = False
        for name, content in (("a.xlsx", b"PK\x03\x04broken"), ("a.pb", "META\nkey;值".encode("gb18030")), ("", b"")):

            def send(one: Client, path: str, name: str = name, content: bytes = content) -> Any:
                return one.post(path, {"file": SimpleUploadedFile(name or "x", content), "source": "x"})

            assert answers(client, addresses[who], send) == {}

"""Rows of the table of permissions for agreements of banks; the other bank is that of the district around."""

from __future__ import annotations

from typing import Any

from shanzhi.kernel.actor import Actor
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Link
from tests.support.people import AT
from tests.support.permissions import Row, only

API = "/api/v1/timebank"
SYSTEM = Actor.system("test")
POST: dict[str, Any] = {"method": "POST"}


class Between:
    """The bank whose desk is asked for, and its agreements: one in force, one that waits for its answer."""

    bank: Bank
    link: Link
    waits: Link
    other: Bank


MADE = Between()


def prepare_between(bank: Bank, other: Bank, third: Bank) -> None:
    """Have the bank agree with another one, and be asked by a third."""
    MADE.bank, MADE.other = bank, other
    link = operations.propose_link(actor=SYSTEM, bank_id=bank.pk, other_id=other.pk, most=600, at=AT)
    MADE.link = operations.answer_link(actor=SYSTEM, bank_id=other.pk, link_id=link.pk, agrees=True, at=AT)
    MADE.waits = operations.propose_link(actor=SYSTEM, bank_id=third.pk, other_id=bank.pk, most=600, at=AT)


def at_desk(path: str = "") -> Any:
    return lambda: f"/desk/timebank/{MADE.bank.pk}/{path}"


def pact(path: str = "", root: str = "/desk/timebank/", of: str = "link") -> Any:
    return lambda: f"{root}{MADE.bank.pk}/links/{getattr(MADE, of).pk}{path}"


def _pages(readers: Any, of_keepers: Any, signed_in: Any) -> dict[str, Row]:
    sign_in = 302
    read: dict[str, Any] = {"refused": 404, "anonymous": sign_in}
    return {
        "timebank:pass": signed_in(lambda: f"/timebank/{MADE.bank.pk}/pass/", 404),
        "POST timebank:pass": signed_in(lambda: f"/timebank/{MADE.bank.pk}/pass/", 404, **POST),
        "timebank:links": only(readers, at_desk("links/"), **read),
        "timebank:link": only(readers, pact("/"), **read),
        "timebank:crossings": only(readers, at_desk("crossings/"), **read),
        "timebank:cleared": only(readers, at_desk("cleared/"), **read),
        "timebank:propose_link": of_keepers(at_desk("links/new/"), anonymous=sign_in),
        "POST timebank:propose_link": of_keepers(at_desk("links/new/"), 422, anonymous=sign_in, **POST),
        **{
            f"timebank:{name}": of_keepers(pact(f"/{path}/"), anonymous=sign_in)
            for name, path in (
                ("answer_link", "answer"), ("withdraw_link", "withdraw"), ("ask_limit", "limit"), ("end_link", "end"),
                ("settle_link", "settle"),
            )
        },
        **{
            f"POST timebank:{name}": of_keepers(pact(f"/{path}/"), 422, anonymous=sign_in, **POST)
            for name, path in (
                ("answer_link", "answer"), ("withdraw_link", "withdraw"), ("ask_limit", "limit"), ("end_link", "end"),
                ("settle_link", "settle"),
            )
        },
    }  # fmt: skip


def rows(readers: Any, of_keepers: Any, signed_in: Any) -> dict[str, Row]:
    """Give the rows, made with the makers of the table."""
    one = f"{API}/banks/{{bank_id}}"
    link = f"{one}/links/{{pact_id}}"
    api = f"{API}/banks/"
    passing = {"to_bank_id": lambda: str(MADE.other.pk), "number": "1", "relation": "self", "minutes": 1}
    return {
        **_pages(readers, of_keepers, signed_in),
        f"GET {one}/agreements": only((), lambda: f"{api}{MADE.bank.pk}/agreements", refused=200, anonymous=200),
        f"POST {one}/passes": signed_in(
            lambda: f"{api}{MADE.bank.pk}/passes", 409, anonymous=401, json=passing, **POST),
        f"POST {one}/passes/look": signed_in(
            lambda: f"{api}{MADE.bank.pk}/passes/look", 409, anonymous=401, json=passing, **POST),
        f"GET {one}/links": only(readers, lambda: f"{api}{MADE.bank.pk}/links", refused=404),
        f"GET {link}": only(readers, pact("", api), refused=404),
        f"GET {one}/crossings": only(readers, lambda: f"{api}{MADE.bank.pk}/crossings", refused=404),
        f"GET {one}/cleared": only(readers, lambda: f"{api}{MADE.bank.pk}/cleared", refused=404),
        f"POST {one}/links": of_keepers(
            lambda: f"{api}{MADE.bank.pk}/links", 409,
            json={"other_id": lambda: str(MADE.other.pk), "most": 5}, **POST),
        f"POST {link}/step": of_keepers(pact("/step", api), 422, json={"step": "end", "reason": " "}, **POST),
        f"POST {link}/limit": of_keepers(pact("/limit", api, "waits"), 409, json={"most": 5}, **POST),
        f"POST {link}/settlements": of_keepers(
            pact("/settlements", api), 409, json={"minutes": 5, "reason": "x"}, **POST),
    }  # fmt: skip

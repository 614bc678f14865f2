"""The driver over HTTP: JSON in parts, each request signed with HMAC-SHA256, as docs/service-export.md tells.

Keys stand in `volunteer-system.json` in the folder of keys: `address`, `key_id`, `secret`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from shanzhi.notices.drivers.gateway import Broken, Denied, NotReached, call, keys
from shanzhi.service.exchange.drivers import NotTaken, Receipt
from shanzhi.service.exchange.national import FORMAT, Collected

FILE: Final = "volunteer-system.json"
PART: Final = 500
CURES: Final = {
    Denied: f"{FILE} in the folder of keys is missing, or lacks address, key_id or secret. Write it, then send again.",
    NotReached: f"nobody answers at the address that {FILE} names. Look at it and at the network, then send again.",
    Broken: "the other side broke off, or its answer is none. Send again: what it has already, it knows by its id.",
}
"""What to do, by what happened."""


def signature(secret: str, *, path: str, stamp: str, nonce: str, body: bytes) -> str:
    """Sign a request: HMAC-SHA256 over path, time, nonce and the digest of the body, one a line; in hex."""
    said = "\n".join(("POST", path, stamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


class SignedHttp:
    """Sends records in parts of 500; the nonce of a part comes from its content, so a repeated part is known."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Take the clock that stamps requests."""
        self.clock = clock

    def send(self, collected: Collected) -> Receipt:
        """Send all parts; what was taken before a fault stays taken, and is known when it comes again."""
        answers: list[dict[str, Any]] = []
        try:
            found = keys(FILE, "address", "key_id", "secret")
            for first in range(0, len(collected.rows), PART):
                answers.append(self._part(found, collected, first))
        except (NotReached, Broken, NotTaken) as problem:
            raise NotTaken(_words(problem, _taken(answers))) from problem
        refused = tuple((str(one["record_id"]), str(one["reason"])) for said in answers for one in said["refused"])
        return Receipt(_taken(answers), ",".join(str(said["reference"]) for said in answers), refused)

    def _part(self, found: dict[str, Any], collected: Collected, first: int) -> dict[str, Any]:
        rows = collected.rows[first : first + PART]
        body = json.dumps({"format": FORMAT, "records": rows}, ensure_ascii=False, sort_keys=True).encode()
        stamp, nonce = str(int(self.clock())), hashlib.sha256(body).hexdigest()[:32]
        signed = signature(
            found["secret"], path=urlsplit(found["address"]).path, stamp=stamp, nonce=nonce, body=body
        )  # fmt: skip
        said = call(found["address"], data=body, headers={
            "Content-Type": "application/json; charset=utf-8", "X-Key": found["key_id"], "X-Time": stamp,
            "X-Nonce": nonce, "X-Signature": signed,
        })  # fmt: skip
        if not _fits(said):
            raise NotTaken(f"the other side answers: {said.get('error', 'nothing that could be understood')}.")
        return said


def _fits(said: dict[str, Any]) -> bool:
    """Tell whether an answer is a receipt: one that is none says nothing of what was taken."""
    refused = said.get("refused")
    whole = type(said.get("taken")) is int and isinstance(refused, list) and "reference" in said
    return whole and all(isinstance(one, dict) and {"record_id", "reason"} <= one.keys() for one in refused or ())


def _taken(answers: list[dict[str, Any]]) -> int:
    return sum(said["taken"] for said in answers)


def _words(problem: Exception, taken: int) -> str:
    """Say what happened and what to do, and how many of the parts before it were taken all the same."""
    words = CURES.get(type(problem), str(problem))
    return f"{words} {taken} records of the parts before were taken." if taken else words

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

from shanzhi.notices.drivers.gateway import Broken, NotReached, call, keys
from shanzhi.service.exchange.drivers import NotTaken, Receipt
from shanzhi.service.exchange.national import FORMAT, Collected

FILE: Final = "volunteer-system.json"
PART: Final = 500


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
        try:
            found = keys(FILE, "address", "key_id", "secret")
            answers = [self._part(found, collected, first) for first in range(0, len(collected.rows), PART)]
        except (NotReached, Broken) as problem:
            raise NotTaken(type(problem).__name__) from problem
        refused = tuple((str(one["record_id"]), str(one["reason"])) for said in answers for one in said["refused"])
        taken = sum(said["taken"] for said in answers)
        return Receipt(taken, ",".join(str(said["reference"]) for said in answers), refused)

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
        fit = isinstance(said.get("taken"), int) and isinstance(said.get("refused"), list) and "reference" in said
        if not fit:
            raise NotTaken(str(said.get("error", "answer not understood")))
        return said

"""The national system, stood in for by a server on this machine that speaks as docs/service-export.md tells."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY, SECRET = "k1", "a secret of this installation"  # of a stand-in


@dataclass
class National:
    """What the other side keeps: records by their ids, answers by the nonces of parts; and what it is told to do next.

    `next` holds one word for each request to come: `fail` answers 500, `silent` nothing at all, `take and hang up`
    takes the part and breaks off, `garbage` is no HTTP, `page` is no JSON, `half` a receipt that names no record.
    """

    address: str = ""
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: int = 0
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    next: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, nonce: str, records: list[dict[str, Any]]) -> dict[str, Any]:
        """Take a part: what came before is the same, a number that nobody has is refused."""
        if nonce in self.answered:
            return self.answered[nonce]
        wrong = [one for one in records if one["volunteer_number"] in self.unknown]
        for one in records:
            if one not in wrong and one["record_id"] not in self.kept:
                self.kept[one["record_id"]] = one
                self.written += 1
        refused = [{"record_id": one["record_id"], "reason": "没有这个编号"} for one in wrong]
        reference = f"R{len(self.answered) + 1}"
        answer = {"taken": len(records) - len(wrong), "refused": refused, "reference": reference}
        self.answered[nonce] = answer
        return answer


class _Handler(BaseHTTPRequestHandler):
    system: National

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.system.asked.append({"path": self.path, "body": body, **dict(self.headers)})
        word = self.system.next.pop(0) if self.system.next else ""
        if word == "silent":
            self.system.over.wait(10)
            return
        if word == "garbage":
            self.wfile.write(b"this is no protocol at all\n")
            return
        if word == "fail":
            self._tell(500, {"error": "internal"})
            return
        if not self._signed(body):
            self._tell(401, {"error": "signature"})
            return
        if word == "page":
            self._write(200, "<html>维护中</html>".encode())
            return
        answer = self.system.take(self.headers["X-Nonce"], json.loads(body)["records"])
        if word == "half":
            answer = {**answer, "refused": [{"reason": "?"}]}
        if word != "take and hang up":
            self._tell(200, answer)

    def _signed(self, body: bytes) -> bool:
        said = ("POST", self.path, self.headers["X-Time"], self.headers["X-Nonce"], hashlib.sha256(body).hexdigest())
        good = hmac.new(SECRET.encode(), "\n".join(said).encode(), hashlib.sha256).hexdigest()
        return self.headers["X-Key"] == KEY and hmac.compare_digest(good, self.headers["X-Signature"])

    def _tell(self, status: int, answer: dict[str, Any]) -> None:
        self._write(status, json.dumps(answer).encode())

    def _write(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def national() -> Iterator[National]:
    """Serve the national system."""
    system = National()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"system": system}))
    system.address = f"http://127.0.0.1:{server.server_port}/records"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield system
    finally:
        system.over.set()
        server.shutdown()
        server.server_close()

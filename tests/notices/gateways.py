"""Gateways of others, stood in for by servers of the published protocols on this machine.

They speak as the makers' documents say: Alibaba Cloud's RPC interface with its signature, WeChat's stable token and
template messages with their codes, SMTP with its replies. Each keeps what it took.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

Asked = dict[str, str]


@dataclass
class Gateway:
    """What a stand-in keeps and what it is told to answer."""

    address: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    before_answer: threading.Event | None = None

    def next_answer(self, usual: Any) -> Any:
        """Give the next answer in the queue, else the usual one."""
        return self.answers.pop(0) if self.answers else usual


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def tell(self, answer: Any) -> None:
        """Answer with JSON, or as told: 'hang up' closes the line, a number is a status."""
        if answer == "hang up":
            self.connection.close()
            return
        body = b"<html>" if isinstance(answer, int) else json.dumps(answer).encode()
        self.send_response(answer if isinstance(answer, int) else 400 if "HostId" in answer else 200)
        self.end_headers()
        self.wfile.write(body)


def aliyun_signature_of(parameters: Asked, secret: str) -> str:
    """Sign as the maker's document of the RPC interface says."""
    pairs = [f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(parameters.items())]
    text = f"POST&%2F&{quote('&'.join(pairs), safe='-_.~')}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


class _Aliyun(_Handler):
    def do_POST(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(self.read().decode(), keep_blank_values=True).items()}
        signature = asked.pop("Signature", "")
        self.gateway.asked.append(asked.get("Action", ""))
        if signature != aliyun_signature_of(asked, "secret"):
            self.tell({"Code": "SignatureDoesNotMatch", "Message": "…", "RequestId": "1", "HostId": "dysmsapi"})
        elif asked["Action"] == "QuerySendDetails":
            self.tell(self._details(asked))
        else:
            self._send(asked)

    def _send(self, asked: Asked) -> None:
        answer = self.gateway.next_answer({"Code": "OK", "Message": "OK", "BizId": "9006^0", "RequestId": "1"})
        if answer == "take and hang up" or (isinstance(answer, dict) and answer.get("Code") == "OK"):
            self.gateway.taken.append(asked)
        if self.gateway.before_answer is not None:
            self.gateway.before_answer.wait(20)
        self.tell("hang up" if answer == "take and hang up" else answer)

    def _details(self, asked: Asked) -> Any:
        found = [
            {
                "OutId": one["OutId"],
                "PhoneNum": one["PhoneNumbers"],
                "SendStatus": 1,
                "TemplateCode": one["TemplateCode"],
            }
            for one in self.gateway.taken
            if one["PhoneNumbers"] == asked["PhoneNumber"]
        ]
        usual = {
            "Code": "OK",
            "Message": "OK",
            "TotalCount": len(found),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": found},
        }
        return self.gateway.next_answer(usual)


class _WeChat(_Handler):
    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.gateway.asked.append(urlsplit(self.path).path)
        good = asked.get("code") == ["good"] and asked.get("secret") == ["secret"]
        self.tell(
            {"access_token": "page", "expires_in": 7200, "openid": "oABC", "scope": "snsapi_base"}
            if good
            else {"errcode": 40029, "errmsg": "invalid code"}
        )

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        self.gateway.asked.append(parts.path)
        body = json.loads(self.read())
        if parts.path == "/cgi-bin/stable_token":
            self._token(body)
            return
        answer = self.gateway.next_answer({"errcode": 0, "errmsg": "ok", "msgid": 200228332})
        if parse_qs(parts.query)["access_token"] != [self.token()]:
            answer = {"errcode": 42001, "errmsg": "access_token expired"}
        known = {one.get("client_msg_id") for one in self.gateway.taken}
        takes = answer == "take and hang up" or (isinstance(answer, dict) and answer.get("errcode") == 0)
        if takes and (body.get("client_msg_id") is None or body["client_msg_id"] not in known):
            self.gateway.taken.append({**body, "path": parts.path})
        self.tell("hang up" if answer == "take and hang up" else answer)

    def token(self) -> str:
        return f"token-{self.server.version}"  # type: ignore[attr-defined]  # our own attribute

    def _token(self, body: dict[str, Any]) -> None:
        if body.get("secret") != "secret" or body.get("grant_type") != "client_credential":
            self.tell({"errcode": 40125, "errmsg": "invalid appsecret"})
            return
        if body.get("force_refresh"):
            self.server.version += 1  # type: ignore[attr-defined]  # our own attribute
        self.tell({"access_token": self.token(), "expires_in": 7200})


@contextmanager
def _serve(handler: type[_Handler]) -> Iterator[tuple[Gateway, Any]]:
    gateway = Gateway()
    bound = type(handler.__name__, (handler,), {"gateway": gateway})
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.version = 1
    gateway.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway, server
    finally:
        if gateway.before_answer is not None:
            gateway.before_answer.set()
        server.shutdown()
        server.server_close()


@contextmanager
def aliyun() -> Iterator[Gateway]:
    """Serve the short message service."""
    with _serve(_Aliyun) as (gateway, _server):
        yield gateway


@contextmanager
def wechat() -> Iterator[tuple[Gateway, Any]]:
    """Serve WeChat; raising the server's `version` ends the token in use."""
    with _serve(_WeChat) as found:
        yield found


class _Smtp(socketserver.StreamRequestHandler):
    """SMTP (RFC 5321): a refusal for an address is queued by `answers`; 'hang up' breaks the line after the data."""

    gateway: Gateway

    def handle(self) -> None:
        self.say("220 test ESMTP")
        rcpt = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.say("250-test\r\n250 8BITMIME")
            elif verb == "RCPT":
                answer = self.gateway.next_answer("250 OK")
                rcpt = line
                self.say(answer if answer != "hang up" else "250 OK")
                if answer == "hang up":
                    self.gateway.answers.insert(0, "hang up")
            elif verb == "DATA":
                self.say("354 go on")
                body = self._body()
                answer = self.gateway.next_answer("250 OK")
                self.gateway.taken.append({"to": rcpt, "body": body})
                if answer == "hang up":
                    return
                self.say("250 queued")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 OK")

    def _body(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        return "".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def smtp() -> Iterator[tuple[Gateway, int]]:
    """Serve a mail server; gives its port."""
    gateway = Gateway()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Smtp", (_Smtp,), {"gateway": gateway}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield gateway, int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()

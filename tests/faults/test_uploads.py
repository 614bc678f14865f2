"""A network lost in the middle of an upload: nothing half written, no file left behind, and the site goes on."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.roles import DATABASE
from tests.faults.support import SECRET, SIGN_IN, House
from tests.support.serving import free_port, get, serve

OPERATOR = """
import django
django.setup()
from shanzhi.kernel.roles import Role
from tests.support.people import give_role
from tests.voting import support
person = support.a_person()
give_role(person, Role.OPERATOR, area=support.AREA)
print(person.pk)
"""
BOUNDARY, TOKEN = "b0undary", "b" * 32
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pb"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
)
ELECTION = (
    "META\nkey;value\ndescription;X\ncountry;X\nunit;Y\ninstance;2024\nbudget;100\nvote_type;approval\ncurrency;EUR\n"
    "PROJECTS\nproject_id;cost;name\n1;50;A\n2;60;B\nVOTES\nvoter_id;vote\n"
)


@pytest.mark.slow
class TestAnUploadCutInTheMiddle:
    def test_leaves_nothing_half_written(self, house: House, tmp_path: Path) -> None:
        session = house.run(SIGN_IN, house.run(OPERATOR)[0])[0]
        port = free_port()
        served = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET, TMPDIR=str(tmp_path))
        # A file that reads well wherever it is cut between two ballots, and large enough to be put on the disk.
        body = HEAD + ELECTION + "".join(f"{n};1,2\n" for n in range(500_000)) + f"\r\n--{BOUNDARY}--\r\n"
        for kind in ("reset", "closed", "silent"):
            answer = self.send(port, session, body.encode(), kind)
            assert b" 302 " not in answer.split(b"\r\n", 1)[0], kind
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            assert connection.execute("SELECT count(*) FROM voting_upload").fetchone() == (0,)
        deadline = time.monotonic() + 20
        while list(tmp_path.rglob("*.upload*")) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert list(tmp_path.rglob("*.upload*")) == []
        assert "alive" in get(port, "/-/health")
        whole = (HEAD + ELECTION + f"1;1,2\r\n--{BOUNDARY}--\r\n").encode()
        assert b" 302 " in self.send(port, session, whole, "whole").split(b"\r\n", 1)[0]
        served.terminate()
        assert served.wait(timeout=60) == 0

    def send(self, port: int, session: str, body: bytes, kind: str) -> bytes:
        """Send an upload, or its first part and then lose the connection in one of three ways; gives what came back."""
        head = (
            f"POST /desk/calls/import/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n"
            f"Cookie: sessionid={session}; csrftoken={TOKEN}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(head.encode() + (body if kind == "whole" else body[: len(body) * 2 // 3]))
            if kind == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return b""
            if kind == "closed":
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(3 if kind == "silent" else 10)
            try:
                return connection.recv(65536)
            except (TimeoutError, ConnectionError):
                return b""

"""Ballots through HTTP beside bare single-row inserts: `python -m benchmarks.ballots`.

Eight clients cast ballots by the API of a site as `shanzhi serve` serves it: session, roll, rules, uniqueness, receipt,
every ballot durable before it is acknowledged (fsync and synchronous_commit on). The floor is pgbench inserting one row
a transaction into the same server with the same number of clients, just before and just after. Clients and server share
the machine's cores. At the end every acknowledged ballot must be in its envelope.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import psycopg

from shanzhi.config.embedded import binaries
from shanzhi.config.roles import SUPERUSER

CLIENTS = 8
SECONDS = 8
VOTERS = 40_000
BOUND = 0.10
PGBENCH = "INSERT INTO bench_floor (id, sealed) VALUES (gen_random_uuid(), decode(repeat('ab', 60), 'hex'));\n"


def free_port() -> int:
    """Find a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site(folder: Path, port: int) -> Iterator[None]:
    """Serve the site from a fresh folder until the block ends."""
    os.environ.update(
        SHANZHI_DATA=str(folder),
        SHANZHI_SECRET_KEY=secrets.token_urlsafe(50),
        DJANGO_SETTINGS_MODULE="shanzhi.config.settings",
    )
    program = str(Path(sys.executable).parent / "shanzhi")
    subprocess.run([program, "setup"], stdout=sys.stderr, check=True)
    command = [program, "serve", "--no-update", "--port", str(port)]
    with (folder / "served.log").open("wb") as log:  # as an operator would: the logs stay on
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(300):
            time.sleep(0.2)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def settled(folder: Path) -> None:
    """Clear up what the part of the run before left: dead rows, pages that wait to be written, events without a place.

    Else each part pays for the one before: server and clock would clear up after it while the next is measured.
    """
    subprocess.run([Path(sys.executable).parent / "shanzhi", "audit", "seal"], stdout=subprocess.DEVNULL, check=True)
    with psycopg.connect(f"host={folder / 'run'} user={SUPERUSER} dbname=shanzhi", autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    os.sync()


def pgbench(folder: Path) -> float:
    """Single-row inserts a second, each a durable transaction of its own."""
    script = folder / "floor.sql"
    script.write_text(PGBENCH)
    command = [str(binaries() / "pgbench"), "-h", str(folder / "run"), "-U", "shanzhi_owner", "-n", "-M", "simple"]
    command += ["-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), "-f", str(script), "shanzhi"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return next(float(line.split("=")[1].split()[0]) for line in done.stdout.splitlines() if line.startswith("tps"))


def request(poll: str, session: str, number: int) -> bytes:
    """A ballot as a client sends it."""
    token = "b" * 32
    body = json.dumps({"choices": [str(number % 30), str((number + 7) % 30), str((number + 11) % 30)]}).encode()
    head = (
        f"PUT /api/v1/voting/polls/{poll}/ballot HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Cookie: sessionid={session}; csrftoken={token}\r\nX-CSRFToken: {token}\r\n"
        f"Idempotency-Key: key-{number:08d}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answered(connection: socket.socket, kept: bytearray) -> bytes:
    """Read one answer whole from a connection that stays open."""
    while (end := kept.find(b"\r\n\r\n")) < 0:
        kept += _more(connection)
    head = bytes(kept[:end]).lower()
    at = head.index(b"content-length:") + 15
    length = int(head[at:].split(b"\r\n", 1)[0])
    while len(kept) < end + 4 + length:
        kept += _more(connection)
    answer = bytes(kept[: end + 4 + length])
    del kept[: end + 4 + length]
    return answer


def _more(connection: socket.socket) -> bytes:
    if not (got := connection.recv(65536)):
        raise ConnectionError("the server hung up")
    return got


def client(port: int, requests: list[bytes], until: float, tally: list[int]) -> None:
    """Send ballots one after the other until the time is over."""
    done = 0
    kept = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in requests:
            if time.monotonic() >= until:
                break
            connection.sendall(one)
            answer = answered(connection, kept)
            if not answer.startswith(b"HTTP/1.1 200") or b'"receipt"' not in answer:
                raise AssertionError(answer[:500].decode(errors="replace"))
            done += 1
    tally.append(done)


def ballots(port: int, poll: str, sessions: list[str], seconds: float) -> tuple[int, float]:
    """Cast with all clients; gives how many were acknowledged and in how many seconds."""
    requests = [request(poll, session, number) for number, session in enumerate(sessions)]
    tally: list[int] = []
    started = time.monotonic()
    threads = [
        threading.Thread(target=client, args=(port, requests[n::CLIENTS], started + seconds, tally))
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tally) == CLIENTS, "a client failed"
    return sum(tally), time.monotonic() - started


def measure(folder: Path, port: int) -> dict[str, Any]:
    """Measure floor, ballots and floor again; compare with the mean of the two floors."""
    voters = import_module("benchmarks._ballots_voters")  # models can be loaded only now
    poll, sessions = voters.prepare(VOTERS)
    settled(folder)
    voters.table_for_floor()
    assert voters.durable()
    warm, _seconds = ballots(port, poll, sessions[:400], 3)
    before = pgbench(folder)
    cast, seconds = ballots(port, poll, sessions[400:], SECONDS)
    after = pgbench(folder)
    stored = voters.stored()
    assert stored == warm + cast, (stored, warm, cast)
    value, floor = cast / seconds, (before + after) / 2
    ratio = value / floor
    return {
        "name": "ballots through HTTP / pgbench inserts",
        "value": round(value, 1),
        "floor": round(floor, 1),
        "floors": [round(before, 1), round(after, 1)],
        "ratio": round(ratio, 3),
        "bound": BOUND,
        "holds": ratio >= BOUND,
        "clients": CLIENTS,
        "acknowledged and found": stored,
    }


def main() -> int:
    """Serve, measure, print."""
    with tempfile.TemporaryDirectory(prefix="bb-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        with site(folder, port):
            django.setup()
            line = measure(folder, port)
    print(json.dumps(line))
    return 0 if line["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())

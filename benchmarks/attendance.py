"""Check-ins through HTTP beside bare single-row inserts: `python -m benchmarks.attendance`.

Eight clients sign in by the code at the gate, by the API of a site as `shanzhi serve` serves it: session, CSRF, code,
sign-up, uniqueness, record, event and digest, each durable before it is acknowledged. The floor is pgbench inserting
one row a transaction into the same server with the same number of clients, just before and just after. Beside it stands
a thousand people who sign in at one gate by its pages, as phones do: the address in the QR code, then the button.
Clients and server share the machine's cores. At the end every acknowledged check-in must be on record, with its event.
"""

import json
import re
import socket
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from benchmarks.ballots import CLIENTS, answered, free_port, pgbench, settled, site

SECONDS = 8
SHIFTS, PLACES = 10, 2000
WARM = 200
GATE = 1000
MINUTE = 60
BOUND = 0.10
SEEN = re.compile(rb'name="seen" value="([^"]+)"')


def client(port: int, requests: list[bytes], until: float, tally: list[int]) -> None:
    """Send check-ins one after the other until the time is over."""
    done, kept = 0, bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in requests:
            if time.monotonic() >= until:
                break
            connection.sendall(one)
            answer = answered(connection, kept)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise AssertionError(answer[:500].decode(errors="replace"))
            done += 1
    tally.append(done)


def together(run: Any, shares: list[Any]) -> tuple[int, float]:
    """Run a share of the work in each client; gives how much was done, and in how many seconds."""
    tally: list[int] = []
    started = time.monotonic()
    threads = [threading.Thread(target=run, args=(share, tally)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tally) == CLIENTS, "a client failed"
    return sum(tally), time.monotonic() - started


def check_ins(port: int, people: Any, shifts: list[tuple[str, list[str]]], seconds: float) -> tuple[int, float]:
    """Sign in with all clients."""
    all_requests = list(people.requests(shifts))
    until = time.monotonic() + seconds
    shares = [all_requests[n::CLIENTS] for n in range(CLIENTS)]
    return together(lambda share, tally: client(port, share, until, tally), shares)


def by_pages(port: int, people: Any, shift: str, sessions: list[str]) -> tuple[int, float]:
    """Have people open the address of the code and press the button; the screen changes its code meanwhile."""

    def run(share: list[str], tally: list[int]) -> None:
        kept, done = bytearray(), 0
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            for session in share:
                head = f"Host: localhost\r\nCookie: sessionid={session}; csrftoken={people.TOKEN}\r\n"
                path = f"/g/{people.code(shift)}/"
                connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
                page = answered(connection, kept)
                found = SEEN.search(page)
                assert found, page[:500]
                body = f"act=arrive&csrfmiddlewaretoken={people.TOKEN}&seen={found[1].decode()}"
                form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
                connection.sendall(f"POST {path} HTTP/1.1\r\n{head}{form}\r\n{body}".encode())
                answer = answered(connection, kept)
                assert answer.startswith(b"HTTP/1.1 302"), answer[:500]
                done += 1
        tally.append(done)

    return together(run, [sessions[n::CLIENTS] for n in range(CLIENTS)])


def measure(folder: Path, port: int) -> list[dict[str, Any]]:
    """Measure floor, check-ins and floor again, then the crowd at one gate."""
    people = import_module("benchmarks._attendance_people")  # models can be loaded only now
    voters = import_module("benchmarks._ballots_voters")
    shifts = people.prepare(SHIFTS, PLACES)
    settled(folder)
    voters.table_for_floor()
    assert voters.durable()
    (gate, crowd), *rest = shifts
    warm, _seconds = check_ins(port, people, [(gate, crowd[GATE : GATE + WARM])], 5)
    before = pgbench(folder)
    done, seconds = check_ins(port, people, rest, SECONDS)
    after = pgbench(folder)
    at_gate, gate_seconds = by_pages(port, people, gate, crowd[:GATE])
    assert people.stored() == (warm + done + at_gate,) * 2, (people.stored(), warm, done, at_gate)
    value, floor = done / seconds, (before + after) / 2
    ratio = value / floor
    return [
        {
            "name": "check-ins through HTTP / pgbench inserts", "value": round(value, 1), "floor": round(floor, 1),
            "floors": [round(before, 1), round(after, 1)], "ratio": round(ratio, 3), "bound": BOUND,
            "holds": ratio >= BOUND, "clients": CLIENTS, "acknowledged and found": warm + done + at_gate,
        },
        {
            "name": "a thousand people signing in at one gate by its pages / a minute", "value": round(gate_seconds, 1),
            "floor": MINUTE, "ratio": round(gate_seconds / MINUTE, 3), "bound": 1, "holds": gate_seconds <= MINUTE,
            "bound_is": "at most", "clients": CLIENTS, "errors": 0,
        },
    ]  # fmt: skip


def main() -> int:
    """Serve, measure, print."""
    with tempfile.TemporaryDirectory(prefix="bc-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        with site(folder, port):
            django.setup()
            lines = measure(folder, port)
    for line in lines:
        print(json.dumps(line))
    return 0 if all(line["holds"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

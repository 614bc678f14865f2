"""Transfers beside pgbench's own: `python -m benchmarks.transfers`.

The floor is the transfer that pgbench brings along (`tpcb-like`: three updates, a select, an insert between BEGIN and
END) on the same server, with the same eight clients, just before and just after. Beside it stand transfers through the
operation - key, bounds, closed periods, the event with its digest, all in - from eight clients in two processes, as the
site's own are, so that those who come at the same moment can share a commit; and the same through HTTP, signed in,
against the site as `shanzhi serve` serves it. Every transfer is durable before it is acknowledged.
Beside these, without a bound: the same operation and address for many transfers, twenty in one go, all or none.
At the end the books must hold (`shanzhi ledger check`) and every acknowledged transfer must be in them.
"""

import json
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from benchmarks.ballots import answered, free_port, settled, site
from shanzhi.config.embedded import binaries

CLIENTS = 8
PROCESSES = 2
SECONDS = 8
AT_ONCE = 20
MOST = 1000  # transfers of a client in a second, more than any machine makes
SCALE = 20  # two million accounts
OPERATION_BOUND = 0.80
HTTP_BOUND = 0.35


def pgbench(folder: Path, *words: str) -> str:
    """Run pgbench against the site's server as the owner of the tables."""
    command = [str(binaries() / "pgbench"), "-h", str(folder / "run"), "-U", "shanzhi_owner", *words, "shanzhi"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def floor(folder: Path) -> float:
    """Five-statement transfers a second."""
    settled(folder)
    out = pgbench(folder, "-n", "-M", "simple", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS))
    return next(float(line.split("=")[1].split()[0]) for line in out.splitlines() if line.startswith("tps"))


def worker(first: int, at_once: int, go: Any, done: Any) -> None:
    """Some clients of the operation, a thread each in a process of their own."""
    django.setup()
    books = import_module("benchmarks._transfers_books")
    counts = [0] * (CLIENTS // PROCESSES)

    def one(number: int) -> None:
        moves = books.moves(first + number, at_once)
        next(moves)
        go.wait()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            next(moves)
            counts[number] += at_once

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(counts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.put(counts)


def through_operation(at_once: int) -> float:
    """Transfers a second through the operation, so many in one go."""
    context = multiprocessing.get_context("spawn")
    go, done = context.Barrier(CLIENTS), context.Queue()
    clients = [
        context.Process(target=worker, args=(first, at_once, go, done))
        for first in range(0, CLIENTS, CLIENTS // PROCESSES)
    ]
    for one in clients:
        one.start()
    counts = [count for _ in clients for count in done.get(timeout=120)]
    for one in clients:
        one.join()
    assert all(counts), "a client failed"
    return float(sum(counts)) / SECONDS


def client(port: int, requests: Any, at_once: int, until: float, tally: list[int]) -> None:
    """Send one request after the other until the time is over; each makes so many transfers."""
    socket, count, kept = import_module("socket"), 0, bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in requests:
            if time.monotonic() >= until:
                break
            connection.sendall(one)
            answer = answered(connection, kept)
            if not answer.startswith(b"HTTP/1.1 200") or b'"entr' not in answer:
                raise AssertionError(answer[:500].decode(errors="replace"))
            count += at_once
    tally.append(count)


def through_http(port: int, books: Any, seconds: float, at_once: int = 1) -> float:
    """Transfers a second through HTTP."""
    tally: list[int] = []
    shares = [
        books.requests(number, at_once, int(seconds * MOST / at_once)) for number in range(CLIENTS)
    ]  # not while it counts
    started = time.monotonic()
    threads = [
        threading.Thread(target=client, args=(port, share, at_once, started + seconds, tally)) for share in shares
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(tally) == CLIENTS, "a client failed"
    books.acknowledged(sum(tally))
    return sum(tally) / (time.monotonic() - started)


def measure(folder: Path, port: int) -> list[dict[str, Any]]:
    """Measure floor, operation, HTTP and floor again."""
    books = import_module("benchmarks._transfers_books")
    books.prepare(CLIENTS)
    pgbench(folder, "-i", "-q", "-s", str(SCALE))
    floor(folder)
    before = floor(folder)
    settled(folder)
    operation = through_operation(1)
    settled(folder)
    many = through_operation(AT_ONCE)
    middle = floor(folder)
    through_http(port, books, 2)
    settled(folder)
    http = through_http(port, books, SECONDS)
    settled(folder)
    many_http = through_http(port, books, SECONDS, AT_ONCE)
    after = floor(folder)
    books.must_hold()
    return [
        _line("transfers through the operation / pgbench transfers", operation, (before, middle), OPERATION_BOUND),
        _line("transfers through HTTP / pgbench transfers", http, (middle, after), HTTP_BOUND),
        _line(f"transfers {AT_ONCE} at once through the operation / pgbench transfers", many, (before, middle)),
        _line(f"transfers {AT_ONCE} at once through HTTP / pgbench transfers", many_http, (middle, after)),
    ]


def _line(name: str, value: float, floors: tuple[float, float], bound: float | None = None) -> dict[str, Any]:
    least = sum(floors) / 2
    return {
        "name": name,
        "value": round(value, 1),
        "floor": round(least, 1),
        "floors": [round(one, 1) for one in floors],
        "ratio": round(value / least, 3),
        **({} if bound is None else {"bound": bound, "holds": value / least >= bound}),
        "clients": CLIENTS,
    }


def main() -> int:
    """Serve, measure, print."""
    with tempfile.TemporaryDirectory(prefix="bt-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        with site(folder, port):
            django.setup()
            lines = measure(folder, port)
    for line in lines:
        print(json.dumps(line))
    return 0 if all(line.get("holds", True) for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

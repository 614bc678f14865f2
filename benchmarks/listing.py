"""A signed-in, scoped list page over 900,000 rows beside a plain-text view: `python -m benchmarks.listing`.

The desk's list of people (session, roles, scope, masks, names of areas, 25 rows decrypted) is asked for by a handful of
clients at a site as `shanzhi serve` serves it. The floor is a view that answers a few bytes and asks nothing of the
database, `/-/health`, at the same server through the same middleware, by turns with the list; the median ratio counts.
The rows are synthetic and lie in one district; pages further on are asked for too, by the links that the page gives.
"""

import json
import re
import socket
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from statistics import median

import django

from benchmarks.ballots import answered, free_port, site

CLIENTS = 8
ROUNDS = 7
PAGE_SECONDS = 3.0
PLAIN_SECONDS = 1.5
BOUND = 0.05
MOST_QUERIES = 6


def ask(path: str, session: str = "") -> bytes:
    """Write a request as a browser sends it."""
    cookie = f"Cookie: sessionid={session}\r\n" if session else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode()


def rate(port: int, requests: list[bytes], seconds: float) -> float:
    """Requests a second of all clients together."""
    done: list[int] = []
    until = time.monotonic() + seconds

    def run() -> None:
        count, kept = 0, bytearray()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < until:
                connection.sendall(requests[count % len(requests)])
                answer = answered(connection, kept)
                assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
                count += 1
        done.append(count)

    threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def further_pages(port: int, session: str, wanted: int = 10) -> list[str]:
    """Follow the list from page to page; gives the addresses."""
    paths = ["/desk/people/"]
    while len(paths) < wanted:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(ask(paths[-1], session))
            page = answered(connection, bytearray()).decode()
        found = re.search(r'href="([^"]*after=[^"]*)"', page)
        if not found:
            break
        target = found[1].replace("&amp;", "&")
        paths.append(target if target.startswith("/") else f"/desk/people/{target}")
    return paths


def main() -> None:
    """Fill, serve, ask, tell."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="shz-list-", dir="/tmp") as name:
        Path(name).chmod(0o711)  # the database of root runs as an ordinary user
        _measure(Path(name), port)


def _measure(folder: Path, port: int) -> None:
    with site(folder, port):
        django.setup()
        people = import_module("benchmarks._listing_people")  # needs Django set up on the folder just made
        with import_module("shanzhi.config.owner").as_owner():
            people.fill()
        session = people.signed_in()
        queries = people.count_queries(session)
        pages = [ask(path, session) for path in further_pages(port, session)]
        plain = [ask("/-/health")]
        rate(port, plain, 1)
        rate(port, pages, 2)
        floors, values, ratios = [rate(port, plain, PLAIN_SECONDS)], [], []
        for _ in range(ROUNDS):  # by turns, since another program that comes and goes must not meet only one of them
            values.append(rate(port, pages, PAGE_SECONDS))
            floors.append(rate(port, plain, PLAIN_SECONDS))
            ratios.append(2 * values[-1] / (floors[-1] + floors[-2]))
    value, floor, ratio = median(values), median(floors), median(ratios)
    line = {
        "name": "signed-in list page over 900,000 rows",
        "value": round(value, 1),
        "floor": round(floor, 1),
        "ratio": ratio,
        "bound": BOUND,
        "holds": ratio >= BOUND and queries <= MOST_QUERIES,
        "queries": queries,
        "pages": len(pages),
        "clients": CLIENTS,
        "rounds": ROUNDS,
        "least": min(ratios),
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()

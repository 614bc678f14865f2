"""The site as it is served, with voters who cast over HTTP, and all that somebody with the whole server then holds."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from pathlib import Path
from typing import Any, Final

from shanzhi.config.embedded import SERVING, Cluster
from tests.faults.support import SECRET, House, move_in
from tests.secrecy import evidence as seen
from tests.secrecy.evidence import Evidence, Voter
from tests.secrecy.judge import Truth
from tests.secrecy.scene import CODES, PATTERNS, Plan
from tests.support.serving import free_port, serve

OPTIONS: Final = {**SERVING, **seen.WAL}
"""A server as it serves, with its log of changes kept in full."""
SETUP = """
import json, sys
import django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from shanzhi.voting.operations import OptionInput
from tests.voting import support
people = [support.a_person() for _ in range(int(sys.argv[1]))]
options = [OptionInput(code=code, title="示例", cost_fen=100) for code in json.loads(sys.argv[2])]
rules = support.BallotRules(kind="approval")
poll = support.an_open_poll(people, options=options, rules=rules)
print(poll.pk)
for person in people:
    account = support.an_account(person)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    print(person.pk, account.pk, store.session_key)
"""
CLOSE = """
import sys
import django
django.setup()
from tests.voting import support
from shanzhi.voting import operations
from shanzhi.voting.models import Poll
poll = Poll.objects.get(pk=sys.argv[1])
support.close(poll)
operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now())
assert operations.leftover_keys() == []
"""


class Casting:
    """Voters at their browsers, one after the other."""

    def __init__(self, port: int, poll: str, sessions: list[str]) -> None:
        self.address, self.sessions = f"/api/v1/voting/polls/{poll}/ballot", sessions
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def cast(self, voter: int, pattern: str) -> str:
        """Cast; give the receipt."""
        token = "b" * 32
        headers = {
            "Cookie": f"sessionid={self.sessions[voter]}; csrftoken={token}",
            "X-CSRFToken": token,
            "Idempotency-Key": secrets.token_hex(8),
            "Content-Type": "application/json",
        }
        body = json.dumps({"choices": [CODES[position] for position in PATTERNS[pattern]]})
        self.connection.request("PUT", self.address, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return str(json.loads(content)["receipt"])


def hold(folder: Path, plan: Plan) -> tuple[Evidence, Truth, bytes]:
    """Hold the vote; give the evidence, the truth, and the key that nobody should find."""
    house = move_in(folder, OPTIONS)
    with house.cluster.lease():
        poll, *lines = house.run(SETUP, str(len(plan.choices)), json.dumps(CODES))
        people = [line.split() for line in lines]
        found = Evidence(
            envelope="voting_envelope",
            ballot="voting_ballot",
            codes=CODES,
            patterns=PATTERNS,
            voters=[voter(*ids) for ids in people],
            calls=[one for one, _pattern in plan.casts],
            known=plan.known,
        )
        key = (folder / "keys" / "polls" / f"{poll}.key").read_bytes()
        with seen.nothing_forgotten(house.cluster):
            receipts = _vote(house, found, plan, poll, [ids[2] for ids in people])
            house.run(CLOSE, poll)
            _after(house.cluster, found)
        found.site_log = (folder / "serve.log").read_text()
    return found, Truth(plan.choices, [receipts[n] for n in range(len(people))]), key


def voter(person: str, account: str, session: str) -> Voter:
    """Name a voter by person, account and session."""
    numbers = [one.replace("-", "") for one in (person, account) if len(one) == 36]
    names = (person, session, *([account] if len(account) == 36 else []), *numbers)
    return Voter(names, tuple(map(bytes.fromhex, numbers)))


def _vote(house: House, found: Evidence, plan: Plan, poll: str, sessions: list[str]) -> dict[int, str]:
    """Let everybody vote, looking into the box after each cast; copy the server before, while and after."""
    cluster, port = house.cluster, free_port()
    site = serve(cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
    casting, receipts = Casting(port, poll, sessions), {}
    running: list[threading.Thread] = []
    with seen.superuser(cluster) as connection:
        known: dict[Any, Any] = {}
        for number, (one, pattern) in enumerate(plan.casts):
            if number == len(plan.casts) // 3:
                found.blobs["backup before"] = seen.backup(cluster, cluster.folder / "b1")
            if number == len(plan.casts) // 2:
                running.append(threading.Thread(target=_copy, args=(cluster, found, "backup while voting", "b2")))
                running[0].start()
            receipts[one] = casting.cast(one, pattern)
            for row in seen.rows(connection, found.envelope):
                if known.get(row["voter_mac"]) != row["sealed"]:
                    known[row["voter_mac"]] = row["sealed"]
                    found.envelope_of[one] = row
    running[0].join()
    found.before = seen.tables(cluster)
    found.stats = seen.statistics(cluster)
    found.pages["before"] = seen.pages(cluster, {found.envelope: ""})
    found.nodes = seen.nodes(cluster, {found.envelope: "", found.ballot: ""})
    site.terminate()
    site.wait(timeout=60)
    time.sleep(0.1)
    return receipts


def _copy(cluster: Cluster, found: Evidence, name: str, folder: str) -> None:
    found.blobs[name] = seen.backup(cluster, cluster.folder / folder)


def _after(cluster: Cluster, found: Evidence) -> None:
    found.after = seen.tables(cluster)
    found.stats += seen.statistics(cluster)
    found.pages["after"] = seen.pages(cluster, {found.envelope: "", found.ballot: ""})
    found.blobs["backup after"] = seen.backup(cluster, cluster.folder / "b3")
    found.wal_text, found.blobs["log of changes"] = seen.wal(cluster)
    found.blobs["files"] = b"".join(
        path.read_bytes() for path in sorted((cluster.data / "base").rglob("*")) if path.is_file()
    )
    logs = [cluster.data / "server.log", cluster.folder / "server.log"]
    found.server_log = "\n".join(path.read_text() for path in logs if path.exists())

"""kill -9 in mid vote: of the server's processes and of the database; no acknowledged ballot is lost."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import psycopg
import pytest

from tests.faults.support import SECRET, SETUP, Casting, House, hold
from tests.support.serving import free_port, gone, processes_of, serve

VOTERS = 60

# Casts ballots one after the other in a process of its own; writes a line before each and one once it is acknowledged.
CASTER = """
import secrets, sys
import django
django.setup()
from uuid import UUID
from django.utils import timezone
from shanzhi.kernel.actor import Actor
from shanzhi.voting import operations
poll = UUID(sys.argv[1])
for person in sys.argv[2].split(","):
    actor = Actor(person_id=UUID(person))
    for choice in ("1", "2", "3"):
        print(person, "?", choice, flush=True)
        made = operations.cast(actor=actor, poll_id=poll, choices=[choice], key=secrets.token_hex(8), at=timezone.now())
        print(person, made.receipt, choice, flush=True)
"""
# The same over HTTP, with nothing but what a client has: the address, the poll and a session.
CLIENT = """
import http.client, json, secrets, sys
token = "b" * 32
for session in sys.argv[3].split(","):
    for choice in ("1", "2", "3"):
        print(session, "?", choice, flush=True)
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
        headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token,
                   "Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
        address = f"/api/v1/voting/polls/{sys.argv[2]}/ballot"
        connection.request("PUT", address, json.dumps({"choices": [choice]}), headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        print(session, json.loads(body)["receipt"], choice, flush=True)
        connection.close()
"""
SIGN_IN = """
import sys
import django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tests.voting import support
from shanzhi.people.models import Person
for person in Person.objects.filter(pk__in=sys.argv[1].split(",")):
    account = support.an_account(person)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    print(store.session_key)
"""
CRASH_AT_CLOSE = """
import os, signal, sys
import django
django.setup()
from tests.voting import support
from shanzhi.voting.models import Poll
from shanzhi.voting.operations import closing
if sys.argv[2] == "before commit":
    closing.record = lambda **_kept: os.kill(os.getpid(), signal.SIGKILL)
else:
    closing._destroy = lambda _poll: os.kill(os.getpid(), signal.SIGKILL)
support.close(Poll.objects.get(pk=sys.argv[1]))
"""


@pytest.mark.slow
class TestKillMinusNineInMidVote:
    def test_of_the_serving_processes_loses_no_acknowledged_ballot(self, house: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        casting = Casting(house, CASTER, [poll], people.split(","))
        casting.wait_for(8)
        for caster in casting.casters:
            caster.kill()
        casting.end()
        assert len(casting.acknowledged) < VOTERS
        hold(house, poll, casting)

    def test_of_the_server_and_all_its_processes_loses_no_acknowledged_ballot(self, house: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        sessions = house.run(SIGN_IN, people)
        port = free_port()
        serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        casting = Casting(house, CLIENT, [str(port), poll], sessions)
        casting.wait_for(8)
        clients = {caster.pid for caster in casting.casters}
        for pid in processes_of(house.cluster.folder).keys() - clients:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        casting.end()
        assert gone(house.cluster.folder)
        assert len(casting.acknowledged) < VOTERS
        again = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        hold(house, poll, casting)
        again.terminate()
        assert again.wait(timeout=30) == 0

    def test_of_the_database_loses_no_acknowledged_ballot(self, house: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        casting = Casting(house, CASTER, [poll], people.split(","))
        casting.wait_for(8)
        number = int((house.cluster.data / "postmaster.pid").read_text().split()[0])
        children = [int(pid) for pid in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
        for pid in (number, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        casting.end()
        assert len(casting.acknowledged) < VOTERS
        self.restart(house)
        hold(house, poll, casting)

    def restart(self, house: House) -> None:
        """Start the database again on the folder that the crash left."""
        assert not house.cluster.running()
        with house.cluster.lease():
            pass  # the lease of the fixture keeps it up
        with psycopg.connect(house.cluster.url("shanzhi")) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)

    @pytest.mark.parametrize("when", ["before commit", "after commit"])
    def test_of_the_close_leaves_it_whole_and_the_next_one_destroys_the_key(self, house: House, when: str) -> None:
        poll, people = house.run(SETUP, "6")[0].split()
        casting = Casting(house, CASTER, [poll], people.split(","))
        casting.end()
        assert len(casting.acknowledged) == 6
        killed = house.start(CRASH_AT_CLOSE, poll, when)
        assert killed.wait(timeout=30) == -signal.SIGKILL
        key = house.cluster.folder / "keys" / "polls" / f"{poll}.key"
        assert key.exists()
        with psycopg.connect(house.cluster.url("shanzhi")) as connection:
            row = connection.execute(
                "SELECT state, (SELECT count(*) FROM voting_ballot), (SELECT count(*) FROM voting_envelope)"
                " FROM voting_poll"
            ).fetchone()
        assert row == (("open", 0, 6) if when == "before commit" else ("closed", 6, 0))
        hold(house, poll, casting)
        assert not key.exists()

"""kill -9 in mid vote: of the server's processes and of the database; no acknowledged ballot is lost."""

from __future__ import annotations

import signal

import psycopg
import pytest

from tests.faults.support import CLIENT, SECRET, SETUP, SIGN_IN, Casting, House, hold, kill, kill_database
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
        kill(processes_of(house.cluster.folder).keys() - {caster.pid for caster in casting.casters})
        kill_database(house)
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
        kill_database(house)
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

"""kill -9 in mid vote: of the server's processes and of the database; no acknowledged ballot is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.embedded import SERVING, Cluster

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
SETUP = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.voting import support
people = [support.a_person() for _ in range(int(sys.argv[1]))]
poll = support.an_open_poll(people)
print(poll.pk, ",".join(str(p.pk) for p in people))
"""
CLOSE = """
import sys
import django
django.setup()
from tests.voting import support
from shanzhi.voting import operations
from shanzhi.voting.models import Ballot, Envelope, Poll
poll = Poll.objects.get(pk=sys.argv[1])
support.close(poll)
operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now())
assert not Envelope.objects.exists()
assert operations.leftover_keys() == []
for ballot in Ballot.objects.all():
    print(ballot.receipt, *[number + 1 for number in ballot.choices])
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


class House:
    """An embedded server of its own, with fsync on, and scripts run against it in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster(folder, SERVING)
        self.environment = {
            **os.environ,
            "SHANZHI_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "shanzhi.config.settings",
            "SHANZHI_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def start(self, script: str, *words: str) -> subprocess.Popen[str]:
        """Start a script."""
        command = [sys.executable, "-c", script, *words]
        return subprocess.Popen(
            command, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def run(self, script: str, *words: str) -> list[str]:
        """Run a script to its good end and give its lines."""
        process = self.start(script, *words)
        out, _nothing = process.communicate(timeout=50)
        assert process.returncode == 0
        return out.splitlines()


@pytest.fixture
def house() -> Iterator[House]:
    """A house with its database up."""
    with tempfile.TemporaryDirectory(prefix="vf-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = House(folder)
        with made.cluster.lease():
            yield made


class Casting:
    """Casters at work, and what each acknowledged."""

    def __init__(self, house: House, poll: str, people: list[str]) -> None:
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self.pending: dict[str, str] = {}
        self.casters = [house.start(CASTER, poll, ",".join(people[n::2])) for n in range(2)]
        self.threads = [threading.Thread(target=self.read, args=(caster,)) for caster in self.casters]
        for thread in self.threads:
            thread.start()

    def read(self, caster: subprocess.Popen[str]) -> None:
        """Note each acknowledgement as it comes."""
        assert caster.stdout is not None
        for line in caster.stdout:
            if line.endswith("\n"):
                person, receipt, choice = line.split()
                if receipt == "?":
                    self.pending[person] = choice
                else:
                    self.acknowledged[person] = (receipt, choice)
                    self.pending.pop(person, None)

    def wait_for(self, number: int) -> None:
        """Wait until so many voters have been acknowledged."""
        until = time.monotonic() + 30
        while len(self.acknowledged) < number and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.acknowledged) >= number

    def end(self) -> None:
        """Wait for the casters to be gone."""
        for caster in self.casters:
            caster.wait(timeout=30)
        for thread in self.threads:
            thread.join()


def hold(house: House, poll: str, casting: Casting) -> None:
    """Close and count, then compare with what was acknowledged.

    A voter's last request may have been stored without its acknowledgement coming through: then the ballot holds the
    choice that was on its way, told before it was sent. Never an earlier one, never none.
    """
    counted = dict(line.split(maxsplit=1) for line in house.run(CLOSE, poll))
    replaced = set()
    for person, (receipt, choice) in casting.acknowledged.items():
        if receipt in counted:
            assert counted.pop(receipt) == choice
        else:
            replaced.add(person)
    assert replaced <= set(casting.pending)
    # What is left was on its way: each ballot is one of those choices, and each replaced one is there.
    left, on_the_way = Counter(counted.values()), Counter(casting.pending.values())
    assert left <= on_the_way
    assert Counter(casting.pending[person] for person in replaced) <= left


@pytest.mark.slow
class TestKillMinusNineInMidVote:
    def test_of_the_serving_processes_loses_no_acknowledged_ballot(self, house: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        casting = Casting(house, poll, people.split(","))
        casting.wait_for(8)
        for caster in casting.casters:
            caster.kill()
        casting.end()
        assert len(casting.acknowledged) < VOTERS
        hold(house, poll, casting)

    def test_of_the_database_loses_no_acknowledged_ballot(self, house: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        casting = Casting(house, poll, people.split(","))
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
        casting = Casting(house, poll, people.split(","))
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

"""A standby takes over after the first server and all its processes were killed; no acknowledged ballot is lost."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.embedded import Cluster
from shanzhi.config.roles import DATABASE, SUPERUSER
from tests.faults.support import CLIENT, COMMAND, SECRET, SETUP, SIGN_IN, Casting, House, hold, kill, kill_database
from tests.support.serving import free_port, gone, processes_of, serve

VOTERS = 60


@pytest.fixture
def second(house: House) -> Iterator[House]:
    """The house of a standby, which has the same keys."""
    with tempfile.TemporaryDirectory(prefix="vs-") as name:
        Path(name).chmod(0o755)
        made = House(Path(name))
        made.environment["SHANZHI_KEYS"] = str(house.cluster.folder / "keys")
        yield made


@contextlib.contextmanager
def following(house: House, primary: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Have a standby follow, as an operator would start it, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "standby", "start", "--of", primary, *words],
        env=house.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Following"):
                break
        else:
            raise AssertionError("".join(lines))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def kill_all(house: House, casting: Casting) -> None:
    """kill -9 of every process of a house but those that cast."""
    kill(processes_of(house.cluster.folder).keys() - {caster.pid for caster in casting.casters})
    kill_database(house)


def synced(cluster: Cluster) -> bool:
    """Whether the primary waits for a standby by now."""
    with psycopg.connect(cluster.url("postgres", role=SUPERUSER)) as connection:
        for _ in range(100):
            if connection.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone():
                return True
            time.sleep(0.1)
    return False


@pytest.mark.slow
class TestAStandbyPromotedUnderLoad:
    def test_has_every_acknowledged_ballot(self, house: House, second: House) -> None:
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        sessions = house.run(SIGN_IN, people)
        port = free_port()
        serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        with following(second, str(house.cluster.folder)):
            assert synced(house.cluster)
            assert "still lives" in second.shanzhi("standby", "promote", code=1)
            casting = Casting(house, CLIENT, [str(port), poll], sessions)
            casting.wait_for(8)
            kill_all(house, casting)
            casting.end()
            assert gone(house.cluster.folder)
            assert len(casting.acknowledged) < VOTERS
            assert "is a primary now" in second.shanzhi("standby", "promote")
        keys = {name: second.environment[name] for name in ("SHANZHI_KEYS", "SHANZHI_SECRET_KEY")}
        again = serve(second.cluster.folder, port, **keys)
        with second.cluster.lease():
            more = Casting(second, CLIENT, [str(port), poll], sessions[-4:])
            more.end()
            assert len(more.acknowledged) == 4
            casting.acknowledged |= more.acknowledged  # the later choice of the same voters
            for session in more.acknowledged:
                casting.pending.pop(session, None)
            hold(second, poll, casting)
        again.terminate()
        assert again.wait(timeout=30) == 0


@pytest.mark.slow
class TestAPrimaryWithoutItsStandby:
    def test_acknowledges_nothing_until_it_is_released(self, house: House, second: House) -> None:
        with following(second, str(house.cluster.folder)):
            assert synced(house.cluster)
            assert "standby: streaming, required, 0 bytes" in house.shanzhi("standby", "status")
            assert "receives its primary's log" in second.shanzhi("standby", "status")
            assert "promote it first" in second.shanzhi("serve", "--port", str(free_port()), code=1)
        assert "THE REQUIRED STANDBY IS AWAY" in house.shanzhi("standby", "status", code=1)
        with psycopg.connect(house.cluster.url(DATABASE), autocommit=True) as connection:
            waiting = subprocess.Popen(
                [sys.executable, "-c", WRITE, house.cluster.url(DATABASE)], stdout=subprocess.PIPE, text=True
            )
            time.sleep(1.5)
            assert waiting.poll() is None
            assert connection.execute("SELECT count(*) FROM people_cache").fetchone() == (0,)
            house.shanzhi("standby", "release")
            out, _nothing = waiting.communicate(timeout=20)
            assert out == "acknowledged\n"
        assert "No standby standby follows" in house.shanzhi("standby", "require", code=1)


WRITE = """
import sys
import psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("INSERT INTO people_cache VALUES ('a', 'b', now())")
print("acknowledged")
"""

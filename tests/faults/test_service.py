"""While the database restarts, ends or has no space, people read what goes on, and no acknowledged ballot is lost."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.roles import SUPERUSER
from tests.faults.support import (
    PATIENT,
    SECRET,
    SETUP,
    SIGN_IN,
    Casting,
    House,
    hold,
    kill_database,
    move_in,
)
from tests.support.serving import free_port, processes_of, serve

VOTERS = 30
SPACE = 550  # MiB of the small disk


def answer(port: int, address: str) -> tuple[int, str, str]:
    """Status, words and the header Retry-After of a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=20) as found:
            return found.status, found.read().decode(), ""
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), refused.headers["Retry-After"] or ""


def vote(house: House, number: int = VOTERS) -> tuple[str, list[str]]:
    """An open poll and the sessions of its voters."""
    poll, people = house.run(SETUP, str(number))[0].split()
    return poll, house.run(SIGN_IN, people)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(timeout=60) == 0


def all_acknowledged(casting: Casting, number: int) -> None:
    """Every voter was told of the last choice in the end."""
    casting.end()
    assert len(casting.acknowledged) == number, casting.told()
    assert {choice for _receipt, choice in casting.acknowledged.values()} == {"3"}
    assert casting.pending == {}


@pytest.mark.slow
class TestADatabaseKilledInMidVote:
    def test_is_started_again_and_the_site_goes_on_by_itself(self, folder: Path) -> None:
        house = move_in(folder)
        port = free_port()
        served = serve(folder, port, SHANZHI_SECRET_KEY=SECRET, SHANZHI_WORKERS="2")
        poll, sessions = vote(house)
        casting = Casting(house, PATIENT, [str(port), poll], sessions)
        casting.wait_for(4)
        # As long as nobody may start the database, everybody is told so; then `serve` itself starts it.
        with (folder / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kill_database(house)
            status, words, again = answer(port, "/")
            assert (status, again) == (503, "5")
            assert "数据库暂时没有响应" in words
            assert "<h1>" in words
            deadline = time.monotonic() + 30
            while not casting.refused and time.monotonic() < deadline:
                time.sleep(0.1)
        assert "database_away" in casting.refused
        all_acknowledged(casting, VOTERS)
        assert answer(port, "/")[0] == 200
        hold(house, poll, casting)
        stop(served)

    def test_that_restarts_in_order_costs_nobody_a_ballot(self, house: House) -> None:
        port = free_port()
        served = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        poll, sessions = vote(house)
        casting = Casting(house, PATIENT, [str(port), poll], sessions)
        for number in (3, 8, 13):
            casting.wait_for(number)
            house.cluster._control("restart", "-m", "fast", "-w", "-l", str(house.cluster.data / "server.log"))
        all_acknowledged(casting, VOTERS)
        hold(house, poll, casting)
        stop(served)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own that can be filled."""
    folder = Path(tempfile.mkdtemp(prefix="vd-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SPACE}m,mode=755", "none", str(folder)], check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave not one byte free."""
    ballast = folder / "ballast"
    for size in (65536, 512):
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * size)
    return ballast


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
class TestAFullDisk:
    def test_is_told_in_words_and_everything_goes_on_once_there_is_space(self, small_disk: Path) -> None:
        house = move_in(small_disk)
        port = free_port()
        served = serve(small_disk, port, SHANZHI_SECRET_KEY=SECRET)
        poll, sessions = vote(house)
        ballast = fill(small_disk)
        casting = Casting(house, PATIENT, [str(port), poll], sessions)
        deadline = time.monotonic() + 30
        while "disk_full" not in casting.refused and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "disk_full" in casting.refused, (len(casting.acknowledged), casting.told())
        assert len(casting.acknowledged) < VOTERS
        ballast.unlink()
        all_acknowledged(casting, VOTERS)
        hold(house, poll, casting)
        stop(served)

    def test_on_which_even_the_log_finds_no_space_ends_the_database_and_loses_nothing(self, small_disk: Path) -> None:
        house = move_in(small_disk)
        port = free_port()
        served = serve(small_disk, port, SHANZHI_SECRET_KEY=SECRET)
        poll, sessions = vote(house)
        ballast = fill(small_disk)
        with psycopg.connect(house.cluster.url("postgres", role=SUPERUSER), autocommit=True) as connection:
            for _ in range(20):
                try:
                    connection.execute("SELECT pg_logical_emit_message(false, 'x', repeat('x', 4000000))")
                except psycopg.OperationalError:
                    break  # the log wanted another segment: PostgreSQL panics
            else:
                raise AssertionError("the log never ran out of space")
        casting = Casting(house, PATIENT, [str(port), poll], sessions)
        deadline = time.monotonic() + 30
        while not casting.refused and time.monotonic() < deadline:
            time.sleep(0.1)
        assert casting.refused
        ballast.unlink()
        all_acknowledged(casting, VOTERS)
        hold(house, poll, casting)
        stop(served)


@pytest.mark.slow
class TestABackgroundWorkerKilled:
    def test_is_started_again(self, house: House) -> None:
        served = serve(house.cluster.folder, free_port())
        first = worker(house)
        os.kill(first, 9)
        deadline = time.monotonic() + 20
        while worker(house) in (0, first) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert worker(house) not in (0, first)
        stop(served)


def worker(house: House) -> int:
    """Number of the background worker's process."""
    found = [pid for pid, words in processes_of(house.cluster.folder).items() if "commands.background" in words]
    return found[0] if found else 0

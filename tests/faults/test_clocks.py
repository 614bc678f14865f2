"""A server whose clock is wrong, and two servers at the close: nobody votes after it, nobody's ballot is lost."""

from __future__ import annotations

import subprocess
import time
import urllib.error

import psycopg
import pytest

from shanzhi.config.roles import DATABASE
from tests.faults.support import CLIENT, PATIENT_ENOUGH, PEOPLE, SECRET, SHORT, SIGN_IN, Casting, House, hold
from tests.support.serving import free_port, get, serve

SOON = "25"  # seconds until the close
PAUSE = "1.2"  # seconds between the ballots of a client, so that all are far from done at the close
# Python reads this at the start of every process: all of a server's get the same wrong time.
WRONG_CLOCK = """
import os
from datetime import timedelta
import django.utils.timezone
if offset := os.environ.get("TESTS_CLOCK_OFFSET"):
    right = django.utils.timezone.now
    django.utils.timezone.now = lambda: right() + timedelta(seconds=float(offset))
"""
LOOK = """
import django
django.setup()
from django.core.management import call_command
call_command("ventures_clock")
"""
ROUND = """
import django
django.setup()
from tests.ventures.support import bring, make_call, make_world
world = make_world()
bring(world, make_call(world), "publicity")
"""
MOVE = """
import django
django.setup()
from shanzhi.ventures import operations
from tests.ventures.support import day
print([line.state for line in operations.run_clock(at=day("submission"))])
"""


def ballot(house: House, port: int, poll: str, session: str) -> Casting:
    """Try to cast ballots with one session."""
    casting = Casting(house, CLIENT, [str(port), poll], [session])
    casting.end()
    return casting


def state(house: House, poll: str) -> tuple[str, int]:
    """State of the poll, and how often it was closed."""
    with psycopg.connect(house.cluster.url(DATABASE)) as connection:
        row = connection.execute(
            "SELECT state, (SELECT count(*) FROM audit_event WHERE verb = 'voting.poll.close') FROM voting_poll"
            " WHERE id = %s",
            [poll],
        ).fetchone()
    assert row is not None
    return row


def served_at(house: House, port: int, offset: float) -> subprocess.Popen[bytes]:
    """Serve with a clock that is `offset` seconds ahead."""
    folder = house.cluster.folder / "wrong"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(WRONG_CLOCK)
    path = {"PYTHONPATH": f"{folder}:{house.environment['PYTHONPATH']}", "TESTS_CLOCK_OFFSET": str(offset)}
    return serve(house.cluster.folder, port, until="/-/health", SHANZHI_SECRET_KEY=SECRET, **path)


@pytest.mark.slow
class TestAServerWhoseClockIsWrong:
    def test_by_being_late_takes_no_ballot_after_the_close(self, house: House) -> None:
        first, second = house.run(SIGN_IN, house.run(PEOPLE, "2")[0])
        port = free_port()
        served = served_at(house, port, -1800)
        poll = house.run(SHORT, SOON)[0]
        casting = ballot(house, port, poll, first)
        assert len(casting.acknowledged) == 1
        assert "clock" in refused(port)
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            connection.execute(
                "SELECT pg_sleep(extract(epoch FROM max(closes_at) - clock_timestamp())::float + 0.2) FROM voting_poll"
            )
        assert ballot(house, port, poll, second).acknowledged == {}
        hold(house, poll, casting)
        served.terminate()
        assert served.wait(timeout=60) == 0

    def test_by_being_early_closes_nothing(self, house: House) -> None:
        sessions = house.run(SIGN_IN, house.run(PEOPLE, "2")[0])
        poll = house.run(SHORT, "3600")[0]
        port = free_port()
        served = served_at(house, port, 7200)
        deadline = time.monotonic() + PATIENT_ENOUGH
        log = house.cluster.folder / "serve.log"
        while "clock_differs" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert "clock_differs" in log.read_text()
        assert "clock" in refused(port)
        assert state(house, poll) == ("open", 0)
        served.terminate()
        assert served.wait(timeout=60) == 0
        right = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        assert len(ballot(house, port, poll, sessions[0]).acknowledged) == 1
        right.terminate()
        assert right.wait(timeout=60) == 0


def refused(port: int) -> str:
    """What a server says that is not ready."""
    try:
        return get(port, "/-/ready")
    except urllib.error.HTTPError as error:
        return error.read().decode()


@pytest.mark.slow
class TestTwoServersOnOneDatabase:
    def test_take_ballots_until_the_close_and_none_after_it(self, house: House) -> None:
        ports = (free_port(), free_port())
        servers = [serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET) for port in ports]
        sessions = house.run(SIGN_IN, house.run(PEOPLE, "60")[0])
        poll = house.run(SHORT, SOON)[0]
        castings = [
            Casting(house, CLIENT, [str(port), poll, PAUSE], part)
            for port, part in zip(ports, (sessions[:30], sessions[30:]), strict=True)
        ]
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            connection.execute(
                "SELECT pg_sleep(extract(epoch FROM max(closes_at) - clock_timestamp())::float) FROM voting_poll"
            )
        # Each server has its clock; here both look in the same moment, while the last ballots come in.
        clocks = [house.start(LOOK) for _ in ports]
        assert [one.wait(timeout=PATIENT_ENOUGH) for one in clocks] == [0, 0]
        for casting in castings:
            casting.end()
        assert state(house, poll) == ("closed", 1)
        whole, other = castings
        assert 0 < len(whole.acknowledged) + len(other.acknowledged) < len(sessions)
        whole.acknowledged |= other.acknowledged
        whole.pending |= other.pending
        late = ballot(house, ports[0], poll, sessions[0])
        assert late.acknowledged == {}
        hold(house, poll, whole)
        for server in servers:
            server.terminate()
        assert [server.wait(timeout=60) for server in servers] == [0, 0]

    def test_move_a_phase_once(self, house: House) -> None:
        house.run(ROUND)
        clocks = [house.start(MOVE) for _ in range(3)]
        assert [one.wait(timeout=PATIENT_ENOUGH) for one in clocks] == [0, 0, 0]
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM audit_event WHERE verb = 'ventures.call.open_submission'"
            ).fetchone()
        assert row == (1,)

"""kill -9 of the server and its database in mid sync of a leader's taps: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import time

import psycopg
import pytest

from tests.faults.support import SECRET, SIGN_IN, House, kill, kill_database
from tests.support.serving import free_port, processes_of, serve

PEOPLE = 60
SETUP = """
import sys
import django
django.setup()
from django.utils import timezone
from tests.attendance.support import a_ground
ground = a_ground(int(sys.argv[1]), at=timezone.now())
print(ground.shift.pk, ground.leader.person_id, ",".join(str(one.pk) for one in ground.volunteers))
"""
# A phone that sends its taps a few at a time, and again under their numbers until each has its answer.
PHONE = """
import http.client, json, sys, time, uuid
from datetime import datetime, UTC
port, shift, session, volunteers = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].split(",")
token, until = "b" * 32, time.monotonic() + 120
now = lambda: datetime.now(UTC).isoformat()
taps = [{"id": str(uuid.uuid4()), "volunteer": one, "act": act, "at": now()}
        for act in ("arrive", "leave") for one in volunteers]
while taps:
    assert time.monotonic() < until
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token,
               "Content-Type": "application/json"}
    body = json.dumps({"sent_at": now(), "taps": taps[:12]})
    try:
        connection.request("POST", f"/attendance/list/{shift}/sync/", body, headers)
        answer = connection.getresponse()
        taken = json.loads(answer.read())["taken"] if answer.status == 200 else []
    except (OSError, http.client.HTTPException, ValueError):
        taken = []
    finally:
        connection.close()
    answered = {one["id"] for one in taken}
    for one in taken:
        print(json.dumps(one), flush=True)
    taps = [tap for tap in taps if tap["id"] not in answered]
    if not taken:
        time.sleep(0.1)
"""
FOUND = """
SELECT (SELECT count(*) FROM attendance_tap), (SELECT count(*) FROM attendance_attendance),
    (SELECT count(*) FROM attendance_attendance WHERE state = 'left' AND review = 'clear'),
    (SELECT count(*) FROM audit_event WHERE verb IN ('attendance.arrive', 'attendance.leave')),
    (SELECT count(*) FROM attendance_tap WHERE answer <> 'accepted')
"""


@pytest.mark.slow
def test_a_server_killed_in_mid_sync_loses_and_doubles_nothing(house: House) -> None:
    shift, leader, volunteers = house.run(SETUP, str(PEOPLE))[0].split()
    (session,) = house.run(SIGN_IN, leader)
    port = free_port()
    serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
    phone = house.start(PHONE, str(port), shift, session, volunteers)
    assert phone.stdout is not None
    told = [json.loads(phone.stdout.readline()) for _ in range(12)]
    time.sleep(0.05)  # into the next send
    kill(processes_of(house.cluster.folder).keys() - {phone.pid})
    kill_database(house)
    until = time.monotonic() + 15
    while processes_of(house.cluster.folder).keys() - {phone.pid}:
        assert time.monotonic() < until, "something outlived being killed"
        time.sleep(0.1)
    assert phone.poll() is None  # it still has taps without an answer
    again = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
    rest, _nothing = phone.communicate(timeout=120)
    assert phone.returncode == 0
    told += [json.loads(line) for line in rest.splitlines()]
    assert {one["answer"] for one in told} == {"accepted"}
    assert len(told) == len({one["id"] for one in told}) == 2 * PEOPLE
    with psycopg.connect(house.cluster.url("shanzhi")) as connection:
        assert connection.execute(FOUND).fetchone() == (2 * PEOPLE, PEOPLE, PEOPLE, 2 * PEOPLE, 0)
    again.terminate()
    assert again.wait(timeout=30) == 0

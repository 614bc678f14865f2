"""A hundred phones ask for the last place at the same moment, over HTTP: one has it, the others stand in line."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.faults.support import SECRET, SIGN_IN, House
from tests.support.serving import free_port, serve

PEOPLE = 100
SETUP = """
import sys
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from tests.activities.support import a_shift, an_activity
from tests.volunteering.support import a_volunteer
shift = a_shift(an_activity(), starts=timezone.now() + timedelta(days=1), places=1)
print(shift.pk, ",".join(str(a_volunteer().person_id) for _ in range(int(sys.argv[1]))))
"""
# As many connections as people, all open and waiting for the same moment before any of them asks.
PHONES = """
import http.client, json, secrets, sys, threading
port, shift, sessions = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
token, go = "b" * 32, threading.Barrier(len(sessions))
def ask(session):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token,
               "Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
    go.wait()
    connection.request("POST", f"/api/v1/activities/shifts/{shift}/sign", json.dumps({"risks_read": True}), headers)
    answer = connection.getresponse()
    print(json.dumps({"status": answer.status, **json.loads(answer.read())}) + "\\n", end="", flush=True)
threads = [threading.Thread(target=ask, args=(one,)) for one in sessions]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.slow
def test_of_a_hundred_at_once_one_gets_the_last_place(house: House) -> None:
    shift, people = house.run(SETUP, str(PEOPLE))[0].split()
    sessions = house.run(SIGN_IN, people)
    port = free_port()
    server = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
    answers = [json.loads(line) for line in house.run(PHONES, str(port), shift, ",".join(sessions))]
    assert [one["status"] for one in answers] == [200] * PEOPLE
    assert sorted(one["turn"] for one in answers) == list(range(1, PEOPLE + 1))
    assert [one["turn"] for one in answers if one["state"] == "signed"] == [1]
    assert sum(one["state"] == "waiting" for one in answers) == PEOPLE - 1
    with psycopg.connect(house.cluster.url("shanzhi")) as connection:
        found = "SELECT state, count(*) FROM activities_signup GROUP BY state ORDER BY state"
        assert connection.execute(found).fetchall() == [("signed", 1), ("waiting", PEOPLE - 1)]
    server.terminate()
    assert server.wait(timeout=30) == 0

"""Workers killed in the middle of a count: another one takes it up, and it is counted once."""

from __future__ import annotations

import signal
import time

import psycopg
import pytest

from shanzhi.config.roles import DATABASE
from tests.faults.support import PATIENT_ENOUGH, SETUP, House

VOTE = """
import sys
import django
django.setup()
from uuid import UUID
from tests.voting import support
from shanzhi.people.models import Person
from shanzhi.voting.models import Poll
for number, person in enumerate(Person.objects.filter(pk__in=sys.argv[2].split(",")).order_by("pk")):
    support.vote(person, UUID(sys.argv[1]), [str(1 + number % 5), str(1 + (number + 2) % 5)][: 1 + number % 2])
support.close(Poll.objects.get(pk=sys.argv[1]))
"""
COUNT = """
import os, signal, sys
import django
django.setup()
from uuid import UUID
from tests.voting import support
from shanzhi.tally.counting import count
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.voting import operations
from shanzhi.voting.operations import counting
if sys.argv[2] == "dies":
    counting.record = lambda **_kept: os.kill(os.getpid(), signal.SIGKILL)  # counted and written, not committed
made = operations.count_poll(actor=support.STAFF, poll_id=UUID(sys.argv[1]), at=support.now())
alone = count(counting.election_of(made.poll), spec_from_json(made.spec))
print(made.pk, made.digest, alone.digest)
"""
# A file waits for its import and count; the worker that takes it is killed at a place told by the second argument.
START = """
import sys
import django
django.setup()
from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.roles import Role
from shanzhi.ventures.exchange import elections
from shanzhi.voting import exchange
from shanzhi.voting.operations import usual_spec
from shanzhi.tally.counting import count
from tests.voting import support
from tests.voting.test_imports import SMALL
person = support.a_person()
from tests.support.people import give_role
give_role(person, Role.OPERATOR, area=support.AREA)
actor = Actor(person_id=person.pk, grants=(Grant(Role.OPERATOR, support.AREA),))
upload = exchange.take_file(actor=actor, name="small.pb", content=SMALL.encode(), at=support.now())
election = exchange.read_file(SMALL.encode())
job = elections.start_import(
    actor=actor, upload_id=upload.pk, title="小选举", area=support.AREA, at=support.now()
)
print(job, count(election, usual_spec(election)).digest)
"""
WORK = """
import os, signal, sys
import django
django.setup()
from shanzhi.config.commands import working
from shanzhi.ventures.exchange import elections
from shanzhi.voting import exchange
working.LOOK = 0.3
def die(*_words, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "before commit":
    original = elections.import_round
    elections.import_round = lambda **named: (original(**named), die())
elif sys.argv[1] == "after commit":
    exchange.finish_job = die
working.work()
"""


@pytest.mark.slow
class TestAWorkerKilledInMidCount:
    def test_leaves_a_closed_vote_that_two_others_count_once(self, house: House) -> None:
        poll, people = house.run(SETUP, "12")[0].split()
        house.run(VOTE, poll, people)
        assert house.start(COUNT, poll, "dies").wait(timeout=60) == -signal.SIGKILL
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            row = connection.execute("SELECT state, (SELECT count(*) FROM voting_count) FROM voting_poll").fetchone()
        assert row == ("closed", 0)
        counters = [house.start(COUNT, poll, "lives") for _ in range(2)]
        said = {counter.communicate(timeout=60)[0] for counter in counters}
        assert len(said) == 1
        _number, digest, alone = said.pop().split()
        assert digest == alone

    @pytest.mark.parametrize("when", ["before commit", "after commit"])
    def test_leaves_a_task_that_another_takes_up_once(self, house: House, when: str) -> None:
        job, digest = house.run(START)[0].split()
        assert house.start(WORK, when).wait(timeout=60) == -signal.SIGKILL
        assert self.states(house, job)[:2] == ("RUNNING", "running")
        other = house.start(WORK, "lives")
        deadline = time.monotonic() + PATIENT_ENOUGH
        while self.states(house, job)[1] != "done" and time.monotonic() < deadline:
            time.sleep(0.2)
        other.terminate()
        assert other.wait(timeout=30) == 0
        assert self.states(house, job) == ("SUCCESSFUL", "done", 1, 1, 1, digest)

    def states(self, house: House, job: str) -> tuple[str, str, int, int, int, str]:
        """States of task and job, numbers of rounds, polls and counts, digest of the last count."""
        with psycopg.connect(house.cluster.url(DATABASE)) as connection:
            row = connection.execute(
                "SELECT (SELECT status FROM django_tasks_database_dbtaskresult),"
                " (SELECT state FROM work_job WHERE id = %s), (SELECT count(*) FROM ventures_call),"
                " (SELECT count(*) FROM voting_poll), (SELECT count(*) FROM voting_count),"
                " (SELECT max(digest) FROM voting_count)",
                [job],
            ).fetchone()
        assert row is not None
        return row

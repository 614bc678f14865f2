"""A house of its own that tests may kill, casters at work in it, and what must be found afterwards."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from shanzhi.config.embedded import SERVING, Cluster
from tests.support.database import cluster, fingerprint

COMMAND = "from shanzhi.config.cli import main; main()"
SECRET = secrets.token_urlsafe(50)
SETUP = """
import sys
import django
django.setup()
from django.conf import settings
from tests.voting import support
settings.SMALLEST_ELECTORATE = 0  # published whole, so that anyone's count has the same digest
people = [support.a_person() for _ in range(int(sys.argv[1]))]
poll = support.an_open_poll(people)
print(poll.pk, ",".join(str(p.pk) for p in people))
"""
PEOPLE = """
import sys
import django
django.setup()
from tests.voting import support
print(",".join(str(support.a_person().pk) for _ in range(int(sys.argv[1]))))
"""
SHORT = """
import sys
from datetime import timedelta
import django
django.setup()
from tests.voting import support
print(support.an_open_poll([], closes=timedelta(seconds=float(sys.argv[1]))).pk)
"""
MIGRATE = """
import django
django.setup()
from shanzhi.config.owner import migrate
migrate()
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


# Casts ballots over HTTP, with nothing but what a client has: the address, the poll and a session. A third word is the
# seconds it waits before each ballot.
CLIENT = """
import http.client, json, secrets, sys, time
token = "b" * 32
pause = float(sys.argv[3]) if len(sys.argv) > 4 else 0
for session in sys.argv[-1].split(","):
    for choice in ("1", "2", "3"):
        time.sleep(pause)
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
# The same client, but patient: it sends a ballot again under its key while the answer is 503 or none, and tells those.
PATIENT = """
import http.client, json, secrets, sys, time
token = "b" * 32
until = time.monotonic() + 90
pause = float(sys.argv[3]) if len(sys.argv) > 4 else 0
def send(session, choice, key):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
    headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token,
               "Idempotency-Key": key, "Content-Type": "application/json"}
    address = f"/api/v1/voting/polls/{sys.argv[2]}/ballot"
    try:
        connection.request("PUT", address, json.dumps({"choices": [choice]}), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if answer.status == 503:
        assert answer.getheader("Retry-After") and answer.getheader("Content-Type") == "application/problem+json"
        print(session, "!", body["code"], flush=True)
        return None
    assert answer.status == 200, body
    return body["receipt"]
for session in sys.argv[-1].split(","):
    for choice in ("1", "2", "3"):
        time.sleep(pause)
        key = secrets.token_hex(8)
        print(session, "?", choice, flush=True)
        while not (receipt := send(session, choice, key)):
            assert time.monotonic() < until
            time.sleep(0.1)
        print(session, receipt, choice, flush=True)
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
HOUSES_KEPT = 2
PATIENT_ENOUGH = 60  # seconds that something may take on a busy machine


def prepared() -> Path:
    """Give the folder of a database with all its tables and no rows, made once for each state of the migrations."""
    home = cluster().folder
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = home / f"house-{fingerprint()}"
    with (home / "house.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "pg").exists():
            with tempfile.TemporaryDirectory(prefix="vf-") as name:
                Path(name).chmod(0o755)
                made = House(Path(name))
                with made.cluster.lease():
                    made.run(MIGRATE)
                shutil.copytree(made.cluster.data, folder / "pg.part", copy_function=shutil.copyfile)
            (folder / "pg.part").rename(folder / "pg")
            for old in sorted(home.glob("house-*"), key=lambda one: one.stat().st_mtime)[:-HOUSES_KEPT]:
                shutil.rmtree(old)
    return folder / "pg"


def move_in(folder: Path, options: Mapping[str, str] = SERVING) -> House:
    """Give a house in this folder, its tables there and its server not yet started."""
    made = House(folder, options)
    made.cluster.make_folders()
    shutil.copytree(prepared(), made.cluster.data, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for one in (made.cluster.data, *made.cluster.data.rglob("*")):
        one.chmod(0o700 if one.is_dir() else 0o600)
    made.cluster.hand_over(made.cluster.data)
    return made


def kill(numbers: Iterable[int]) -> None:
    """kill -9."""
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def kill_database(house: House) -> None:
    """kill -9 of the database's processes, the first of them first."""
    number = int((house.cluster.data / "postmaster.pid").read_text().split()[0])
    kill([number, *(int(pid) for pid in Path(f"/proc/{number}/task/{number}/children").read_text().split())])


class House:
    """An embedded server of its own, with fsync on, and scripts run against it in processes of their own."""

    def __init__(self, folder: Path, options: Mapping[str, str] = SERVING) -> None:
        self.cluster = Cluster(folder, options)
        self.environment = {
            **os.environ,
            "SHANZHI_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "shanzhi.config.settings",
            "SHANZHI_LOG_LEVEL": "ERROR",
            "SHANZHI_SECRET_KEY": SECRET,  # sessions made by one process are good in another
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def start(self, script: str, *words: str) -> subprocess.Popen[str]:
        """Start a script."""
        command = [sys.executable, "-c", script, *words]
        with (self.cluster.folder / "scripts.log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=log)

    def shanzhi(self, *words: str, code: int = 0, **settings: str) -> str:
        """Run a command of the operator's to its expected end and give what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *words],
            env={**self.environment, **settings},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=180,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def run(self, script: str, *words: str) -> list[str]:
        """Run a script to its good end and give its lines."""
        process = self.start(script, *words)
        out, _nothing = process.communicate(timeout=2 * PATIENT_ENOUGH)
        assert process.returncode == 0
        return out.splitlines()


class Casting:
    """Casters at work, and what each acknowledged: two processes of a script that share the voters.

    The script takes `words` and the voters joined by commas. It prints `VOTER ? CHOICE` before each ballot, and
    `VOTER RECEIPT CHOICE` once it is acknowledged; `VOTER ! CODE` when it is told to come again.
    """

    def __init__(self, house: House, script: str, words: list[str], voters: list[str]) -> None:
        self.house = house
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self.pending: dict[str, str] = {}
        self.refused: list[str] = []
        self.longest = 0.0  # seconds between a ballot sent and its acknowledgement
        shares = [share for n in range(2) if (share := voters[n::2])]  # a single voter has one phone
        self.casters = [house.start(script, *words, ",".join(share)) for share in shares]
        self.threads = [threading.Thread(target=self.read, args=(caster,)) for caster in self.casters]
        for thread in self.threads:
            thread.start()

    def told(self) -> str:
        """What the casters and the server said last, for the failure of a test."""
        folder = self.house.cluster.folder
        lines = [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]
        return "\n".join(line for line in lines if '"status": 200' not in line)[-6000:]

    def read(self, caster: subprocess.Popen[str]) -> None:
        """Note each acknowledgement as it comes."""
        assert caster.stdout is not None
        since: dict[str, float] = {}
        for line in caster.stdout:
            if line.endswith("\n"):
                person, receipt, choice = line.split()
                if receipt == "?":
                    self.pending[person] = choice
                    since[person] = time.monotonic()
                elif receipt == "!":
                    self.refused.append(choice)
                else:
                    self.acknowledged[person] = (receipt, choice)
                    self.longest = max(self.longest, time.monotonic() - since[person])
                    self.pending.pop(person, None)

    def wait_for(self, number: int) -> None:
        """Wait until so many voters have been acknowledged."""
        until = time.monotonic() + 30
        while len(self.acknowledged) < number and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.acknowledged) >= number, self.told()

    def end(self) -> None:
        """Wait for the casters to be gone."""
        for caster in self.casters:
            caster.wait(timeout=120)
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

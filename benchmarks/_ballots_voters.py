"""The voters of the benchmark of ballots and their poll; loaded once Django is set up."""

import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from shanzhi.config.owner import as_owner
from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Account, Person, SignIn
from shanzhi.people.operations.sessions import NOTED, SEEN
from shanzhi.voting import operations

AREA = "370102001001"
FLUSHING = ("fsync", "synchronous_commit", "full_page_writes")


def _people(number: int, at: datetime) -> list[Person]:
    """Make verified people of one community."""
    people = [
        Person(
            name="示例",
            name_mark=secrets.token_bytes(32),
            id_number=str(n),
            id_mark=n.to_bytes(32, "big"),
            born_on=date(1980, 1, 1),
            area=AREA,
            real_name="verified",
            verified_at=at,
            synthetic=True,
            created_at=at,
        )
        for n in range(number)
    ]
    Person.objects.bulk_create(people, batch_size=2000)
    return people


def _sessions(people: list[Person], at: datetime) -> list[str]:
    """Sign each of them in."""
    accounts = [
        Account(person=p, login_name=f"b{n}", password=UNUSABLE_PASSWORD_PREFIX, created_at=at)
        for n, p in enumerate(people)
    ]
    Account.objects.bulk_create(accounts, batch_size=2000)
    store = SessionStore()
    rows, notes = [], []
    for account in accounts:
        key = secrets.token_hex(16)
        notes.append(SignIn(account=account, session_key=key, network="house", started_at=at, seen_at=at))
        data = {
            SESSION_KEY: str(account.pk),
            BACKEND_SESSION_KEY: "shanzhi.people.backends.AccountBackend",
            HASH_SESSION_KEY: account.get_session_auth_hash(),
            NOTED: str(notes[-1].pk),
            SEEN: int(at.timestamp()),
        }
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=at + timedelta(days=1)))
    Session.objects.bulk_create(rows, batch_size=2000)
    SignIn.objects.bulk_create(notes, batch_size=2000)
    return [row.session_key for row in rows]


def _poll(number: int, at: datetime) -> str:
    """Open a poll of 30 projects with everybody on its roll."""
    actor = Actor.system("benchmark")
    poll = operations.create_poll(
        actor=actor,
        title="Benchmark",
        areas=[AREA],
        minimum_age=18,
        roll_date=timezone.localdate(at),
        rules=operations.BallotRules(max_choices=5, purse_limit=True),
        budget_fen=10_000_00,
        spec={"rule": "equal-shares"},
        opens_at=at - timedelta(hours=1),
        closes_at=at + timedelta(days=1),
        at=at,
    )
    options = [operations.OptionInput(code=str(n), title=f"P{n}", cost_fen=1000_00) for n in range(30)]
    operations.set_options(actor=actor, poll_id=poll.pk, options=options, at=at)
    assert operations.draw_roll(actor=actor, poll_id=poll.pk, at=at) == number
    operations.open_poll(actor=actor, poll_id=poll.pk, at=timezone.now())
    return str(poll.pk)


def prepare(number: int) -> tuple[str, list[str]]:
    """Make voters with sessions and an open poll; gives the poll's id and the session keys."""
    at = timezone.now()
    sessions = _sessions(_people(number, at), at)
    return _poll(number, at), sessions


def table_for_floor() -> None:
    """Make the table that pgbench fills."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_floor (id uuid PRIMARY KEY, sealed bytea)")


def durable() -> bool:
    """Tell whether the server flushes each commit to the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = ANY(%s)", [list(FLUSHING)])
        return [row[0] for row in cursor.fetchall()] == ["on"] * len(FLUSHING)


def stored() -> int:
    """Count the ballots in their envelopes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM voting_envelope")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])

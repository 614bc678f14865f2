"""The book of the benchmark of transfers and its keepers; loaded once Django is set up."""

import json
import random
import secrets
from collections.abc import Iterator
from itertools import count, cycle, islice
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from benchmarks._ballots_voters import _people, _sessions, durable
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import checking, operations
from shanzhi.ledger.models import Account, Balance, Book, Entry, Nature, Owner
from shanzhi.people.actors import actor_of_person

AREA = "370102001001"
ACCOUNTS = 4_000
EACH = 1_000_000_00
PAIRS = 20_000
SYSTEM = Actor.system("benchmark")
_sessions_kept: list[str] = []
_acknowledged: list[int] = []


def prepare(keepers: int) -> None:
    """Make a book of many guarded accounts with money on each, and its keepers with their sessions."""
    assert durable()
    at = timezone.now()
    book = operations.create_book(
        actor=SYSTEM, name="Benchmark", area="", begins_on=timezone.localdate(at), at=at, synthetic=True
    )
    outside = operations.make_account(
        actor=SYSTEM, book=book, owner_kind=Owner.OUTSIDE, owner_id=None, role="in", name="In", nature=Nature.INCOME,
        at=at,
    )  # fmt: skip
    Account.objects.bulk_create(
        Account(book=book, commodity_id="CNY", owner_kind=Owner.ORGANIZATION, owner_id=uuid4(), role="balance",
                name=f"A{n}", nature=Nature.ASSETS, opened_at=at)
        for n in range(ACCOUNTS)
    )  # fmt: skip
    numbers = list(Account.objects.filter(owner_kind=Owner.ORGANIZATION).values_list("pk", flat=True))
    for part in _parts(numbers, 199):
        legs = [operations.Leg(one, EACH) for one in part]
        legs.append(operations.Leg(outside.pk, -EACH * len(part)))
        operations.enter(
            actor=SYSTEM, book=book.pk, area="", on=timezone.localdate(at), at=at, kind="begin", key=uuid4().hex,
            legs=legs,
        )  # fmt: skip
    people = _people(keepers, at)
    for one in people:
        operations.name_keeper(actor=SYSTEM, book_id=book.pk, person_id=one.pk, at=at)
    _sessions_kept.extend(_sessions(people, at))


def _parts(rows: list[UUID], size: int) -> Iterator[list[UUID]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _chosen(seed: int) -> tuple[Book, Iterator[tuple[UUID, UUID, int]]]:
    """Give the book and endless pairs of accounts with amounts."""
    book = Book.objects.get()
    accounts = list(Account.objects.filter(owner_kind=Owner.ORGANIZATION).order_by("pk").values_list("pk", flat=True))
    dice = random.Random(seed)
    pairs = [(*dice.sample(accounts, 2), dice.randint(1, 100_00)) for _ in range(PAIRS)]
    return book, cycle(pairs)


def moves(number: int, at_once: int) -> Iterator[None]:
    """Make one transfer at each step, or so many in one go, as a keeper of the book.

    What a step does beside the operation is kept small: it would be counted as the operation's, where pgbench's own
    client, compiled, costs next to nothing.
    """
    book, pairs = _chosen(number)
    at = timezone.now()
    person = book.keepers.order_by("pk")[number % book.keepers.count()].person_id
    actor = actor_of_person(person_id=person, at=at)
    actor = Actor(person_id=actor.person_id, account_id=uuid4(), grants=actor.grants)
    day = timezone.localdate(at)
    keys = (f"{number:04d}-{at_once:04d}-{turn:012d}" for turn in count())
    while True:
        now = timezone.now()
        if at_once > 1:
            some = [
                operations.Move(*one, day, key, "benchmark")
                for one, key in islice(zip(pairs, keys, strict=False), at_once)
            ]
            operations.transfer_many(actor=actor, book_id=book.pk, moves=some, at=now)
        else:
            source, target, amount = next(pairs)
            operations.transfer(
                actor=actor, book_id=book.pk, source=source, target=target, amount=amount, on=day, key=next(keys),
                text="benchmark", at=now,
            )  # fmt: skip
        yield


def requests(number: int, at_once: int, most: int) -> list[bytes]:
    """Write so many requests as a client sends them, with one transfer in each or so many."""
    return list(islice(_requests(number, at_once), most))


def _requests(number: int, at_once: int) -> Iterator[bytes]:
    book, pairs = _chosen(1000 + number)
    connection.close()  # each client is a thread; together they would hold the whole pool
    session, token = _sessions_kept[number], "b" * 32
    day = timezone.localdate().isoformat()
    while True:
        some = [
            {"source": str(source), "target": str(target), "amount": amount, "on": day, "text": "bench"}
            for source, target, amount in islice(pairs, at_once)
        ]
        sent: dict[str, Any] = some[0]
        if at_once > 1:
            sent = {"transfers": [{**one, "key": secrets.token_hex(16)} for one in some]}
        body = json.dumps(sent).encode()
        head = (
            f"POST /api/v1/ledger/books/{book.pk}/transfers{'/many' if at_once > 1 else ''} HTTP/1.1\r\n"
            "Host: localhost\r\n"
            f"Content-Type: application/json\r\nCookie: sessionid={session}; csrftoken={token}\r\n"
            f"X-CSRFToken: {token}\r\nIdempotency-Key: {secrets.token_hex(16)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def acknowledged(count: int) -> None:
    """Remember how many transfers were acknowledged."""
    _acknowledged.append(count)


def must_hold() -> None:
    """Prove the books, and that nothing acknowledged is missing."""
    broken = list(checking.broken())
    assert not broken, broken[:5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE kind = 'transfer' AND text = 'bench'")
        (count,) = cursor.fetchone() or (0,)
    assert count == sum(_acknowledged), (count, _acknowledged)
    assert Entry.objects.count()
    assert not Balance.objects.filter(floor=0, amount__lt=0).exists()

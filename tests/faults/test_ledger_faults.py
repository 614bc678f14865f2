"""kill -9 in mid load of the ledger: of the workers and of the database; nothing acknowledged is lost or doubled."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.faults.support import Casting, House, kill_database

MOVES = 160
PREPARE = """
import django
django.setup()
from tests.support.books import a_book, an_account
books = a_book("")
books.move(books.outside, books.fund, 1_000_000)
print(books.book.pk, books.fund.pk, books.one.pk)
"""
# Moves one fen after the other from one guarded account; a key before each, and a line once it is acknowledged.
# Started again with the same keys, as a client repeats what it heard no answer to.
MOVER = """
import sys
import django
django.setup()
from datetime import date
from uuid import UUID
from django.utils import timezone
from shanzhi.ledger.operations import Leg, enter
from shanzhi.kernel.actor import Actor
book, source, target = (UUID(word) for word in sys.argv[1].split(":"))
for name in sys.argv[2].split(","):
    print(name, "?", 1, flush=True)
    made = enter(actor=Actor.system("tests"), book=book, area="", on=date(2026, 3, 2), at=timezone.now(), kind="tests",
                 key=f"mover-{name}", legs=[Leg(source, -1), Leg(target, 1)])
    print(name, made.id, 1, flush=True)
"""


def entries(house: House) -> list[tuple[str, str]]:
    """Read keys and numbers of the entries that the movers made."""
    with psycopg.connect(house.cluster.url("shanzhi")) as connection:
        rows = connection.execute("SELECT key, id::text FROM ledger_entry WHERE key LIKE 'mover-%'").fetchall()
    return [(str(key), str(number)) for key, number in rows]


def proved(house: House) -> None:
    """Have the books prove themselves."""
    report = json.loads(house.shanzhi("ledger", "check", "--json"))
    assert report["good"], report["broken"]


@pytest.mark.slow
@pytest.mark.parametrize("struck", ["the workers", "the database"])
def test_a_kill_in_mid_load_loses_and_doubles_nothing(house: House, struck: str) -> None:
    words = house.run(PREPARE)[0].replace(" ", ":")
    names = [f"n{number}" for number in range(MOVES)]
    moving = Casting(house, MOVER, [words], names)
    moving.wait_for(4)
    if struck == "the database":
        kill_database(house)
    else:
        for mover in moving.casters:
            mover.kill()
    moving.end()
    if struck == "the database":
        with house.cluster.lease():
            pass  # the lease of the fixture keeps it up
    assert len(moving.acknowledged) < MOVES
    kept = entries(house)
    by_key = dict(kept)
    assert len(by_key) == len(kept)
    assert {f"mover-{name}": number for name, (number, _one) in moving.acknowledged.items()}.items() <= by_key.items()
    again = Casting(house, MOVER, [words], names)  # whoever heard no answer asks again
    again.end()
    whole = dict(entries(house))
    assert len(whole) == MOVES
    assert by_key.items() <= whole.items()
    with psycopg.connect(house.cluster.url("shanzhi")) as connection:
        asked = "SELECT amount FROM ledger_balance WHERE account_id = %s"
        row = connection.execute(asked, [words.split(":")[1]]).fetchone()
    assert row == (1_000_000 - MOVES,)
    proved(house)

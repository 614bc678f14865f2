"""What the benchmark of the audit measures; loaded once Django is set up on a folder of its own."""

import itertools
import json
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from benchmarks._audit_round import PURPOSE, content, durable, now, resident, team_with_draft
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.verification import verify
from shanzhi.config.owner import as_owner, migrate
from shanzhi.people.models import Account
from shanzhi.people.operations import give_consent, records, withdraw_consent
from shanzhi.ventures.demo.people import ensure_areas
from shanzhi.ventures.operations import proposals, save_proposal

PAIRS = 24
BLOCK = 25
BOUND = 1.15
RECORDERS: tuple[Any, ...] = (proposals, records)  # where the measured operations find `record`
TABLES = (
    *("ventures_proposal", "ventures_activity", "ventures_budgetline", "ventures_teammember"),
    *("people_person", "people_consent"),
)


@contextmanager
def without_audit() -> Iterator[None]:
    """Do without events and digests while the block runs."""
    kept = [module.record for module in RECORDERS]
    _switch("DISABLE")
    for module in RECORDERS:
        module.record = lambda **_event: None
    try:
        yield
    finally:
        for module, record in zip(RECORDERS, kept, strict=True):
            module.record = record
        _switch("ENABLE")


def _switch(word: str) -> None:
    """Switch the triggers of the audit, and no others; only the owner of the tables may."""
    with as_owner(), connection.cursor() as cursor:
        for table in TABLES:
            for event in ("insert", "update", "delete"):
                cursor.execute(f"ALTER TABLE {table} {word} TRIGGER audit_told_{event}")


def block(act: Callable[[], None]) -> float:
    """Seconds of the median operation of a block."""
    times = []
    for _ in range(BLOCK):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def compare(name: str, act: Callable[[], None], bound: float | None = BOUND) -> bool:
    """Measure in pairs that take turns, print one line, tell whether the bound holds where there is one."""
    for _ in range(2):
        block(act)
        with without_audit():
            block(act)
    with_audit, floors = [], []
    for pair in range(PAIRS):
        for turn in (pair % 2, 1 - pair % 2):
            if turn:
                with without_audit():
                    floors.append(block(act))
            else:
                with_audit.append(block(act))
    ratio = statistics.median(value / floor for value, floor in zip(with_audit, floors, strict=True))
    line = {
        "name": name,
        "value": round(statistics.median(with_audit) * 1000, 3),
        "floor": round(statistics.median(floors) * 1000, 3),
        "ratio": round(ratio, 3),
        **({} if bound is None else {"bound": bound, "holds": ratio <= bound}),
        "unit": "ms",
        "pairs": PAIRS,
    }
    print(json.dumps(line), flush=True)
    return bound is None or ratio <= bound


def drafts(number: Callable[[], int]) -> Callable[[], None]:
    """Save a draft with five activities, eight lines of budget and four members, all of it changed."""
    actor, proposal, at = team_with_draft()
    state = {"version": proposal.version}

    def act() -> None:
        given = content(number())
        saved = save_proposal(actor=actor, proposal_id=proposal.pk, version=state["version"], given=given, at=at)
        assert not saved.problems, saved.problems
        state["version"] = saved.proposal.version

    return act


def consents() -> Callable[[], None]:
    """Agree to a text, take it back, and so on: one row and one event each."""
    actor, at = resident()
    turns = itertools.cycle((give_consent, withdraw_consent))

    def act() -> None:
        next(turns)(actor=actor, purpose=PURPOSE, at=at)

    return act


def posted_consents() -> Callable[[], None]:
    """Do the same as a person does it: by the form of the own page, signed in, answered with the page that follows."""
    actor, at = resident("D")
    account = Account(person_id=actor.person(), login_name="benchmark", created_at=at)
    account.set_password(secrets.token_hex())
    account.save(force_insert=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    turns = itertools.cycle(("give", "withdraw"))
    address = reverse("people:consent", args=[PURPOSE])

    def act() -> None:
        answer = client.post(address, {"act": next(turns)}, follow=True)
        assert answer.status_code == 200, answer.status_code

    return act


def sealed_and_true() -> bool:
    """Seal what was written with the audit on, and verify the log but for the rows that were written without."""
    seal(at=now())
    report = verify()
    # the sign-in of the one who posts was made by hand, which leaves no event
    return {found.table for found in report.mismatches} <= {*TABLES, "people_account"}


def measure() -> bool:
    """Measure both operations against the database that the environment names; tell whether the bound holds."""
    migrate()
    assert durable()
    with as_owner():  # as `shanzhi demo` does
        ensure_areas(at=now())
    count = itertools.count(1).__next__
    held = [
        compare("audit: saving a draft / without", drafts(count)),
        # the least write there is, without the request that alone brings it: told, since it is where the audit weighs
        # most, but nobody waits for it alone (docs/decisions, 'audit tree')
        compare("audit: a consent, the bare operation / without", consents(), bound=None),
        compare("audit: a consent, posted and answered / without", posted_consents()),
    ]
    assert sealed_and_true()
    connections.close_all()
    return all(held)

"""What the audit costs a write: operations with it beside the same without: `python -m benchmarks.audit`.

The floor is the same operation on the same database, without event and without the triggers that leave digests of
rows. Blocks of operations with and without take turns, each pair in the other order than the one before; the ratio is
the median over the pairs. Every operation is a durable transaction, as in production. At the end the log must verify.
"""

import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from shanzhi.config.cli import house
from shanzhi.config.commands.setup import migrate, prepare
from shanzhi.config.environment import Environment

PAIRS = 24
BLOCK = 25
BOUND = 1.15
RECORDERS = ("shanzhi.ventures.operations.proposals", "shanzhi.people.operations.records")
TABLES = (
    *("ventures_proposal", "ventures_activity", "ventures_budgetline", "ventures_teammember"),
    *("people_person", "people_consent"),
)


@contextmanager
def without_audit() -> Iterator[None]:
    """Do without events and digests while the block runs."""
    modules = [import_module(name) for name in RECORDERS]
    kept = [module.record for module in modules]
    _switch("DISABLE")
    for module in modules:
        module.record = lambda **_event: None
    try:
        yield
    finally:
        for module, record in zip(modules, kept, strict=True):
            module.record = record
        _switch("ENABLE")


def _switch(word: str) -> None:
    """Switch the triggers of the audit, and no others."""
    with import_module("django.db").connection.cursor() as cursor:
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


def compare(name: str, act: Callable[[], None]) -> bool:
    """Measure in pairs that take turns, print one line, tell whether the bound holds."""
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
        "bound": BOUND,
        "holds": ratio <= BOUND,
        "unit": "ms",
        "pairs": PAIRS,
    }
    print(json.dumps(line), flush=True)
    return ratio <= BOUND


def drafts(number: Callable[[], int]) -> Callable[[], None]:
    """Save a draft with five activities, eight lines of budget and four members, all of it changed."""
    made = import_module("benchmarks._audit_round")
    actor, proposal, at = made.team_with_draft()
    save = import_module("shanzhi.ventures.operations").save_proposal
    state = {"version": proposal.version}

    def act() -> None:
        given = made.content(number())
        saved = save(actor=actor, proposal_id=proposal.pk, version=state["version"], given=given, at=at)
        assert not saved.problems, saved.problems
        state["version"] = saved.proposal.version

    return act


def consents() -> Callable[[], None]:
    """Agree to a text, take it back, and so on: one row and one event each."""
    made = import_module("benchmarks._audit_round")
    actor, at = made.resident()
    operations = import_module("shanzhi.people.operations")
    turns = itertools.cycle((operations.give_consent, operations.withdraw_consent))

    def act() -> None:
        next(turns)(actor=actor, purpose=made.PURPOSE, at=at)

    return act


def sealed_and_true(made: Any) -> bool:
    """Seal what was written with the audit on, and verify the log but for the rows that were written without."""
    import_module("shanzhi.audit.operations.sealing").seal(at=made.now())
    report = import_module("shanzhi.audit.verification").verify()
    return {found.table for found in report.mismatches} <= set(TABLES)


def main() -> int:
    """Make a site in a folder of its own, measure both operations, print."""
    with tempfile.TemporaryDirectory(prefix="ba-") as name:
        Path(name).chmod(0o755)
        os.environ["SHANZHI_DATA"] = name
        os.environ.pop("DATABASE_URL", None)
        prepare(Environment())
        with house():
            migrate()
            made = import_module("benchmarks._audit_round")
            assert made.durable()
            count = itertools.count(1).__next__
            held = [
                compare("audit: saving a draft / without", drafts(count)),
                compare("audit: a consent / without", consents()),
            ]
            assert sealed_and_true(made)
            import_module("django.db").connections.close_all()
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Changing the keys of personal data while the site works: add, use, write anew, retire.

Why in these steps: docs/decisions, 'key rotation'.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from django.conf import settings
from django.db import connection, transaction

from shanzhi.audit.models import TreeHead
from shanzhi.audit.operations import record
from shanzhi.kernel import keyfiles
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.keyfiles import Key, Stage
from shanzhi.kernel.keyring import FIELDS, INDEX
from shanzhi.people.fields import LOOK_AGAIN, look_now
from shanzhi.people.operations import resealing

Kind = Literal["fields", "index"]
KINDS: Final[tuple[Kind, ...]] = ("fields", "index")
FILES: Final[dict[Kind, str]] = {"fields": FIELDS, "index": INDEX}
# What a process worked out under the keys of before is in the database, or was given up, after so many seconds.
GRACE: Final = 5.0
LONGEST_WAIT: Final = 600.0
PAUSE: Final = 0.2
# Rounds over rows that others hold; who holds a row longer than all of them is told of.
ROUNDS: Final = 50
Say = Callable[[str], None]


class StillNeeded(Exception):
    """The old key still opens or finds something, or transactions from before still run."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """How a file of keys stands: its step, which versions there are, which writes, and what is left to write anew."""

    kind: Kind
    stage: Stage
    versions: tuple[int, ...]
    writes: int
    left: dict[str, int]


def folder() -> Path:
    """Give the folder of keys."""
    return Path(settings.KEYS_FOLDER)


def _keys(kind: Kind) -> tuple[Key, ...]:
    return keyfiles.parse((folder() / FILES[kind]).read_text())


def state(kind: Kind) -> KeyState:
    """Tell how a change of keys stands; counts the rows that are left."""
    keys = _keys(kind)
    writes = next(key.version for key in keys if key.writes)
    step = keyfiles.stage(keys)
    left = resealing.sealed_left(writes) if kind == "fields" else resealing.marks_left(step)
    return KeyState(kind, step, tuple(key.version for key in keys), writes, left)


def _change(
    kind: Kind, verb: str, turn: Callable[[tuple[Key, ...]], tuple[Key, ...]], reason: str, at: datetime
) -> None:
    """Change a file of keys and say so in the log; what changes nothing says nothing."""
    with keyfiles.changing(folder()):
        before = _keys(kind)
        after = turn(before)
        if after == before:
            return
        change = {"keys": kind, "versions": [key.version for key in after]}
        with transaction.atomic():  # without the event no change; the file comes last, as nothing takes it back
            record(
                actor=Actor.system("operator"), verb=f"people.keys.{verb}", subject=TreeHead(size=0), area="",
                change=change, at=at, reason=reason,
            )  # fmt: skip
            keyfiles.put(folder() / FILES[kind], after)
        look_now()


def add(*, kind: Kind, reason: str, at: datetime) -> None:
    """Add a new key under which nothing is written yet; from now on every process can read what it will write."""
    _change(kind, "add", lambda keys: keyfiles.added(keys, secrets.token_urlsafe(32)), reason, at)


def use(*, kind: Kind, reason: str, at: datetime) -> None:
    """Write under the new key from now on. The index waits until each row has its mark under it; raises StillNeeded."""
    if kind == "index" and keyfiles.stage(_keys(kind)) == "added":
        _require_nothing_left(kind)
    _change(kind, "use", keyfiles.used, reason, at)


def retire(*, kind: Kind, reason: str, at: datetime) -> None:
    """Remove the old key when nothing needs it any more; raises StillNeeded."""
    if keyfiles.stage(_keys(kind)) == "one":
        return
    _require_nothing_left(kind)
    _change(kind, "retire", keyfiles.retired, reason, at)


def _require_nothing_left(kind: Kind) -> None:
    if left := state(kind).left:
        raise StillNeeded(", ".join(f"{name}: {count}" for name, count in left.items()))


def rewrite(*, kind: Kind) -> Iterator[int]:
    """Write anew what this step of the change asks, batch by batch; give how many rows each batch was.

    May be stopped between two batches and begun again. Rounds go on until nothing is left, since rows that somebody
    holds are passed over.
    """
    for _round in range(ROUNDS):
        yield from resealing.reseal() if kind == "fields" else resealing.remark(keyfiles.stage(_keys(kind)))
        if not state(kind).left:
            return
        time.sleep(PAUSE)
    _require_nothing_left(kind)


def settle(*, grace: float = GRACE) -> None:
    """Wait until whatever began under the keys of before is over; raises StillNeeded when that takes too long.

    A process looks at the files within LOOK_AGAIN of each use, so only what it worked out just before can still be on
    its way.
    """
    time.sleep(max(grace, 2 * LOOK_AGAIN))
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (since,) = cursor.fetchone() or (None,)
    for _try in range(int(LONGEST_WAIT / PAUSE)):
        if not _running_since(since):
            return
        time.sleep(PAUSE)
    raise StillNeeded(f"transactions that began before {since} still run")


def _running_since(moment: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start < %s)",
            [moment],
        )
        (found,) = cursor.fetchone() or (True,)
    return bool(found)


def rotate(*, kind: Kind, reason: str, now: Callable[[], datetime], grace: float = GRACE, say: Say = print) -> None:
    """Change a key from the step where it stands to the end; stopped anywhere, it goes on there when called again."""
    if keyfiles.stage(_keys(kind)) == "one":
        if state(kind).left:  # an earlier change was stopped at its very end, where the marks are cleared
            _written(kind, say)
            return
        add(kind=kind, reason=reason, at=now())
        settle(grace=grace)
    if keyfiles.stage(_keys(kind)) == "added":
        if kind == "index":
            _written(kind, say)
        use(kind=kind, reason=reason, at=now())
    settle(grace=grace)
    _written(kind, say)
    settle(grace=grace)
    retire(kind=kind, reason=reason, at=now())
    if kind == "index":
        settle(grace=grace)
        _written(kind, say)


def _written(kind: Kind, say: Say) -> None:
    count = sum(rewrite(kind=kind))
    say(f"{kind}: {count} rows written anew")

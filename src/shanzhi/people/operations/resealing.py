"""Writing anew what lies under an older key, in small batches, while everybody goes on reading and writing.

Nothing is remembered between batches: what is left is seen from the rows themselves, so that the work may be stopped
anywhere and goes on where it was. A row that somebody holds just now is left for the next round.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection, models, transaction
from django.utils import timezone

from shanzhi.audit.models import TreeHead
from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.ciphers import FieldCipher, Unreadable
from shanzhi.people.fields import (
    ID_NUMBER,
    NAME,
    PHONE,
    PHONE_OF_ACCOUNT,
    PHONE_OF_INVITATION,
    SEED_OF_FACTOR,
    SealedField,
    cipher,
)
from shanzhi.people.models import Account, Invitation, Person
from shanzhi.people.session_store import SessionStore
from shanzhi.people.sessions import PURPOSE as SESSION

BATCH: Final = 200
# Of the data of a second factor these may be sealed: the generator's seed, that of the recovery codes, old codes.
SEEDS: Final = ("secret", "seed", "migrated_codes")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sealed column with its blind index in the column `mark`, and the next one beside it."""

    model: type[models.Model]
    sealed: str
    mark: str
    purpose: str


MARKED: Final = (
    Marked(Person, "name", "name_mark", NAME),
    Marked(Person, "id_number", "id_mark", ID_NUMBER),
    Marked(Person, "phone", "phone_mark", PHONE),
    Marked(Account, "phone", "phone_mark", PHONE_OF_ACCOUNT),
    Marked(Invitation, "phone", "phone_mark", PHONE_OF_INVITATION),
)
# What is still to be done for the marks, by the step of the change: fill in the next mark, make it the mark, drop it.
LEFT: Final = {
    "added": '"{mark}" IS NOT NULL AND "{mark}_next" IS NULL',
    "used": '"{mark}" IS DISTINCT FROM "{mark}_next"',
    "one": '"{mark}_next" IS NOT NULL',
}


def sealed_columns() -> list[tuple[type[models.Model], list[SealedField]]]:
    """List every table with sealed columns, and those columns."""
    found = []
    for model in apps.get_models():
        columns = [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if columns:
            found.append((model, columns))
    return found


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _old(columns: Sequence[SealedField]) -> str:
    return " OR ".join(f'get_byte("{field.column}", 0) <> %s' for field in columns)


def sealed_left(version: int) -> dict[str, int]:
    """Count, by table, the rows with anything sealed under another version of the key."""
    counts = {}
    for model, columns in sealed_columns():
        table = model._meta.db_table
        statement = f'SELECT count(*) FROM "{table}" WHERE {_old(columns)}'  # noqa: S608 - our own columns
        counts[table] = _rows(statement, [version] * len(columns))[0][0]
    counts[Authenticator._meta.db_table] = sum(_seed_is_old(one, version) for one in Authenticator.objects.iterator())
    counts[Session._meta.db_table] = sum(old for _key, _data, old in _sessions(version))
    return {table: count for table, count in counts.items() if count}


def marks_left(stage: str) -> dict[str, int]:
    """Count, by column, the rows whose marks this step of a change has not reached."""
    counts = {}
    for one in MARKED:
        table, condition = one.model._meta.db_table, LEFT[stage].format(mark=one.mark)
        found = _rows(f'SELECT count(*) FROM "{table}" WHERE {condition}', [])  # noqa: S608 - our own columns
        counts[f"{table}.{one.mark}"] = found[0][0]
    return {column: count for column, count in counts.items() if count}


def reseal() -> Iterator[int]:
    """Seal anew, batch by batch, what is sealed under another version than today's; give how many rows each was."""
    for model, columns in sealed_columns():
        yield from _through(model, lambda after, m=model, c=columns: _reseal_batch(m, c, after))
    yield sum(_reseal_seed(one.pk) for one in Authenticator.objects.iterator())
    yield _reseal_sessions()


def remark(stage: str) -> Iterator[int]:
    """Write marks anew, batch by batch, as this step of a change asks; give how many rows each was."""
    for one in MARKED:
        yield from _through(one.model, lambda after, m=one: _remark_batch(m, stage, after))


def _through(model: type[models.Model], batch: Any) -> Iterator[int]:
    """Go through a table by its key; `batch` gives how many rows it wrote and the last key it saw."""
    after: Any = None
    while True:
        count, after = batch(after)
        if after is None:
            return
        yield count


def _locked(model: type[models.Model], columns: Sequence[str], condition: str, marks: Sequence[Any], after: Any) -> Any:
    """Lock the next rows that a batch is about; whoever holds one is not waited for."""
    key, table = model._meta.pk.column, model._meta.db_table
    beyond = "" if after is None else f'"{key}" > %s AND '
    names = ", ".join(f'"{name}"' for name in columns)
    statement = (
        f'SELECT "{key}", {names} FROM "{table}" WHERE {beyond}({condition})'  # noqa: S608 - our own columns
        f' ORDER BY "{key}" LIMIT {BATCH} FOR NO KEY UPDATE SKIP LOCKED'
    )
    return _rows(statement, [*([] if after is None else [after]), *marks])


def _write(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write columns of several rows in one statement, so that the log takes their digests at once."""
    key, table, kind = model._meta.pk.column, model._meta.db_table, model._meta.pk.rel_db_type(connection)
    sets = ", ".join(f'"{name}" = v."{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in (key, *columns))
    arrays = ", ".join([f"%s::{kind}[]", *["%s::bytea[]"] * len(columns)])
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" t SET {sets} FROM unnest({arrays}) AS v({names})'  # noqa: S608 - our own columns
            f' WHERE t."{key}" = v."{key}"',
            [list(column) for column in zip(*rows, strict=True)],
        )


def _reseal_batch(model: type[models.Model], columns: Sequence[SealedField], after: Any) -> tuple[int, Any]:
    held, names = cipher(), [str(field.column) for field in columns]
    with transaction.atomic():
        rows = _locked(model, names, _old(columns), [held.version] * len(columns), after)
        if not rows:
            return 0, None
        fresh = [
            (row[0], *(_again(held, value, field.purpose) for field, value in zip(columns, row[1:], strict=True)))
            for row in rows
        ]
        _write(model, names, fresh)
        _told(len(rows))
    return len(rows), rows[-1][0]


def _told(rows: int) -> None:
    """Tell of a batch, each at its own moment of a long work: the log must say who changed these rows."""
    actor, change, at = Actor.system("operator"), {"rows": rows}, timezone.now()
    record(actor=actor, verb="people.keys.reseal", subject=TreeHead(size=0), area="", change=change, at=at)


def _again(held: FieldCipher, value: Any, purpose: str) -> bytes | None:
    """Seal a value anew; what is under today's key already stays as it is."""
    if value is None:
        return None
    stored = bytes(value)
    return stored if stored[0] == held.version else held.seal(held.open(stored, purpose=purpose), purpose=purpose)


def _remark_batch(one: Marked, stage: str, after: Any) -> tuple[int, Any]:
    held, following = cipher(), f"{one.mark}_next"
    with transaction.atomic():
        rows = _locked(one.model, [one.sealed, one.mark], LEFT[stage].format(mark=one.mark), [], after)
        if not rows:
            return 0, None
        _write(one.model, [one.mark, following], [_marks(held, one, stage, *row) for row in rows])
        _told(len(rows))
    return len(rows), rows[-1][0]


def _marks(held: FieldCipher, one: Marked, stage: str, key: Any, sealed: Any, mark: Any) -> tuple[Any, Any, Any]:
    """Give a row's two marks as this step wants them."""
    if stage == "one" or sealed is None:
        return key, mark, None
    following = held.next_mark(held.open(bytes(sealed), purpose=one.purpose), purpose=one.purpose)
    return key, following if stage == "used" else mark, following


def _sealed_texts(data: Any) -> Iterator[str]:
    for name in SEEDS:
        value = data.get(name)
        yield from value if isinstance(value, list) else [value] if value else []


def _seed_is_old(one: Authenticator, version: int) -> bool:
    return any(base64.b64decode(text)[0] != version for text in _sealed_texts(one.data))


def _reseal_seed(key: int) -> bool:
    """Seal the secrets of one second factor anew."""
    held = cipher()

    def fresh(text: str) -> str:
        return base64.b64encode(_again(held, base64.b64decode(text), SEED_OF_FACTOR) or b"").decode()

    with transaction.atomic():
        one = Authenticator.objects.select_for_update(no_key=True).filter(pk=key).first()
        if one is None or not _seed_is_old(one, held.version):
            return False
        for name in SEEDS:
            value = one.data.get(name)
            if value:
                one.data[name] = [fresh(text) for text in value] if isinstance(value, list) else fresh(value)
        one.save(update_fields=["data"])
    return True


class _AsItIs:
    """Leaves the bytes inside a session's signature as they are."""

    def dumps(self, obj: bytes) -> bytes:
        """Give them."""
        return obj

    def loads(self, data: bytes) -> bytes:
        """Give them."""
        return data


def _sessions(version: int) -> Iterator[tuple[str, str, bool]]:
    """Go through the sessions: key, data as stored, and whether another version of the key sealed it."""
    for key, data in Session.objects.order_by("pk").values_list("session_key", "session_data").iterator():
        inner = _inside(data)
        yield key, data, bool(inner) and inner[0] != version


def _inside(data: str) -> bytes:
    try:
        found: bytes = signing.loads(data, salt=SessionStore().key_salt, serializer=_AsItIs)
    except signing.BadSignature:
        return b""  # signed under another secret of the site: nobody is signed in by it any more
    return found


def _reseal_sessions() -> int:
    """Seal the sessions anew; one that its owner changes in between is left for the next round."""
    held, count = cipher(), 0
    for key, data, old in list(_sessions(held.version)):
        if not old:
            continue
        try:
            fresh = _again(held, _inside(data), SESSION)
        except Unreadable:
            Session.objects.filter(pk=key, session_data=data).delete()  # it signed nobody in any more
            continue
        written = signing.dumps(fresh, salt=SessionStore().key_salt, serializer=_AsItIs, compress=True)
        count += Session.objects.filter(pk=key, session_data=data).update(session_data=written)
    return count

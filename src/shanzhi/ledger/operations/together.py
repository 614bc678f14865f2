"""Transfers that come at the same moment: entered by one statement and one commit, each checked by itself.

Knows only the good case. Whatever stands against a transfer, or against the whole, it is left to be entered alone,
which says why. Inside a transaction a transfer is entered with that one and never waits for others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from shanzhi.audit.operations import columns_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.ordered import ordered_id
from shanzhi.ledger import policies
from shanzhi.ledger.models import BY_HAND, Entry
from shanzhi.ledger.operations.content import VERB, Entered, Leg, content_of
from shanzhi.work.joint import Joint
from shanzhi.work.prepared import Prepared

Ready: TypeAlias = dict[str, Any]
_EACH: Final = Prepared(
    "ledger_transfer_each",
    "SELECT string_agg(concat_ws(' ', n, entry, repeated::int), ',')"
    " FROM ledger_transfer_each(%(given)s::json, %(by_hand)s::text[])",
)
_ENTRY: Final = Entry._meta.label_lower
_BY_HAND: Final = "{" + ",".join(BY_HAND) + "}"


def given(
    *, actor: Actor, book: UUID, area: str, on: date, at: datetime, kind: str, key: str, source: UUID, target: UUID,
    amount: int, text: str, reason: str,
) -> Ready:  # fmt: skip
    """Write a transfer and its event as the database takes them; `amount` in whole units, above zero."""
    legs = [Leg(source, -amount), Leg(target, amount)]
    request = content_of(book=book, on=on, kind=kind, text=text, key=key, reverses=None, legs=legs).hex()
    entry = str(ordered_id())
    event = columns_of(
        actor=actor, verb=VERB, subject_type=_ENTRY, subject_id=entry, area=area, at=at, reason=reason,
        change={"digest": request, "kind": kind},
    )  # fmt: skip
    return {
        "may": policies.may_enter(actor=actor, area=area, keeps=False) is None, "freely": actor.is_system,
        "persons": [str(one) for one in actor.persons], "id": entry, "book": str(book), "on_day": on.isoformat(),
        "at": at.isoformat(), "kind": kind, "text": text, "key": key, "request": f"\\x{request}",
        "source": str(source), "target": str(target), "amount": amount, "verb": VERB,
        "person": str(actor.person_id) if actor.person_id else None, "label": actor.label, "type": _ENTRY,
        "area": area, "reason": reason, "request_id": event["request_id"], "nonce": f"\\x{event['nonce'].hex()}",
        "digest": event["digest"], "change": event["change"],
    }  # fmt: skip


def move(transfer: Ready) -> Entered | None:
    """Enter a transfer; None where it is for `enter` to say what stands against it."""
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                return enter_each([transfer])[0]
        return _joint.one(transfer)
    except DatabaseError:
        return None


def enter_each(transfers: Sequence[Ready]) -> list[Entered | None]:
    """Enter those that are good; None for the others, to which `transfer` says why."""
    numbered = [{**one, "n": number} for number, one in enumerate(transfers)]
    (told,) = _EACH.one({"given": json.dumps(numbered), "by_hand": _BY_HAND}) or (None,)
    made: list[Entered | None] = [None] * len(transfers)
    for line in (told or "").split(","):
        if line:
            number, entry, repeated = line.split(" ")
            made[int(number)] = Entered(UUID(entry), repeated == "1")
    return made


_joint: Final = Joint(enter_each)

"""The code at a gate, what a scan of it says, and how a shift lets people in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from shanzhi.activities.models import Shift
from shanzhi.attendance import refusals
from shanzhi.attendance.models import Gate
from shanzhi.kernel import gate
from shanzhi.kernel.actor import Actor

USUAL_METRES: Final = 1000
EARLY: Final = timedelta(hours=1)
"""How long before its beginning a shift lets people in."""
SEEN_GOOD: Final = timedelta(minutes=15)
"""How long after a scan one may still press the button, having signed in meanwhile."""
SALT: Final = "attendance.seen"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a shift lets people in."""

    walk_ins: bool = False
    metres: int = USUAL_METRES


@lru_cache(maxsize=4)
def _secret(key: str) -> bytes:
    return salted_hmac("attendance.gate", "", secret=key, algorithm="sha256").digest()


def code_of(shift_id: UUID, at: datetime) -> str:
    """Give the code that the screen of a shift shows at this moment."""
    return gate.code_of(_secret(settings.SECRET_KEY), shift_id, at)


def scanned(code: str) -> gate.Scan:
    """Read a code, also one that is over. Raises CodeUnknown."""
    try:
        return gate.read(_secret(settings.SECRET_KEY), code)
    except gate.BadCode as wrong:
        raise refusals.CodeUnknown(field="code") from wrong


def seen_mark(*, actor: Actor, shift_id: UUID, at: datetime) -> str:
    """Write down, for this person alone, that the code of a shift was scanned in time at this moment."""
    return Signer(salt=SALT).sign(f"{shift_id.hex}.{actor.person().hex}.{int(at.timestamp())}")


def seen_at(*, actor: Actor, shift_id: UUID, mark: str, at: datetime) -> datetime | None:
    """Give when this person scanned the code of a shift, by such a mark that is not too old; else nothing."""
    try:
        shift, person, moment = Signer(salt=SALT).unsign(mark).split(".")
    except (BadSignature, ValueError):
        return None
    then = datetime.fromtimestamp(int(moment), at.tzinfo)
    same = UUID(shift) == shift_id and actor.is_person(UUID(person))
    return then if same and timedelta() <= at - then <= SEEN_GOOD else None


def let_in_at(*, actor: Actor, shift_id: UUID, code: str, seen: str, at: datetime) -> datetime:
    """Give the moment that counts for who stands at the gate: of a scan that was in time. Raises CodeOver.

    The code holds in its step and the next one; after that the mark of a page that was opened in time counts.
    """
    scan = scanned(code)
    if scan.shift != shift_id:
        raise refusals.CodeUnknown(field="code")
    if scan.holds(at):
        return at
    then = seen_at(actor=actor, shift_id=shift_id, mark=seen, at=at) if seen else None
    if then is None:
        raise refusals.CodeOver(field="code")
    return then


def position_of(shift: Shift) -> gate.Place | None:
    """Give where a shift takes place: as the activity says, None where that has no position or the shift is elsewhere.

    The activity is loaded.
    """
    activity = shift.activity
    if shift.where != activity.place or activity.lat is None or activity.lng is None:
        return None
    return gate.Place(activity.lat, activity.lng)


def gate_of(shift_id: UUID) -> Manner:
    """Give how a shift lets people in."""
    row = Gate.objects.filter(pk=shift_id).first()
    return Manner() if row is None else Manner(row.walk_ins, row.metres)

"""Signs of life that no other record shows are put on record, and taken back where they were wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations.models import Organization, Sign, SignKind
from shanzhi.organizations.operations.parts import guided

MOST_PRESENT: Final = 100_000
LONGEST_ABOUT: Final = 200


class BadSign(Invalid):
    """There is no such sign."""

    code = "bad_sign"
    message = _("Choose whether it was a meeting or an activity.")


class BadSignDay(Invalid):
    """The day lies in the future or too far back."""

    code = "bad_sign_day"
    message = _("Give the day on which it was held: not in the future, and not before 1949.")


class BadPresent(Invalid):
    """Nobody can have been present in such a number."""

    code = "bad_present"
    message = _("Give the number present as a whole number from 1 to 100,000.")


class AboutTooLong(Invalid):
    """The words are too many."""

    code = "about_too_long"
    message = _("Say in at most 200 characters what it was about.")


class SignThere(Conflict):
    """It is on record."""

    code = "sign_there"
    message = _("A sign of this kind is on record for this day already. Take that one back first if it is wrong.")


class SignReasonMissing(Invalid):
    """A sign is taken back for a reason."""

    code = "reason_missing"
    message = _("Write why it is taken back; the reason is kept on record.")


def add_sign(
    *, actor: Actor, organization_id: UUID, kind: str, on: date, present: int, at: datetime, about: str = ""
) -> Sign:
    """Put a meeting or an activity outside a project on record, as who keeps the parts of the organisation.

    Raises NotFound, Forbidden, ClosedAlready, BadSign, BadSignDay, BadPresent, AboutTooLong, SignThere.
    """
    words = " ".join(about.split())
    try:
        with transaction.atomic():
            found = guided(actor, organization_id)
            if kind not in SignKind.values:
                raise BadSign(field="kind")
            if on.year < 1949 or on > timezone.localdate(at):
                raise BadSignDay(field="on")
            if not 1 <= present <= MOST_PRESENT:
                raise BadPresent(field="present")
            if len(words) > LONGEST_ABOUT:
                raise AboutTooLong(field="about")
            made = Sign.objects.create(
                organization=found, kind=kind, on=on, present=present, about=words, recorded_by_id=actor.person_id,
                created_at=at,
            )  # fmt: skip
            _note(actor, "add", made, found, {"sign_kind": kind, "on": on.isoformat(), "present": present}, at)
    except IntegrityError as fault:
        if "organizations_sign_once" in str(fault):
            raise SignThere(field="on") from fault
        raise
    return made


def take_back_sign(*, actor: Actor, sign_id: UUID, reason: str, at: datetime) -> Sign:
    """Take a sign back that was wrong; it counts no more and stays on record.

    Raises NotFound, Forbidden, ClosedAlready, SignReasonMissing.
    """
    with transaction.atomic():
        body = Sign.objects.filter(pk=sign_id).values_list("organization", flat=True).first()
        found = guided(actor, body or UUID(int=0))
        row = Sign.objects.select_for_update().filter(pk=sign_id, taken_back_at=None).first()
        if row is None:
            raise NotFound
        if not reason.strip():
            raise SignReasonMissing(field="reason")
        row.taken_back_at, row.taken_back_reason = at, reason.strip()
        row.save(update_fields=["taken_back_at", "taken_back_reason"])
        _note(
            actor, "take_back", row, found, {"sign_kind": row.kind, "on": row.on.isoformat()}, at, row.taken_back_reason
        )
    return row


def _note(
    actor: Actor, verb: str, row: Sign, found: Organization, change: Mapping[str, object], at: datetime, why: str = ""
) -> None:
    record(
        actor=actor, verb=f"organizations.sign.{verb}", subject=found, area=found.area,
        change={"sign": str(row.pk), **change}, at=at, reason=why,
    )  # fmt: skip

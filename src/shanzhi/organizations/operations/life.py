"""An organisation goes on in its life: begins a project, is registered, becomes a hub, rests, is suspended, resumes."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.organizations.lifecycle import ORGANIZATION, RESTING
from shanzhi.organizations.models import Filing, Organization
from shanzhi.organizations.operations.organizations import locked

RESUME: Final = "resume"
# What an officer does by hand; filing, its end and dissolving have doors of their own.
BY_HAND: Final = (
    "begin_project", "register", "become_hub", "leave_hub_filed", "leave_hub_registered", "rest", "suspend", RESUME,
)  # fmt: skip


class BadMove(Invalid):
    """There is no such step, or it does not start here."""

    code = "bad_move"
    message = _("Choose one of the steps that can be taken from here.")


class MoveReasonMissing(Invalid):
    """A step is taken for a reason."""

    code = "reason_missing"
    message = _("Write the reason; it is kept on record.")


class CodeMissing(Conflict):
    """A registered body has a unified social credit code."""

    code = "credit_code_missing"
    message = _("A registered body has a unified social credit code. Enter it first under “Change the organisation”.")


class NotFiled(Conflict):
    """A filing that holds is missing."""

    code = "not_filed"
    message = _("This organisation has no filing that holds. It is filed by an application first.")


def steps_from(found: Organization) -> list[str]:
    """Name the steps that an officer can take by hand from where an organisation stands."""
    steps = [name for name in ORGANIZATION.open_moves(found.state) if name in BY_HAND]
    return [*steps, RESUME] if found.state in RESTING else steps


def move_organization(
    *, actor: Actor, organization_id: UUID, version: int, move: str, reason: str, at: datetime
) -> Organization:
    """Take one step in the life of an organisation, for a reason; who rests or is suspended resumes where it was.

    Raises NotFound, Stale, ClosedAlready, BadMove, MoveReasonMissing, CodeMissing, NotFiled, Forbidden, NotInCharge.
    """
    with transaction.atomic():
        found = locked(actor, organization_id, version)
        if move not in steps_from(found):
            raise BadMove(field="move")
        if not reason.strip():
            raise MoveReasonMissing(field="reason")
        before = found.state
        target = ORGANIZATION.move(before, f"resume_{found.rests_from}" if move == RESUME else move)
        if target == "registered" and move != RESUME and not found.credit_code:
            raise CodeMissing(field="move")
        if target == "filed" and not Filing.objects.filter(organization=found, cancelled_on=None).exists():
            raise NotFiled(field="move")
        if target in RESTING:
            found.rests_from = found.rests_from or before
        else:
            found.rests_from = ""
        found.state, found.version = target, found.version + 1
        found.save()
        record(
            actor=actor, verb="organizations.organization.move", subject=found, area=found.area,
            change={"from": before, "to": target}, at=at, reason=reason.strip(),
        )  # fmt: skip
    return found

"""An officer says what a doubtful row is: the same as one on record, another one, or nothing to take."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations.models import Decision, Mark, Organization, Outcome, RegisterRow
from shanzhi.organizations.operations.registers.checking import line_of, opened
from shanzhi.organizations.operations.registers.receiving import RegisterGone, locked_register


class NotDoubtful(Conflict):
    """Only doubtful rows are decided."""

    code = "row_not_doubtful"
    message = _("This row is not doubtful; there is nothing to decide.")


class NotACandidate(Invalid):
    """The organisation is none of those that the row may be."""

    code = "not_a_candidate"
    message = _("Choose one of the organisations that the row may be.")


class AnotherImpossible(Conflict):
    """Two organisations of one name at one seat, or of one code, cannot be on record."""

    code = "another_impossible"
    message = _(
        "An organisation of this name at this seat, or with this code, is on record already, so the row cannot be "
        "another one. Say that it is the same, or leave it out."
    )


def decide_row(
    *, actor: Actor, register_id: UUID, row_id: int, decision: str, at: datetime, organization_id: UUID | None = None
) -> RegisterRow:
    """Decide a doubtful row; with "" the decision is taken back. `organization_id` names the one that it is.

    Raises NotFound, RegisterGone, NotDoubtful, NotACandidate, AnotherImpossible.
    """
    with transaction.atomic():
        found = locked_register(actor, register_id)
        if found.state != "checked":
            raise RegisterGone
        row = RegisterRow.objects.filter(register=found, pk=row_id).first()
        if row is None:
            raise NotFound
        if row.outcome != Outcome.DOUBTFUL:
            raise NotDoubtful
        if decision not in ("", *Decision.values):
            raise NotACandidate(field="decision")
        if decision == Decision.SAME:
            chosen = {UUID(key): (mark, of_row) for key, mark, of_row, _name in row.twins}
            wanted = organization_id or next(iter(chosen))
            if wanted not in chosen:
                raise NotACandidate(field="organization")
            row.organization, (row.mark, row.of_row) = wanted, chosen[wanted]
        elif decision == Decision.ANOTHER and another_impossible(row):
            raise AnotherImpossible(field="decision")
        row.decision = decision
        row.save(update_fields=["decision", "organization", "mark", "of_row"])
        record(
            actor=actor, verb="organizations.register.decide", subject=found, area=found.area,
            change={"row": row.number, "decision": decision}, at=at,
        )  # fmt: skip
    return row


def another_impossible(row: RegisterRow) -> bool:
    """Tell whether a row cannot be an organisation of its own: its code, or name and seat, are on record."""
    line = line_of(opened(row))
    if any(mark == Mark.CODE for _key, mark, _of_row, _name in row.twins):
        return True
    here = Organization.objects.filter(name=line.name, area=line.area, closed_at=None)
    return here.exists() or any(name == line.name and of_row for _key, _mark, of_row, name in row.twins)

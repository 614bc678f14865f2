"""An officer says who a doubtful row is: the same person as on record, another one, or nobody to take."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.people import minors
from shanzhi.volunteering.models import RowDecision, RowOutcome, VolunteerRow
from shanzhi.volunteering.operations.imports.checking import line_of, opened
from shanzhi.volunteering.operations.imports.receiving import ImportGone, locked_import


class NotDoubtfulRow(Conflict):
    """Only doubtful rows are decided."""

    code = "row_not_doubtful"
    message = _("This row is not doubtful; there is nothing to decide.")


class BadDecision(Invalid):
    """The decision is none of those that there are."""

    code = "bad_decision"
    message = _("Say that it is the same person, another one, or leave the row out.")


class ChildWithoutGuardian(Invalid):
    """Another child than the one on record has nobody who agreed."""

    code = "child_without_guardian"
    message = _(
        "This is a child under 14, and for another one than on record no guardian has agreed. Leave the row out, note "
        "the guardian, who agrees under My wards, and send the row again."
    )


def decide_row(*, actor: Actor, import_id: UUID, row_id: int, decision: str, at: datetime) -> VolunteerRow:
    """Decide a doubtful row; with "" the decision is taken back.

    Raises NotFound, ImportGone, NotDoubtfulRow, BadDecision, ChildWithoutGuardian.
    """
    with transaction.atomic():
        found = locked_import(actor, import_id)
        if found.state != "checked":
            raise ImportGone
        row = VolunteerRow.objects.filter(of_import=found, pk=row_id).first()
        if row is None:
            raise NotFound
        if row.outcome != RowOutcome.DOUBTFUL:
            raise NotDoubtfulRow
        if decision not in ("", *RowDecision.values):
            raise BadDecision(field="decision")
        if decision == RowDecision.ANOTHER and minors.child_born(line_of(opened(row)).born_on, at):
            raise ChildWithoutGuardian(field="decision")
        row.decision = decision
        row.save(update_fields=["decision"])
        record(
            actor=actor, verb="volunteering.import.decide", subject=found, area=found.area,
            change={"row": row.number, "decision": decision}, at=at,
        )  # fmt: skip
    return row

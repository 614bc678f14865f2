"""What this room holds about people: for which shift somebody was proposed and asked, the answer, being on call."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.activities.operations import erasing
from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.assignments.operations.erasing import ask_no_more, asked_for
from shanzhi.kernel import merging
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)

K, E = Kind, Erase
MATCHING: Final = register_activity(
    Activity(
        "assignments",
        _("Asking volunteers for shifts that suit them"),
        _("Shifts find people, turns are shared fairly, and in an emergency those come who agreed to be called."),
        Ground.CONSENT,
        _(
            "Personal Information Protection Law, articles 13 (1), 24; "
            "Regulations on Voluntary Service, articles 12, 15"
        ),
        _("As long as service is on record; who is erased is asked no more."),
        _("Oneself; who plans the shifts, by number and masked name, with the points and what they come from."),
        _("Somebody might feel pressed, or be judged by points."),
        _(
            "A person asks, never a program; each part of the points is told; a no costs nothing; "
            "being on call ends any time."
        ),
        order=49,
    )
)
describe("assignments.Run", _("Proposals you had worked out"), "made_by_id", MATCHING, made_by=(K.LINK, E.KEEP),
         reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("assignments.Proposal", _("Shifts you were proposed for and asked"), "volunteer__person_id", MATCHING,
         shift=(K.LINK, E.KEEP), volunteer=(K.LINK, E.KEEP), score=(K.RECORD, E.KEEP), parts=(K.RECORD, E.KEEP),
         state=(K.RECORD, E.SPECIAL), answered_at=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("assignments.Proposal", _("Pairs you decided on"), "decided_by_id", MATCHING, decided_by=(K.LINK, E.KEEP),
         decided_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("assignments.OnCall", _("Your agreement to be called up"), "volunteer__person_id", MATCHING,
         volunteer=(K.LINK, E.KEEP), agreed_at=(K.RECORD, E.KEEP), ended_at=(K.RECORD, E.SPECIAL))  # fmt: skip
erasing.ALSO["assignments"] = asked_for
REGISTRY.specials["assignments"] = Special("assignments", ask_no_more)
name_fields(
    made_by=_("Worked out for"), score=_("Points in all"), parts=_("What the points come from"),
    answered_at=_("Answered on"),
    agreed_at=_("Agreed on"),
)  # fmt: skip
name_field("assignments.Run", "reason", _("What the matching is for"))
name_field("assignments.Proposal", "shift", _("Shift"))
name_field("assignments.Proposal", "volunteer", _("Volunteer"))
name_field("assignments.Proposal", "reason", _("Reason"))
name_field("assignments.OnCall", "volunteer", _("Volunteer"))
name_field("assignments.OnCall", "ended_at", _("Ended on"))


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    rows = Proposal.objects.filter(volunteer__person_id=person_id).count()
    held = OnCall.objects.filter(volunteer__person_id=person_id).count()
    return [(_("Shifts proposed and asked for"), rows), (_("Agreements to be called up"), held)]


merging.register("assignments", merging.MergeRoom(_counts))

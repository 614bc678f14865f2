"""What this room holds about people: who planned, changed, checked and signed up, and the address of a calendar."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.activities.lifecycle import LIVING
from shanzhi.activities.models import SignUp
from shanzhi.activities.operations.erasing import STANDING, TOLD, give_places_back, hold_activities
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
SHIFTS: Final = register_activity(
    Activity(
        "activities",
        _("Volunteer activities and sign-ups"),
        _("A shift has so many places, whom it suits is let in, and who signed up is told of changes."),
        Ground.CONSENT,
        _(
            "Personal Information Protection Law, article 13 (1); Regulations on Voluntary Service, articles 12, 15, "
            "17, 20"
        ),
        _("As long as service is on record; who is erased leaves the shifts to come."),
        _("Oneself; who plans the activity, by number and masked name."),
        _("Somebody learns when a home stands empty, or where somebody will be."),
        _("Nobody's name is public; the calendar's address is secret, can be made anew, and names nobody."),
        order=48,
    )
)
# Whatever somebody wrote of an activity may name any of these, so it is looked through for each of them.
_TOLD: Final = dict.fromkeys(TOLD, (K.TEXT, E.SPECIAL))
describe("activities.Activity", _("Activities you planned"), "planned_by_id", SHIFTS, planned_by=(K.LINK, E.KEEP),
         **_TOLD)  # fmt: skip
describe("activities.Activity", _("Activities you changed"), "changed_by_id", SHIFTS, changed_by=(K.LINK, E.KEEP),
         **_TOLD)  # fmt: skip
describe("activities.Activity", _("Activities you handed in"), "submitted_by_id", SHIFTS,
         submitted_by=(K.LINK, E.KEEP), **_TOLD)  # fmt: skip
describe("activities.Activity", _("Activities you checked"), "checked_by_id", SHIFTS, checked_by=(K.LINK, E.KEEP),
         **_TOLD)  # fmt: skip
describe("activities.Activity", _("Activities you lead on the day"), "contact__person_id", SHIFTS,
         contact=(K.LINK, E.KEEP), **_TOLD)  # fmt: skip
# Where one meets and what was told of a change are free words too. All these are looked through by the `Special`, for
# who only signed up as well.
_SAID: Final = dict.fromkeys(("place", "notice"), (K.TEXT, E.SPECIAL))
for _way in STANDING:
    describe("activities.Shift", _("Shifts of activities you planned or checked"), f"activity__{_way}", SHIFTS,
             **_SAID)  # fmt: skip
describe("activities.SignUp", _("Shifts you signed up for"), "volunteer__person_id", SHIFTS, shift=(K.LINK, E.KEEP),
         volunteer=(K.LINK, E.KEEP), state=(K.RECORD, E.SPECIAL), turn=(K.RECORD, E.KEEP),
         queued_at=(K.RECORD, E.KEEP), signed_at=(K.RECORD, E.KEEP), ended_at=(K.RECORD, E.SPECIAL),
         reason=(K.TEXT, E.SPECIAL))  # fmt: skip
describe("activities.CalendarFeed", _("The secret address of your calendar"), "volunteer__person_id", SHIFTS,
         volunteer=(K.LINK, E.KEEP), ended_at=(K.RECORD, E.SPECIAL))  # fmt: skip
REGISTRY.locks["activities"] = hold_activities
REGISTRY.specials["activities"] = Special("activities", give_places_back)
name_fields(
    planned_by=_("Planned by"), submitted_by=_("Handed in by"), checked_by=_("Checked by"),
    contact=_("Who leads on the day"), turn=_("Place in the order of coming"), queued_at=_("Came on"),
    signed_at=_("Has the place since"),
    check_note=_("Words of the check"), risks=_("Risks, and what is done against them"), reach=_("Where to ask"),
)  # fmt: skip
name_field("activities.Activity", "changed_by", _("Changed by"))
name_field("activities.Activity", "what", _("What one does there"))
name_field("activities.Activity", "reason", _("Why it was called off"))
name_field("activities.Shift", "place", _("Meeting place, if another one"))
name_field("activities.Shift", "notice", _("What was told of the change"))
name_field("activities.SignUp", "shift", _("Shift"))
name_field("activities.SignUp", "volunteer", _("Volunteer"))
name_field("activities.SignUp", "reason", _("Why it was ended"))
name_field("activities.SignUp", "ended_at", _("Ended at"))
name_field("activities.CalendarFeed", "volunteer", _("Volunteer"))
name_field("activities.CalendarFeed", "ended_at", _("Ended at"))


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    return [(_("Sign-ups for shifts"), SignUp.objects.filter(volunteer__person_id=person_id).count())]


def _twice(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """Say that of two living sign-ups of one person for one shift one is given back first."""
    rows = SignUp.objects.filter(state__in=LIVING)
    own = rows.filter(volunteer__person_id=kept_id).values("shift")
    if rows.filter(volunteer__person_id=merged_id, shift__in=own).exists():
        return [_("Both are signed up for the same shift. One of the two gives the place back first.")]
    return []


merging.register("activities", merging.MergeRoom(_counts, _twice))

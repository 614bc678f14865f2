"""How sure we are of a person's real name."""

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

VERIFIERS = frozenset(
    {Role.SOCIAL_WORKER, Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR}
)

REAL_NAME = Lifecycle(
    name="people.real_name",
    states={
        "declared": _("Declared by the person"),
        "verified": _("Verified by staff against a document"),
        "verified_outside": _("Verified by an outside service"),
    },
    moves={
        "verify": Move(("declared", "verified_outside"), "verified", VERIFIERS, ("document",)),
        "verify_outside": Move(("declared",), "verified_outside", frozenset(), ("driver",)),
        "revoke": Move(("verified", "verified_outside"), "declared", VERIFIERS, ("reason",)),
    },
)
VERIFIED = ("verified", "verified_outside")

BATCH = Lifecycle(
    name="people.import",
    states={
        "read": _("Read, not yet confirmed"),
        "writing": _("Being written"),
        "written": _("Written"),
    },
    moves={
        "confirm": Move(("read",), "writing", VERIFIERS, ("no_errors",)),
        "finish": Move(("writing",), "written"),
        "fail": Move(("writing",), "read"),
    },
)

# Two of these decide on the way back into a staff account.
RECOVERERS = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
RECOVERY = Lifecycle(
    name="people.recovery",
    states={
        "asked": _("Document seen by one officer"),
        "waiting": _("Confirmed by a second officer, waiting"),
        "done": _("Second factor removed"),
        "stopped": _("Stopped"),
    },
    moves={
        "approve": Move(("asked",), "waiting", RECOVERERS, ("another_officer",)),
        "finish": Move(("waiting",), "done", RECOVERERS, ("waited",)),
        "stop": Move(("asked", "waiting"), "stopped", RECOVERERS, ("reason",)),
    },
)

INVITATION = Lifecycle(
    name="people.invitation",
    states={"open": _("Waits to be taken up"), "taken": _("Taken up"), "ended": _("Taken back")},
    moves={
        "take": Move(("open",), "taken", frozenset(), ("code", "phone", "in_time")),
        "end": Move(("open",), "ended", VERIFIERS),
    },
)

MERGE = Lifecycle(
    name="people.merge",
    states={
        "proposed": _("Waits for a second member of staff"),
        "done": _("Merged"),
        "refused": _("Not merged"),
        "undone": _("Undone, two records again"),
    },
    moves={
        "approve": Move(("proposed",), "done", VERIFIERS, ("second_of_staff", "no_hindrance")),
        "refuse": Move(("proposed",), "refused", VERIFIERS, ("reason",)),
        "undo": Move(("done",), "undone", VERIFIERS, ("reason", "last_first")),
    },
)

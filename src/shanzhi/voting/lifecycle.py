"""The lives of a poll, of a booth and of the mark of one who votes on paper."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

# Who may set up and run a poll, in all of its areas.
MANAGERS = frozenset(
    {
        Role.OPERATOR,
        Role.COMMUNITY_SECRETARY,
        Role.SUBDISTRICT_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.ADMINISTRATOR,
    }
)

DRAFT, ROLL_FIXED, OPEN, CLOSED, COUNTED = "draft", "roll_fixed", "open", "closed", "counted"

POLL = Lifecycle(
    name="voting.poll",
    states={
        DRAFT: _("Being prepared"),
        ROLL_FIXED: _("Roll of voters fixed"),
        OPEN: _("Voting runs"),
        CLOSED: _("Voting closed"),
        COUNTED: _("Counted"),
    },
    moves={
        "fix_roll": Move((DRAFT, ROLL_FIXED), ROLL_FIXED, MANAGERS, ("roll_date_reached", "somebody_on_the_roll")),
        "open": Move((ROLL_FIXED,), OPEN, MANAGERS, ("options", "not_before_opens_at")),
        "close": Move((OPEN,), CLOSED, MANAGERS, ("closes_at_reached_or_reason", "booths_reconciled")),
        "import": Move((DRAFT,), CLOSED, MANAGERS, ("imported",)),
        "count": Move((CLOSED,), COUNTED, MANAGERS),
    },
)
SEALED_STATES = (DRAFT, ROLL_FIXED, OPEN)
FINISHED_STATES = (CLOSED, COUNTED)

PREPARED, RECONCILED, CANCELLED = "prepared", "reconciled", "cancelled"

# Officers of the booth take these steps; who runs the poll prepares and cancels.
BOOTH = Lifecycle(
    name="voting.booth",
    states={
        PREPARED: _("Being prepared"),
        OPEN: pgettext_lazy("booth", "Open"),
        CLOSED: _("Closed, being counted"),
        RECONCILED: _("Reconciled"),
        CANCELLED: _("Cancelled"),
    },
    moves={
        "open": Move((PREPARED,), OPEN, holds=("two_officers", "poll_open", "sheets_received")),
        "close": Move((OPEN,), CLOSED, holds=("sheets_counted",)),
        "reconcile": Move(
            (CLOSED,),
            RECONCILED,
            holds=(
                "received_is_issued_and_unissued",
                "issued_is_cast_spoiled_and_returned",
                "cast_is_entered_twice",
                "marks_and_replacements_are_issued",
            ),
        ),
        "cancel": Move((PREPARED,), CANCELLED, MANAGERS),
    },
)

MARK = Lifecycle(
    name="voting.paper_mark",
    states={
        "cast": _("In the box"),
        "awaiting": _("Waits for the second officer"),
        "accepted": _("Outer envelope accepted"),
        "opened": _("Outer envelope opened and mixed"),
        "returned": _("Sheet handed back"),
        "carried_off": _("Sheet carried off"),
        "void": _("Void, outer envelope stays shut"),
    },
    moves={
        "confirm": Move(("awaiting",), "accepted", holds=("another_officer",)),
        "open_outer": Move(("accepted",), "opened", holds=("booth_closed",)),
        "hand_back": Move(("cast", "awaiting"), "returned", holds=("booth_open",)),
        "carry_off": Move(("cast",), "carried_off", holds=("reason",)),
        "void": Move(("awaiting", "accepted"), "void", holds=("void_reason",)),
    },
)

"""The life of a poll."""

from django.utils.translation import gettext_lazy as _

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
        "close": Move((OPEN,), CLOSED, MANAGERS, ("closes_at_reached_or_reason",)),
        "import": Move((DRAFT,), CLOSED, MANAGERS, ("imported",)),
        "count": Move((CLOSED,), COUNTED, MANAGERS),
    },
)
SEALED_STATES = (DRAFT, ROLL_FIXED, OPEN)
FINISHED_STATES = (CLOSED, COUNTED)

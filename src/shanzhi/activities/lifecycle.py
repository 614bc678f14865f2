"""The lives of an activity, of a shift and of a sign-up, as tables; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.volunteering.lifecycle import AGREERS

# Staff of the area plan as well as the leaders of the team; an officer who did not plan checks.
CHECKERS: Final = AGREERS

ACTIVITY: Final = Lifecycle(
    name="activities.activity",
    states={
        "draft": pgettext_lazy("activity", "Being planned"),
        "submitted": _("Waits for the check"),
        "checked": pgettext_lazy("activity", "Checked"),
        "published": pgettext_lazy("activity", "Published"),
        "cancelled": pgettext_lazy("activity", "Called off"),
        "finished": pgettext_lazy("activity", "Over"),
    },
    moves={
        "submit": Move(("draft",), "submitted", frozenset(), ("planner", "risks_told", "a_shift")),
        "return": Move(("submitted", "checked"), "draft", CHECKERS, ("not_the_planner", "reason")),
        "rework": Move(("submitted", "checked"), "draft", frozenset(), ("planner",)),
        "check": Move(("submitted",), "checked", CHECKERS, ("not_the_planner", "insured_if_dangerous")),
        "publish": Move(("checked",), "published", frozenset(), ("planner", "insured_if_dangerous")),
        "cancel": Move(("draft", "submitted", "checked", "published"), "cancelled", frozenset(), ("planner", "reason")),
        "finish": Move(("published",), "finished", frozenset(), ("all_shifts_over",)),
    },
)
SHIFT: Final = Lifecycle(
    name="activities.shift",
    states={
        "open": pgettext_lazy("shift", "Takes place"),
        "cancelled": pgettext_lazy("shift", "Called off"),
    },
    moves={"cancel": Move(("open",), "cancelled", frozenset(), ("planner", "not_begun", "reason"))},
)
# First come, first served: who asks takes a free place or waits in line; a place that falls free goes to the first in
# line whom it suits. No move puts somebody ahead of others.
SIGNUP: Final = Lifecycle(
    name="activities.signup",
    states={
        "waiting": pgettext_lazy("sign-up", "Waits in line"),
        "signed": pgettext_lazy("sign-up", "Signed up"),
        "left": pgettext_lazy("sign-up", "Given back"),
        "cancelled": pgettext_lazy("sign-up", "Ended by the organiser"),
    },
    moves={
        "place": Move(("waiting",), "signed", frozenset(), ("a_free_place", "first_in_line_whom_it_suits")),
        "leave": Move(("waiting", "signed"), "left", frozenset(), ("oneself", "not_begun")),
        "cancel": Move(("waiting", "signed"), "cancelled", frozenset(), ("called_off_or_unfit", "reason")),
    },
)
PLANNED: Final = ("draft", "submitted", "checked", "published")
"""States of an activity that is not over."""
PUBLIC: Final = ("published", "cancelled", "finished")
"""States in which the public may know an activity that was published."""
TO_CHECK: Final = ACTIVITY.moves["return"].sources
"""States in which an officer has something to decide: to pass it or to give it back, and then only that."""
LIVING: Final = ("waiting", "signed")
"""States of a sign-up that is not over."""
SERVES_NO_MORE: Final = "serves_no_more"
MOVED_ONTO: Final = "moved_onto"
BEGUN: Final = "begun"
ENDED: Final = {
    SERVES_NO_MORE: _("You serve no more, or a consent is missing."),
    MOVED_ONTO: _("The new time is that of another shift for which you are signed up."),
    BEGUN: _("The shift has begun, and its line is over."),
}
"""Why a sign-up ended that nobody ended by hand: what stands in its `reason`, in words."""

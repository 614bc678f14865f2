"""The lives of a run of matching and of a proposed pair, as tables; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.activities.policies import PLANNERS
from shanzhi.kernel.lifecycle import Lifecycle, Move

RUN: Final = Lifecycle(
    name="assignments.run",
    states={
        "working": pgettext_lazy("matching", "Being worked out"),
        "proposed": pgettext_lazy("matching", "Waits for you to look"),
        "closed": pgettext_lazy("matching", "Closed"),
        "failed": pgettext_lazy("matching", "Did not work"),
    },
    moves={
        "propose": Move(("working",), "proposed", frozenset(), ("the_engine",)),
        "fail": Move(("working",), "failed", frozenset(), ("the_engine",)),
        "close": Move(("proposed",), "closed", PLANNERS, ("planner",)),
    },
)
# Nobody is signed up without a yes of their own: a planner asks, the volunteer answers.
PROPOSAL: Final = Lifecycle(
    name="assignments.proposal",
    states={
        "proposed": pgettext_lazy("pair", "Proposed"),
        "asked": pgettext_lazy("pair", "Asked"),
        "accepted": pgettext_lazy("pair", "Said yes"),
        "declined": pgettext_lazy("pair", "Cannot come"),
        "lapsed": pgettext_lazy("pair", "Did not answer in time"),
        "dropped": pgettext_lazy("pair", "Not asked"),
    },
    moves={
        "ask": Move(("proposed",), "asked", PLANNERS, ("planner", "suits_at_this_moment", "a_place_is_free")),
        "drop": Move(("proposed",), "dropped", PLANNERS, ("planner_or_does_not_suit", "reason")),
        "accept": Move(("asked",), "accepted", frozenset(), ("oneself", "risks_read", "suits_at_this_moment")),
        "decline": Move(("asked",), "declined", frozenset(), ("oneself",)),
        "lapse": Move(("asked",), "lapsed", frozenset(), ("begun_or_called_off", "reason")),
    },
)
CLOSED, BEGUN, OVER, FULL, SERVES_NO_MORE = "run_closed", "begun", "shift_over", "full", "serves_no_more"
SIGNED_UP, ASKED_BEFORE, SAID_NO = "signed_up", "asked_before", "said_no"
WHY: Final = {
    CLOSED: _("The proposal was closed before anybody was asked."),
    BEGUN: _("The shift began without an answer."),
    OVER: _("The shift does not take place any more."),
    FULL: _("No place is free any more: others signed up, wait in line, or were asked before."),
    SERVES_NO_MORE: _("Serves no more."),
    SIGNED_UP: _("Signed up meanwhile, or waits in line."),
    ASKED_BEFORE: _("Was asked for this shift before and did not answer yet."),
    SAID_NO: _("Said no to this shift before."),
    "state": _("Has paused or left."),
    "consent": _("A consent is missing."),
    "age_unknown": _("The age is not known."),
    "too_young": _("Too young for this task."),
    "too_old": _("Too old for this task."),
    "qualification": _("A training or check is missing."),
    "skill": _("A skill is missing."),
    "overlap": _("Is bound at that time."),
    "uninsured": _("The task is dangerous and not insured on that day."),
}
"""Why a pair came to nothing that nobody ended by hand: the codes in its `reason`, with commas between, in words."""


def moves(table: Lifecycle) -> tuple[tuple[str, str], ...]:
    """List the pairs of states that a table allows, as the guards of the database hold them."""
    return tuple(sorted({(source, move.target) for move in table.moves.values() for source in move.sources}))

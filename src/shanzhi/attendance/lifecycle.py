"""The life of a record of presence and of the doubts about it, as tables; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.volunteering.lifecycle import AGREERS

# Times are facts: they are filled in once. What was wrong is replaced by a new row, or struck out, and stays readable.
ATTENDANCE: Final = Lifecycle(
    name="attendance.attendance",
    states={
        "here": pgettext_lazy("attendance", "Here"),
        "left": pgettext_lazy("attendance", "Signed out"),
        "replaced": pgettext_lazy("attendance", "Corrected by another record"),
        "struck": pgettext_lazy("attendance", "Struck out"),
    },
    moves={
        "leave": Move(("here",), "left", frozenset(), ("code_place_or_leader",)),
        "replace": Move(("here", "left"), "replaced", AGREERS, ("leader_or_office", "reason", "not_oneself")),
        "strike": Move(("here", "left"), "struck", AGREERS, ("leader_or_office", "reason", "not_oneself")),
    },
)
# Nobody decides about oneself, and who entered a doubtful record does not decide to keep it. What is struck out or
# replaced waits for nothing.
REVIEW: Final = Lifecycle(
    name="attendance.review",
    states={
        "clear": pgettext_lazy("attendance", "Nothing speaks against it"),
        "waiting": pgettext_lazy("attendance", "Waits for a decision"),
        "kept": pgettext_lazy("attendance", "Looked at and kept"),
        "settled": pgettext_lazy("attendance", "Settled: it does not count any more"),
    },
    moves={
        "doubt": Move(("clear", "kept"), "waiting", frozenset(), ("a_new_reason",)),
        "keep": Move(("waiting",), "kept", AGREERS, ("leader_or_office", "reason", "not_oneself", "not_the_recorder")),
        "settle": Move(("waiting",), "settled", frozenset(), ("struck_or_replaced",)),
    },
)
LIVING: Final = ("here", "left")
"""States of a record that counts."""

"""The lives of a project, its activities, objections to it, and a ceremony, as tables."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.ventures.lifecycle import MANAGERS, REVIEWERS

# Mid-term after the practice of Haishu district: self-report, review, public notice; then passed or stopped.
PROJECT: Final = Lifecycle(
    name="projects.project",
    states={
        "running": _("Being carried out"),
        "midterm": _("Mid-term under review"),
        "notice": _("Mid-term under public notice"),
        "passed": _("Mid-term passed, going on"),
        "failed": _("Mid-term not passed, stopped"),
        "completion": _("Completion under review"),
        "completed": _("Completed"),
        "graduated": _("Graduated"),
        "ended": _("Ended without graduation"),
        "terminated": _("Terminated"),
    },
    moves={
        "hand_in_midterm": Move(("running",), "midterm", frozenset(), ("team", "midterm_asked")),
        "mend_midterm": Move(("midterm",), "running", MANAGERS, ("not_own", "reason")),
        "judge_midterm": Move(("midterm",), "notice", MANAGERS, ("not_own", "sheets", "mark")),
        "pass_midterm": Move(("notice",), "passed", MANAGERS, ("notice_over", "nothing_open")),
        "fail_midterm": Move(("notice",), "failed", MANAGERS, ("notice_over", "nothing_open")),
        # An upheld objection or appeal has the report judged anew, by fresh sheets.
        "review_midterm_again": Move(("notice", "failed"), "midterm", MANAGERS, ("ruling",)),
        "hand_in_completion": Move(("running", "passed"), "completion", frozenset(), ("team", "midterm_passed")),
        "mend_completion": Move(("completion",), "passed", MANAGERS, ("not_own", "reason")),
        # Where the rules ask for no mid-term, the project comes back to where it handed in from.
        "mend_completion_first": Move(("completion",), "running", MANAGERS, ("not_own", "reason", "no_midterm")),
        "complete": Move(("completion",), "completed", MANAGERS, ("not_own", "sheets", "mark")),
        "end": Move(("completion",), "ended", MANAGERS, ("not_own", "sheets", "mark")),
        "review_completion_again": Move(("ended",), "completion", MANAGERS, ("ruling",)),
        "graduate": Move(("completed",), "graduated", MANAGERS, ("ceremony_held",)),
        "terminate": Move(
            ("running", "midterm", "notice", "passed", "failed", "completion"),
            "terminated",
            MANAGERS,
            ("not_own", "reason", "settlement"),
        ),
        # An upheld appeal brings a terminated project back to work.
        "resume": Move(("terminated",), "running", MANAGERS, ("ruling", "before_midterm")),
        "resume_passed": Move(("terminated",), "passed", MANAGERS, ("ruling", "after_midterm")),
    },
)
# While a project is in one of these, its team plans, holds and reports activities.
# A project in one of these may grow into an organisation.
GROWN: Final = ("completed", "graduated")
WORKING: Final = ("running", "midterm", "notice", "passed")
OVER: Final = ("graduated", "ended", "terminated")
APPEALABLE: Final = ("failed", "ended", "terminated")

ACTIVITY: Final = Lifecycle(
    name="projects.activity",
    states={
        "planned": pgettext_lazy("activity", "Planned"),
        "announced": pgettext_lazy("activity", "Announced"),
        "held": pgettext_lazy("activity", "Held, report due"),
        "reported": pgettext_lazy("activity", "Reported"),
        "cancelled": pgettext_lazy("activity", "Cancelled"),
    },
    moves={
        "announce": Move(("planned",), "announced", frozenset(), ("team", "ahead")),
        "hold": Move(("planned", "announced"), "held", frozenset(), ("time_come",)),
        "report": Move(("held", "reported"), "reported", frozenset(), ("team", "figures", "summary")),
        "cancel": Move(("planned", "announced", "held"), "cancelled", frozenset(), ("team", "reason")),
    },
)
CHANGEABLE: Final = ("planned", "announced")
# Everybody sees these; a plan that is not announced yet is the team's and the staff's.
SHOWN: Final = ("announced", "held", "reported", "cancelled")

OBJECTION: Final = Lifecycle(
    name="projects.objection",
    states={
        "filed": pgettext_lazy("objection", "Filed"),
        "ruled": pgettext_lazy("objection", "Ruled on"),
        "withdrawn": pgettext_lazy("objection", "Withdrawn"),
    },
    moves={
        "rule": Move(("filed",), "ruled", MANAGERS, ("not_own", "not_decided", "reason")),
        "withdraw": Move(("filed",), "withdrawn", frozenset(), ("filer",)),
    },
)
OBJECTION_KINDS: Final = {"objection": _("Objection"), "appeal": _("Appeal")}
RULINGS: Final = {"dismissed": _("Dismissed"), "upheld": _("Upheld")}

CEREMONY: Final = Lifecycle(
    name="projects.ceremony",
    states={
        "planned": pgettext_lazy("ceremony", "Planned"),
        "held": pgettext_lazy("ceremony", "Held"),
        "cancelled": pgettext_lazy("ceremony", "Cancelled"),
    },
    moves={
        "hold": Move(("planned",), "held", MANAGERS, ("day_come", "projects")),
        "cancel": Move(("planned",), "cancelled", MANAGERS, ("reason",)),
    },
)

REPORTS: Final = {"midterm": _("Mid-term self-report"), "completion": _("Completion report")}
OUTCOMES: Final = {"pass": _("Passed"), "fail": _("Not passed"), "mend": _("To be mended")}
VISIT_KINDS: Final = {
    "regular": pgettext_lazy("visit", "Regular"),
    "special": pgettext_lazy("visit", "For a cause"),
    "phone": pgettext_lazy("visit", "By telephone"),
}
# Who visits and gives marks: whoever checks proposals of the area.
MENTORS: Final = REVIEWERS
__all__ = [
    "ACTIVITY", "APPEALABLE", "CEREMONY", "CHANGEABLE", "MANAGERS", "MENTORS", "OBJECTION", "OBJECTION_KINDS",
    "OUTCOMES", "OVER", "PROJECT", "REPORTS", "RULINGS", "SHOWN", "VISIT_KINDS", "WORKING",
]  # fmt: skip

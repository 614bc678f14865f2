"""The lives of a call, a proposal and a review, as tables."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

# Who runs a round: opens it, moves its phases, publishes its notices.
MANAGERS: Final = frozenset(
    {Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.OPERATOR, Role.ADMINISTRATOR, Role.COMMUNITY_SECRETARY}
)
# Who checks proposals of the own area against the list.
REVIEWERS: Final = MANAGERS | {Role.SOCIAL_WORKER}

PHASES: Final = {
    "publicity": _("Publicity"),
    "submission": _("Proposals"),
    "review": _("Review"),
    "notice": _("Public notice"),
    "voting": _("Vote"),
    "pitch": _("Pitch"),
    "award": _("Award"),
}
# A round may do without these; all others it must have.
OPTIONAL_PHASES: Final = frozenset({"pitch"})

CALL = Lifecycle(
    name="ventures.call",
    states={
        "draft": _("Draft"),
        "publicity": _("Publicity"),
        "submission": _("Open for proposals"),
        "review": _("Under review"),
        "notice": _("Public notice"),
        "voting": _("Vote open"),
        "pitch": _("Pitch"),
        "award": _("Decided"),
        "closed": _("Closed"),
        "cancelled": _("Cancelled"),
    },
    moves={
        "publish": Move(("draft",), "publicity", MANAGERS, ("checks", "date")),
        "open_submission": Move(("publicity",), "submission", MANAGERS, ("checks", "date", "terms")),
        "open_review": Move(("submission",), "review", MANAGERS, ("date", "proposals")),
        "give_notice": Move(("review",), "notice", MANAGERS, ("date", "reviews", "passed")),
        "open_voting": Move(("notice",), "voting", MANAGERS, ("date", "notice_days", "roll")),
        "open_pitch": Move(("voting",), "pitch", MANAGERS, ("date", "vote_over")),
        "award": Move(("voting", "pitch"), "award", MANAGERS, ("date", "vote_over", "jury")),
        "close": Move(("award",), "closed", MANAGERS, ("date", "appeals_over")),
        "cancel": Move(("draft", "publicity", "submission", "review", "notice"), "cancelled", MANAGERS, ("reason",)),
    },
)
# The move that leads into a state; `advance` takes the one that leads to the call's next phase.
MOVE_INTO: Final = {
    "publicity": "publish",
    "submission": "open_submission",
    "review": "open_review",
    "notice": "give_notice",
    "voting": "open_voting",
    "pitch": "open_pitch",
    "award": "award",
    "closed": "close",
}
# Before these end, all that decides may still change; then it is frozen.
UNFROZEN: Final = ("draft", "publicity")
ENDED: Final = ("closed", "cancelled")
# From the notice on, proposals that passed are open to everybody.
SHOWS_PROPOSALS: Final = ("notice", "voting", "pitch", "award", "closed")

# A proposal in one of these can be merged with another, while its call is in one of those.
MERGEABLE: Final = ("draft", "submitted", "returned", "passed")
MERGES_WHILE: Final = ("submission", "review")

PROPOSAL = Lifecycle(
    name="ventures.proposal",
    states={
        "draft": _("Draft"),
        "submitted": _("Submitted"),
        "returned": _("Returned for mending"),
        "passed": _("Passed review"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "disqualified": _("Disqualified"),
        "lapsed": _("Lapsed"),
        "merged": _("Merged into another"),
        "on_ballot": _("On the ballot"),
        "won": _("Chosen"),
        "lost": _("Not chosen"),
    },
    moves={
        "submit": Move(("draft",), "submitted", frozenset(), ("team", "phase", "complete", "limit")),
        "resubmit": Move(("returned",), "submitted", frozenset(), ("team", "deadline", "complete", "limit")),
        "return": Move(("submitted",), "returned", REVIEWERS, ("not_own", "reason", "deadline")),
        "pass": Move(("submitted",), "passed", REVIEWERS, ("not_own", "checklist", "enough_reviews")),
        "reject": Move(("submitted",), "rejected", REVIEWERS, ("not_own", "reason")),
        "withdraw": Move(
            ("draft", "submitted", "returned", "passed", "on_ballot", "won"),
            "withdrawn",
            frozenset(),
            ("team", "reason"),
        ),
        "disqualify": Move(
            ("submitted", "returned", "passed", "on_ballot", "won"), "disqualified", MANAGERS, ("not_own", "reason")
        ),
        # A ruling on an appeal brings a proposal back to where its call stands.
        "review_again": Move(("disqualified", "rejected"), "submitted", MANAGERS, ("ruling", "phase")),
        "pass_by_ruling": Move(("disqualified", "rejected"), "passed", MANAGERS, ("ruling", "phase")),
        "put_back": Move(("disqualified",), "on_ballot", MANAGERS, ("ruling", "vote_runs")),
        "wait_again": Move(("disqualified",), "lost", MANAGERS, ("ruling", "counted")),
        "give_back": Move(("disqualified",), "won", MANAGERS, ("ruling", "place_kept")),
        "lapse": Move(("draft", "returned"), "lapsed", frozenset(), ("phase_over",)),
        "put_on_ballot": Move(("passed",), "on_ballot", MANAGERS, ("notice_over",)),
        "win": Move(("on_ballot",), "won", frozenset(), ("count",)),
        "lose": Move(("on_ballot",), "lost", frozenset(), ("count",)),
        "move_up": Move(("lost",), "won", MANAGERS, ("recount",)),
        # Two teams make one proposal of theirs: one takes the other in, and is reviewed anew where it was handed in.
        "merge": Move(MERGEABLE, "merged", frozenset(), ("both_consent", "phase")),
        "take_in": Move(
            ("submitted", "returned", "passed"),
            "submitted",
            frozenset(),
            ("both_consent", "phase", "complete", "limit"),
        ),
        "take_out": Move(("submitted", "returned", "passed"), "submitted", MANAGERS, ("reason", "phase")),
        "split_off": Move(("merged",), "submitted", MANAGERS, ("reason", "phase")),
        "split_draft": Move(("merged",), "draft", MANAGERS, ("reason", "phase")),
    },
)
EDITABLE: Final = ("draft", "returned")
# Shown to everybody, once the call shows its proposals.
PUBLIC_PROPOSALS: Final = ("passed", "on_ballot", "won", "lost")
# In which states of the call a proposal that is on the ballot, or has won, may still leave.
LEAVES_WHILE: Final = {"on_ballot": ("voting", "pitch"), "won": ("award",)}
# Gone; still shown to everybody where they had been public (`left_shown`).
LEFT: Final = ("withdrawn", "disqualified")

REVIEW = Lifecycle(
    name="ventures.review",
    states={"due": _("Due"), "done": _("Done"), "void": _("No longer needed")},
    moves={"decide": Move(("due",), "done", REVIEWERS), "drop": Move(("due",), "void")},
)
DECISIONS: Final = {"pass": _("Pass"), "return": _("Return for mending"), "reject": _("Reject")}
OUTCOMES: Final = {"pass": _("Met"), "fail": _("Not met"), "na": _("Does not apply")}

# Sessions of training that a call asks of its teams. The list of attendance is open while a session is planned.
TRAINING: Final = Lifecycle(
    name="ventures.trainingsession",
    states={
        "planned": pgettext_lazy("training", "Planned"),
        "recorded": _("List closed"),
        "cancelled": pgettext_lazy("training", "Cancelled"),
    },
    moves={
        "close_list": Move(("planned",), "recorded", MANAGERS, ("begun",)),
        "reopen": Move(("recorded",), "planned", MANAGERS, ("gate_ahead",)),
        "cancel": Move(("planned",), "cancelled", MANAGERS, ("reason", "nobody_recorded")),
    },
)

SHEET = Lifecycle(
    name="ventures.scoresheet",
    states={"draft": _("Begun"), "handed_in": pgettext_lazy("score sheet", "Handed in"), "void": _("Left out")},
    moves={
        "hand_in": Move(("draft", "handed_in"), "handed_in", frozenset({Role.JUROR}), ("complete", "no_conflict")),
        "reopen": Move(("handed_in",), "draft", frozenset({Role.JUROR}), ("not_closed",)),
        "leave_out": Move(("draft", "handed_in"), "void", frozenset(), ("juror_left_or_conflict",)),
    },
)

# Objections 异议 to proposals under public notice, and appeals 申诉 of teams against what was decided on theirs.
DISPUTE_KINDS: Final = {"objection": _("Objection"), "appeal": _("Appeal")}
RULINGS: Final = {"dismissed": _("Dismissed"), "upheld": _("Upheld")}
# What an upheld one brought about.
EFFECTS: Final = {
    "disqualified": _("The proposal was disqualified."),
    "reinstated": _("The proposal was brought back."),
    "noted": _("The proposal stays as it is."),
}
DISPUTE = Lifecycle(
    name="ventures.dispute",
    states={
        "filed": pgettext_lazy("dispute", "Filed"),
        "answered": _("Answered"),
        "ruled": _("Ruled on"),
        "withdrawn": _("Withdrawn"),
    },
    moves={
        "answer": Move(("filed", "answered"), "answered", frozenset(), ("team", "objection")),
        "rule": Move(("filed", "answered"), "ruled", MANAGERS, ("ruling", "not_own", "not_decided")),
        "withdraw": Move(("filed", "answered"), "withdrawn", frozenset(), ("filer",)),
    },
)
OPEN_DISPUTES: Final = ("filed", "answered")
# A team may appeal until the end of this day after the decision; a ruling is due that many days after the filing.
APPEAL_DAYS: Final = 5
RULING_DAYS: Final = 10
APPEALABLE: Final = ("rejected", "disqualified")

# While a round is in one of these, neighbours may comment on its public projects.
TALKS: Final = ("notice", "voting", "pitch", "award")
# Neighbours back a project before the vote alone, so that backing is never taken for a vote.
BACKS: Final = ("notice",)

COMMENT = Lifecycle(
    name="ventures.comment",
    states={
        "shown": pgettext_lazy("comment", "Shown"),
        "withdrawn": pgettext_lazy("comment", "Withdrawn by its author"),
        "hidden": pgettext_lazy("comment", "Hidden by the staff"),
    },
    moves={
        "withdraw": Move(("shown",), "withdrawn", frozenset(), ("author", "within_an_hour")),
        "hide": Move(("shown",), "hidden", MANAGERS, ("not_own", "reason")),
    },
)

# Two teams agree to make one proposal of theirs 合并申报. Both leaders consent to the very same plan.
MERGER = Lifecycle(
    name="ventures.merger",
    states={
        "proposed": pgettext_lazy("merger", "Proposed"),
        "open": pgettext_lazy("merger", "Being agreed on"),
        "merged": pgettext_lazy("merger", "Merged"),
        "refused": pgettext_lazy("merger", "Refused"),
        "lapsed": pgettext_lazy("merger", "Lapsed"),
        "undone": pgettext_lazy("merger", "Undone"),
    },
    moves={
        "open": Move(("proposed",), "open", frozenset(), ("leader", "both_show_theirs")),
        "refuse": Move(("proposed", "open"), "refused", frozenset(), ("leader",)),
        "lapse": Move(("proposed", "open"), "lapsed", frozenset(), ("date_or_phase_over",)),
        "merge": Move(("open",), "merged", frozenset(), ("both_consent", "phase")),
        "undo": Move(("merged",), "undone", MANAGERS, ("not_own", "reason", "phase")),
    },
)
LIVE_MERGERS: Final = ("proposed", "open")
# A proposed merger lapses after that many days, or with the review of its call.
MERGER_DAYS: Final = 14

"""The lives of offers and requests, promises, grants from pools, signs, goods and agreements of banks, as tables."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

# Officers of the bank's area, and those whom they named keepers of its book ('keeps_the_bank').
OFFICERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
# Who leads the organisation that has a thing hands it out too.
LEADERS: Final = frozenset({Role.TEAM_LEADER, Role.OPERATOR})
POST: Final = Lifecycle(
    name="timebank.post",
    states={
        "open": pgettext_lazy("help", "Open"),
        "closed": pgettext_lazy("help", "Closed"),
    },
    moves={
        "close": Move(("open",), "closed", frozenset(), ("the_author_a_keeper_or_time",)),
    },
)
# Credits are held from the promise on; they leave that only by `pay`, `settle`, or back to whom they belong.
DEAL: Final = Lifecycle(
    name="timebank.deal",
    states={
        "asked": pgettext_lazy("help", "Answered, not promised yet"),
        "promised": pgettext_lazy("help", "Promised, credits held"),
        "disputed": pgettext_lazy("help", "Disputed"),
        "paid": pgettext_lazy("help", "Done and paid"),
        "settled": pgettext_lazy("help", "Decided by the bank"),
        "refused": pgettext_lazy("help", "Refused"),
        "withdrawn": pgettext_lazy("help", "Taken back"),
        "cancelled": pgettext_lazy("help", "Called off, credits back"),
        "lapsed": pgettext_lazy("help", "Lapsed, credits back"),
    },
    moves={
        "promise": Move(("asked",), "promised", frozenset(), ("the_author", "credits_there", "guardian_of_a_minor")),
        "refuse": Move(("asked",), "refused", frozenset(), ("the_author",)),
        "withdraw": Move(("asked",), "withdrawn", frozenset(), ("who_answered",)),
        "pay": Move(("promised",), "paid", frozenset(), ("both_confirmed_or_silence",)),
        "cancel": Move(("promised",), "cancelled", frozenset(), ("a_party", "nobody_confirmed", "reason")),
        "lapse": Move(("asked", "promised"), "lapsed", frozenset(), ("time_over",)),
        "dispute": Move(("promised",), "disputed", frozenset(), ("a_party", "reason")),
        "settle": Move(("disputed",), "settled", OFFICERS, ("keeps_the_bank", "no_party", "reason")),
    },
)
GRANT: Final = Lifecycle(
    name="timebank.grant",
    states={
        "proposed": pgettext_lazy("grant of credits", "Waits for two reviewers"),
        "given": pgettext_lazy("grant of credits", "Given"),
        "declined": pgettext_lazy("grant of credits", "Declined"),
    },
    moves={
        "give": Move(("proposed",), "given", OFFICERS, ("two_reviewers", "not_the_proposer", "not_the_receiver")),
        "decline": Move(("proposed",), "declined", OFFICERS, ("keeps_the_bank", "reason")),
    },
)
SIGN: Final = Lifecycle(
    name="timebank.sign",
    states={
        "new": pgettext_lazy("sign", "To look at"),
        "explained": pgettext_lazy("sign", "Explained"),
        "acted": pgettext_lazy("sign", "Acted upon"),
    },
    moves={
        "explain": Move(("new",), "explained", OFFICERS, ("keeps_the_bank", "no_party", "reason")),
        "act": Move(("new",), "acted", OFFICERS, ("keeps_the_bank", "no_party", "reason")),
    },
)
GOOD: Final = Lifecycle(
    name="timebank.good",
    states={
        "open": pgettext_lazy("goods", "Open"),
        "closed": pgettext_lazy("goods", "Closed"),
    },
    moves={
        "close": Move(("open",), "closed", OFFICERS, ("keeps_the_bank",)),
    },
)
# The credits are held while it waits; they leave that only by `redeem`, or back to the member.
VOUCHER: Final = Lifecycle(
    name="timebank.voucher",
    states={
        "issued": pgettext_lazy("voucher", "To be fetched"),
        "redeemed": pgettext_lazy("voucher", "Handed out"),
        "returned": pgettext_lazy("voucher", "Given back, credits back"),
        "lapsed": pgettext_lazy("voucher", "Lapsed, credits back"),
    },
    moves={
        "redeem": Move(
            ("issued",),
            "redeemed",
            OFFICERS | LEADERS,
            ("keeps_the_bank_or_leads_the_organisation", "not_the_own_one", "in_time"),
        ),
        "return": Move(("issued",), "returned", frozenset(), ("the_member",)),
        "lapse": Move(("issued",), "lapsed", frozenset(), ("time_over",)),
    },
)
# The keeper of one bank proposes, the keeper of the other answers; what one owes the other when it ends stays.
LINK: Final = Lifecycle(
    name="timebank.link",
    states={
        "proposed": pgettext_lazy("clearing agreement", "Waits for the other bank"),
        "agreed": pgettext_lazy("clearing agreement", "In force"),
        "refused": pgettext_lazy("clearing agreement", "Refused"),
        "withdrawn": pgettext_lazy("clearing agreement", "Taken back"),
        "ended": pgettext_lazy("clearing agreement", "Ended"),
    },
    moves={
        "agree": Move(("proposed",), "agreed", OFFICERS, ("keeps_the_other_bank", "not_the_proposer")),
        "refuse": Move(("proposed",), "refused", OFFICERS, ("keeps_the_other_bank", "reason")),
        "withdraw": Move(("proposed",), "withdrawn", OFFICERS, ("keeps_the_proposing_bank",)),
        "end": Move(("agreed",), "ended", OFFICERS, ("keeps_one_of_the_two_banks", "reason")),
    },
)
# Nobody promises by it: a keeper asks, the member answers the request as everybody does.
MATCH: Final = Lifecycle(
    name="timebank.helpproposal",
    states={
        "proposed": pgettext_lazy("pair", "Proposed"),
        "asked": pgettext_lazy("pair", "Asked"),
        "answered": pgettext_lazy("pair", "Offered to help"),
        "declined": pgettext_lazy("pair", "Not this one"),
        "lapsed": pgettext_lazy("pair", "Did not answer in time"),
        "dropped": pgettext_lazy("pair", "Not asked"),
    },
    moves={
        "ask": Move(("proposed",), "asked", OFFICERS, ("keeps_the_bank", "no_party", "suits_at_this_moment")),
        "drop": Move(("proposed",), "dropped", OFFICERS, ("keeps_the_bank_or_does_not_suit", "reason")),
        "answer": Move(("asked",), "answered", frozenset(), ("oneself", "answers_the_request")),
        "decline": Move(("asked",), "declined", frozenset(), ("oneself",)),
        "lapse": Move(("asked",), "lapsed", frozenset(), ("closed_promised_or_begun", "reason")),
    },
)
RUN_CLOSED, BEGUN, CLOSED, PROMISED = "run_closed", "begun", "closed", "promised"
ASKED_BEFORE, ANSWERED, NO_ACCOUNT, BY_RULES = "asked_before", "answered", "no_account", "by_rules"
MINOR, OVERLAP, SERVES_NO_MORE, SAID_NO = "minor", "overlap", "serves_no_more", "said_no"
WHY_NOT: Final = {
    RUN_CLOSED: _("The proposal was closed before anybody was asked."),
    BEGUN: _("The request began without an answer."),
    CLOSED: _("The request was closed."),
    PROMISED: _("The request was promised to somebody."),
    ASKED_BEFORE: _("Somebody was asked for this request before and did not answer yet."),
    ANSWERED: _("Offered to help with it meanwhile."),
    NO_ACCOUNT: _("Has no open account at the bank any more."),
    BY_RULES: _("May not earn credits by the rules in force."),
    MINOR: _("Is under 18, or who asks is."),
    SAID_NO: _("Said no to it before, or the answer was refused or taken back."),
    OVERLAP: _("Is bound at that time."),
    SERVES_NO_MORE: _("Serves no more."),
}
"""Why a member proposed for a request was not asked, or an ask ended by itself: the codes in its `reason`, in words."""
MATCHING: Final = ("proposed", "asked")
"""States of a member proposed for a request that is not over."""
LIVING: Final = ("asked", "promised", "disputed")
"""States of a promise that is not over."""
HOLDING: Final = ("promised", "disputed")
"""States in which credits are held for it."""
RATED: Final = ("paid", "settled")
"""States in which both may rate."""


def moves(table: Lifecycle) -> tuple[tuple[str, str], ...]:
    """List the pairs of states that a table allows, as the guards of the database hold them."""
    return tuple(sorted({(source, move.target) for move in table.moves.values() for source in move.sources}))

"""The lives of a grant, its tranches, payments, expenses and requests, as tables."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move

GRANT: Final = Lifecycle(
    name="funding.grant",
    states={
        "draft": pgettext_lazy("grant", "Agreement being made"),
        "in_force": pgettext_lazy("grant", "In force"),
        "stopped": pgettext_lazy("grant", "Payments stopped"),
        "closed": pgettext_lazy("grant", "Settled"),
    },
    moves={
        "sign": Move(("draft",), "in_force", holds=("all_parties_signed", "fund_covers_it")),
        "stop": Move(("in_force",), "stopped", holds=("reason",)),
        "resume": Move(("stopped",), "in_force", holds=("the_stop_did_not_hold", "fund_covers_it")),
        "close": Move(("in_force", "stopped"), "closed", holds=("nothing_waits", "no_advance_open", "rest_returned")),
    },
)
TRANCHE: Final = Lifecycle(
    name="funding.tranche",
    states={
        "waiting": _("Waits for its condition"),
        "payable": _("May be paid"),
        "asked": _("Payment asked for"),
        "paid": _("Paid"),
        "cancelled": pgettext_lazy("tranche", "Not paid any more"),
    },
    moves={
        "meet": Move(("waiting",), "payable", holds=("condition",)),
        "ask": Move(("payable",), "asked"),
        "pay": Move(("asked",), "paid", holds=("two_approvals",)),
        "give_back": Move(("asked",), "payable", holds=("reason",)),
        "cancel": Move(("waiting", "payable", "asked"), "cancelled", holds=("stopped_or_settled",)),
        "wait_again": Move(("cancelled",), "waiting", holds=("the_stop_did_not_hold",)),
        "pay_again": Move(("cancelled",), "payable", holds=("the_stop_did_not_hold", "condition_was_met")),
    },
)
PAYMENT: Final = Lifecycle(
    name="funding.payment",
    states={
        "asked": _("Waits for the first approval"),
        "first": _("Waits for the second approval"),
        "paid": _("Paid"),
        "refused": pgettext_lazy("payment", "Refused"),
    },
    moves={
        "approve": Move(("asked",), "first", holds=("within_limit", "not_who_asked", "not_of_the_team")),
        "pay": Move(("first",), "paid", holds=("within_limit", "another_person", "not_who_asked", "not_of_the_team")),
        "refuse": Move(("asked", "first"), "refused", holds=("reason",)),
    },
)
EXPENSE: Final = Lifecycle(
    name="funding.expense",
    states={
        "sent": pgettext_lazy("claim", "Waits for approval"),
        "approved": pgettext_lazy("claim", "Approved"),
        "refused": pgettext_lazy("claim", "Refused"),
    },
    moves={
        "approve": Move(("sent",), "approved", holds=("within_limit", "not_of_the_team", "line_covers_it")),
        "refuse": Move(("sent",), "refused", holds=("reason",)),
    },
)
REQUEST: Final = Lifecycle(
    name="funding.request",
    states={
        "sent": pgettext_lazy("claim", "Waits for approval"),
        "done": pgettext_lazy("request", "Done"),
        "refused": pgettext_lazy("claim", "Refused"),
    },
    moves={
        "approve": Move(("sent",), "done", holds=("not_who_asked", "not_of_the_team")),
        "refuse": Move(("sent",), "refused", holds=("reason",)),
    },
)

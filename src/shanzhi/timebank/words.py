"""How the rules of a bank and what moves in its book read."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from shanzhi.kernel.timebank import Policy
from shanzhi.kernel.timebank.policy import Rate
from shanzhi.timebank.models import RELATION_WORDS, pool_words
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Answer

KINDS: Final = {
    "timebank.earn": gettext_lazy("Credits for service"),
    "timebank.take_back": gettext_lazy("Credits taken back, since the record was wrong"),
    "timebank.gift": gettext_lazy("Gift to a relative"),
    "timebank.donate": gettext_lazy("Donation of credits"),
    "timebank.grant": gettext_lazy("Grant from a pool"),
    "timebank.expire": gettext_lazy("Credits expired"),
    "timebank.hold": gettext_lazy("Held for help or goods"),
    "timebank.release": gettext_lazy("Held credits given back"),
    "timebank.pay": gettext_lazy("Paid for help"),
    "timebank.redeem": gettext_lazy("Goods handed out for credits"),
    "timebank.pass_out": gettext_lazy("Passed on to another bank"),
    "timebank.pass_in": gettext_lazy("Came from another bank"),
    "timebank.settle_out": gettext_lazy("Settled with another bank out of the pool"),
    "timebank.settle_in": gettext_lazy("Settled by another bank into the pool"),
    "timebank.clear": gettext_lazy("Clearing between banks"),
}
FIGURES: Final = {
    "earned": gettext_lazy("Earned by service"),
    "taken_back": pgettext_lazy("credits", "Taken back"),
    "spent": gettext_lazy("Paid for help"),
    "given": gettext_lazy("Given to relatives"),
    "donated": gettext_lazy("Donated to pools"),
    "granted": gettext_lazy("Granted from pools"),
    "expired": gettext_lazy("Expired"),
    "redeemed": gettext_lazy("Redeemed for goods"),
    "passed_out": gettext_lazy("Passed on to other banks"),
    "passed_in": gettext_lazy("Came from other banks"),
    "settled_out": gettext_lazy("Claims settled out of the pool"),
    "settled_in": gettext_lazy("Debts settled into the pool"),
    "cleared": gettext_lazy("Cleared with other banks"),
}
ROUNDING: Final = {
    "down": gettext_lazy("rounded down"),
    "half_up": gettext_lazy("rounded to the nearest"),
    "up": gettext_lazy("rounded up"),
}
GROUPS: Final = {
    "free": gettext_lazy("Count like others"),
    "donate_only": gettext_lazy("Kept, but for donation only"),
    "donated": gettext_lazy("Donated to a pool at once"),
    "refused": gettext_lazy("Do not count"),
}


BETWEEN: Final = ("passed_out", "passed_in", "settled_out", "settled_in", "cleared")
"""The figures of what passed between banks, of which most banks have none."""


def month_words(first: date) -> str:
    """Name a month by its first day: '2026年11月' or 'November 2026'."""
    return date_format(first, "YEAR_MONTH_FORMAT")


def stands_words(between: int) -> str:
    """Say what is owed to other banks, or by them."""
    words = formatting.minutes(abs(between))
    if between > 0:
        return _("owed to others: %(minutes)s") % {"minutes": words}
    return _("owed by others: %(minutes)s") % {"minutes": words} if between else words


def _comma() -> str:
    return "、" if formatting.chinese() else ", "


def rate_words(rate: Rate) -> str:
    """Say what so much service is worth."""
    told = _("%(per)s of service give %(gives)s of credit") % {
        "per": formatting.minutes(rate.per), "gives": formatting.minutes(rate.gives),
    }  # fmt: skip
    if rate.step == 1:
        return told
    step = _("in steps of %(step)s, %(rounding)s") % {
        "step": formatting.minutes(rate.step), "rounding": ROUNDING[rate.rounding],
    }  # fmt: skip
    return f"{told}{_comma()}{step}"


def rules_words(policy: Policy) -> list[Answer]:
    """Give the rules of a bank in words, one line each, always in the same order."""
    spending, members = policy.spending, policy.members
    return [
        Answer(_("One credit"), formatting.minutes(policy.unit)),
        Answer(_("What service is worth"), rate_words(policy.rate)),
        Answer(_("Own rates"), _comma().join(f"{one.kind}: {rate_words(one)}" for one in policy.rates) or _none()),
        Answer(_("The most that one may hold"), _cap(policy)),
        Answer(_("Who may earn"), _earners(members)),
        Answer(_("Hours of companies and schools"), _group(policy)),
        Answer(_("Who may spend"), _aged(spending.least_age)),
        Answer(_("Gifts go to"), _gifts(policy)),
        Answer(_("Pools for donations"), _comma().join(pool_words(one) for one in policy.pools) or _none()),
        Answer(_("Credits expire"), _expiry(policy)),
        Answer(_("Who confirms service"), ngettext("%(n)s other person", "%(n)s other people", policy.reviewers)
               % {"n": policy.reviewers}),
        Answer(_("Days from a change to its effect"), formatting.count(policy.notice_days)),
    ]  # fmt: skip


def _none() -> str:
    return _("None")


def _aged(age: int) -> str:
    return _("From %(age)s years on") % {"age": age} if age else _("At any age")


def _to_pool(name: str | None, other: str) -> str:
    return _("to: %(pool)s") % {"pool": pool_words(name)} if name is not None else other


def _cap(policy: Policy) -> str:
    if policy.cap is None:
        return _("No limit")
    above = _to_pool(policy.cap.pool, _("is not credited"))
    return _("%(most)s; what is above %(above)s") % {"most": formatting.minutes(policy.cap.minutes), "above": above}


def _earners(members: Any) -> str:
    told = _aged(members.least_age)
    if members.students_from is None:
        return told
    young = _("students from %(age)s years on") % {"age": members.students_from}
    words = [told, young, *([_("with a guardian’s consent")] if members.guardian else [])]
    return _comma().join(words)


def _group(policy: Policy) -> str:
    told = str(GROUPS[policy.group])
    return f"{told}{_comma()}{_to_pool(policy.group_pool, '')}" if policy.group_pool else told


def _gifts(policy: Policy) -> str:
    spending = policy.spending
    if not spending.gifts_to:
        return _("Nobody")
    told = _comma().join(str(RELATION_WORDS[one]) for one in spending.gifts_to)
    least = spending.receiver_least_age
    return told if least is None else f"{told}{_comma()}{_aged(least)}"


def _expiry(policy: Policy) -> str:
    if policy.expiry is None:
        return _("Never")
    span = ngettext("after %(n)s month", "after %(n)s months", policy.expiry.months) % {"n": policy.expiry.months}
    goes = _to_pool(policy.expiry.pool, _("they lapse"))
    return f"{span}{_comma()}{goes}"


def changed_words(old: Policy, new: Policy) -> list[tuple[Any, Any, Any]]:
    """Give what a version changed, as label, words before and words after."""
    pairs = zip(rules_words(old), rules_words(new), strict=True)
    return [(before.label, before.value, after.value) for before, after in pairs if before.value != after.value]

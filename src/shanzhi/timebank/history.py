"""How the history of a time bank reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.lifecycle import Lifecycle
from shanzhi.places import queries as places
from shanzhi.timebank import policies
from shanzhi.timebank.lifecycle import DEAL, GOOD, GRANT, LINK, POST, SIGN, VOUCHER
from shanzhi.timebank.models import PASSED_TO, REASONS, Bank, Link, SignKind, Sort, pool_words


def _bank(viewer: Actor, bank_id: str, at: datetime) -> Shown | None:
    found = Bank.objects.filter(pk=uuid_of(bank_id)).first()
    if found is None:
        return None
    if not Bank.objects.filter(policies.readable(viewer), pk=found.pk).exists():
        raise NotFound
    return Shown(found.name, reverse("timebank:desk_bank", args=[found.pk]), whole=True)


def _events(bank_id: str) -> Q:
    """Give the events of a bank's rules, pools and agreements, which belong to its history."""
    found = Bank.objects.filter(pk=uuid_of(bank_id)).first()
    if found is None:
        return Q(pk__in=())
    parts = [str(key) for key in found.versions.values_list("pk", flat=True)]
    parts += [str(key) for key in found.pools.values_list("pk", flat=True)]
    links = Link.objects.filter(Q(one=found) | Q(other=found)).values_list("pk", flat=True)
    # What two banks agree on is told once in the area of each.
    agreed = Q(subject_type="timebank.link", subject_id__in=[str(key) for key in links], area=found.area)
    return agreed | Q(subject_type__in=("timebank.policyversion", "timebank.pool"), subject_id__in=parts)


def _banks(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Bank.objects.filter(policies.readable(viewer)), "name"


FIELDS = {
    "name": _("Name of the bank"),
    "area": _("Area"),
    "rules": _("Version of the rules"),
    "from": _("In force from"),
    "digest": _("Digest"),
    "changed": _("Rules that changed"),
    "pool": _("Kind of pool"),
    "account": _("Account number"),
    "minutes": _("Minutes of credit"),
    "value": _("Credit"),
    "kept": _("Credited"),
    "donated": _("To a pool"),
    "refused": _("Not credited"),
    "why": _("Why not"),
    "returned": _("Taken off the account"),
    "uncovered": _("Borne by the bank"),
    "lapsed": _("Lapsed"),
    "overflow": _("Above the limit, to the pool"),
    "relation": _("What the receiver is to the giver"),
    "sort": _("Asks or offers"),
    "state": _("State"),
    "by": _("Who of the two"),
    "stars": _("Stars"),
    "kind": _("What was noticed"),
    "times": _("Promises"),
    "pieces": _("Pieces left"),
    "limit": _("Limit, in minutes"),
    "bank": _("The other bank"),
    "banks": _("Banks"),
    "month": _("Month"),
}


def states_of(table: Lifecycle | None) -> Callable[[Any], Any]:
    """Give what puts a state of a table into words."""
    known = table.states if table is not None else {}
    return lambda value: known.get(value, value)


SIDES = {"helper": _("Who helps"), "taker": _("Who pays")}
VALUES: dict[str, Callable[[Any], Any]] = {
    "pool": pool_words,
    "why": lambda value: REASONS.get(value, value),
    "relation": lambda value: PASSED_TO.get(value, value),
    "sort": lambda value: dict(Sort.choices).get(value, value),
    "kind": lambda value: dict(SignKind.choices).get(value, value),
    "by": lambda value: SIDES.get(value, value),
}
register(
    Subject(
        type="timebank.bank",
        label=_("Time bank"),
        find=_bank,
        events=_events,
        titles=_banks,
        readers=policies.READERS,
        fields=FIELDS,
        values=VALUES,
        codes={"area": places.named},
    )
)
for _type, _label, _table in (
    ("policyversion", _("Rules of a time bank"), None), ("pool", _("Pool of credits"), None),
    ("member", _("Account at a time bank"), None), ("earning", _("Credit for service"), None),
    ("review", _("Review of a record"), None), ("gift", _("Gift or donation of credits"), None),
    ("poolgrant", _("Grant from a pool"), GRANT), ("grantyes", _("Yes to a grant"), None),
    ("post", _("Offer or request of help"), POST), ("deal", _("Promise of help"), DEAL),
    ("rating", _("Rating of help"), None), ("sign", _("Sign of gaming"), SIGN),
    ("good", _("Goods for credits"), GOOD), ("voucher", _("Voucher for goods"), VOUCHER),
    ("link", _("Clearing agreement of banks"), LINK), ("crossing", _("Credits between banks"), None),
    ("clearing", _("Clearing of a month"), None), ("clearingline", _("Part of a clearing"), None),
):  # fmt: skip
    register(
        Subject(
            type=f"timebank.{_type}",
            label=_label,
            readers=policies.READERS,
            fields=FIELDS,
            values={**VALUES, "state": states_of(_table)},
            codes={"area": places.named},
        )
    )
register_verbs(
    {
        "timebank.bank.found": _("Time bank founded"),
        "timebank.rules.publish": _("Rules of the bank published"),
        "timebank.pool.open": _("Pool opened"),
        "timebank.member.open": _("Account at the bank opened"),
        "timebank.member.close": _("Account at the bank closed"),
        "timebank.member.expire": _("Credits expired"),
        "timebank.earning.credit": _("Service credited"),
        "timebank.earning.take_back": _("Credit of service taken back"),
        "timebank.record.review": _("Record reviewed for the bank"),
        "timebank.gift.give": _("Credits given to a relative"),
        "timebank.gift.donate": _("Credits donated"),
        "timebank.grant.propose": _("Grant from a pool proposed"),
        "timebank.grant.agree": _("Grant from a pool agreed to"),
        "timebank.grant.give": _("Grant from a pool given"),
        "timebank.grant.decline": _("Grant from a pool declined"),
        "timebank.post.write": _("Help asked for or offered"),
        "timebank.post.close": _("Offer or request closed"),
        "timebank.deal.answer": _("Offer or request answered"),
        "timebank.deal.guardian": _("A guardian agreed to the help"),
        "timebank.deal.promise": _("Help promised, credits held"),
        "timebank.deal.refuse": _("Answer refused"),
        "timebank.deal.withdraw": _("Answer taken back"),
        "timebank.deal.cancel": _("Promise called off"),
        "timebank.deal.lapse": _("Promise lapsed"),
        "timebank.deal.confirm": _("Help said to be done"),
        "timebank.deal.pay": _("Help paid"),
        "timebank.deal.dispute": _("Help disputed"),
        "timebank.deal.settle": _("Dispute decided"),
        "timebank.match.ask": _("Members asked for requests"),
        "timebank.match.drop": _("Pair dropped"),
        "timebank.match.answer": _("Offered to help"),
        "timebank.match.decline": _("Said no"),
        "timebank.match.lapse": _("Proposal for a request ended by itself"),
        "timebank.rating.give": _("Rating given"),
        "timebank.good.put_up": _("Goods put up for credits"),
        "timebank.good.stock": _("Stock of goods set"),
        "timebank.good.take": _("A piece put aside for a voucher"),
        "timebank.good.back": _("A piece put back into stock"),
        "timebank.good.close": _("Goods taken off the list"),
        "timebank.voucher.take": _("Voucher taken"),
        "timebank.voucher.redeem": _("Voucher handed out"),
        "timebank.voucher.return": _("Voucher given back"),
        "timebank.voucher.lapse": _("Voucher lapsed"),
        "timebank.link.propose": _("Clearing agreement proposed"),
        "timebank.link.agree": _("Clearing agreement agreed to"),
        "timebank.link.refuse": _("Clearing agreement refused"),
        "timebank.link.withdraw": _("Proposal to another bank taken back"),
        "timebank.link.ask_limit": _("Another limit asked for"),
        "timebank.link.limit": _("Limit between banks changed"),
        "timebank.link.refuse_limit": _("Another limit refused"),
        "timebank.link.end": _("Clearing agreement ended"),
        "timebank.crossing.pass": _("Credits passed on to another bank"),
        "timebank.crossing.receive": _("Credits came from another bank"),
        "timebank.crossing.settle": _("Settled with another bank"),
        "timebank.clearing.clear": _("Debts between banks cleared"),
        "timebank.clearingline.clear": _("Debt between banks cleared"),
        "timebank.sign.see": _("Sign of gaming seen"),
        "timebank.sign.explain": _("Sign of gaming explained"),
        "timebank.sign.act": _("Sign of gaming acted upon"),
    },
    tones={"timebank.deal.dispute": "warn", "timebank.earning.take_back": "warn"},
)

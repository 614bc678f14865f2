"""What this room holds about people: accounts, what they earned and gave, what they asked for, promised and said."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel import merging
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Hindrance,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.timebank.lifecycle import HOLDING
from shanzhi.timebank.models import Deal, HelpProposal, Lot, Member, Voucher
from shanzhi.timebank.operations.erasing import empty_posts, hold_posts

K, E = Kind, Erase
BANK: Final = register_activity(
    Activity(
        "timebank",
        _("Time banks"),
        _("Credits for verified service are to be kept without loss."),
        Ground.CONSENT,
        _("Personal Information Protection Law, articles 13 (1), 29, 31; rules of the area's time bank"),
        _("Moves of credits as long as the book."),
        _("Oneself; keepers of the bank and staff of its area by account number, masked."),
        _("Somebody learns how much a person served, was given or gave."),
        _("Statements are one's own; figures of fewer than five people are not published."),
        order=48,
    )
)
HELP: Final = register_activity(
    Activity(
        "timebank_help",
        _("Help among members of time banks"),
        _("Neighbours are to find help and to give it, and what goes wrong is to be settled."),
        Ground.CONSENT,
        _("Personal Information Protection Law, articles 13 (1), 29, 31; rules of the area's time bank"),
        _("What was promised and paid as long as the book; words, hours, addresses and photos until erased."),
        _("Oneself; members of the bank with the name masked; the other of a promise; keepers of the bank."),
        _("Somebody learns where a person lives who asks for help."),
        _("Addresses are sealed and shown to the two of a promise alone."),
        order=48,
    )
)
BETWEEN: Final = register_activity(
    Activity(
        "timebank_between",
        _("Credits between time banks"),
        _("Credits are to follow who moves away, or to reach a relative elsewhere, and banks are to clear them."),
        Ground.CONSENT,
        _("Personal Information Protection Law, articles 13 (1), 29, 31; rules of the area's time bank"),
        _("Moves of credits as long as the book."),
        _("Oneself; who receives them; keepers of both banks by account number."),
        _("Somebody learns where relatives live."),
        _("What passed is published only where five or more on each side stand behind it."),
        order=48,
    )
)
TWO: Final = ("helper__person_id", "taker__person_id")
describe("timebank.Bank", _("Time banks you founded"), "founded_by_id", BANK, founded_by=(K.LINK, E.KEEP))
describe("timebank.PolicyVersion", _("Rules of time banks you published"), "published_by_id", BANK,
         published_by=(K.LINK, E.KEEP))  # fmt: skip
describe("timebank.Member", _("Your accounts at time banks"), "person_id", BANK, person=(K.LINK, E.KEEP),
         number=(K.RECORD, E.KEEP), student=(K.RECORD, E.KEEP), opened_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.Earning", _("Credits for your service"), "member__person_id", BANK, on=(K.RECORD, E.KEEP),
         minutes=(K.RECORD, E.KEEP), value=(K.RECORD, E.KEEP), kept=(K.RECORD, E.KEEP),
         reason=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.Review", _("Records you reviewed for a time bank"), "reviewer_id", BANK,
         reviewer=(K.LINK, E.KEEP))  # fmt: skip
describe("timebank.Gift", _("Credits you gave"), "giver__person_id", BANK, relation=(K.RECORD, E.KEEP),
         minutes=(K.RECORD, E.KEEP), at=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.PoolGrant", _("Credits granted to you"), "member__person_id", BANK, reason=(K.TEXT, E.SCRUB),
         declined_reason=(K.TEXT, E.SCRUB), minutes=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.PoolGrant", _("Grants you proposed"), "proposed_by_id", BANK, proposed_by=(K.LINK, E.KEEP))
describe("timebank.GrantYes", _("Grants you agreed to"), "reviewer_id", BANK, reviewer=(K.LINK, E.KEEP))
describe("timebank.Post", _("Help you asked for or offered"), "author__person_id", HELP, title=(K.TEXT, E.SPECIAL),
         about=(K.TEXT, E.SPECIAL), place=(K.TEXT, E.SPECIAL), address=(K.HOME, E.SPECIAL),
         photo=(K.FILE, E.SPECIAL), area=(K.HOME, E.KEEP),
         skills=(K.RECORD, E.SPECIAL), language=(K.RECORD, E.SPECIAL), minutes=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.OfferHours", _("Hours of a week at which you offered help"), "post__author__person_id", HELP,
         weekday=(K.RECORD, E.SPECIAL), starts=(K.RECORD, E.SPECIAL), ends=(K.RECORD, E.SPECIAL))  # fmt: skip
describe("timebank.HelpProposal", _("Requests you were proposed for and asked"), "member__person_id", HELP,
         post=(K.LINK, E.KEEP), member=(K.LINK, E.KEEP), score=(K.RECORD, E.KEEP), parts=(K.RECORD, E.KEEP),
         state=(K.RECORD, E.SPECIAL), answered_at=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("timebank.HelpProposal", _("Members you decided to ask for requests"), "decided_by_id", HELP,
         decided_by=(K.LINK, E.KEEP), decided_at=(K.RECORD, E.KEEP))  # fmt: skip
for _path, _label in zip(TWO, (_("Help you promised"), _("Help you were promised")), strict=True):
    describe("timebank.Deal", _label, _path, HELP, minutes=(K.RECORD, E.KEEP), state=(K.RECORD, E.KEEP),
             message=(K.TEXT, E.SCRUB), reason=(K.TEXT, E.SCRUB), decision=(K.TEXT, E.SCRUB))  # fmt: skip
describe("timebank.Deal", _("Promises you agreed to as a guardian"), "guardian_id", HELP, guardian=(K.LINK, E.KEEP))
describe("timebank.Deal", _("Disputes you decided"), "decided_by_id", HELP, decided_by=(K.LINK, E.KEEP))
describe("timebank.Rating", _("Ratings you gave"), "by__person_id", HELP, stars=(K.RECORD, E.KEEP),
         said=(K.TEXT, E.SCRUB))  # fmt: skip
describe("timebank.Sign", _("Signs of gaming you decided on"), "decided_by_id", HELP, decided_by=(K.LINK, E.KEEP),
         reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("timebank.Good", _("Goods you put up for credits"), "created_by_id", BANK, created_by=(K.LINK, E.KEEP))
describe("timebank.Voucher", _("Vouchers for goods"), "member__person_id", BANK, number=(K.RECORD, E.KEEP),
         minutes=(K.RECORD, E.KEEP), state=(K.RECORD, E.KEEP), taken_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.Voucher", _("Vouchers you handed something out for"), "handed_by_id", BANK,
         handed_by=(K.LINK, E.KEEP))  # fmt: skip
for _path, _label in (
    ("proposed_by", _("Agreements of time banks you proposed")),
    ("asked_person", _("Limits between time banks you asked for")),
):  # fmt: skip
    describe("timebank.Link", _label, f"{_path}_id", BETWEEN, **{_path: (K.LINK, E.KEEP)})
for _path, _label in (
    ("answered_by", _("Agreements of time banks you answered")), ("ended_by", _("Agreements of time banks you ended")),
):  # fmt: skip
    describe("timebank.Link", _label, f"{_path}_id", BETWEEN, reason=(K.TEXT, E.SCRUB), **{_path: (K.LINK, E.KEEP)})
describe("timebank.Link", _("Limits between time banks you answered"), "limit_answered_by_id", BETWEEN,
         limit_reason=(K.TEXT, E.SCRUB), limit_answered_by=(K.LINK, E.KEEP))  # fmt: skip
describe("timebank.Crossing", _("Credits you passed on to another bank"), "sender__person_id", BETWEEN,
         relation=(K.RECORD, E.KEEP), minutes=(K.RECORD, E.KEEP), at=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.Crossing", _("Credits that came to you from another bank"), "receiver__person_id", BETWEEN,
         relation=(K.RECORD, E.KEEP), minutes=(K.RECORD, E.KEEP), at=(K.RECORD, E.KEEP))  # fmt: skip
describe("timebank.Crossing", _("Claims between time banks you settled"), "settled_by_id", BETWEEN,
         settled_by=(K.LINK, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
REGISTRY.locks["timebank"] = hold_posts
REGISTRY.specials["timebank"] = Special("timebank", empty_posts)
name_fields(
    student=_("At school"), value=_("Credit"), kept=_("Credited"), reviewer=_("Reviewed by"),
    relation=_("What the receiver is to you"), declined_reason=_("Why it was declined"), proposed_by=_("Proposed by"),
    handed_by=_("Handed out by"), taken_at=_("Taken on"),
    guardian=_("Guardian"), decision=_("Decision of the bank"), stars=_("Stars"), published_by=_("Published by"),
    answered_by=_("Answered by"), ended_by=_("Ended by"), asked_person=_("Limit asked for by"),
    limit_answered_by=_("Limit answered by"),
    settled_by=_("Settled by"),
)  # fmt: skip
for _model, _names in {
    "Member": {"number": _("Account number"), "opened_at": _("Account opened on")},
    "Earning": {"on": _("Day of service"), "minutes": _("Service"), "reason": _("Why not")},
    "Gift": {"minutes": _("Credits"), "at": _("Gift made on")},
    "PoolGrant": {"minutes": _("Credits"), "reason": _("Reason")},
    "Post": {"title": _("In a few words"), "about": _("What is to be done"), "address": _("Exact address"),
             "place": _("Where, roughly"),
             "photo": _("Photo"), "area": _("Community"), "minutes": _("Credits"),
             "skills": _("Skills that help"), "language": _("Language")},
    "OfferHours": {"weekday": _("Day of the week"), "starts": _("From, minute of the day"),
                   "ends": _("Until, minute of the day")},
    "HelpProposal": {"post": pgettext_lazy("help", "Request"), "member": _("Account number"), "reason": _("Reason")},
    "Deal": {"minutes": _("Credits"), "message": _("A word to the other"), "reason": _("Reason")},
    "Rating": {"said": _("In words")},
    "Voucher": {"number": _("Voucher number"), "minutes": _("Credits")},
    "Sign": {"reason": _("What you found")},
    "Link": {"reason": _("Reason"), "limit_reason": _("Reason")},
    "Crossing": {"minutes": _("Credits"), "at": _("Day"), "reason": _("Reason")},
}.items():  # fmt: skip
    for _name, _words in _names.items():
        name_field(f"timebank.{_model}", _name, _words)


def holds_credits(person_id: UUID, at: datetime) -> list[Hindrance]:
    """Say that credits are given away, promises ended and vouchers given back before somebody is erased.

    Answers that wait just end.
    """
    mine = Q(helper__person=person_id) | Q(taker__person=person_id)
    living = Deal.objects.filter(mine, state__in=HOLDING).exists()
    there = Lot.objects.filter(member__person=person_id, remains__gt=0).exists()
    words = _(
        "There are credits on your account at a time bank, or a promise of help or a voucher is not over. Donate the "
        "credits, end the promise, give the voucher back."
    )
    waits = Voucher.objects.filter(member__person=person_id, state="issued").exists()
    return [Hindrance(words)] if living or there or waits else []


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    mine = Q(helper__person=person_id) | Q(taker__person=person_id)
    return [
        (_("Accounts at time banks"), Member.objects.filter(person_id=person_id).count()),
        (_("Promises of help"), Deal.objects.filter(mine).count()),
        (_("Requests proposed and asked for"), HelpProposal.objects.filter(member__person_id=person_id).count()),
    ]


def _two_accounts(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """Say that of two open accounts at a bank one is closed first."""
    rows = Member.objects.filter(closed_at__isnull=True)
    kept = rows.filter(person=kept_id).values("bank")
    if not rows.filter(person=merged_id, bank__in=kept).exists():
        return []
    return [_("Both have an account at the same time bank. One of the two is emptied and closed first.")]


REGISTRY.hindrances["timebank"] = holds_credits
merging.register("timebank", merging.MergeRoom(_counts, _two_accounts))

"""The tables of the time bank."""

from shanzhi.timebank.models.banks import POOL_NAMES, Bank, BankMonth, PolicyVersion, Pool, pool_words
from shanzhi.timebank.models.clearing import MOST_OWED, PASSED_TO, SELF, Clearing, ClearingLine, Crossing, Link
from shanzhi.timebank.models.giving import RELATION_WORDS, Gift, GrantYes, PoolGrant
from shanzhi.timebank.models.helping import DAY, LONGEST_PLACE, Deal, OfferHours, Post, Rating, Reserved, Sort
from shanzhi.timebank.models.matching import HelpProposal, OpenRequest
from shanzhi.timebank.models.members import REASONS, Earning, Lot, Member, Review
from shanzhi.timebank.models.shop import Good, Voucher
from shanzhi.timebank.models.signs import Sign, SignKind

__all__ = [
    "DAY",
    "LONGEST_PLACE",
    "MOST_OWED",
    "PASSED_TO",
    "POOL_NAMES",
    "REASONS",
    "RELATION_WORDS",
    "SELF",
    "Bank",
    "BankMonth",
    "Clearing",
    "ClearingLine",
    "Crossing",
    "Deal",
    "Earning",
    "Gift",
    "Good",
    "GrantYes",
    "HelpProposal",
    "Link",
    "Lot",
    "Member",
    "OfferHours",
    "OpenRequest",
    "PolicyVersion",
    "Pool",
    "PoolGrant",
    "Post",
    "Rating",
    "Reserved",
    "Review",
    "Sign",
    "SignKind",
    "Sort",
    "Voucher",
    "pool_words",
]

"""The tables of voting: polls and ballots, polling places, paper ballots."""

from shanzhi.voting.models.booths import Booth, BoothList, BoothOfficer, Sheet
from shanzhi.voting.models.paper import InvalidSheet, PaperEntry, PaperMark
from shanzhi.voting.models.polls import (
    KINDS,
    RECEIPT_LENGTH,
    Ballot,
    Count,
    Envelope,
    FoundNeed,
    LeftOption,
    Option,
    Poll,
    RollEntry,
    Upload,
)

__all__ = [
    "KINDS",
    "RECEIPT_LENGTH",
    "Ballot",
    "Booth",
    "BoothList",
    "BoothOfficer",
    "Count",
    "Envelope",
    "FoundNeed",
    "InvalidSheet",
    "LeftOption",
    "Option",
    "PaperEntry",
    "PaperMark",
    "Poll",
    "RollEntry",
    "Sheet",
    "Upload",
]

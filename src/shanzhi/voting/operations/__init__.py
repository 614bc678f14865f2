"""Every write of voting, as verbs with keyword-only arguments and an actor."""

from shanzhi.voting.operations.casting import CastReceipt, NotOnRoll, NotOpenYet, PollOver, cast, told_time
from shanzhi.voting.operations.closing import TooEarlyToClose, close_poll, due_polls, leftover_keys, tidy_keys
from shanzhi.voting.operations.counting import CannotCount, JuryMissing, count_poll
from shanzhi.voting.operations.importing import TooLarge, import_poll, usual_spec
from shanzhi.voting.operations.keys import PollKeyMissing
from shanzhi.voting.operations.polls import (
    BadPoll,
    NobodyOnRoll,
    NoOptions,
    OptionsFrozen,
    RollTooEarly,
    TooEarlyToOpen,
    create_poll,
    draw_roll,
    open_poll,
    set_options,
)
from shanzhi.voting.operations.recounting import NotAnAuditor, Recounted, recount_whole
from shanzhi.voting.operations.rules import (
    BadPoints,
    BallotRules,
    BlankNotAllowed,
    CastChoices,
    ChosenTwice,
    OptionInput,
    OverPoints,
    OverPurse,
    TooFew,
    TooMany,
    UnknownOption,
)
from shanzhi.voting.operations.seals import seal_holds

__all__ = [
    "BadPoints",
    "BadPoll",
    "BallotRules",
    "BlankNotAllowed",
    "CannotCount",
    "CastChoices",
    "CastReceipt",
    "ChosenTwice",
    "JuryMissing",
    "NoOptions",
    "NobodyOnRoll",
    "NotAnAuditor",
    "NotOnRoll",
    "NotOpenYet",
    "OptionInput",
    "OptionsFrozen",
    "OverPoints",
    "OverPurse",
    "PollKeyMissing",
    "PollOver",
    "Recounted",
    "RollTooEarly",
    "TooEarlyToClose",
    "TooEarlyToOpen",
    "TooFew",
    "TooLarge",
    "TooMany",
    "UnknownOption",
    "cast",
    "close_poll",
    "count_poll",
    "create_poll",
    "draw_roll",
    "due_polls",
    "import_poll",
    "leftover_keys",
    "open_poll",
    "recount_whole",
    "seal_holds",
    "set_options",
    "tidy_keys",
    "told_time",
    "usual_spec",
]

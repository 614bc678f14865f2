"""Every write of voting, as verbs with keyword-only arguments and an actor."""

from shanzhi.tally.pabulib import usual_spec
from shanzhi.voting.operations.casting import CastReceipt, NotOnRoll, NotOpenYet, PollOver, cast, told_time
from shanzhi.voting.operations.closing import TooEarlyToClose, close_poll, due_polls, leftover_keys, tidy_keys
from shanzhi.voting.operations.counting import CannotCount, JuryMissing, count_poll
from shanzhi.voting.operations.importing import TooLarge, import_poll
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
from shanzhi.voting.operations.reminding import remind_last_day
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
    "NotOnRoll",
    "NotOpenYet",
    "OptionInput",
    "OptionsFrozen",
    "OverPoints",
    "OverPurse",
    "PollKeyMissing",
    "PollOver",
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
    "remind_last_day",
    "set_options",
    "tidy_keys",
    "told_time",
    "usual_spec",
]

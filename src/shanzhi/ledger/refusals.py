"""Why something is not entered in a book, in words; and the words of the database as these refusals."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, Refusal


class NotKeeper(Forbidden):
    """The actor neither keeps this book nor is an officer of its area."""

    code = "not_keeper"
    message = _("Only its keepers and the officers of its area enter in this book. Ask one of them.")


class Short(Conflict):
    """There is not enough on the account."""

    code = "ledger_short"
    message = _("There is not enough on the account: at most %(left)s can leave it. Enter less, or add to it first.")


class Full(Conflict):
    """The account takes no more."""

    code = "ledger_full"
    message = _("The account takes at most %(left)s more. Enter less, or ask for a higher limit.")


class PeriodClosed(Conflict):
    """The day lies in a closed period, or before the book begins."""

    code = "ledger_period_closed"
    message = _("The book is closed up to %(day)s. Enter it on a later day; a mistake is reversed there.")


class AccountClosed(Conflict):
    """An account is closed."""

    code = "ledger_account_closed"
    message = _("One of the accounts is closed. Choose another.")


class NoAccount(Invalid):
    """An account is not one of the book."""

    code = "ledger_no_account"
    message = _("One of the accounts is not in this book. Choose accounts of this book.")


class AccountTwice(Invalid):
    """The same account stands in an entry more than once."""

    code = "ledger_account_twice"
    message = _("The same account stands in the entry twice. Add its amounts up in one line.")


class MovedElsewhere(Conflict):
    """An account is moved by the acts of its fund, grant or person alone."""

    code = "ledger_moved_elsewhere"
    message = _(
        "Accounts of funds, grants and persons move by their own acts alone: payments, expenses, returns. Do it there."
    )


class NoMoves(Invalid):
    """Nothing is to be moved."""

    code = "ledger_no_moves"
    message = _("Name at least one transfer.")


class TooManyMoves(Invalid):
    """More is to be moved than goes at once."""

    code = "ledger_too_many_moves"
    message = _("At most %(most)s transfers go at once. Send the others after them.")


class OneOfMany(Conflict):
    """One of several transfers cannot be made, so none is."""

    code = "ledger_one_of_many"
    message = _("Transfer %(row)s: %(words)s None of them was made.")


class Unbalanced(Invalid):
    """What is put on accounts is not what is taken off."""

    code = "ledger_unbalanced"
    message = _("What is put on accounts must be what is taken off others, for each sort of thing. Correct an amount.")


class BadAmount(Invalid):
    """An amount is zero, negative where it must not be, or too large."""

    code = "ledger_bad_amount"
    message = _("Write an amount above zero and of at most ten trillion yuan.")


class BadLegs(Invalid):
    """An entry has too few or too many lines."""

    code = "ledger_legs"
    message = _("An entry has at least 2 and at most 200 lines.")


class KeyReused(Conflict):
    """The key came before with another entry."""

    code = "ledger_key_reused"
    message = _("This entry was already sent with other content. Reload the page and send it again.")


class BadKey(Invalid):
    """The key is missing or too long."""

    code = "ledger_bad_key"
    message = _("The key is missing or too long: send 8 to 160 characters that no other entry carries.")


class ReversedAlready(Conflict):
    """The entry is reversed, or is a reversal itself."""

    code = "ledger_reversed"
    message = _("This entry is reversed already, or undoes another one. Enter anew what should stand.")


class NotEmpty(Conflict):
    """An account with something on it is not closed."""

    code = "ledger_not_empty"
    message = _("There is still something on the account. Move it to another account first.")


class BadBounds(Invalid):
    """A floor above what is on the account, or a ceiling below the floor."""

    code = "ledger_bad_bounds"
    message = _("The lower limit lies above what is on the account, or above the upper limit. Correct one of them.")


class AccountTaken(Conflict):
    """The owner has such an account."""

    code = "ledger_account_taken"
    message = _("There is such an account in this book already. Use that one.")


class NameTaken(Conflict):
    """A book of this area has this name."""

    code = "ledger_name_taken"
    message = _("A book or commodity of this name is there already. Use that one, or give another name.")


class BadName(Invalid):
    """A name or unit is missing or too long."""

    code = "ledger_bad_name"
    message = _("Write a name, with at most 100 characters.")


class BadCode(Invalid):
    """The code of a commodity has another shape."""

    code = "ledger_bad_code"
    message = _("Write a code of 3 to 24 capital letters, digits and hyphens that begins with a letter.")


class BadKind(Invalid):
    """There is no such sort of thing."""

    code = "ledger_bad_kind"
    message = _("Choose whether it is money, time or goods.")


class BadDay(Invalid):
    """A period cannot end on this day."""

    code = "ledger_bad_day"
    message = _("Choose a day that is over, in this book, and after the last closing.")


class KeeperAlready(Conflict):
    """The person keeps the book."""

    code = "ledger_keeper_already"
    message = _("This person keeps the book already.")


# The words with which the function and the constraints of the database refuse.
WORDS: Final[dict[str, type[Refusal]]] = {
    "ledger_full": Full,
    "ledger_short": Short,
    "ledger_balance_floor": BadBounds,
    "ledger_balance_bounds": BadBounds,
    "ledger_account_closed": AccountClosed,
    "ledger_no_account": NoAccount,
    "ledger_no_book": NoAccount,
    "ledger_account_twice": AccountTwice,
    "ledger_unbalanced": Unbalanced,
    "ledger_posting_amount": BadAmount,
    "ledger_legs": BadLegs,
    "ledger_key_reused": KeyReused,
    "ledger_reversal_reversed": ReversedAlready,
    "ledger_entry_reversed_once": ReversedAlready,
    "ledger_no_mirror": Unbalanced,
    "ledger_not_empty": NotEmpty,
    "ledger_account_once": AccountTaken,
    "ledger_book_once": NameTaken,
    "ledger_commodity_pkey": NameTaken,
    "ledger_keeper_once": KeeperAlready,
    "ledger_closing_once": BadDay,
}
# Words that the caller turns into a refusal, or into another try, itself.
OTHERS: Final = ("ledger_period_closed", "ledger_entered_meanwhile", "ledger_entry_key_key")
OUT_OF_RANGE: Final = "22003"


def told(error: DatabaseError) -> tuple[str, str] | None:
    """Give the word and the detail with which the database refused, or None where it failed in another way."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return None
    if diagnosis.sqlstate == OUT_OF_RANGE:
        return "ledger_posting_amount", ""
    word = str(diagnosis.constraint_name or (diagnosis.message_primary or "").split(":")[0])
    return (word, diagnosis.message_detail or "") if word in WORDS or word in OTHERS else None

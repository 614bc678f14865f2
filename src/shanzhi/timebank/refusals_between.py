"""Why something between two banks is not done, and what helps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Invalid


class NoAgreement(Conflict):
    """No agreement of the two banks is in force."""

    code = "no_clearing_agreement"
    message = _("There is no agreement in force between the two banks. Choose another bank, or ask a keeper for one.")


class AgreementThere(Conflict):
    """The two banks have a living agreement, or a proposal of one."""

    code = "clearing_agreement_there"
    message = _("The two banks have an agreement already, or one of them proposed it. Open it in the list.")


class NotSquare(Conflict):
    """What one owes the other from an ended agreement is not settled."""

    code = "ended_agreement_not_square"
    message = _("From an ended agreement one of the two still owes the other. Settle that first.")


class OwnBank(Invalid):
    """The other bank is the own one."""

    code = "own_bank_as_the_other"
    message = _("This is the same bank. Choose another one.")


class MadeUp(Invalid):
    """One of the two banks is made up, the other is not."""

    code = "made_up_bank"
    message = _("One of the two banks is synthetic, the other is not: their credits do not mix. Choose another one.")


class BadLimit(Invalid):
    """A limit is none."""

    code = "bad_clearing_limit"
    message = _("Write a limit of at least one minute and at most %(most)s.")


class LimitTooLow(Conflict):
    """One of the two owes more than the new limit."""

    code = "clearing_limit_too_low"
    message = _("One of the two owes the other %(owed)s already. Choose a limit that is not below that.")


class NothingAsked(Conflict):
    """Nothing waits for the answer of this bank."""

    code = "nothing_asked_of_the_bank"
    message = _("Nothing waits here for this bank: it was answered or taken back. Reload the page.")


class AskedAnew(Conflict):
    """What is answered is not the limit that waits."""

    code = "limit_asked_anew"
    message = _("The limit that waits for your answer is %(limit)s. Open the agreement again, and answer that one.")


class AskedAlready(Conflict):
    """A limit was asked for and waits."""

    code = "limit_asked_already"
    message = _("A new limit waits for an answer already. Answer it, or take it back first.")


class OverTheLimit(Conflict):
    """The bank would owe the other more than agreed."""

    code = "over_the_clearing_limit"
    message = _(
        "By the limit of the two banks only %(left)s can pass now. Pass less, or wait until they settle what is owed."
    )


class NotAllPasses(Conflict):
    """Not so many credits can pass."""

    code = "credits_do_not_pass"
    message = _(
        "Only %(left)s of yours can pass. What is for donation only, or would be over by the rules there, stays here."
    )


class NotTheOwnAccount(Invalid):
    """Said to be the own account, it is another's."""

    code = "not_the_own_account_there"
    message = _("This account is not yours. Give the number of your own one there, or say whose it is.")


class TheOwnAccount(Invalid):
    """Said to be a relative's, it is the own account."""

    code = "the_own_account_there"
    message = _("This is your own account there. Say so, or give the number of the other one.")


class NotSoMuchOwed(Conflict):
    """The other bank owes less."""

    code = "not_so_much_owed"
    message = _("The other bank owes %(left)s. Settle at most that.")

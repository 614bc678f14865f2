"""Why something about money is not done, in words with the cure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Forbidden, Invalid


class NotInCharge(Forbidden):
    """The actor is no officer of the area, and does not keep the book."""

    code = "funding_not_in_charge"
    message = _("Only officers of the area and the keepers of the fund's book do this. Ask one of them.")


class OwnMoney(Forbidden):
    """Who asked, or is of the team, would approve."""

    code = "funding_own_money"
    message = _("Nobody approves what they asked for themselves, or money of their own team. Ask somebody else.")


class SamePerson(Forbidden):
    """The second approval comes from who gave the first."""

    code = "funding_same_person"
    message = _("The second approval must come from another person. Ask somebody else who may approve.")


class OwnRecord(Forbidden):
    """Who recorded an income would take it back."""

    code = "funding_own_record"
    message = _("You recorded this money yourself. Ask somebody else who may approve payments to take it back.")


class TakenBack(Conflict):
    """The income was taken back before."""

    code = "funding_taken_back"
    message = _("This money was taken back already. Record it anew if it did come in.")


class SpentSince(Conflict):
    """The money is no longer free in the fund."""

    code = "funding_spent_since"
    message = _("Only %(left)s of the fund is free; the rest was granted since. Stop or settle a grant first.")


class OverLimit(Forbidden):
    """The amount is above what the actor may approve."""

    code = "funding_over_limit"
    message = _("You may approve at most %(limit)s at once. Ask somebody with a higher limit.")


class NotOfTheTeam(Forbidden):
    """The actor is not of the team."""

    code = "funding_not_of_the_team"
    message = _("Only the team of the project and those who keep its money enter expenses. Ask one of them.")


class BadName(Invalid):
    """A name or text is missing or too long."""

    code = "funding_bad_name"
    message = _("Write it in words, with at most %(most)s characters.")


class BadAmount(Invalid):
    """An amount is zero, negative or too large."""

    code = "funding_bad_amount"
    message = _("Write an amount above zero and of at most a hundred billion yuan.")


class BadPeriod(Invalid):
    """The last day comes before the first."""

    code = "funding_bad_period"
    message = _("The last day comes before the first. Correct one of them.")


class BadArea(Invalid):
    """The area lies outside that of the book."""

    code = "funding_bad_area"
    message = _("Choose areas inside the area of the book.")


class BadChoice(Invalid):
    """The value is none of the choices."""

    code = "funding_bad_choice"
    message = _("Choose one of the values offered.")


class NameTaken(Conflict):
    """The book has a fund of this name."""

    code = "funding_name_taken"
    message = _("There is a fund of this name in the book already. Open that one, or give another name.")


class OutsideArea(Invalid):
    """The project lies where the fund may not be spent."""

    code = "funding_outside_area"
    message = _("The fund may be spent in %(areas)s only, and the project lies elsewhere. Choose another fund.")


class OutsideTheme(Invalid):
    """The theme of the project is none of the fund's."""

    code = "funding_outside_theme"
    message = _("The fund is for these themes only: %(themes)s. Choose another fund.")


class OutsidePeriod(Invalid):
    """The grant runs beyond the fund."""

    code = "funding_outside_period"
    message = _("The fund runs from %(first)s to %(last)s. Let the grant begin and end within that.")


class OutsidePurpose(Invalid):
    """What the grant is for names none of the fund's purposes."""

    code = "funding_outside_purpose"
    message = _("The fund is bound to: %(words)s. Say in the purpose of the grant which of these it serves.")


class BadSums(Invalid):
    """Lines and tranches do not come to the same."""

    code = "funding_bad_sums"
    message = _("The budget lines come to %(lines)s and the tranches to %(tranches)s. Make them equal.")


class BadParts(Invalid):
    """There are too few or too many lines or tranches, or a condition is no word."""

    code = "funding_bad_parts"
    message = _("A grant has 1 to 60 budget lines and 1 to 12 tranches, each with a name or a condition and an amount.")


class GrantTaken(Conflict):
    """The proposal has a grant."""

    code = "funding_grant_taken"
    message = _("There is a grant for this project already. Open that one.")


class NotInForce(Conflict):
    """The grant is not in force."""

    code = "funding_not_in_force"
    message = _("The grant is not in force now: %(state)s. See its page for what comes next.")


class BadSigner(Invalid):
    """This party does not sign, or signed before."""

    code = "funding_bad_signer"
    message = _("This party has signed this version already, or has no part in this grant. Choose another.")


class BadDay(Invalid):
    """A day lies in the future or outside the grant."""

    code = "funding_bad_day"
    message = _("Choose a day from %(first)s to %(last)s.")


class PeriodClosed(Conflict):
    """The day lies in a closed period of the book."""

    code = "funding_period_closed"
    message = _(
        "The book is closed up to %(day)s, so nothing of those days can be entered. Ask the keeper of the book."
    )


class FundShort(Conflict):
    """The fund has not enough."""

    code = "funding_fund_short"
    message = _("The fund has only %(left)s that no grant has taken yet. Record what came in first, or take less.")


class HeldShort(Conflict):
    """The team was paid less than it wants to spend or give back."""

    code = "funding_held_short"
    message = _("The team has only %(left)s of what was paid to it. Enter less, or wait for the next tranche.")


class LineFull(Conflict):
    """The line has not so much left."""

    code = "funding_line_full"
    message = _("On the line “%(line)s” only %(left)s is left. Enter less, or ask for a change between lines.")


class NoPhoto(Invalid):
    """There is no picture."""

    code = "funding_no_photo"
    message = _("Add a photo of the receipt.")


class BadInvoice(Invalid):
    """An invoice number or code has another shape."""

    code = "funding_bad_invoice"
    message = _("Write the number as it stands on the receipt: letters, digits and hyphens.")


class ReceiptUsed(Conflict):
    """The invoice or photo belongs to another claim."""

    code = "funding_receipt_used"
    message = _("This receipt has been entered before; each counts once. Check the number, or take another receipt.")


class ReasonMissing(Invalid):
    """A refusal or stop needs a reason."""

    code = "funding_reason_missing"
    message = _("Write why, in at most 500 characters; those concerned read it.")


class SameLine(Invalid):
    """A change leads from a line to itself."""

    code = "funding_same_line"
    message = _("Choose two different lines.")


class NotEnough(Conflict):
    """There is less than is to be moved."""

    code = "funding_not_enough"
    message = _("Only %(left)s is left there. Enter less.")


class StillOpen(Conflict):
    """Something of the grant still waits."""

    code = "funding_still_open"
    message = _("Claims or requests still wait, or an advance is open. Decide on them, settle advances, then close it.")


class NotDue(Conflict):
    """All disclosures were made."""

    code = "funding_not_due"
    message = _("The last disclosure was made; nothing more is due.")

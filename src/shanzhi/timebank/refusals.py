"""Why something about a time bank is not done, and what helps."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Forbidden, Invalid, Refusal
from shanzhi.kernel.timebank import PolicyError, Refused
from shanzhi.ui import formatting


class NotTheKeeper(Forbidden):
    """Only who keeps the bank does this."""

    code = "not_the_bank_keeper"
    message = _("Only the keepers of the bank and the officers of its area do this. Ask one of them.")


class OwnMatter(Forbidden):
    """Nobody decides in an own matter."""

    code = "own_matter_of_the_bank"
    message = _("You are a party to this, or proposed it yourself. Another keeper of the bank decides.")


class BankThere(Conflict):
    """The area has a bank."""

    code = "bank_there"
    message = _("This area has a time bank already. Publish new rules there instead.")


class BadName(Invalid):
    """A text is missing or too long."""

    code = "bad_words_for_the_bank"
    message = _("Write this in at least one and at most %(most)s characters.")


class BadArea(Invalid):
    """The place lies outside the bank."""

    code = "bad_area_of_the_bank"
    message = _("Choose a place inside the area of the bank.")


class BadRules(Invalid):
    """The rules do not go together."""

    code = "bad_rules"
    message = _("This value does not fit the rules of a time bank. Correct it.")


class NoRules(Conflict):
    """The bank has no rules in force yet."""

    code = "bank_without_rules"
    message = _("The rules of this bank are not in force yet. Come back on the day from which they hold.")


class NotAMember(Conflict):
    """The person has no account at the bank."""

    code = "no_account_at_the_bank"
    message = _("You have no account at this bank. Open one first; it takes a minute.")


class MemberAlready(Conflict):
    """The person has an account there."""

    code = "account_at_the_bank_already"
    message = _("There is an account at this bank for this person already; each person has one.")


class NameNotVerified(Conflict):
    """Accounts are for people whose name is verified."""

    code = "name_not_verified_for_the_bank"
    message = _("An account is for somebody whose real name is verified, so that nobody has two. Have yours verified.")


class ConsentFirst(Conflict):
    """A minor lacks a consent."""

    code = "consent_before_the_bank"
    message = _("A consent is waited for first: the guardian's, or under 18 the own one. See the page of the account.")


class AccountNotEmpty(Conflict):
    """There is something on the account, promised or waiting to be fetched."""

    code = "account_not_empty"
    message = _(
        "There are credits on the account, or a promise of help or a voucher is not over. First give or donate the "
        "credits, end the promise, give the voucher back."
    )


class AccountNotOpen(Conflict):
    """The account is closed."""

    code = "bank_account_closed"
    message = _("This account is closed. Choose another one.")


class NotEnough(Conflict):
    """There are not enough credits for this."""

    code = "not_enough_credits"
    message = _("There is not enough for this: %(left)s can be used so. Take less, or serve first.")


class OverCap(Conflict):
    """The receiver may hold no more."""

    code = "over_the_cap"
    message = _("The receiver may take at most %(left)s more by the rules. Give less.")


class AnotherRelation(Conflict):
    """Of these two something else was said not long ago."""

    code = "another_relation"
    message = _("On %(day)s a gift said “%(said)s” of the two of you. Choose that; it counts for a year.")


class NoRoomThere(Conflict):
    """Another's account may hold no more; how much it holds is not told."""

    code = "no_room_there"
    message = _("The receiver cannot take so much by the rules. Give less, or ask the receiver.")


class PoolShort(Conflict):
    """The pool has not enough."""

    code = "pool_short"
    message = _("There is only %(left)s in the pool. Grant less, or wait for donations.")


class BadMinutes(Invalid):
    """An amount of credits is none."""

    code = "bad_credits"
    message = _("Write at least one minute and at most %(most)s.")


class UnknownReceiver(Invalid):
    """There is no such account."""

    code = "unknown_account_number"
    message = _("There is no open account of this number at the bank. Compare it with the receiver's page.")


class NotOneself(Invalid):
    """A gift to oneself."""

    code = "gift_to_oneself"
    message = _("This is your own account. Give the number of the other one.")


class UnknownPool(Invalid):
    """Not a pool of the bank."""

    code = "unknown_pool"
    message = _("Donations do not go to this pool by the rules of the bank. Choose another.")


class ByTheRules(Conflict):
    """The rules of the area say no."""

    code = "against_the_rules_of_the_bank"
    message = _("The rules of the bank do not allow this.")


class NothingToReview(Conflict):
    """The record needs no further review, or was reviewed by the same person."""

    code = "nothing_to_review"
    message = _("This record waits for no review of yours. Reload the list.")


class BadPost(Invalid):
    """Something about an offer or request is missing."""

    code = "bad_help"
    message = _("Say in a few words what it is about, and what is to be done.")


class BadTime(Invalid):
    """A day or hour lies where it must not."""

    code = "bad_time_of_help"
    message = _("Choose a time to come, at most %(days)s days ahead.")


class BadHours(Invalid):
    """Hours of an offer are none, overlap, or are too many."""

    code = "bad_hours_of_offer"
    message = _(
        "Give hours inside one day, from before until, not overlapping others of that day, and at most %(most)s of "
        "them."
    )


class UnknownSkill(Invalid):
    """A skill that does not hold there."""

    code = "unknown_skill_for_help"
    message = _("One of the skills is not known in this community. Choose from the list.")


class UnknownLanguage(Invalid):
    """A language that nobody can name."""

    code = "unknown_language_for_help"
    message = _("This language is not known. Choose from the list, or leave it empty.")


class NotOfThisSort(Invalid):
    """What belongs to a request was said of an offer, or the other way round."""

    code = "not_of_this_help"
    message = _("Requests say the day and hour, offers the place, the hours of a week and until when. Leave this out.")


class OwnPost(Conflict):
    """Nobody answers the own post."""

    code = "own_help"
    message = _("This is your own. Others answer it.")


class PostClosed(Conflict):
    """The post takes no answers any more."""

    code = "help_closed"
    message = _("This is closed, or promised to another already. Look for another one.")


class AnsweredAlready(Conflict):
    """One answer at a time."""

    code = "help_answered"
    message = _("You answered this already. Its page says where it stands.")


class GuardianFirst(Conflict):
    """A minor is not matched with a grown-up stranger alone."""

    code = "guardian_before_help"
    message = _(
        "One of the two is under 18 and the other a grown-up. A guardian agrees to this meeting first: on the page of "
        "the promise, signed in with the own account."
    )


class NotAGuardian(Forbidden):
    """Only a guardian of the minor agrees."""

    code = "not_the_guardian"
    message = _("Only a guardian of the minor agrees to this, signed in with the own account.")


class ConfirmedAlready(Conflict):
    """Somebody said that it is done."""

    code = "help_confirmed"
    message = _("One of you said that it is done. Confirm it too, or say that you do not agree.")


class TooEarly(Conflict):
    """It is said to be done before it began."""

    code = "help_not_begun"
    message = _("This has not begun yet. Confirm it when it is done.")


class WhyMissing(Invalid):
    """A reason is missing or too long."""

    code = "why_missing_at_the_bank"
    message = _("Write the reason, in at most 500 characters. It goes on record.")


class BadPieces(Invalid):
    """A number of pieces is none."""

    code = "bad_pieces"
    message = _("Write how many pieces there are, from %(least)s to %(most)s.")


class GoodClosed(Conflict):
    """It is not given for credits any more."""

    code = "good_closed"
    message = _("This is not given for credits any more. Look what else there is.")


class SoldOut(Conflict):
    """No piece is left."""

    code = "good_sold_out"
    message = _("No piece of this is left. Come back another day, or choose something else.")


class StockMoved(Conflict):
    """A piece was taken or came back, or the number was set, since the keeper looked."""

    code = "stock_moved"
    message = _("Meanwhile %(left)s are left by our count. Reload the page, count again and write what is there.")


class VoucherOver(Conflict):
    """The voucher was handed out, given back, or its days are over."""

    code = "voucher_over"
    message = _("This voucher was used or ended before. Nothing is handed out for it again.")


class UnknownVoucher(Invalid):
    """No voucher of this number is there for the viewer."""

    code = "unknown_voucher_number"
    message = _(
        "There is no voucher of this number for which you hand something out. Compare it with the member's page."
    )


class RatedAlready(Conflict):
    """Rated once, or too late."""

    code = "rated_already"
    message = _("This is rated already, or it is over too long ago.")


class NotDone(Conflict):
    """It is rated when it is over."""

    code = "help_not_done"
    message = _("Help is rated when it is paid or decided on. This is neither, so there is nothing to rate.")


class BadStars(Invalid):
    """Stars from 1 to 5."""

    code = "bad_stars"
    message = _("Choose from one star to five.")


class UnknownVolunteer(Invalid):
    """No volunteer who lives in the bank's area has the number, whether it is another's or nobody's."""

    code = "unknown_volunteer"
    message = _("No volunteer who lives in the area of the bank has this number. Compare it with the list.")


class TooManyAtOnce(Invalid):
    """None, or more accounts than are opened in one go."""

    code = "too_many_at_once"
    message = _("Open at least one account, and at most %(most)d in one go.")


RULES: Final[dict[str, Any]] = {
    "too_young": _("The rules ask for an age of at least %(needed)s years."),
    "receiver_too_young": _("The rules ask for a receiver of at least %(needed)s years."),
    "relation": _("The rules of the bank do not allow gifts to this kind of relative."),
    "guardian_missing": _("The rules ask for a guardian's consent."),
    "unknown_pool": UnknownPool.message,
    "not_in_force": NoRules.message,
}
FAULTS: Final[dict[str, Any]] = {
    "unknown_pool": _("Name a pool that stands among the pools of these rules."),
    "missing": _("This is needed with the rules as chosen. Fill it in."),
    "not_wanted": _("This goes only with group hours that are donated at once. Leave it empty."),
    "repeated_kind": _("Each kind of service stands once."),
    "not_below_members": _("Students begin below the age of the others. Choose a lower age."),
    "too_soon": _("New rules hold for days to come: from %(needed)s at the earliest."),
    "not_the_next": _("Somebody published rules meanwhile. Reload the page and begin from those."),
}


def by_rules(refused: Refused, *, field: str | None = None) -> Refusal:
    """Give what the kernel refused as a refusal in words."""
    if refused.code == "not_enough":
        return NotEnough(field=field, left=formatting.minutes(refused.had or 0))
    return ByTheRules(RULES.get(refused.code, ByTheRules.message), field=field, needed=refused.needed)


def by_policy(error: PolicyError) -> BadRules:
    """Give the first fault of a policy as a refusal in words, beside its field (`cap.minutes` is `cap_minutes`)."""
    field, code, data = error.faults[0]
    needed = data.get("needed", "")
    return BadRules(FAULTS.get(code, BadRules.message), field=field.replace(".", "_") or None, needed=needed)

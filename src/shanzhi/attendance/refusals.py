"""Why somebody is not let in or out, or a record is not changed, and what helps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Forbidden, Invalid


class CodeOver(Invalid):
    """The code is of an earlier step."""

    code = "gate_code_over"
    message = _("This code is over: it changes every half minute. Scan the screen at the gate again.")


class CodeUnknown(Invalid):
    """The code was never shown."""

    code = "gate_code_unknown"
    message = _("This is no code of a gate of this site. Scan the screen at the gate with the phone's camera.")


class TooEarly(Conflict):
    """The gate is not open yet."""

    code = "gate_not_open"
    message = _("The gate opens %(minutes)s minutes before the shift. Come back then.")


class ShiftOver(Conflict):
    """Nobody comes in any more."""

    code = "shift_over"
    message = _(
        "This shift is over, so nobody comes in any more. Who leads the activity can enter somebody afterwards."
    )


class CalledOff(Conflict):
    """The shift does not take place."""

    code = "shift_called_off"
    message = _("This shift was called off. The page of the activity says why.")


class NotSignedUp(Conflict):
    """The volunteer did not sign up."""

    code = "not_signed_up"
    message = _(
        "You are not signed up for this shift. Sign up on the page of the activity, or ask the leader whether there is "
        "a free place."
    )


class NotHere(Conflict):
    """Nobody goes who did not come."""

    code = "not_here"
    message = _("There is no arrival on record at this shift. Sign in first, or ask the leader to correct the list.")


class LeavesTooEarly(Invalid):
    """The moment of leaving lies before that of coming."""

    code = "leaves_before_coming"
    message = _("Nobody leaves before coming. Check the times.")


class NoPosition(Conflict):
    """The activity has no position, or this shift meets elsewhere."""

    code = "no_position"
    message = _("This shift has no position on the map. Scan the code at the gate, or ask the leader.")


class PositionMissing(Invalid):
    """The phone sent no position."""

    code = "position_missing"
    message = _("Your phone sent no position. Allow it for this page, or scan the code at the gate.")


class NoWalkIns(Conflict):
    """Only who signed up comes."""

    code = "no_walk_ins"
    message = _("Only people who signed up come to this shift. Who leads can change that under Manner of the gate.")


class NoPlace(Conflict):
    """All places are taken."""

    code = "no_place_free"
    message = _("All places of this shift are taken.")


class WalkInsLater(Conflict):
    """The shift has not begun, so its places still go to who signs up."""

    code = "walk_ins_later"
    message = _(
        "Until the shift begins, its places are given by signing up. Whoever did not sign up is let in from then on."
    )


class NotLetIn(Conflict):
    """Nobody has this number, or this task is not for who has it: a stranger's standing is told to nobody."""

    code = "not_let_in"
    message = _(
        "Nobody is let in by this number. Check its 15 digits with the volunteer, who sees on the page My volunteering "
        "what may stand against a task."
    )


class SignedUpAlready(Conflict):
    """The volunteer is on the list."""

    code = "on_the_list_already"
    message = _("This volunteer is on the list already. Tap Here beside the number.")


class HereAlready(Conflict):
    """There is a record that counts."""

    code = "on_record_already"
    message = _("This volunteer is on record at this shift already. Correct the times there.")


class BadMetres(Invalid):
    """The distance is out of range."""

    code = "bad_metres"
    message = _("Give the distance as whole metres from 1,000 to 100,000: a phone's rough position tells no less.")


class BadTimes(Invalid):
    """The times cannot be."""

    code = "bad_attendance_times"
    message = _("Give times that are past and in order, at most a day before and after the shift.")


class ReasonMissing(Invalid):
    """A reason is kept on record."""

    code = "attendance_reason_missing"
    message = _("Write the reason, in at most 500 characters; the volunteer can read it.")


class NothingToDecide(Conflict):
    """Nothing speaks against the record any more, or it does not count any more."""

    code = "nothing_to_decide"
    message = _("This record does not wait for a decision any more. Reload the page to see where it stands.")


class TooManyTaps(Invalid):
    """One send is too large."""

    code = "too_many_taps"
    message = _("Send at most %(most)s taps at once.")


class TapOver(Conflict):
    """The tap is too old, or lies ahead."""

    code = "tap_out_of_time"
    message = _("By its time this tap is older than three days or lies ahead. Have the list corrected instead.")


class NotOnTheList(Conflict):
    """The number is not on the list of this shift."""

    code = "not_on_the_list"
    message = _("This volunteer is not on the list of this shift, or gave the place back.")


class AnothersTap(Forbidden):
    """A tap of this number came from somebody else, or for something else."""

    code = "tap_number_taken"
    message = _("Another tap was sent under this number. Each tap has a number of its own.")

"""Why something about activities is not done, and what helps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Invalid


class StaleActivity(Conflict):
    """Someone changed it meanwhile."""

    code = "stale_activity"


class TeamNotWorking(Conflict):
    """The team waits for a yes or is over."""

    code = "team_not_working"
    message = _("This team does not work: it waits for the committee's yes, or is over. Plan for another team.")


class BadActivity(Invalid):
    """A text is missing or too long."""

    code = "bad_activity"
    message = _("Fill in this field; it may have at most %(most)s characters.")


class BadActivityArea(Invalid):
    """It takes place outside the district of the team."""

    code = "bad_activity_area"
    message = _("Choose a community, subdistrict or district in the district of the team.")


class UnknownTask(Invalid):
    """The kind of task does not hold there."""

    code = "unknown_task_kind"
    message = _("This kind of task is not known where the activity takes place. Choose from the list.")


class UnknownSkillAsked(Invalid):
    """A skill does not hold there."""

    code = "unknown_skill_asked"
    message = _("One of the skills is not known where the activity takes place. Choose from the list.")


class UnknownLanguageAsked(Invalid):
    """The language that helps is none of the list."""

    code = "unknown_language_asked"
    message = _("Choose the language that helps from the list, or leave it empty.")


class BadPosition(Invalid):
    """A position is half given or out of range."""

    code = "bad_position"
    message = _("Give latitude and longitude in degrees, such as 36.65 and 117.02, or neither.")


class BadInsurance(Invalid):
    """An insurance is half given or ends before it begins."""

    code = "bad_insurance"
    message = _("Give insurer, number of the policy and its first and last day together, or none of them.")


class RisksMissing(Invalid):
    """Who helps is told of the risks first (志愿服务条例 art. 12)."""

    code = "risks_missing"
    message = _("Write which risks there are and what is done against them; who signs up is told first.")


class NoShiftYet(Conflict):
    """It has no shift to come."""

    code = "no_shift"
    message = _("Add a shift that is still to come first; then hand it in.")


class Uninsured(Conflict):
    """Dangerous work needs an accident insurance over all shifts (志愿服务条例 art. 17)."""

    code = "uninsured"
    message = _(
        "This kind of task is dangerous: before it is published, enter insurer, number of the policy, and a period "
        "that covers every shift."
    )


class PublishedStays(Conflict):
    """What was checked is not changed any more."""

    code = "published_stays"
    message = _("What was checked and published stays: call it off and plan another one.")


class ActivityOver(Conflict):
    """It was called off or is over."""

    code = "activity_over"
    message = _("This activity was called off or is over. Look for another one.")


class ActivityReason(Invalid):
    """A reason is kept on record and told."""

    code = "activity_reason_missing"
    message = _("Write the reason, in at most 300 characters; who signed up reads it.")


class BadShift(Invalid):
    """Its time is past, too long or the wrong way round."""

    code = "bad_shift"
    message = _("A shift lies ahead, ends after it begins and lasts at most 16 hours.")


class BadPlaces(Invalid):
    """The number of places is out of range."""

    code = "bad_places"
    message = _("Give 1 to 2,000 places, and no fewer than are signed up: %(signed)s.")


class BadRepeat(Invalid):
    """A repetition does not end within reason."""

    code = "bad_repeat"
    message = _("Repeat every 1 to 12 weeks until a day within a year; at most 60 shifts come of it.")


class ShiftThere(Conflict):
    """The activity has a shift at this time."""

    code = "shift_there"
    message = _("The activity has a shift that begins at %(moment)s already. Choose another time, or skip that day.")


class ShiftOver(Conflict):
    """It was called off or has begun."""

    code = "shift_over"
    message = _("This shift was called off or has begun. Choose another one.")


class ChangeMissing(Invalid):
    """An emergency change says what happens."""

    code = "emergency_change_missing"
    message = _("Choose what happens: it is called off, meets elsewhere, or goes on with a warning.")


class RisksUnread(Invalid):
    """Who signs up knows of the risks."""

    code = "risks_unread"
    message = _("Read which risks there are, and say that you did.")


class SignedUpAlready(Conflict):
    """The volunteer is in the shift or its line."""

    code = "signed_up_already"
    message = _("You are signed up for this shift already, or wait in its line.")


class Overlapping(Conflict):
    """The volunteer is in another shift then."""

    code = "overlapping_shift"
    message = _("You are signed up for another shift at that time. Give that one back first.")


class DoesNotSuit(Conflict):
    """The task asks for what the volunteer lacks; the words say what."""

    code = "shift_does_not_suit"


class NotInShift(Conflict):
    """There is no living sign-up."""

    code = "not_in_shift"
    message = _("You are neither signed up for this shift nor in its line.")

"""Why something about volunteers and teams is not done, and what helps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Invalid


class VolunteerAlready(Conflict):
    """The person is on record as a volunteer."""

    code = "volunteer_already"
    message = _("You are registered as a volunteer already. Change your entry on the page My volunteering.")


class NotAVolunteer(Conflict):
    """The person is not registered."""

    code = "not_a_volunteer"
    message = _("Register as a volunteer first; it takes two minutes on the page My volunteering.")


class NotActive(Conflict):
    """The volunteer waits for a consent, pauses or left."""

    code = "volunteer_not_active"
    message = _(
        "The volunteer is not active: a consent is waited for, or service is paused or ended. The page My volunteering "
        "says which."
    )


class StaleVolunteer(Conflict):
    """Someone changed it meanwhile."""

    code = "stale_volunteer"


class BadPlace(Invalid):
    """The area is none in which one serves."""

    code = "bad_area_of_service"
    message = _("Choose the community, subdistrict or district of service.")


class UnknownSkill(Invalid):
    """A skill is none of the area's."""

    code = "unknown_skill"
    message = _("One of the skills is not known in this area. Choose from the list.")


class BadHours(Invalid):
    """Free hours are none, or overlap."""

    code = "bad_hours"
    message = _("Give free hours inside one day, from before until, and not overlapping others of that day.")


class BadLanguage(Invalid):
    """A language is none of the list."""

    code = "bad_language"
    message = _("Choose languages from the list.")


class UnknownTaskWished(Invalid):
    """A kind of task that one would like is none of the area, or there are too many."""

    code = "unknown_task_wished"
    message = _("Choose kinds of tasks of your area, at most %(most)s; with none every kind is proposed alike.")


class BadDistance(Invalid):
    """The distance is out of range."""

    code = "bad_distance"
    message = _("Give how far you go as whole metres from 100 to 100,000, or leave it empty.")


class TextTooLong(Invalid):
    """A text is too long."""

    code = "text_too_long"
    message = _("Shorten this text to %(most)s characters.")


class HealthConsentMissing(Invalid):
    """What the health does not allow is sensitive and needs a consent of its own."""

    code = "health_consent_missing"
    message = _("Tick that you agree to keep this about your health, or leave it empty.")


class NoHealthOfMinors(Invalid):
    """The guardian's consent does not reach to health."""

    code = "no_health_of_minors"
    message = _("Of people under 18 nothing about health is kept. Leave this empty; the guardian tells the leader.")


class BadContact(Invalid):
    """An emergency contact has a name and a phone."""

    code = "bad_emergency_contact"
    message = _("Give name and phone of whom to call in an emergency, or neither.")


class LeadsATeam(Conflict):
    """A living team would be left without a leader."""

    code = "leads_a_team"
    message = _("You lead a team. Hand it over to another member, or dissolve it, first.")


class NotTheFirst(Conflict):
    """The step does not start from this state."""

    code = "volunteer_step_not_now"
    message = _("This step cannot be taken now. Reload the page to see where it stands.")


class BadWord(Invalid):
    """Code or name is missing or has another shape."""

    code = "bad_word"
    message = _("Give a code of small letters, digits and _ that begins with a letter, and a name in both languages.")


class WordTaken(Conflict):
    """The area has this code already."""

    code = "word_taken"
    message = _("This area has an entry with this code already. Change that one, or choose another code.")


class BadAges(Invalid):
    """Ages are out of range or the wrong way round."""

    code = "bad_ages"
    message = _("Give ages from 0 to 120, the least not above the greatest.")


class BadMonths(Invalid):
    """A validity is out of range."""

    code = "bad_months"
    message = _("Give the validity as 1 to 240 months, or leave it empty.")


class UnknownQualification(Invalid):
    """A qualification is none of the area's."""

    code = "unknown_qualification"
    message = _("This qualification is not known in this area. Choose from the list.")


class BadSpanOfQualification(Invalid):
    """The days do not fit."""

    code = "bad_qualification_days"
    message = _("It begins today or earlier, and its last day is not before it begins.")


class EvidenceMissing(Invalid):
    """Whoever vouches says what was seen."""

    code = "evidence_missing"
    message = _("Write what you saw, in at most 200 characters, such as the certificate and its number.")


class QualificationThere(Conflict):
    """The same is on record."""

    code = "qualification_there"
    message = _("This qualification from this day is on record already.")


class WhyMissing(Invalid):
    """A reason is kept on record."""

    code = "volunteering_reason_missing"
    message = _("Write the reason, in at most 500 characters; it is kept on record.")


class BadTeam(Invalid):
    """Something about the team is missing."""

    code = "bad_team"
    message = _("Give the team a name of at most 60 characters and say what it does, in at most 1,000 characters.")


class BadTeamKind(Invalid):
    """There is no such kind, or the kind lacks its organisation or unit."""

    code = "bad_team_kind"
    message = _(
        "Choose where the team belongs. Only a team of an organisation names one; "
        "one of a company or school names that."
    )


class TeamNameTaken(Conflict):
    """A living team of the area has this name."""

    code = "team_name_taken"
    message = _("A team of this area has this name already. Join that one, or choose another name.")


class TeamOver(Conflict):
    """The team is not working."""

    code = "team_over"
    message = _("This team is not working: it waits for the committee's yes, or is over. Look for another team.")


class AgreementMissing(Invalid):
    """One signs before joining."""

    code = "agreement_not_signed"
    message = _("Read the agreement and tick that you sign it; who joins has signed.")


class NotSigned(Conflict):
    """Who came into the team with a list has not signed its agreement."""

    code = "part_before_signing"
    message = _(
        "This member came with a list of the office and has not signed the agreement of the team yet. Ask the member "
        "to sign it on the page of the team first."
    )


class AgreementChanged(Conflict):
    """A newer version of the agreement is there."""

    code = "agreement_changed"
    message = _("The agreement has a new version since you opened the page. Read it, then sign.")


class InAlready(Conflict):
    """The volunteer is in the team, or asked to be."""

    code = "in_team_already"
    message = _("You are in this team already, or asked to join it and wait for an answer.")


class OnlyByCode(Conflict):
    """The team takes people by its code alone."""

    code = "only_by_code"
    message = _("This team takes people by its code only. Ask its leader for the code.")


class MoveAsked(Conflict):
    """The team is to move already."""

    code = "move_asked"
    message = _("The team is to move already. Wait for the answer, or take the wish back first.")


class MoveOver(Conflict):
    """The move was decided on, or taken back."""

    code = "move_over"
    message = _("This move is over: it was decided on or taken back, or the team ended.")


class NotInside(Conflict):
    """Leadership goes to a member."""

    code = "not_in_team"
    message = _("Choose somebody who is in the team now.")


class AdultLeader(Invalid):
    """A team is led by a grown-up."""

    code = "adult_leader"
    message = _("Who founds or leads a team is 18 or older. Choose a grown-up.")


class OnlyGrownUps(Invalid):
    """A minor is registered singly, since consents are looked at (`people.minors`)."""

    code = "only_grown_ups"
    message = _("One of them is under 18. Register minors one by one, with the consents that they need.")


class TooManyAtOnce(Invalid):
    """None, or more than are registered in one go."""

    code = "too_many_at_once"
    message = _("Register at least one person, and at most %(most)d in one go.")

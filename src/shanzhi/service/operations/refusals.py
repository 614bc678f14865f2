"""Why a write of this room is refused, in words that name the cure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Forbidden, Invalid


class NoRows(Invalid):
    """Nobody was named."""

    code = "no_service_rows"
    message = _("Write the minutes of at least one and of at most %(most)s volunteers.")


class NothingToRecord(Conflict):
    """Nobody's presence at the shift is over and not on record."""

    code = "nothing_to_record"
    message = _("Nobody is left to be recorded. Sign out who is still there, decide doubtful records, then try again.")


class BadOrganiser(Invalid):
    """Nobody, or more than one, is said to have organised the service."""

    code = "bad_organiser"
    message = _("Say who organised the service: a team, an organisation, or the committee of an area.")


class TeamNotWorkingThen(Conflict):
    """The team was not agreed to, or had ended by that day."""

    code = "team_not_working_then"
    message = _("This team did not work on that day: nobody agreed to it yet, or it was over. Correct the day.")


class BadDay(Invalid):
    """The day lies ahead, or before everything."""

    code = "bad_service_day"
    message = _("Give the day of service: today or earlier.")


class BadMinutes(Invalid):
    """The minutes do not fit into a day."""

    code = "bad_service_minutes"
    message = _("%(who)s: give 1 to 1440 whole minutes; what began at a known time ends on the same day.")


class BadContent(Invalid):
    """What was done is missing or too long."""

    code = "bad_service_content"
    message = _("Write what was done, in at most %(most)s characters.")


class BadEvidence(Invalid):
    """The evidence is too long."""

    code = "bad_service_evidence"
    message = _("Describe the evidence, such as photos or a sheet of signatures, in at most %(most)s characters.")


class BadPeopleServed(Invalid):
    """The number of people served is out of range."""

    code = "bad_people_served"
    message = _("Give how many people were served, from 0 to 100,000, or leave it empty.")


class UnknownTask(Invalid):
    """The kind of task is none of the area's."""

    code = "unknown_task"
    message = _("This kind of task is not known in this area. Choose from the list.")


class NotInTheTeam(Invalid):
    """The volunteer was not in the team on that day."""

    code = "not_in_the_team_then"
    message = _("%(who)s was not in the team on that day. Leave the row out, or correct the day.")


class TwiceInTheTable(Invalid):
    """A volunteer stands twice in what was sent."""

    code = "twice_in_the_table"
    message = _("%(who)s stands twice in the table without times that differ. Keep one row.")


class EvidenceOver(Conflict):
    """The record was refused or reversed."""

    code = "service_evidence_over"
    message = _("This record no longer counts, so nothing is put beside it. Put it beside the one in its place.")


class NobodyToProve(Conflict):
    """The volunteer asked to be erased."""

    code = "volunteer_erased"
    message = _("This volunteer's information was erased, so no photo or sheet is kept beside the record any more.")


class EvidenceAsked(Conflict):
    """A complaint about the record is open."""

    code = "service_evidence_asked"
    message = _("A complaint about this record is open. The file stays until it is answered or taken back.")


class OwnEvidence(Forbidden):
    """Who recorded the service does not take away by what another person verified it."""

    code = "own_service_evidence"
    message = _(
        "Another person verified this record by its files, so who recorded it does not take them away. Ask a deputy, "
        "or the office of the area."
    )


class TooMuchEvidence(Conflict):
    """There are as many files as a record may have."""

    code = "too_much_service_evidence"
    message = _("A record holds at most %(most)s files. Take one away first, or scan several sheets into one PDF.")


class NotEvidence(Invalid):
    """The file is neither a picture nor a PDF."""

    code = "not_service_evidence"
    message = _("Only a whole photo (JPEG, PNG or WebP) or a PDF is taken. Save it so and send it again.")


class OwnService(Forbidden):
    """Nobody records, verifies or reverses the own service."""

    code = "own_service"
    message = _("%(who)s: nobody records or verifies the own service. Ask a deputy, or the office of the area.")


class SecondPerson(Forbidden):
    """Who recorded does not verify."""

    code = "second_person_needed"
    message = _(
        "You recorded this service. A second person verifies it: the leader, a deputy or the office of the area."
    )


class TimesOverlap(Conflict):
    """The time is on record already."""

    code = "service_times_overlap"
    message = _("%(who)s: this time overlaps another record of that day. Look at the records of the day first.")


class DayFull(Conflict):
    """A day has 24 hours."""

    code = "service_day_full"
    message = _("%(who)s: with this record the day would have more than 24 hours. Refuse or reverse what is wrong.")


class NoticeRuns(Conflict):
    """The notice inside the team is not over."""

    code = "service_notice_runs"
    message = _("The notice inside the team runs until %(until)s. Verify the records after that.")


class ComplaintOpen(Conflict):
    """A complaint waits for its answer."""

    code = "service_complaint_open"
    message = _("A complaint about this record waits for its answer. Answer it first.")


class ReversedAlready(Conflict):
    """The record counts no more."""

    code = "service_reversed_already"
    message = _("This record is reversed already; it counts no more.")


class NotVerified(Conflict):
    """Only what is verified is reversed."""

    code = "service_not_verified"
    message = _("Only a verified record is reversed. Refuse this one instead.")


class ReasonMissing(Invalid):
    """A reason is kept on record."""

    code = "service_reason_missing"
    message = _("Write the reason, in at most 500 characters; it is kept on record.")


class ComplaintThere(Conflict):
    """The same person complained already."""

    code = "complaint_there"
    message = _("You complained about this record already, and the answer is still due.")


class SomebodyElseAnswers(Forbidden):
    """The answer comes from somebody who had no part in the record."""

    code = "somebody_else_answers"
    message = _("A complaint is answered by somebody who neither made it, nor served, recorded or verified.")


class BadWords(Invalid):
    """The words are missing or too long."""

    code = "bad_service_words"
    message = _("Write something, in at most %(most)s characters.")


class OwnThanks(Forbidden):
    """Nobody thanks oneself, or reads the thanks for oneself."""

    code = "own_thanks"
    message = _("Nobody thanks themselves, and thanks are read by somebody else before they are shown.")


class NoSuchVolunteer(Invalid):
    """No volunteer has this number."""

    code = "no_such_volunteer"
    message = _("No volunteer has this number. Ask the person for the number on the page My volunteering.")


class NotServedHere(NoSuchVolunteer):
    """Nobody with this number is known to the issuer."""

    message = _(
        "No volunteer with this number has a record of this issuer. Compare the number, and have the service recorded "
        "first."
    )


class NothingToCertify(Conflict):
    """Nothing that the issuer organised is verified in the span."""

    code = "nothing_to_certify"
    message = _("Nothing that this issuer organised is verified in these days. Have the records verified first.")


class BadSpan(Invalid):
    """The days do not fit."""

    code = "bad_certificate_span"
    message = _("Give a first and a last day, the last one not before the first and not after today.")


class BadIssuer(Invalid):
    """What stands on the paper of the issuer is missing."""

    code = "bad_certificate_issuer"
    message = _("Give the responsible person, who handles it, and a contact: they stand on the paper.")


class WithdrawnAlready(Conflict):
    """The certificate holds no more."""

    code = "certificate_withdrawn_already"
    message = _("This certificate is withdrawn already.")


class BatchMade(Conflict):
    """A batch of which everything is made does not go on."""

    code = "certificate_batch_made"
    message = _("Nothing is left to be made of this batch.")


class OwnCertificate(Forbidden):
    """Nobody issues a certificate to oneself."""

    code = "own_certificate"
    message = _("Nobody issues a certificate to themselves. Ask another person of the issuer.")


class TooMany(Invalid):
    """A batch has a limit."""

    code = "too_many_certificates"
    message = _("A batch makes at most %(most)s certificates. Choose a shorter span or a smaller area.")


class BadRules(Invalid):
    """A figure of the rules is out of range."""

    code = "bad_service_rules"
    message = _("Write a whole number from %(least)s to %(most)s.")


class BadStars(Invalid):
    """The thresholds do not rise."""

    code = "bad_star_thresholds"
    message = _("Give 1 to 10 thresholds in whole hours, each above the one before, such as 100 300 600 1000 1500.")


class BadRulesWords(Invalid):
    """The rules say where they come from."""

    code = "bad_service_rules_words"
    message = _("Fill this in: words before the number in at most 20, the source in at most 200 characters.")


class RulesTooEarly(Invalid):
    """Rules do not hold for what is past."""

    code = "service_rules_too_early"
    message = _("New rules hold from today or a later day on.")


class OtherRules(Conflict):
    """Somebody wrote newer rules meanwhile."""

    code = "other_service_rules"
    message = _("Somebody set newer rules for this area meanwhile. Look at those first, then send again.")


class TooManyRecords(Invalid):
    """A file has a limit."""

    code = "too_many_records"
    message = _("A file takes at most 100,000 records. Choose a shorter span or a smaller area.")

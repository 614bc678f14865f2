"""What this room holds about people: volunteers, what they said of themselves, who vouched, who is in which team."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import merging
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Hindrance,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.volunteering.models import Qualification, TeamMember, Volunteer
from shanzhi.volunteering.operations.erasing import end_service, erase_from_imports, hold_lists_and_teams

K, E = Kind, Erase
SERVICE: Final = register_activity(
    Activity(
        "volunteering",
        _("Volunteers and teams"),
        _("Tasks are to suit age, ability and health, and somebody is to be called when something happens."),
        Ground.CONSENT,
        _(
            "Personal Information Protection Law, articles 13 (1), 29, 31; Regulations on Voluntary Service, articles "
            "7, 15, 19, 20"
        ),
        _("As long as the person serves, then until erased; limits of health until the person empties them."),
        _("Oneself and staff of the area of service, masked; in full for a reason that goes on record."),
        _("Somebody learns of an illness, or when a home stands empty."),
        _("Health and contact are sealed and never listed; teams see numbers and masked names, others neither."),
        order=47,
    )
)
describe("volunteering.Volunteer", _("Your entry as a volunteer"), "person_id", SERVICE,
         person=(K.LINK, E.KEEP), number=(K.RECORD, E.KEEP), area=(K.HOME, E.KEEP), state=(K.RECORD, E.SPECIAL),
         languages=(K.TEXT, E.SPECIAL), metres=(K.RECORD, E.SPECIAL), tasks=(K.RECORD, E.SPECIAL),
         wish=(K.TEXT, E.SPECIAL),
         health=(K.IDENTITY, E.SPECIAL), health_agreed_at=(K.RECORD, E.SPECIAL), earlier_number=(K.IDENTITY, E.SPECIAL),
         emergency_name=(K.IDENTITY, E.SPECIAL), emergency_phone=(K.CONTACT, E.SPECIAL),
         joined_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("volunteering.VolunteerSkill", _("Your skills"), "volunteer__person_id", SERVICE, skill=(K.LINK, E.DELETE))
describe("volunteering.Availability", _("Your free hours"), "volunteer__person_id", SERVICE,
         weekday=(K.RECORD, E.DELETE), starts=(K.RECORD, E.DELETE), ends=(K.RECORD, E.DELETE))  # fmt: skip
describe("volunteering.Qualification", _("Your trainings and checks"), "volunteer__person_id", SERVICE,
         volunteer=(K.LINK, E.KEEP), kind=(K.LINK, E.KEEP), starts_on=(K.RECORD, E.KEEP),
         ends_on=(K.RECORD, E.KEEP), evidence=(K.TEXT, E.SCRUB), revoked_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("volunteering.Qualification", _("Trainings and checks you entered"), "verified_by_id", SERVICE,
         verified_by=(K.LINK, E.KEEP))  # fmt: skip
describe("volunteering.Qualification", _("Trainings and checks you took back"), "revoked_by_id", SERVICE,
         revoked_by=(K.LINK, E.KEEP))  # fmt: skip
describe("volunteering.Team", _("Teams you founded"), "founded_by_id", SERVICE, founded_by=(K.LINK, E.KEEP),
         name=(K.RECORD, E.KEEP), about=(K.TEXT, E.SCRUB))  # fmt: skip
describe("volunteering.Team", _("Teams you decided on"), "decided_by_id", SERVICE, decided_by=(K.LINK, E.KEEP),
         reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("volunteering.TeamMove", _("Moves of teams you asked for"), "asked_by_id", SERVICE,
         asked_by=(K.LINK, E.KEEP), reason=(K.TEXT, E.SCRUB), asked_at=(K.RECORD, E.KEEP))  # fmt: skip
for _path, _words in (
    ("left_by", _("Teams you let go to another area")), ("taken_by", _("Teams you took in from another area")),
):  # fmt: skip
    describe("volunteering.TeamMove", _words, f"{_path}_id", SERVICE, **{_path: (K.LINK, E.KEEP)})
describe("volunteering.TeamMove", _("Moves of teams you ended"), "ended_by_id", SERVICE,
         ended_by=(K.LINK, E.KEEP), refusal=(K.TEXT, E.SCRUB))  # fmt: skip
describe("volunteering.TeamAgreement", _("Agreements you wrote"), "created_by_id", SERVICE,
         created_by=(K.LINK, E.KEEP))  # fmt: skip
describe("volunteering.TeamMember", _("Your places in teams"), "volunteer__person_id", SERVICE,
         team=(K.LINK, E.KEEP), role=(K.RECORD, E.KEEP), state=(K.RECORD, E.KEEP), message=(K.TEXT, E.SCRUB),
         reason=(K.TEXT, E.SCRUB), signed_at=(K.RECORD, E.KEEP), joined_at=(K.RECORD, E.KEEP),
         ended_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("volunteering.TeamMember", _("Places in teams you decided on"), "decided_by_id", SERVICE,
         decided_by=(K.LINK, E.KEEP))  # fmt: skip
describe("volunteering.EarlierHours", _("Hours you served before"), "volunteer__person_id", SERVICE,
         minutes=(K.RECORD, E.KEEP), as_of=(K.RECORD, E.KEEP), source=(K.RECORD, E.KEEP))  # fmt: skip
describe("volunteering.VolunteerImport", _("Lists of volunteers you brought in"), "owner_id", SERVICE,
         owner=(K.LINK, E.KEEP), name=(K.RECORD, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("volunteering.VolunteerImport", _("Lists of volunteers of offices"), "", SERVICE,
         file=(K.IDENTITY, E.SPECIAL), sample=(K.IDENTITY, E.SPECIAL))  # fmt: skip
describe("volunteering.VolunteerRow", _("Lists of volunteers of offices"), "", SERVICE, told=(K.IDENTITY, E.SPECIAL))
describe("volunteering.VolunteerColumns", _("Columns of lists of volunteers you chose"), "created_by_id", SERVICE,
         created_by=(K.LINK, E.KEEP))  # fmt: skip
REGISTRY.locks["volunteering"] = hold_lists_and_teams
REGISTRY.specials["volunteering.imports"] = Special("volunteering", erase_from_imports)
REGISTRY.specials["volunteering"] = Special("volunteering", end_service)
name_fields(
    languages=_("Languages"), metres=_("How far you go"), tasks=_("Kinds of tasks you would like"),
    wish=_("What you would like to do"),
    health=_("What your health does not allow"), health_agreed_at=_("Agreed to keep that on"),
    emergency_name=_("Whom to call in an emergency"), emergency_phone=_("Phone of the emergency contact"),
    joined_at=_("Joined on"), skill=_("Skill"), weekday=_("Day of the week"), evidence=_("What was seen"),
    revoked_reason=_("Why it was taken back"), revoked_by=_("Taken back by"),
    founded_by=_("Founded by"), signed_at=_("Agreement signed on"),
)  # fmt: skip
name_field("volunteering.Volunteer", "earlier_number", _("Number at the office before"))
name_field("volunteering.EarlierHours", "minutes", _("Minutes of service before"))
name_field("volunteering.EarlierHours", "as_of", _("Hours counted until"))
name_field("volunteering.EarlierHours", "source", _("Name of the file"))
name_field("volunteering.VolunteerImport", "file", _("File of the list, until it is taken"))
name_field("volunteering.VolunteerImport", "sample", _("First rows of the list, until it is taken"))
name_field("volunteering.VolunteerImport", "name", _("Name of the file"))
name_field("volunteering.VolunteerRow", "told", _("Row of the list, until it is taken or for 90 days"))
name_field("volunteering.Volunteer", "number", _("Volunteer number"))
name_field("volunteering.Volunteer", "area", _("Area of service"))
name_field("volunteering.Availability", "starts", _("From, minute of the day"))
name_field("volunteering.Availability", "ends", _("Until, minute of the day"))
name_field("volunteering.Qualification", "kind", _("Training or check"))
name_field("volunteering.Qualification", "volunteer", _("Volunteer"))
name_field("volunteering.Team", "name", _("Name of the team"))
name_field("volunteering.Team", "about", _("What the team does"))
name_field("volunteering.Team", "reason", _("Reason of the decision"))
name_field("volunteering.TeamMove", "reason", _("Why the team moves"))
name_field("volunteering.TeamMove", "refusal", _("Why the team does not move"))
name_fields(left_by=_("Let go by"), taken_by=_("Taken in by"), asked_by=_("Asked by"), ended_by=_("Ended by"))
name_field("volunteering.TeamMember", "team", _("Team"))
name_field("volunteering.TeamMember", "ended_at", _("Over since"))
name_field("volunteering.TeamMember", "role", _("Part in the team"))
name_field("volunteering.TeamMember", "message", _("A word to the leader"))
name_field("volunteering.TeamMember", "reason", _("Reason of the decision"))


def leads_teams(person_id: UUID, at: datetime) -> list[Hindrance]:
    """Say that a team which somebody leads is handed over before that person is erased."""
    rows = TeamMember.objects.filter(volunteer__person_id=person_id, state="member", role="leader")
    return [Hindrance(_("You lead a volunteer team. Hand it over or dissolve it first."))] if rows.exists() else []


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    return [
        (_("Entries as a volunteer"), Volunteer.objects.filter(person_id=person_id).count()),
        (_("Places in volunteer teams"), TeamMember.objects.filter(volunteer__person_id=person_id).count()),
        (_("Trainings and checks"), Qualification.objects.filter(volunteer__person_id=person_id).count()),
    ]


def _two_entries(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """Say that of two entries as a volunteer one is ended first, so that one number serves on."""
    rows = Volunteer.objects.filter(person_id__in=(kept_id, merged_id)).exclude(state="left")
    words = _("Both are registered as volunteers. The person leaves with one of the two entries first.")
    return [words] if rows.count() > 1 else []


REGISTRY.hindrances["volunteering"] = leads_teams
merging.register("volunteering", merging.MergeRoom(_counts, _two_entries))

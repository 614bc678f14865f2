"""What this room holds about people: teams, who reviews and judges, what neighbours say, and the files they hand in."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.merging import MergeRoom, register
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.people.actors import records_of
from shanzhi.ventures.models import Juror, Proposal, TeamSeat
from shanzhi.ventures.operations.erasing import (
    erase_comments,
    erase_copies,
    erase_drafts,
    erase_files,
    erase_members,
    erase_versions,
)
from shanzhi.ventures.queries.standing import unfinished

K, E = Kind, Erase
PROPOSALS: Final = register_activity(
    Activity(
        "proposals",
        _("Proposals and their teams"),
        _("Neighbours read what they vote on, and somebody answers for it."),
        Ground.CONTRACT,
        _("Personal Information Protection Law, article 13 (2); the published terms of the round"),
        _("Drafts until erased; what was handed in as long as the record of the round, then without the name."),
        _("Everybody reads what was passed, without names; the team its own; staff of the area the rest, masked."),
        _("A project's text or file names a person."),
        _("Members are sealed and masked; erasing takes names and numbers out of texts, and deletes files."),
        order=40,
    )
)
JUDGING: Final = register_activity(
    Activity(
        "judging",
        _("Reviews and juries"),
        _("Decisions have somebody who answers for them, without a conflict of interest."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); the published terms of the round"),
        _("As long as the record of the round; after erasure without the name."),
        _("Staff who run the round; the public sees jurors by number."),
        _("Somebody is pressed for an opinion."),
        _("Sheets are sealed until the chair closes, and published by number."),
        order=42,
    )
)
VOICES: Final = register_activity(
    Activity(
        "voices",
        _("Comments, backing, objections"),
        _("Neighbours speak before they vote, each once and only about their own community."),
        Ground.CONSENT,
        _("Personal Information Protection Law, article 13 (1)"),
        _("Comments until erased; objections as long as the record of the round, after erasure without the name."),
        _("Everybody reads the words and the community; the author is shown to nobody."),
        _("A neighbour guesses who wrote something."),
        _("No page shows an author; events of own words name no person."),
        order=44,
    )
)

_own = _("Proposals")
describe(
    "ventures.Proposal", _own, "contact_id", PROPOSALS,
    contact=(K.LINK, E.KEEP), state=(K.RECORD, E.KEEP), title=(K.TEXT, E.SCRUB), summary=(K.TEXT, E.SCRUB),
    team_name=(K.TEXT, E.SCRUB), need=(K.TEXT, E.SCRUB), aims=(K.TEXT, E.SCRUB), people_note=(K.TEXT, E.SCRUB),
    risks=(K.TEXT, E.SCRUB), decision_reason=(K.TEXT, E.SCRUB), created_at=(K.RECORD, E.KEEP),
)  # fmt: skip
_texts = ("title", "summary", "team_name", "need", "aims", "people_note", "risks", "decision_reason")
describe("ventures.Proposal", _own, "members__person_id", PROPOSALS, hidden=_texts,
         **dict.fromkeys(_texts, (K.TEXT, E.SCRUB)))  # fmt: skip
describe("ventures.TeamMember", _("Teams you belong to"), "person_id", PROPOSALS,
         person=(K.LINK, E.EMPTY), name=(K.IDENTITY, E.BLANK), part=(K.TEXT, E.BLANK))  # fmt: skip
describe("ventures.Activity", _("Activities of your proposals"), "proposal__contact_id", PROPOSALS,
         title=(K.TEXT, E.SCRUB), place=(K.TEXT, E.SCRUB), detail=(K.TEXT, E.SCRUB))  # fmt: skip
describe("ventures.BudgetLine", _("Budgets of your proposals"), "proposal__contact_id", PROPOSALS,
         item=(K.TEXT, E.SCRUB), note=(K.TEXT, E.SCRUB))  # fmt: skip
describe("ventures.ProposalVersion", _("Versions of your proposals"), "proposal__contact_id", PROPOSALS,
         content=(K.TEXT, E.SPECIAL), at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.ProposalVersion", _("Versions of your proposals"), "by_id", PROPOSALS, by=(K.LINK, E.KEEP))
# Copies of a proposal: the function that takes words out of them finds them by its number.
describe("ventures.Notice", _("Public notices about your proposals"), "", PROPOSALS,
         title=(K.TEXT, E.SPECIAL), body=(K.TEXT, E.SPECIAL), content=(K.TEXT, E.SPECIAL))  # fmt: skip
describe("voting.Option", _("Your proposals on the ballot"), "", PROPOSALS,
         title=(K.TEXT, E.KEEP), summary=(K.TEXT, E.SPECIAL))  # fmt: skip
describe("voting.LeftOption", _("Your proposals that left a vote"), "", PROPOSALS, reason=(K.TEXT, E.SPECIAL))
describe("ventures.Attachment", _("Files you added"), "added_by_id", PROPOSALS,
         added_by=(K.LINK, E.SPECIAL), name=(K.FILE, E.SPECIAL), digest=(K.FILE, E.SPECIAL),
         created_at=(K.RECORD, E.SPECIAL))  # fmt: skip
describe("ventures.Call", _("Rounds you began"), "created_by_id", JUDGING, created_by=(K.LINK, E.KEEP))
describe("ventures.Review", _("Your reviews"), "reviewer_id", JUDGING,
         reviewer=(K.LINK, E.KEEP), decision=(K.RECORD, E.KEEP), decided_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Review", _("Your reviews"), "assigned_by_id", JUDGING, assigned_by=(K.LINK, E.KEEP))
describe("ventures.Juror", _("Juries you sit in"), "person_id", JUDGING,
         person=(K.LINK, E.KEEP), call=(K.LINK, E.KEEP), starts_at=(K.RECORD, E.KEEP), term_ends_at=(K.RECORD, E.KEEP),
         ends_at=(K.RECORD, E.KEEP), ended_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("ventures.Conflict", _("Interests you declared"), "juror__person_id", JUDGING,
         interest=(K.RECORD, E.KEEP), declared_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.ScoreSheet", _("Your score sheets"), "juror__person_id", JUDGING,
         content=(K.RECORD, E.KEEP), changed_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.JuryClosing", _("Juries you closed"), "closed_by_id", JUDGING, closed_by=(K.LINK, E.KEEP))
describe("ventures.Dispute", _("Objections and appeals"), "filed_by_id", VOICES,
         filed_by=(K.LINK, E.KEEP), place=(K.HOME, E.KEEP), text=(K.TEXT, E.SCRUB), filed_at=(K.RECORD, E.KEEP),
         state=(K.RECORD, E.KEEP))  # fmt: skip
for _field, _words in (("answered_by", "answer"), ("ruled_by", "ruling")):
    describe("ventures.Dispute", _("Objections and appeals"), f"{_field}_id", JUDGING,
             **{_field: (K.LINK, E.KEEP), _words: (K.TEXT, E.SCRUB)})  # fmt: skip
describe("ventures.Attendance", _("Training you attended"), "person_id", PROPOSALS,
         person=(K.LINK, E.KEEP), session=(K.LINK, E.KEEP), recorded_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Attendance", _("Attendance you recorded"), "recorded_by_id", JUDGING,
         recorded_by=(K.LINK, E.KEEP))  # fmt: skip
describe("ventures.TrainingSession", _("Trainings you planned"), "created_by_id", JUDGING,
         created_by=(K.LINK, E.KEEP))  # fmt: skip
describe("ventures.Section", _("Sections you write on"), "holder_id", PROPOSALS,
         holder=(K.LINK, E.KEEP), part=(K.RECORD, E.KEEP), since=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.TeamSeat", _("Roles in teams"), "person_id", PROPOSALS,
         person=(K.LINK, E.KEEP), proposal=(K.LINK, E.KEEP), role=(K.RECORD, E.KEEP), since=(K.RECORD, E.KEEP),
         ended_at=(K.RECORD, E.SPECIAL))  # fmt: skip
for _field in ("given_by", "ended_by"):
    describe("ventures.TeamSeat", _("Roles in teams"), f"{_field}_id", PROPOSALS,
             **{_field: (K.LINK, E.KEEP)})  # fmt: skip
describe("ventures.TeamInvitation", _("Invitations to teams"), "made_by_id", PROPOSALS,
         made_by=(K.LINK, E.KEEP), created_at=(K.RECORD, E.KEEP), ended_at=(K.RECORD, E.SPECIAL))  # fmt: skip
describe("ventures.TeamInvitation", _("Invitations to teams"), "taken_by_id", PROPOSALS,
         taken_by=(K.LINK, E.KEEP))  # fmt: skip
describe("ventures.Template", _("Templates you wrote"), "changed_by_id", JUDGING,
         changed_by=(K.LINK, E.KEEP), changed_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Merger", _("Mergers you began"), "begun_by_id", PROPOSALS,
         begun_by=(K.LINK, E.KEEP), message=(K.TEXT, E.SCRUB), created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Merger", _("Mergers you ended"), "ended_by_id", PROPOSALS,
         ended_by=(K.LINK, E.KEEP), reason=(K.TEXT, E.SCRUB), ended_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Comment", _("Comments"), "author_id", VOICES,
         author=(K.LINK, E.KEEP), community=(K.HOME, E.KEEP), text=(K.TEXT, E.SPECIAL), state=(K.RECORD, E.SPECIAL),
         created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("ventures.Comment", _("Comments"), "hidden_by_id", JUDGING, hidden_by=(K.LINK, E.KEEP))
describe("ventures.Endorsement", _("Projects you back"), "person_id", VOICES,
         person=(K.LINK, E.KEEP), proposal=(K.LINK, E.KEEP))  # fmt: skip
name_fields(
    contact=_("Contact person"), title=_("Name of the project"), summary=_("Summary"), team_name=_("Name of the team"),
    need=_("The need it answers"), aims=_("Aims"), people_note=_("Who they are"),
    risks=_("Risks and how you meet them"),
    decision_reason=_("Reason of the decision"), part=_("Part in the team"), place=_("Place"), detail=_("Detail"),
    item=_("Item"), note=_("Note"), content=_("Content"), by=_("Handed in by"), added_by=_("Added by"),
    created_by=_("Begun by"), changed_by=_("Changed by"),
    reviewer=_("Reviewer"), decision=_("Decision"), decided_at=_("Decided on"),
    assigned_by=_("Named by"), call=_("Round"), interest=_("Interest"), declared_at=_("Declared on"),
    term_ends_at=_("Term ends"),
    changed_at=_("Changed on"), closed_by=_("Closed by"), filed_by=_("Filed by"), filed_at=_("Filed on"),
    answered_by=_("Answered by"), ruled_by=_("Ruled by"), answer=_("Answer"),
    ruling=_("Ruling"), author=_("Author"), community=_("Community"),
    hidden_by=_("Hidden by"), proposal=_("Project"), session=_("Training"), recorded_by=_("Recorded by"),
    recorded_at=_("Recorded on"), holder=_("Written on by"), since=_("Since"),
    made_by=_("Made by"), begun_by=_("Begun by"), ended_by=_("Ended by"), message=_("Words to the other team"),
)  # fmt: skip

name_field("ventures.Notice", "body", _("Words of the notice"))
name_field("ventures.Attachment", "name", _("Name of the file"))
name_field("ventures.Attachment", "digest", _("Digest of the file"))
name_field("ventures.Activity", "title", _("Activity"))

REGISTRY.hindrances["ventures"] = unfinished
for _name, _run in (
    ("files", erase_files), ("versions", erase_versions), ("members", erase_members),
    ("comments", erase_comments), ("copies", erase_copies),
):  # fmt: skip
    REGISTRY.specials[f"ventures.{_name}"] = Special("ventures", _run)
# Last: a draft that is handed over is scrubbed before, while it is still known as the person's.
REGISTRY.specials["ventures.drafts"] = Special("ventures", erase_drafts, after=True)


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    """Count proposals handed in and seats in juries; drafts are the team's alone."""
    return [
        (_("Proposals handed in"), Proposal.objects.filter(contact=person_id, number__isnull=False).count()),
        (_("Roles in teams"), _seats_known(person_id).count()),
        (_("Seats in juries"), Juror.objects.filter(person=person_id).count()),
    ]


def _seats_known(person_id: UUID) -> QuerySet[TeamSeat]:
    return TeamSeat.objects.filter(person=person_id, ended_at=None, proposal__number__isnull=False)


def _two_seats(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """Refuse two seats in one jury that is not closed: one person has one voice in it."""
    seats = Juror.objects.filter(ends_at=None, call__jury_closing=None)
    theirs = seats.filter(person__in=records_of(kept_id)).values("call")
    if seats.filter(person=merged_id, call__in=theirs).exists():
        return [_("Both records sit in one jury, as if they were two. End one of the two seats first.")]
    return []


register("ventures", MergeRoom(_counts, _two_seats))

"""Tables of the micro-venture rounds."""

from shanzhi.ventures.models.calls import Award, Call, CallArea, CallTerms, Notice, Phase
from shanzhi.ventures.models.disputes import Dispute
from shanzhi.ventures.models.jury import Conflict, Juror, JuryClosing, Pitch, PitchOrder, ScoreSheet
from shanzhi.ventures.models.mergers import Merger
from shanzhi.ventures.models.proposals import Activity, Attachment, BudgetLine, Proposal, TeamMember
from shanzhi.ventures.models.reviews import Review, ReviewItem
from shanzhi.ventures.models.seats import TeamInvitation, TeamSeat
from shanzhi.ventures.models.sections import Section
from shanzhi.ventures.models.templates import Template
from shanzhi.ventures.models.training import Attendance, TrainingSession
from shanzhi.ventures.models.twins import Marks, Twin
from shanzhi.ventures.models.versions import ProposalVersion
from shanzhi.ventures.models.voices import Comment, Endorsement, EndorsementCount

__all__ = [
    "Activity",
    "Attachment",
    "Attendance",
    "Award",
    "BudgetLine",
    "Call",
    "CallArea",
    "CallTerms",
    "Comment",
    "Conflict",
    "Dispute",
    "Endorsement",
    "EndorsementCount",
    "Juror",
    "JuryClosing",
    "Marks",
    "Merger",
    "Notice",
    "Phase",
    "Pitch",
    "PitchOrder",
    "Proposal",
    "ProposalVersion",
    "Review",
    "ReviewItem",
    "ScoreSheet",
    "Section",
    "TeamInvitation",
    "TeamMember",
    "TeamSeat",
    "Template",
    "TrainingSession",
    "Twin",
]

"""The tables of volunteering."""

from shanzhi.volunteering.models.kinds import CODE_SHAPE, QualificationKind, Skill, Sort, TaskKind
from shanzhi.volunteering.models.teams import JoinWay, Team, TeamAgreement, TeamKind, TeamMember, TeamRole
from shanzhi.volunteering.models.volunteers import (
    LANGUAGES,
    MOST_METRES,
    NUMBER_SHAPE,
    Availability,
    Qualification,
    Volunteer,
    VolunteerSkill,
)

__all__ = [
    "CODE_SHAPE",
    "LANGUAGES",
    "MOST_METRES",
    "NUMBER_SHAPE",
    "Availability",
    "JoinWay",
    "Qualification",
    "QualificationKind",
    "Skill",
    "Sort",
    "TaskKind",
    "Team",
    "TeamAgreement",
    "TeamKind",
    "TeamMember",
    "TeamRole",
    "Volunteer",
    "VolunteerSkill",
]

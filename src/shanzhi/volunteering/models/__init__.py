"""The tables of volunteering."""

from shanzhi.volunteering.models.imports import (
    EarlierHours,
    RowDecision,
    RowMark,
    RowOutcome,
    RowStep,
    VolunteerColumns,
    VolunteerImport,
    VolunteerRow,
)
from shanzhi.volunteering.models.kinds import CODE_SHAPE, QualificationKind, Skill, Sort, TaskKind
from shanzhi.volunteering.models.moves import TeamMove
from shanzhi.volunteering.models.teams import JoinWay, Team, TeamAgreement, TeamKind, TeamMember, TeamRole
from shanzhi.volunteering.models.volunteers import (
    LANGUAGES,
    MOST_METRES,
    MOST_TASKS,
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
    "MOST_TASKS",
    "NUMBER_SHAPE",
    "Availability",
    "EarlierHours",
    "JoinWay",
    "Qualification",
    "QualificationKind",
    "RowDecision",
    "RowMark",
    "RowOutcome",
    "RowStep",
    "Skill",
    "Sort",
    "TaskKind",
    "Team",
    "TeamAgreement",
    "TeamKind",
    "TeamMember",
    "TeamMove",
    "TeamRole",
    "Volunteer",
    "VolunteerColumns",
    "VolunteerImport",
    "VolunteerRow",
    "VolunteerSkill",
]

"""The roles of the platform, and who may give which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in an area or an organisation, for a period."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    TEAM_LEADER = "team_leader"
    SOCIAL_WORKER = "social_worker"
    COMMUNITY_SECRETARY = "community_secretary"
    SUBDISTRICT_OFFICER = "subdistrict_officer"
    DISTRICT_OFFICER = "district_officer"
    OPERATOR = "operator"
    JUROR = "juror"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# Nobody grants above the own role: the higher number is the higher role. Those without a number cannot grant.
RANK: Final[dict[Role, int]] = {
    Role.RESIDENT: 0,
    Role.VOLUNTEER: 0,
    Role.TEAM_LEADER: 1,
    Role.JUROR: 1,
    Role.SOCIAL_WORKER: 2,
    Role.OPERATOR: 3,
    Role.COMMUNITY_SECRETARY: 4,
    Role.SUBDISTRICT_OFFICER: 5,
    Role.AUDITOR: 5,
    Role.DISTRICT_OFFICER: 6,
    Role.ADMINISTRATOR: 7,
}

GRANTERS: Final = frozenset(
    {Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR}
)
STAFF: Final = frozenset(
    {
        Role.SOCIAL_WORKER,
        Role.COMMUNITY_SECRETARY,
        Role.SUBDISTRICT_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.OPERATOR,
        Role.ADMINISTRATOR,
    }
)
# An auditor reads what staff read and changes nothing.
STAFF_READERS: Final = STAFF | {Role.AUDITOR}

# What one can be in an organisation. Staff, jurors and auditors work for an area, whoever employs them.
IN_ORGANIZATION: Final = frozenset({Role.VOLUNTEER, Role.TEAM_LEADER, Role.OPERATOR})


def may_grant(granter: Role, granted: Role) -> bool:
    """Tell whether one who holds `granter` may give `granted`: never a role above the own."""
    return granter in GRANTERS and RANK[granted] <= RANK[granter]

"""Volunteers and teams for tests, made straight in the tables."""

import itertools
from typing import Any

from django.db import transaction

from shanzhi.people.models import Person
from shanzhi.volunteering.models import Team, TeamAgreement, TeamMember, Volunteer
from tests.support.people import AREA, AT, LONG_AGO, a_person

_numbers = itertools.count(1)


def a_volunteer(person: Person | None = None, area: str = AREA, **fields: Any) -> Volunteer:
    """Make an active volunteer who serves in an area."""
    values = {"state": "active", "joined_at": LONG_AGO, "number": f"{area[:6]}{next(_numbers):09d}", **fields}
    return Volunteer.objects.create(person=person or a_person(area), area=area, **values)


def a_team(
    area: str = AREA, *, leader: Volunteer | None = None, name: str = "示例甲队", state: str = "active", **fields: Any
) -> Team:
    """Make a team with its agreement and its leader."""
    with transaction.atomic():
        values = {"kind": "community", "about": "陪伴老人", "synthetic": True, "created_at": LONG_AGO, **fields}
        team = Team.objects.create(area=area, name=name, state=state, **values)
        text = TeamAgreement.objects.create(
            team=team, version=1, text="守时守信（示例）。", digest="sha256:" + "0" * 64, created_at=LONG_AGO
        )
        join(team, leader or a_volunteer(area=area), text, role="leader")
    return team


def join(team: Team, volunteer: Volunteer, agreement: TeamAgreement | None = None, **fields: Any) -> TeamMember:
    """Put a volunteer into a team; with `state="requested"` one who waits."""
    values = {"state": "member", "signed_at": LONG_AGO, "asked_at": LONG_AGO, "joined_at": LONG_AGO, **fields}
    if values["state"] == "requested":
        values |= {"signed_at": AT, "asked_at": AT, "joined_at": None}
    signed = agreement or TeamAgreement.objects.filter(team=team).order_by("-version")[0]
    return TeamMember.objects.create(team=team, volunteer=volunteer, agreement=signed, **values)

"""The addresses of a team's roles, with what each role meets there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from shanzhi.ventures import operations
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.queries.seats import team_invitation_behind
from tests.support import people
from tests.support.permissions import Row
from tests.support.site import Site
from tests.ventures.merger_table import leader
from tests.ventures.permission_support import COMMUNITY, made, several
from tests.ventures.test_permissions import API, POST, SIGNED_IN, team

TEAM: Final = "/proposals/{one}/team/"
LINKS: Final[dict[UUID, str]] = {}
NOBODY: Final = "00000000-0000-4000-8000-000000000000"


def invited(one: Proposal, role: str = "editor") -> operations.InvitedToTeam:
    """Have the leader of a team make a link into it."""
    return operations.invite_to_team(actor=leader(one), proposal_id=one.pk, role=role, at=timezone.now())


def scene() -> dict[str, str]:
    """Give what the addresses of a team under review name: the proposal, and the secret of an open link into it."""
    one = made("review").proposals.get()
    return {"one": str(one.pk), "secret": invited(one).secret}


def shown_link(one: Proposal) -> str:
    """Give the secret of a link to show, the same again while it is open; the database keeps it as a digest alone."""
    secret = LINKS.get(one.pk, "")
    if team_invitation_behind(secret=secret, at=timezone.now()) is None:
        secret = LINKS[one.pk] = invited(one, "reader").secret
    return secret


def pages(site: Site) -> dict[str, str]:
    """Give a leader's pages of the team: with an editor and an open invitation, and what is shown to who is invited."""
    one = site.own_draft()
    if not one.seats.exists():
        editor = people.actor(people.a_person(COMMUNITY, name="示例丁"), at=timezone.now())
        operations.take_seat(actor=editor, secret=invited(one).secret, at=timezone.now())
    place = one.seats.first()
    assert place is not None
    theirs = site.submission.proposals.exclude(contact=one.contact).filter(state__in=("draft", "submitted")).first()
    assert theirs is not None
    return {
        "ventures:team_roles": reverse("ventures:team_roles", args=[one.pk]),
        "ventures:seat_invite": reverse("ventures:seat_invite", args=[one.pk]),
        "ventures:seat": reverse("ventures:seat", args=[one.pk, place.person_id]),
        "ventures:join_team": reverse("ventures:join_team", args=[shown_link(theirs)]),
    }


SEATS: Final[dict[str, Row]] = {
    "ventures:team_roles": team(TEAM),
    "ventures:seat_invite": team(f"{TEAM}invite/"),
    "POST ventures:seat_invite": team(f"{TEAM}invite/", **POST),
    "POST ventures:seat_invite_end": team(f"{TEAM}invitations/{NOBODY}/end/", **POST),
    "ventures:seat": team(f"{TEAM}{NOBODY}/"),
    "POST ventures:seat": team(f"{TEAM}{NOBODY}/", **POST),
    "ventures:leave_team": team(f"{TEAM}leave/"),
    "POST ventures:leave_team": team(f"{TEAM}leave/", **POST),
    "ventures:join_team": several({SIGNED_IN: (200, 200)}, (302, 302), "/team-invitations/{secret}/"),
    "POST ventures:join_team": several({SIGNED_IN: (404, 404)}, (302, 302), "/team-invitations/unknown/", **POST),
    f"GET {API}/proposals/{{proposal_id}}/team": team(f"{API}/proposals/{{one}}/team", anonymous=404),
}

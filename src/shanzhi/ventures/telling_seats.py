"""What changes in a team tell those whom they touch; a text names the round alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import EVERYWHERE, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, TITLE, To
from shanzhi.ventures.models import Proposal, TeamSeat
from shanzhi.ventures.telling import OWN

JOINED: Final = Kind(
    "seats.joined",
    OWN,
    _("Somebody joined your team: %(title)s"),
    _("Your invitation to the team of a proposal in the round “%(title)s” was taken up. See who is in the team."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
LEFT: Final = Kind(
    "seats.left",
    OWN,
    _("Somebody left your team: %(title)s"),
    _("Somebody left the team of your proposal in the round “%(title)s”. See who is in the team."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
ROLE: Final = Kind(
    "seats.role",
    OWN,
    _("Your role in a team changed: %(title)s"),
    _("The contact person changed your role in the team of a proposal in the round “%(title)s”."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
ENDED: Final = Kind(
    "seats.ended",
    OWN,
    _("You are no longer in a team: %(title)s"),
    _("The contact person of a proposal in the round “%(title)s” ended your place in its team."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
LEAD: Final = Kind(
    "seats.lead",
    OWN,
    _("The lead of a team was handed over: %(title)s"),
    _("A proposal in the round “%(title)s” has another contact person. See who leads the team now."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
register(JOINED, LEFT, ROLE, ENDED, LEAD)


def _tell(actor: Actor, kind: Kind, found: Proposal, key: str, people: tuple[UUID | None, ...], at: datetime) -> None:
    call, to = found.call, [one for one in people if one]
    link = To("ventures:call", (call.pk,)) if kind is ENDED else To("ventures:team_roles", (found.pk,))
    notify(
        actor=actor, kind=kind, values={"title": call, "link": link}, to=to, key=key, subject=found,
        area=found.community or call.area, at=at,
    )  # fmt: skip


def tell_joined(*, actor: Actor, proposal: Proposal, seat: TeamSeat, at: datetime) -> None:
    """Tell the contact person that an invitation was taken up."""
    _tell(actor, JOINED, proposal, str(seat.pk), (proposal.contact_id,), at)


def tell_left(*, actor: Actor, proposal: Proposal, seat_id: UUID, at: datetime) -> None:
    """Tell the contact person that somebody left."""
    _tell(actor, LEFT, proposal, str(seat_id), (proposal.contact_id,), at)


def tell_role(*, actor: Actor, proposal: Proposal, seat: TeamSeat, at: datetime) -> None:
    """Tell whose role changed."""
    _tell(actor, ROLE, proposal, str(seat.pk), (seat.person_id,), at)


def tell_ended(*, actor: Actor, proposal: Proposal, person_id: UUID, seat_id: UUID, at: datetime) -> None:
    """Tell who was taken out of the team."""
    _tell(actor, ENDED, proposal, str(seat_id), (person_id,), at)


def tell_lead(*, actor: Actor, proposal: Proposal, people: tuple[UUID, UUID], at: datetime) -> None:
    """Tell who leads now, and who led before."""
    _tell(actor, LEAD, proposal, f"{proposal.pk}:{at.isoformat()}", people, at)

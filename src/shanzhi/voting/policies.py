"""Who may do what with a poll. Refusals carry their reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.voting.lifecycle import DRAFT, MANAGERS
from shanzhi.voting.models import Booth, BoothOfficer, Poll

# Who may look at the roll of voters, in the own areas; names stay masked.
ROLL_READERS: Final = MANAGERS | {Role.SOCIAL_WORKER, Role.AUDITOR}


class NotYourPoll(Forbidden):
    """The actor has no role over all the poll's areas."""

    code = "not_your_poll"
    message = _(
        "Only those in charge of all areas of this vote may do this. Ask the operator or the district's bureau."
    )


class PollSealed(Forbidden):
    """Choices and counts are nobody's to see before the close."""

    code = "poll_sealed"
    message = _(
        "While people vote, nobody sees how. The result appears here after the vote has closed and been counted."
    )


def manages(actor: Actor, areas: Iterable[str]) -> bool:
    """Tell whether the actor may set up and run a poll of these areas: a role over every one of them."""
    codes = list(areas)
    return bool(codes) and all(actor.holds(MANAGERS, code) for code in codes)


def reads_roll(viewer: Actor, poll: Poll) -> bool:
    """Tell whether the viewer may look at a part of the roll: a role at, above or inside one of the poll's areas."""
    held = viewer.areas(ROLL_READERS)
    return any(code.startswith(area) or area.startswith(code) for code in poll.areas for area in held)


def sees(viewer: Actor, poll: Poll) -> bool:
    """Tell whether the viewer may know of the poll: all may once the roll is fixed, staff of its areas before."""
    return poll.state != DRAFT or reads_roll(viewer, poll)


def require_manager(actor: Actor, poll: Poll) -> None:
    """Refuse whoever may not run the poll; to whom it is unknown it stays so."""
    if manages(actor, poll.areas):
        return
    if not reads_roll(actor, poll):
        raise NotFound
    raise NotYourPoll


def booth_seen(viewer: Actor, booth: Booth) -> bool:
    """Tell whether the booth's desk exists for the viewer: staff at, above or inside its area, and its own officers."""
    held = viewer.areas(ROLL_READERS)
    if any(booth.area.startswith(area) or area.startswith(booth.area) for area in held):
        return True
    if viewer.person_id is None:
        return False
    return BoothOfficer.objects.filter(booth=booth, person_id__in=viewer.persons, ended_at=None).exists()


def enters(actor: Actor, booth: Booth) -> bool:
    """Tell whether the actor may read in sheets of a booth: its officers, and those in charge of its area."""
    if actor.person_id is None:
        return False
    if actor.holds(MANAGERS, booth.area):
        return True
    return BoothOfficer.objects.filter(booth=booth, person_id__in=actor.persons, ended_at=None).exists()

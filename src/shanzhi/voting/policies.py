"""Who may do what with a poll. Refusals carry their reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.areas import COUNTRY, ancestors_of, covers
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.places.queries import kin, within_any
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
    return works_at(viewer, booth)


def serves(grant: Grant, codes: Iterable[str]) -> bool:
    """Tell whether a role lets its holder work at a booth known by these codes; to live there does not."""
    if grant.role is Role.RESIDENT or grant.organization is not None:
        return False
    return any(covers(grant.area, code) or covers(code, grant.area) for code in codes)


def works_at(actor: Actor, booth: Booth) -> bool:
    """Tell whether the actor is an officer of the booth now and holds a role there that neither ended nor sleeps."""
    if actor.person_id is None:
        return False
    if not BoothOfficer.objects.filter(booth=booth, person_id__in=actor.persons, ended_at=None).exists():
        return False
    codes = kin(booth.area)
    return any(serves(grant, codes) for grant in actor.grants)


def worked_at(viewer: Actor) -> Q:
    """Give the condition of the booths at which `works_at` finds the viewer."""
    held = {one.area for one in viewer.grants if one.role is not Role.RESIDENT and one.organization is None}
    if viewer.person_id is None or not held:
        return Q(pk__in=())
    working = Q(pk__in=BoothOfficer.objects.filter(person_id__in=viewer.persons, ended_at=None).values("booth"))
    if COUNTRY in held:
        return working
    codes = {code for area in held for code in kin(area)}
    above = {step for code in codes for step in ancestors_of(code)}
    return working & (within_any("area", codes) | Q(area__in=above))


def enters(actor: Actor, booth: Booth) -> bool:
    """Tell whether the actor may read in sheets of a booth: its officers, and those in charge of its area."""
    return actor.person_id is not None and (actor.holds(MANAGERS, booth.area) or works_at(actor, booth))

"""Reading what is asked of oneself, and whether one is on call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shanzhi.assignments.models import OnCall, Proposal
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.people import minors
from shanzhi.volunteering import queries as volunteering

MOST_SHOWN: Final = 20


def asked(*, viewer: Actor, at: datetime) -> list[Proposal]:
    """List what is asked of the viewer and can still be answered: call-ups first, then by time."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Proposal.objects.filter(
        volunteer__person__in=viewer.persons, state="asked", shift__starts_at__gt=at, shift__state="open",
        shift__activity__state="published",
    )  # fmt: skip
    told = rows.select_related("run", "shift__activity__team")
    return list(told.order_by("-run__emergency", "shift__starts_at", "pk"))


def answered(*, viewer: Actor) -> list[Proposal]:
    """List the last answers of the viewer, and what lapsed without one."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Proposal.objects.filter(
        volunteer__person__in=viewer.persons, state__in=("accepted", "declined", "lapsed")
    ).select_related("run", "shift__activity__team")
    return list(rows.order_by("-decided_at", "pk")[:MOST_SHOWN])


def on_call(*, viewer: Actor) -> OnCall | None:
    """Give the viewer's own agreement to be called up that holds, None for none."""
    if not viewer.signed_in:
        raise SignInNeeded
    return OnCall.objects.filter(volunteer__person__in=viewer.persons, ended_at=None).first()


def may_be_called(*, viewer: Actor, at: datetime) -> bool:
    """Tell whether the viewer may agree to be called up: serves, and is no minor."""
    found = volunteering.mine(viewer=viewer)
    return found is not None and volunteering.serves(found, at) and not minors.is_minor(found.human, at)

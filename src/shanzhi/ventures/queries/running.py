"""What the desk's list of calls shows: those of the viewer's own areas and organisations."""

from __future__ import annotations

from django.db.models import Count as Counting
from django.db.models import Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.roles import Role
from shanzhi.places.queries import within_any
from shanzhi.ventures.models import Call
from shanzhi.ventures.policies import READERS
from shanzhi.ventures.queries.calls import calls
from shanzhi.voting import queries as voting
from shanzhi.voting.lifecycle import DRAFT


def desk_calls(*, viewer: Actor) -> QuerySet[Call]:
    """Give the calls that lie in the viewer's areas as staff, newest first; each row has `waiting`, its reviews due.

    Raises Forbidden to whoever is no staff anywhere.
    """
    if not viewer.holds_anywhere(READERS):
        raise Forbidden
    areas = viewer.areas(READERS)
    found = calls(viewer=viewer)
    if "" not in areas:
        mine = Q(operator_organization__in=viewer.organizations(Role.OPERATOR))
        found = found.filter(within_any("area", areas) | mine)
    return found.annotate(waiting=Counting("proposals", filter=Q(proposals__state="submitted")))


def has_polling_places(*, found: Call) -> bool:
    """Tell whether a call's vote can be cast on paper somewhere, as everybody may know once its roll is fixed."""
    return found.poll is not None and found.poll.state != DRAFT and voting.has_places(poll=found.poll)

"""Areas to choose from in rounds: where a call runs, where a project happens, where one reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, COUNTRY
from shanzhi.people.queries import Open, source_of
from shanzhi.places import queries as places
from shanzhi.ui.choosing import AreaSource
from shanzhi.ventures.lifecycle import MANAGERS, REVIEWERS
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.policies import READERS

MOST_SUGGESTED: Final = 40


def run_areas(*, viewer: Actor, at: datetime, several: bool = True) -> AreaSource:
    """Give the areas in which the viewer runs calls; to choose `several`, the own ones and those below stand open."""
    held = viewer.areas(MANAGERS)
    open_ones = Open(held, at)
    suggested = []
    if several:
        codes = [code for code in held if code != COUNTRY]
        for code in held:
            codes += places.children(code, at).values_list("code", flat=True)[: MOST_SUGGESTED + 1]
        found = open_ones.find(codes) if len(codes) <= MOST_SUGGESTED else {}
        suggested = [found[code] for code in codes if code in found]
    return source_of(open_ones, url=reverse("ventures:desk_areas"), suggested=suggested)


def communities_of(*, found: Call, at: datetime) -> Open:
    """Give the communities in which a call takes projects; the call comes with its areas."""
    return Open(tuple(area.code for area in found.areas.all()), at, (COMMUNITY,))


def communities_for(*, found: Proposal, at: datetime) -> AreaSource:
    """Give the communities that a proposal can choose from."""
    url = reverse("ventures:communities", args=[found.pk])
    return source_of(communities_of(found=found.call, at=at), url=url)


def reviewed_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer reviews, for filters."""
    return source_of(Open(viewer.areas(REVIEWERS), at))


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas in which the viewer reads as staff, for filters."""
    return source_of(Open(viewer.areas(READERS), at))

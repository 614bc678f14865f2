"""Reading mergers: both teams and staff of both areas; what they come to, everybody who sees the one proposal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures import policies
from shanzhi.ventures.lifecycle import LIVE_MERGERS, MERGEABLE, MERGES_WHILE
from shanzhi.ventures.models import Marks, Merger, Proposal
from shanzhi.ventures.models.mergers import SIDES
from shanzhi.ventures.queries.combining import digest_of, shown
from shanzhi.ventures.queries.content import Missing, missing
from shanzhi.ventures.queries.naming import area_name


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two proposals as the viewer may see it: `named` the name, team and place, `readable` all of it."""

    name: str
    proposal: Proposal
    own: bool
    leads: bool
    shows: bool
    named: bool
    readable: bool
    consents: bool


@dataclass(frozen=True, slots=True)
class Together:
    """What the two will be: the one proposal, what it lacks, and the digest that a consent stands for."""

    proposal: Proposal
    stays: Side
    goes: Side
    lacks: list[Missing]
    digest: str


@dataclass(frozen=True, slots=True)
class Merging:
    """A merger as its viewer may see it; `together` once both teams show theirs."""

    found: Merger
    sides: tuple[Side, Side]
    together: Together | None
    staff: bool

    @property
    def leads(self) -> bool:
        """Tell whether the viewer speaks for one of the teams."""
        return any(side.leads for side in self.sides)

    @property
    def consents(self) -> bool:
        """Tell whether all teams for which the viewer speaks have consented to what stands now."""
        return all(side.consents for side in self.sides if side.leads)

    @property
    def shows(self) -> bool:
        """Tell whether all teams for which the viewer speaks show their proposal."""
        return all(side.shows for side in self.sides if side.leads)


def visible_mergers(viewer: Actor) -> Q:
    """Give the condition of mergers that a viewer may see: those of the own teams, and where the viewer is staff.

    A draft that went into what was handed in is part of its story; the draft itself stays the team's.
    """
    mine = Proposal.objects.filter(policies.own_proposals(viewer) | policies.taken_into_own(viewer)).values("pk")
    near = Q(policies.staffed(viewer, "first__"), policies.staffed(viewer, "second__"))
    near &= Q(first__number__isnull=False, second__number__isnull=False)
    took_draft = Q(state__in=("merged", "undone"), stays__number__isnull=False, goes__number__isnull=True)
    return Q(first__in=mine) | Q(second__in=mine) | near | took_draft & Q(policies.staffed(viewer, "stays__"))


def merger(*, viewer: Actor, merger_id: UUID) -> Merging:
    """Give a merger with both sides as far as the viewer may see them. Raises NotFound."""
    found = Merger.objects.filter(visible_mergers(viewer), pk=merger_id).select_related("call").first()
    if found is None:
        raise NotFound
    rows = Proposal.objects.filter(pk__in=(found.first_id, found.second_id)).select_related("call", "contact")
    rows = rows.prefetch_related("activities", "budget", "members", "call__areas", "call__phases")
    by_key = {one.pk: one for one in rows.annotate(place_name=area_name("community"))}
    both = {"first": by_key[found.first_id], "second": by_key[found.second_id]}
    found.first, found.second = both["first"], both["second"]
    sides = _sides(viewer, found)
    inside = any(side.own for side in sides)
    together = _together(found, sides) if found.state == "open" else None
    return Merging(found, sides, together, staff=not inside)


def _sides(viewer: Actor, found: Merger) -> tuple[Side, Side]:
    both = (found.first, found.second)
    keys = [one.pk for one in both]
    seen = set(Proposal.objects.filter(policies.visible_proposals(viewer), pk__in=keys).values_list("pk", flat=True))
    named = set(Marks.objects.filter(proposal__in=keys, findable=True).values_list("proposal", flat=True))
    now = digest_of(found, *both) if found.state == "open" else ""
    sides = []
    for name, one in zip(SIDES, both, strict=True):
        shows = bool(getattr(found, f"{name}_shows"))
        readable = one.pk in seen or (shows and found.live)
        known = readable or one.pk in named or found.state == "merged"
        consent = getattr(found, f"{name}_consent")
        consents = bool(consent) and (found.state != "open" or consent == now)
        own = policies.of_team(viewer, one)
        sides.append(Side(name, one, own, policies.leads(viewer, one), shows, known, readable, consents))
    return sides[0], sides[1]


def _together(found: Merger, sides: tuple[Side, Side]) -> Together:
    first, second = sides
    stays, goes = (first, second) if found.plan["stays"] == "first" else (second, first)
    one = shown(found.plan, found.first, found.second)
    lacks = missing(one, codes=[area.code for area in found.call.areas.all()]) if one.number is not None else []
    return Together(one, stays, goes, lacks, digest_of(found, found.first, found.second))


def mergers_of(*, viewer: Actor, proposal_id: UUID) -> QuerySet[Merger]:
    """Give the mergers of a proposal that the viewer may see, newest first."""
    own = Q(first=proposal_id) | Q(second=proposal_id)
    return Merger.objects.filter(visible_mergers(viewer), own).order_by("-created_at", "id")


def live_merger(*, viewer: Actor, found: Proposal) -> Merger | None:
    """Give the merger that is being agreed on for a proposal, to those who may see it."""
    return mergers_of(viewer=viewer, proposal_id=found.pk).filter(state__in=LIVE_MERGERS).first()


def taken_in(*, found: Proposal) -> list[Merger]:
    """Give what was merged into a proposal fetched for its viewer; everybody who sees the one reads from what it is."""
    return list(Merger.objects.filter(stays=found, state="merged").select_related("goes").order_by("merged_at", "id"))


@dataclass(frozen=True, slots=True)
class Links:
    """Which mergers, and which proposals as they were before, the viewer may open."""

    mergers: frozenset[UUID]
    before: frozenset[UUID]


def links_of(*, viewer: Actor, taken: list[Merger]) -> Links:
    """Say what leads on from a proposal made of several; a draft that was taken in is read by the one team alone."""
    if not taken:
        return Links(frozenset(), frozenset())
    seen = Merger.objects.filter(visible_mergers(viewer), pk__in=[one.pk for one in taken])
    before = Proposal.objects.filter(policies.visible_proposals(viewer), pk__in=[one.goes_id for one in taken])
    return Links(*(frozenset(rows.values_list("pk", flat=True)) for rows in (seen, before)))


def leads_to(*, viewer: Actor, proposal_id: UUID) -> UUID | None:
    """Give the proposal that one was merged into, where the viewer sees that; None where it was not."""
    key: UUID | None = proposal_id
    last = None
    while key is not None:
        key = Merger.objects.filter(goes=key, state="merged").values_list("stays", flat=True).first()
        last = key or last
    seen = last is not None and Proposal.objects.filter(policies.visible_proposals(viewer), pk=last).exists()
    return last if seen else None


def may_merge(found: Proposal) -> bool:
    """Tell whether a proposal can be merged now: it may still change, and so may its call's proposals."""
    in_time = found.call.state in MERGES_WHILE and (found.state != "draft" or found.call.state == "submission")
    return found.state in MERGEABLE and in_time and not found.call.imported


def may_undo(*, viewer: Actor, found: Merger) -> bool:
    """Tell whether the viewer may undo a merging: runs the call, is of neither team, and the review has not ended."""
    if found.state != "merged" or found.call.state not in MERGES_WHILE or not policies.runs(viewer, found.call):
        return False
    if policies.is_party(viewer, found.first) or policies.is_party(viewer, found.second):
        return False
    return not later_mergings(found).exists()


def later_mergings(found: Merger) -> QuerySet[Merger]:
    """Give those that were merged into the same one after this merging: they are undone before it."""
    same = Merger.objects.filter(stays=found.stays_id, state="merged").exclude(pk=found.pk)
    return same.filter(kept__version__gt=found.kept["version"])


def latest_end(found: Proposal, at: datetime) -> datetime | None:
    """Give when the call's proposals can no longer be merged: with the end of its review."""
    ends: Any = next((phase.ends_at for phase in found.call.phases.all() if phase.kind == "review"), None)
    return ends if ends is not None and ends > at else None

"""Reading calls, their terms, notices, awards and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count as Counting
from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of, upper_bound
from shanzhi.kernel.errors import NotFound
from shanzhi.ventures.lifecycle import CALL, ENDED, PHASES, SHOWS_PROPOSALS
from shanzhi.ventures.models import Award, Call, CallArea, CallTerms, Notice
from shanzhi.ventures.policies import require_runs, runs, visible_calls, visible_proposals
from shanzhi.ventures.queries.checks import Check, checks_of
from shanzhi.ventures.queries.naming import area_name, course
from shanzhi.ventures.queries.preview import MovePreview, preview_of


def calls(*, viewer: Actor, area: str = "", ended: bool | None = None) -> QuerySet[Call]:
    """Give the calls that the viewer may see, newest first; `area` keeps those that run in it, below it or above it."""
    found = Call.objects.filter(visible_calls(viewer)).prefetch_related("areas", "phases")
    if area:
        touching = Q(code__gte=area, code__lt=upper_bound(area)) | Q(code__in=ancestors_of(area))
        found = found.filter(Exists(CallArea.objects.filter(touching, call=OuterRef("pk"))))
    if ended is not None:
        found = found.filter(state__in=ENDED) if ended else found.exclude(state__in=ENDED)
    return found.annotate(place_name=area_name("area"), course=course(CALL)).order_by("-created_at", "id")


def call(*, viewer: Actor, call_id: UUID) -> Call:
    """Give a call with its areas, phases and poll, in three queries. Raises NotFound outside the viewer's scope."""
    found = (
        Call.objects.filter(visible_calls(viewer), pk=call_id)
        .select_related("poll")
        .prefetch_related("areas", "phases")
        .annotate(place_name=area_name("area"))
        .first()
    )
    if found is None:
        raise NotFound
    return found


def terms(*, viewer: Actor, call_id: UUID) -> list[CallTerms]:
    """List the published versions of a call's terms, the newest first."""
    return list(call(viewer=viewer, call_id=call_id).terms.order_by("-version"))


def notices(*, viewer: Actor, call_id: UUID | None = None, area: str = "") -> QuerySet[Notice]:
    """Give public notices of calls that the viewer may see, newest first."""
    seen = calls(viewer=viewer, area=area).order_by()
    found = Notice.objects.filter(call__in=seen.values("pk")).select_related("call")
    if call_id is not None:
        found = found.filter(call=call_id)
    return found.order_by("-published_at", "id")


def awards(*, viewer: Actor, call_id: UUID) -> list[Award]:
    """List the winners of a call that still stand, in the order of selection; none before it is decided."""
    found = call(viewer=viewer, call_id=call_id)
    return list(found.awards.filter(proposal__state="won").select_related("proposal").order_by("position"))


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase for the phase line of a page: `state` is done, current or to come."""

    kind: str
    label: Any
    starts_at: datetime
    ends_at: datetime
    state: str


def phase_line(found: Call) -> list[PhaseLine]:
    """Lay out the phases of a call that was fetched by `call` or `calls`; asks the database nothing."""
    phases = sorted(found.phases.all(), key=lambda phase: phase.position)
    kinds = [phase.kind for phase in phases]
    now = kinds.index(found.state) if found.state in kinds else (len(kinds) if found.state == "closed" else -1)
    return [
        PhaseLine(
            phase.kind,
            PHASES[phase.kind],
            phase.starts_at,
            phase.ends_at,
            "done" if place < now else "current" if place == now else "upcoming",
        )
        for place, phase in enumerate(phases)
    ]


@dataclass(frozen=True, slots=True)
class CallFigures:
    """How many proposals of each state the viewer may know of, and the money asked in fen."""

    states: dict[str, int]
    shown: bool


def figures(*, viewer: Actor, found: Call) -> CallFigures:
    """Count a call's proposals as far as the viewer may see them, in one query."""
    seen = (
        found.proposals.filter(visible_proposals(viewer))
        .order_by()
        .values("state")
        .annotate(n=Counting("pk", distinct=True))
    )
    return CallFigures({row["state"]: row["n"] for row in seen}, found.state in SHOWS_PROPOSALS)


def builder_checks(*, viewer: Actor, call_id: UUID, at: datetime) -> list[Check]:
    """Check a call for those who run it, in the order of its builder. Raises NotFound, NotYourCall."""
    found = call(viewer=viewer, call_id=call_id)
    require_runs(viewer, found)
    return checks_of(found, at)


def preview_of_move(*, viewer: Actor, call_id: UUID, at: datetime) -> MovePreview:
    """Foretell the next move of a call to those who run it. Raises NotFound, NotYourCall, NoNextPhase."""
    found = call(viewer=viewer, call_id=call_id)
    require_runs(viewer, found)
    return preview_of(found, at)


def may_run(*, viewer: Actor, found: Call) -> bool:
    """Tell whether the viewer runs this call, for the pages that offer it."""
    return runs(viewer, found)

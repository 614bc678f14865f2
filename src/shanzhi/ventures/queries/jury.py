"""Reading a jury: its panel for those who run the call, a juror's own sheets, the result once the chair has closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count as Counting
from django.db.models import Exists, OuterRef, Q, QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person, RoleGrant
from shanzhi.ventures.lifecycle import LEFT
from shanzhi.ventures.models import Call, Conflict, Juror, JuryClosing, Pitch, Proposal, ScoreSheet
from shanzhi.ventures.operations.sheets import OwnInterest, due_sheets
from shanzhi.ventures.policies import READERS, is_party, of_team, party_proposals, require_runs, runs, seated
from shanzhi.ventures.queries.naming import option_code


@dataclass(frozen=True, slots=True)
class Project:
    """A project before a juror: its place among the pitches, how the own sheet stands, the own interest on record."""

    proposal: Proposal
    code: str
    position: int | None
    state: str
    interest: int | None = None


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A juror's own sheet, opened for the juror alone; `scores` by criterion, `key` None before it is begun."""

    proposal: Proposal
    state: str
    version: int
    key: UUID | None = None
    scores: Mapping[str, int] = field(repr=False, default_factory=dict)
    comment: str = field(repr=False, default="")


def _call(call_id: UUID) -> Call:
    found = Call.objects.filter(pk=call_id).exclude(jury={}).select_related("jury_closing", "pitch_order").first()
    if found is None:
        raise NotFound
    return found


def panel(*, viewer: Actor, found: Call) -> QuerySet[Juror]:
    """List the jurors of a call for those who run it: how many sheets each handed in, never what they say."""
    require_runs(viewer, found)
    handed_in = Q(sheets__state="handed_in")
    return (
        Juror.objects.filter(call=found)
        .select_related("person")
        .annotate(
            handed_in=Counting("sheets", filter=handed_in, distinct=True),
            interests=Counting("conflicts", distinct=True),
        )
        .order_by("number")
    )


def due(*, viewer: Actor, found: Call, at: datetime) -> int:
    """Count the sheets still due: for those who run the call and for its jurors."""
    if not runs(viewer, found):
        seat(viewer=viewer, found=found, at=at)
    return len(due_sheets(found, at))


def candidates(*, viewer: Actor, found: Call, at: Any) -> list[Person]:
    """List who holds the role of juror over the call's area and is not in its jury yet, two hundred at most."""
    require_runs(viewer, found)
    codes = [found.area[:length] for length in range(len(found.area) + 1)]
    holds = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    grants = RoleGrant.objects.filter(holds, role=Role.JUROR, area__in=codes, organization__isnull=True)
    seated = Juror.objects.filter(call=found).values("person")
    return list(Person.objects.filter(pk__in=grants.values("person")).exclude(pk__in=seated).order_by("id")[:200])


def pitches(*, found: Call) -> list[Pitch]:
    """Give the order of pitches, which is public once drawn."""
    return list(Pitch.objects.filter(call=found).select_related("proposal").order_by("position"))


def seats(*, viewer: Actor, at: datetime) -> QuerySet[Juror]:
    """List the juries in which the viewer sits or sat, the newest call first."""
    return (
        Juror.objects.filter(person__in=viewer.persons)
        .select_related("call", "call__jury_closing")
        .annotate(
            handed_in=Counting("sheets", filter=Q(sheets__state="handed_in"), distinct=True),
            works=Exists(Juror.objects.filter(seated(viewer, at), pk=OuterRef("pk"))),
        )
        .order_by("-call__created_at", "id")
    )


def open_seats(*, viewer: Actor, at: datetime) -> QuerySet[Juror]:
    """List the seats from which the viewer works, in juries that still score."""
    return seats(viewer=viewer, at=at).filter(seated(viewer, at), call__state="pitch", call__jury_closing__isnull=True)


def seat(*, viewer: Actor, found: Call, at: datetime) -> Juror:
    """Give the viewer's seat in a jury; who has none, or no awake role of juror there, finds nothing."""
    own = Juror.objects.filter(seated(viewer, at), call=found).first()
    if viewer.person_id is None or own is None:
        raise NotFound
    return own


def jury_call(*, call_id: UUID) -> Call:
    """Give a call that has a jury. Raises NotFound."""
    return _call(call_id)


def projects(*, viewer: Actor, found: Call, at: datetime) -> list[Project]:
    """List a juror's projects in the order of pitches, with how the own sheets stand; interests are marked so."""
    own = seat(viewer=viewer, found=found, at=at)
    states = dict(ScoreSheet.objects.filter(juror=own).values_list("proposal", "state"))
    interests = dict(Conflict.objects.filter(juror=own).values_list("proposal", "pk"))
    states |= dict.fromkeys(interests, "interest")
    own_team = Proposal.objects.filter(party_proposals(viewer), call=found).values_list("pk", flat=True)
    states |= dict.fromkeys(own_team, "interest")
    places = dict(Pitch.objects.filter(call=found).values_list("proposal", "position"))
    rows = [
        Project(one, option_code(one), places.get(one.pk), states.get(one.pk, "todo"), interests.get(one.pk))
        for one in Proposal.objects.filter(call=found, state__in=("on_ballot", "won", "lost"))
    ]
    return sorted(rows, key=lambda row: (row.position is None, row.position or 0, row.code))


def public_projects(*, found: Call) -> list[Project]:
    """List the projects that a jury scored, as everybody knows them."""
    judged = Q(state__in=("on_ballot", "won", "lost")) | Q(state__in=LEFT, left_shown=True)
    rows = Proposal.objects.filter(judged, call=found).order_by("number")
    return [Project(one, option_code(one), None, "") for one in rows]


def own_sheet(*, viewer: Actor, found: Call, proposal_id: UUID, at: datetime) -> OwnSheet:
    """Open the viewer's own sheet of a project, empty when not begun. Raises OwnInterest, NotFound."""
    own = seat(viewer=viewer, found=found, at=at)
    proposal = Proposal.objects.filter(call=found, pk=proposal_id, number__isnull=False).first()
    if proposal is None:
        raise NotFound
    if is_party(viewer, proposal) or Conflict.objects.filter(juror=own, proposal=proposal).exists():
        raise OwnInterest
    sheet = ScoreSheet.objects.filter(juror=own, proposal=proposal).first()
    if sheet is None:
        return OwnSheet(proposal, "todo", 0)
    held = json.loads(sheet.content.reveal())
    return OwnSheet(proposal, sheet.state, sheet.version, sheet.pk, held["scores"], held["comment"])


def told_sheets(*, viewer: Actor) -> QuerySet[ScoreSheet]:
    """Give the sheets of closed juries whose course a viewer may learn; an own interest keeps a project's from it."""
    own = Conflict.objects.filter(juror__person__in=viewer.persons).values("proposal")
    party = Proposal.objects.filter(party_proposals(viewer)).values("pk")
    return (
        ScoreSheet.objects.filter(juror__call__jury_closing__isnull=False)
        .exclude(proposal__in=own)
        .exclude(proposal__in=party)
    )


def sheet_keys(*, viewer: Actor, found: Call) -> dict[tuple[int, str], UUID]:
    """Give the sheets of a closed jury whose history the viewer may open, by juror's number and project's code."""
    if not (runs(viewer, found) or viewer.holds(READERS, found.area)):
        return {}
    rows = told_sheets(viewer=viewer).filter(juror__call=found).select_related("juror", "proposal")
    return {(row.juror.number, option_code(row.proposal)): row.pk for row in rows}


def closing(*, found: Call) -> JuryClosing | None:
    """Give the chair's closing, which is public; before it there is nothing to see for anybody."""
    return JuryClosing.objects.filter(call=found).first()


def comments(*, viewer: Actor, proposal: Proposal) -> list[tuple[int, str]]:
    """Give the jurors' comments on a proposal, by number: to its team and to who runs the call, after the closing."""
    if not JuryClosing.objects.filter(call=proposal.call_id).exists():
        return []
    if not (of_team(viewer, proposal) or runs(viewer, proposal.call)):
        return []
    rows = ScoreSheet.objects.filter(proposal=proposal, state="handed_in").select_related("juror")
    found = [(row.juror.number, json.loads(row.content.reveal())["comment"]) for row in rows]
    return sorted((number, words) for number, words in found if words)

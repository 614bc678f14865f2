"""What the public site shows, read through the rooms below with the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from shanzhi.audit import queries as audit
from shanzhi.audit.models import Event
from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.notices import queries as notices
from shanzhi.notices.models import Delivery
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.projects import queries as projects
from shanzhi.ventures import queries as ventures
from shanzhi.ventures.models import Award, Call, Juror, Notice, Proposal
from shanzhi.ventures.queries import jury
from shanzhi.voting import queries as voting
from shanzhi.voting.models import Poll

SHOWN = 6
CHANGES = 4
RUNNING = ("publicity", "submission", "review", "notice", "voting", "pitch")
DECIDED = ("award", "closed")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of a district's rounds; money in fen."""

    subdistricts: int
    communities: int
    calls: int
    proposals: int
    won: int
    granted_fen: int


@dataclass(frozen=True, slots=True)
class DistrictHome:
    """All that the home of a district shows."""

    area: Area
    voting: Sequence[Call]
    proposing: Sequence[Call]
    running: Sequence[Call]
    decided: Sequence[Call]
    notices: Sequence[Notice]
    subdistricts: Sequence[Area]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, at most a handful of each kind; of the kinds in `more` there is more than is shown."""

    text: str
    calls: Sequence[Call]
    proposals: Sequence[Proposal]
    areas: Sequence[Area]
    paths: dict[str, str]
    more: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to show."""
        return not (self.calls or self.proposals or self.areas)

    @property
    def named_areas(self) -> list[tuple[Area, str]]:
        """Give the areas with their full paths, since names repeat."""
        return [(area, self.paths.get(area.code, area.name)) for area in self.areas]


@dataclass(frozen=True, slots=True)
class Today:
    """What is due for a viewer, open to them, and theirs; and what changed: told to them, and done in their areas."""

    due: Sequence[ventures.DueItem] = ()
    polls: Sequence[Poll] = ()
    proposals: Sequence[Proposal] = ()
    juries: Sequence[Juror] = ()
    told: Sequence[Delivery] = ()
    done: Sequence[Event] = ()
    own_due: Sequence[projects.Due] = ()
    late: int = 0


def today(*, viewer: Actor, at: datetime) -> Today:
    """Gather the first screen of a viewer, in a fixed number of queries; whether somebody voted is not told."""
    if not viewer.signed_in:
        return Today()
    running, _finished = voting.own_polls(viewer=viewer)
    staff = viewer.holds_anywhere(STAFF_READERS)
    return Today(
        due=ventures.due_today(viewer=viewer, at=at),
        polls=[poll for poll in running if poll.opens_at <= at < poll.closes_at],
        proposals=list(ventures.my_proposals(viewer=viewer)[:SHOWN]),
        juries=list(jury.open_seats(viewer=viewer, at=at)[:SHOWN]),
        told=list(notices.own(viewer=viewer)[:CHANGES]) if viewer.person_id else (),
        done=list(audit.desk_events(viewer=viewer)[:CHANGES]) if staff else (),
        own_due=[one for one in projects.own_dues(viewer=viewer, at=at) if one.late or one.soon][:SHOWN],
        late=sum(one.late for one in projects.desk_dues(viewer=viewer, at=at)) if staff else 0,
    )


def districts(*, viewer: Actor) -> list[Area]:
    """List the districts in which the viewer can see a round, by code."""
    length = areas.LENGTHS[areas.DISTRICT]
    seen = ventures.calls(viewer=viewer).values_list("area", flat=True).distinct()
    codes = {code[:length] for code in seen if len(code) >= length}
    return list(Area.objects.filter(pk__in=codes).order_by("code"))


def _touching(code: str) -> Q:
    """Give the condition that a call's area lies in this one or above it."""
    return places.within("area", code) | Q(area__in=(areas.COUNTRY, *areas.ancestors_of(code)))


def district(*, viewer: Actor, code: str, at: datetime) -> DistrictHome:
    """Give the home of a district; raises NotFound for a code that is no district."""
    if not (code.isascii() and code.isdigit()):
        raise NotFound
    area = places.area(code=code)
    if area.level != areas.DISTRICT:
        raise NotFound
    seen = ventures.calls(viewer=viewer).filter(_touching(code))
    calls = list(seen.filter(state__in=(*RUNNING, *DECIDED)).order_by("-published_at", "id")[:40])
    by_state = {state: [call for call in calls if call.state == state] for state in (*RUNNING, *DECIDED)}
    return DistrictHome(
        area=area,
        voting=by_state["voting"],
        proposing=by_state["submission"],
        running=[call for call in calls if call.state in ("publicity", "review", "notice", "pitch")],
        decided=[call for call in calls if call.state in DECIDED][:SHOWN],
        notices=list(
            Notice.objects.filter(call__in=seen).select_related("call").order_by("-published_at", "id")[:SHOWN]
        ),
        subdistricts=list(places.children(code, at)),
        figures=_figures(seen, code, at),
    )


def _figures(calls: QuerySet[Call], code: str, at: datetime) -> Figures:
    """Sum up the rounds run here; imported ones are other places' money and stay out."""
    own = calls.filter(imported=False)
    won: dict[str, Any] = Award.objects.filter(call__in=own, proposal__state="won").aggregate(
        number=Count("pk"), fen=Sum("amount_fen")
    )
    return Figures(
        subdistricts=places.children(code, at).count(),
        communities=places.communities(code, at).count(),
        calls=own.exclude(state="draft").count(),
        proposals=Proposal.objects.filter(call__in=own, number__isnull=False).count(),
        won=won["number"],
        granted_fen=won["fen"] or 0,
    )


def search(*, viewer: Actor, text: str, at: datetime) -> Found:
    """Find rounds, proposals and areas by a part of their names, each kind within the viewer's scope."""
    words = text.replace("\x00", "").strip()[:60]
    if not words:
        return Found("", (), (), (), {})
    kinds: dict[str, list[Any]] = {
        "calls": list(_calls_named(viewer, words)[: SHOWN + 1]),
        "proposals": list(_proposals_named(viewer, words)[: SHOWN + 1]),
        "areas": list(places.search(words, at=at)[: SHOWN + 1]),
    }
    shown = {kind: rows[:SHOWN] for kind, rows in kinds.items()}
    return Found(
        text=words,
        **shown,
        paths=places.full_names([area.code for area in shown["areas"]]),
        more=frozenset(kind for kind, rows in kinds.items() if len(rows) > SHOWN),
    )


def _calls_named(viewer: Actor, words: str) -> QuerySet[Call]:
    return ventures.calls(viewer=viewer).filter(_named(words)).order_by("-created_at", "id")


def _proposals_named(viewer: Actor, words: str) -> QuerySet[Proposal]:
    found = ventures.proposals(viewer=viewer).filter(title__has=words).select_related("call")
    return found.order_by("-created_at", "id")


def _named(words: str) -> Q:
    """Give the condition that a call bears the words in its title, in either language."""
    return Q(title__has=words) | Q(title_en__icontains=words)


def search_published(rows: QuerySet[Call], words: str) -> QuerySet[Call]:
    """Find published results by the round's title, in either language."""
    return rows.filter(_named(words))


def published(*, viewer: Actor) -> QuerySet[Call]:
    """Give the decided rounds whose ballots are published for anyone to recount, newest first."""
    decided = ventures.calls(viewer=viewer).filter(state__in=DECIDED, poll_id__isnull=False)
    return decided.exclude(result_digest="").order_by("-published_at", "id")


def published_districts(*, viewer: Actor) -> list[tuple[str, str]]:
    """List the districts in which results are published, by code, with their names."""
    length = areas.LENGTHS[areas.DISTRICT]
    seen = published(viewer=viewer).order_by().values_list("area", flat=True).distinct()
    codes = sorted({code[:length] for code in seen if len(code) >= length})
    names = places.names(codes)
    return [(code, names.get(code, code)) for code in codes]


def published_years(*, viewer: Actor) -> list[int]:
    """List the years in which results were published, the newest first."""
    moments = published(viewer=viewer).order_by().datetimes("published_at", "year", order="DESC")
    return [moment.year for moment in moments]

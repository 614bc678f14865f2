"""The staff's desk: what waits for review, what is due today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count as Counting
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import homes_of
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import CALL, ENDED, REVIEWERS
from shanzhi.ventures.models import Call, Dispute, Proposal, Review
from shanzhi.ventures.policies import reviews, runs, written_proposals
from shanzhi.ventures.queries.disputes import waiting_for
from shanzhi.ventures.queries.naming import area_name
from shanzhi.ventures.queries.preview import due_at, next_state

SOON: Final = timedelta(days=3)


def review_queue(*, viewer: Actor, waiting: bool = True) -> QuerySet[Proposal]:
    """Give the proposals that the viewer may review, those handed in longest ago first, with counts of reviews.

    `waiting` keeps those that wait now; otherwise those that were returned, passed or rejected are there too. Each row
    has `reviews_done` and `reviews_due` of this hand-in, and `mine_due`, the viewer's own.
    """
    areas = viewer.areas(REVIEWERS)
    found = Proposal.objects.filter(number__isnull=False)
    if "" not in areas:
        mine = Q(call__operator_organization__in=viewer.organizations(Role.OPERATOR))
        found = found.filter(within_any("community", areas) | mine)
    states = ("submitted",) if waiting else ("submitted", "returned", "passed", "rejected")
    now = Q(reviews__round=F("review_round"))
    return (
        found.filter(state__in=states, call__state__in=("submission", "review") if waiting else CALL.states)
        .select_related("call")
        .annotate(
            place_name=area_name("community"),
            reviews_done=Counting("reviews", filter=now & Q(reviews__state="done")),
            reviews_due=Counting("reviews", filter=now & Q(reviews__state="due")),
            mine_due=Counting("reviews", filter=now & Q(reviews__state="due", reviews__reviewer__in=viewer.persons)),
        )
        .order_by("submitted_at", "id")
    )


def reviews_of(*, viewer: Actor, found: Proposal) -> QuerySet[Review]:
    """Give the reviews of a proposal that the viewer sees: all to staff, the finished ones' outcome to the team."""
    shown = found.reviews.exclude(state="void").select_related("reviewer").prefetch_related("items")
    if not (reviews(viewer, found) or viewer.holds(Role.AUDITOR, found.community)):
        shown = shown.filter(state="done")
    return shown.order_by("round", "created_at", "id")


def reviewers(*, viewer: Actor, found: Proposal, at: datetime) -> list[Person]:
    """List who could review a proposal, the team left out: by a role over its community, or as the call's operator."""
    if not reviews(viewer, found):
        return []
    codes = [found.community[:length] for length in range(len(found.community) + 1)]
    place = Q(role__in=REVIEWERS, area__in=codes, organization__isnull=True)
    if found.call.operator_organization is not None:
        place |= Q(role=Role.OPERATOR, organization=found.call.operator_organization)
    holds = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    named = (row.person_id for row in found.members.all())
    team = homes_of([found.contact_id, *named, *found.seats.values_list("person", flat=True)])
    holders = Person.objects.filter(pk__in=RoleGrant.objects.filter(holds, place).values("person"))
    people = Person.objects.filter(Q(pk__in=holders) | Q(pk__in=holders.values("merged_into")), merged_into=None)
    return list(people.exclude(pk__in=set(team.values())).order_by("id")[:200])


@dataclass(frozen=True, slots=True)
class DueItem:
    """One line of the first screen: what is due, how many, by when; `late` once the day is over."""

    key: str
    label: Any
    count: int
    due_at: datetime | None = None
    late: bool = False
    call: Call | None = None


def due_today(*, viewer: Actor, at: datetime) -> list[DueItem]:
    """List what is due for this viewer, in a fixed number of queries: reviews, mending, phases to move."""
    own = [*_my_reviews(viewer, at), *_my_mending(viewer, at)]
    return [*own, *_rulings(viewer, at), *_waiting(viewer), *_moves(viewer, at)]


def _end_of_day(at: datetime) -> datetime:
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def _my_reviews(viewer: Actor, at: datetime) -> list[DueItem]:
    if viewer.person_id is None:
        return []
    due = Review.objects.filter(reviewer__in=viewer.persons, state="due", proposal__state="submitted")
    figures = list(due.values_list("deadline", flat=True))
    if not figures:
        return []
    first = min((one for one in figures if one is not None), default=None)
    return [DueItem("my_reviews", _("Reviews assigned to you"), len(figures), first, first is not None and first < at)]


def _my_mending(viewer: Actor, at: datetime) -> list[DueItem]:
    if viewer.person_id is None:
        return []
    mine = Proposal.objects.filter(contact__in=viewer.persons, state="returned").values_list(
        "return_deadline", flat=True
    )
    return [
        DueItem("mend", _("Proposals of yours to mend"), 1, deadline, deadline is not None and deadline < at)
        for deadline in mine
    ]


def _waiting(viewer: Actor) -> list[DueItem]:
    if not viewer.holds_anywhere(REVIEWERS):
        return []
    count = review_queue(viewer=viewer).order_by().values("pk").count()
    return [DueItem("queue", _("Proposals waiting for review in your area"), count)] if count else []


def _rulings(viewer: Actor, at: datetime) -> list[DueItem]:
    """Count the objections and appeals that wait for a ruling, and those to the viewer's own proposals to answer."""
    found = []
    if viewer.holds_anywhere(REVIEWERS):
        figures = waiting_for(viewer).aggregate(n=Counting("pk"), first=Min("due_at"))
        if figures["n"]:
            label = _("Objections and appeals to rule on")
            found.append(DueItem("disputes", label, figures["n"], figures["first"], figures["first"] < at))
    if viewer.person_id is not None:
        mine = Dispute.objects.filter(
            state="filed",
            kind="objection",
            proposal__in=Proposal.objects.filter(written_proposals(viewer)).values("pk"),
        )
        figures = mine.aggregate(n=Counting("pk"), first=Min("due_at"))
        if figures["n"]:
            found.append(DueItem("answers", _("Objections to your proposals"), figures["n"], figures["first"]))
    return found


def _moves(viewer: Actor, at: datetime) -> list[DueItem]:
    """List the calls that the viewer runs whose next phase is due today, late, or within three days."""
    if not viewer.holds_anywhere(REVIEWERS):
        return []
    found = []
    running = Call.objects.exclude(state__in=ENDED).filter(imported=False).prefetch_related("phases")
    scope = viewer.areas(REVIEWERS)
    if "" not in scope:
        mine = Q(operator_organization__in=viewer.organizations(Role.OPERATOR))
        running = running.filter(within_any("area", scope) | mine)
    for call in running.order_by("created_at", "id")[:200]:
        if call.state == "draft" or not runs(viewer, call):
            continue
        due = due_at(call, next_state(call))
        if due is not None and due < _end_of_day(at) + SOON:
            found.append(DueItem("move", _("Next phase of the call"), 1, due, due < at, call))
    return found

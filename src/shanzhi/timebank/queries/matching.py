"""Reading members proposed for requests: for who decides on their run, staff of its area, and the desk of the bank.

Names are always masked. What a request asks for is read by who keeps its bank, and by members as long as it is open;
what somebody wrote of why not by who keeps it and by the member who was proposed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from shanzhi.assignments import policies as assignments
from shanzhi.assignments.models import Run
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.places.models import Area
from shanzhi.timebank import policies
from shanzhi.timebank.lifecycle import WHY_NOT
from shanzhi.timebank.models import Bank, HelpProposal, Member, OpenRequest, Post

MOST_SHOWN: Final = 50
RELATED: Final = ("run", "post__bank", "post__author", "member__person__merged_into")


def _visible(viewer: Actor) -> Q:
    """Give the condition that a pair, or a request left open, exists for the viewer."""
    banks = Bank.objects.filter(policies.readable(viewer))
    return Q(run__in=Run.objects.filter(assignments.readable(viewer))) | Q(post__bank__in=banks)


def _titled(rows: QuerySet[Any], viewer: Actor) -> QuerySet[Any]:
    """Add `title`, '' for who may not read what is asked for, `reads`, `begins` and `place`, the community."""
    own = Member.objects.filter(bank=OuterRef("post__bank"), person__in=viewer.persons, closed_at__isnull=True)
    told = _kept(viewer)
    if viewer.persons:
        told |= Q(Exists(own), post__state="open")
    found: QuerySet[Any] = rows.annotate(
        reads=ExpressionWrapper(told, output_field=BooleanField()), begins=F("post__starts_at"),
        place=Subquery(Area.objects.filter(code=OuterRef("post__area")).values("name")[:1]),
        title=Case(When(told, then=F("post__title")), default=Value("")),
    )  # fmt: skip
    return found


def _kept(viewer: Actor) -> Q:
    return Q(Exists(policies.kept(viewer).filter(pk=OuterRef("post__bank"))))


def matched_run(*, viewer: Actor, run_id: UUID) -> Run:
    """Give a run to whom it exists for, and to the desk of a bank of whose requests it proposes something."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    rows = Run.objects.select_related("team")
    found = rows.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    if rows.filter(assignments.readable(viewer), pk=run_id).exists():
        return found
    ours = Q(run=found, post__bank__in=Bank.objects.filter(policies.readable(viewer)))
    if HelpProposal.objects.filter(ours).exists() or OpenRequest.objects.filter(ours).exists():
        return found
    raise NotFound


def matched(*, viewer: Actor, run: Run | None = None, bank: Bank | None = None) -> QuerySet[Any]:
    """Give the pairs of a run, or of a bank, that the viewer may see, with `why`, the reason as far as one reads it.

    What somebody wrote is for who keeps the bank and the member of the pair; codes of the program are for all.
    """
    rows = HelpProposal.objects.filter(_visible(viewer)).select_related(*RELATED)
    rows = rows.filter(run=run) if run is not None else rows
    rows = rows.filter(post__bank=bank) if bank is not None else rows
    told = _kept(viewer) | Q(member__person__in=viewer.persons) | Q(reason__in=list(WHY_NOT))
    found: QuerySet[Any] = _titled(rows, viewer).annotate(
        number=F("member__number"), why=Case(When(told, then=F("reason")), default=Value(""))
    )
    return found


def search_matched(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find by the account number or its beginning, or by a part of a title that the viewer reads."""
    text = words.strip()
    return rows.filter(Q(number__startswith=text) | Q(title__icontains=text))


def nobody_for(*, viewer: Actor, run: Run) -> QuerySet[Any]:
    """Give the requests for which a run proposes nobody, those that the viewer may see."""
    rows = OpenRequest.objects.filter(_visible(viewer), run=run).select_related("post__bank")
    return _titled(rows, viewer)


def match(*, viewer: Actor, match_id: UUID) -> Any:
    """Give a pair, with `title` and `reads`, to whom its run exists for, and to the desk of its bank."""
    if not viewer.signed_in and not viewer.is_system:
        raise SignInNeeded
    found = matched(viewer=viewer).filter(pk=match_id).first()
    if found is None:
        raise NotFound
    return found


def match_counts(*, viewer: Actor, run: Run) -> dict[str, int]:
    """Count the pairs of a run by their state."""
    rows = HelpProposal.objects.filter(_visible(viewer), run=run).order_by().values_list("state")
    return dict(rows.annotate(many=Count("pk")))


def may_be_asked(viewer: Actor, run: Run) -> QuerySet[Any]:
    """Give the pairs of a run that the viewer may ask or drop: of kept banks, and not the viewer's own matter."""
    rows = matched(viewer=viewer, run=run).filter(post__bank__in=policies.kept(viewer))
    return rows.exclude(Q(member__person__in=viewer.persons) | Q(post__author__person__in=viewer.persons))


def helpers_to_ask(*, viewer: Actor, run: Run, most: int, ticked: Collection[UUID] = ()) -> list[Any]:
    """List the pairs that nobody was asked for yet, those whose request is next first.

    With those that were `ticked` in a form which is sent again, though they were asked by the first press.
    """
    rows = may_be_asked(viewer, run).order_by("post__starts_at", "post", "-score", "pk")
    offered = list(rows.filter(state="proposed")[:most])
    again = set(ticked) - {one.pk for one in offered}
    return [*offered, *rows.filter(pk__in=again)] if again else offered


def asked_to_help(*, viewer: Actor, at: datetime) -> list[HelpProposal]:
    """List the requests that the viewer is asked for and can still answer, the next one first."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = HelpProposal.objects.filter(
        member__person__in=viewer.persons, member__closed_at__isnull=True, state="asked", post__state="open",
        post__starts_at__gt=at,
    )  # fmt: skip
    return list(rows.select_related("post__bank").order_by("post__starts_at", "pk")[:MOST_SHOWN])


def asked_upon(*, viewer: Actor, found: Post) -> HelpProposal | None:
    """Give what is asked of the viewer upon one request, None for nothing."""
    if found.state != "open":
        return None
    return HelpProposal.objects.filter(post=found, member__person__in=viewer.persons, state="asked").first()

"""Organisations that were ever filed, each with its signs of life by a day, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from shanzhi.funding.models import Expense, Grant, Payment
from shanzhi.kernel.actor import Actor
from shanzhi.organizations import policies
from shanzhi.organizations.models import FilingApplication, Membership, Organization, Sign, SignKind
from shanzhi.outcomes.queries.dates import SILENT_MONTHS, WARNING_MONTHS, dead_on, within
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.projects.models import Activity, Project

MOST: Final = 20_000
SIGNS: Final = ("activity", "money", "meeting", "members")


@dataclass(slots=True)
class Body:
    """An organisation as of a day: when it was filed, out of what it grew, and the last day of each of four signs."""

    id: UUID
    name: str
    area: str
    area_name: str
    purpose: str
    kind: str
    state: str
    synthetic: bool
    public: bool
    filed_on: date
    dissolved_on: date | None
    on: date
    project: UUID | None = None
    proposal: UUID | None = None
    call: UUID | None = None
    round_title: str = ""
    community: str = ""
    signs: dict[str, date] = field(default_factory=dict)

    def note(self, sign: str, day: date | None) -> None:
        """Keep the last day of a sign; days after the day of reading do not count."""
        if day is not None and day <= self.on and day >= self.signs.get(sign, day):
            self.signs[sign] = day

    @property
    def last(self) -> date:
        """The last sign of life; the filing itself is the first."""
        return max([self.filed_on, *self.signs.values()])

    @property
    def dead_on(self) -> date | None:
        """From which day it counts as no longer living; None while it lives."""
        return dead_on(last=self.last, dissolved=self.dissolved_on, on=self.on)

    @property
    def call_key(self) -> str:
        """The number of the round as text, for filters."""
        return str(self.call or "")

    @property
    def alive(self) -> bool:
        """Whether it lives on the day of reading."""
        return self.dead_on is None

    @property
    def days(self) -> int:
        """How many days it is known to have lived since its filing."""
        return ((self.dead_on or self.on) - self.filed_on).days

    def shows(self, sign: str, months: int) -> bool:
        """Tell whether a sign was there within so many months."""
        return within(self.signs.get(sign), self.on, months)

    @property
    def silent(self) -> str:
        """How long nothing was heard of one that is not dissolved: "12", "6", or "" within six months."""
        if self.dissolved_on is not None:
            return ""
        if not within(self.last, self.on, SILENT_MONTHS):
            return "12"
        return "" if within(self.last, self.on, WARNING_MONTHS) else "6"


def desk_bodies(*, viewer: Actor, on: date) -> list[Body]:
    """Give the filed organisations of the viewer's areas, and those the viewer holds a role in. Raises Forbidden."""
    policies.require_desk(viewer)
    return bodies(Organization.objects.filter(policies.readable(viewer)), on)


def area_bodies(*, code: str, on: date) -> list[Body]:
    """Give the organisations of an area and below that were filed by a day; for figures, which everybody may read."""
    return bodies(Organization.objects.filter(places.within("area", code)), on)


def bodies(rows: QuerySet[Organization], on: date) -> list[Body]:
    """Gather those of the rows that were filed by a day; at most 20,000, in ten queries.

    The rows decide who may see them. A filing that was cancelled since still counts as filed.
    """
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    first = rows.annotate(filed_on=Min("filings__filed_on"), area_name=name).filter(filed_on__lte=on)
    held = Q(filings__cancelled_on=None, filings__isnull=False, closed_at=None)
    shown = set(rows.filter(held).values_list("pk", flat=True))
    found = {one.pk: _body(one, one.pk in shown, on) for one in first.order_by("name", "pk")[:MOST]}
    _own_signs(found)
    _origins(found)
    _project_signs(found)
    _money_signs(found)
    return list(found.values())


def _body(one: Any, public: bool, on: date) -> Body:
    closed = timezone.localdate(one.closed_at) if one.closed_at else None
    return Body(
        id=one.pk, name=one.name, area=one.area, area_name=one.area_name or one.area, purpose=one.purpose,
        kind=one.kind, state=one.state, synthetic=one.synthetic, public=public, filed_on=one.filed_on,
        dissolved_on=closed if closed and closed <= on else None, on=on,
    )  # fmt: skip


def end_of(on: date) -> datetime:
    """Give the first moment after a day of the place."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))


def _day(found: Iterable[Body]) -> date:
    return next((one.on for one in found), date.min)


def _own_signs(found: dict[UUID, Body]) -> None:
    """Meetings, activities and changes of members, from the registry."""
    on = _day(found.values())
    entered = Sign.objects.filter(organization__in=list(found), taken_back_at=None, on__lte=on)
    for pk, kind, last in entered.order_by().values_list("organization", "kind").annotate(last=Max("on")):
        found[pk].note("activity" if kind == SignKind.ACTIVITY else "meeting", last)
    people = Membership.objects.filter(organization__in=list(found)).order_by().values("organization")
    for row in people.annotate(
        came=Max("starts_on", filter=Q(starts_on__lte=on)), left=Max("ends_on", filter=Q(ends_on__lte=on))
    ):
        for day in (row["came"], row["left"]):
            found[row["organization"]].note("members", day)


def _origins(found: dict[UUID, Body]) -> None:
    """Say out of which project, and so of which round, each grew."""
    grown = FilingApplication.objects.filter(
        organization__in=list(found), state="filed", origin_kind=Project._meta.label_lower
    )
    origin = dict(grown.order_by("-decided_at").values_list("organization", "origin_id"))
    rows = Project.objects.filter(pk__in=set(origin.values())).select_related("proposal__call")
    projects = {one.pk: one for one in rows}
    for pk, project_id in origin.items():
        one = projects.get(project_id) if project_id else None
        if one is None:
            continue
        body = found[pk]
        body.project, body.proposal, body.call = one.pk, one.proposal_id, one.proposal.call_id
        body.round_title, body.community = one.proposal.call.title, one.community


def _project_signs(found: dict[UUID, Body]) -> None:
    """Activities that the project held, counted for what grew out of it."""
    by_project = {one.project: one for one in found.values() if one.project}
    held = Activity.objects.filter(
        project__in=list(by_project), state__in=("held", "reported"), starts_at__lt=end_of(_day(found.values()))
    )
    for pk, last in held.order_by().values_list("project").annotate(last=Max("starts_at")):
        by_project[pk].note("activity", timezone.localdate(last))


def _money_signs(found: dict[UUID, Body]) -> None:
    """Payments to its project or to itself, and expenses approved there."""
    on = _day(found.values())
    by_proposal = {one.proposal: one for one in found.values() if one.proposal}
    owners: dict[UUID, list[Body]] = defaultdict(list)
    grants = Grant.objects.filter(Q(proposal__in=list(by_proposal)) | Q(recipient__in=list(found)))
    for pk, proposal, recipient in grants.values_list("pk", "proposal", "recipient"):
        of_both = (by_proposal.get(proposal), found.get(recipient) if recipient else None)
        owners[pk] = [one for one in of_both if one is not None]
    paid = Payment.objects.filter(tranche__grant__in=list(owners), state="paid", decided_at__lt=end_of(on))
    for pk, last in paid.order_by().values_list("tranche__grant").annotate(last=Max("decided_at")):
        for one in owners[pk]:
            one.note("money", timezone.localdate(last))
    spent = Expense.objects.filter(grant__in=list(owners), state="approved", spent_on__lte=on)
    for pk, day in spent.order_by().values_list("grant").annotate(last=Max("spent_on")):
        for one in owners[pk]:
            one.note("money", day)

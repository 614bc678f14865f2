"""A round and what came of it: its communities, its money, the organisations that grew out of its projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from shanzhi.funding.models import Grant
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger.models import Owner, Posting
from shanzhi.organizations.models import FilingApplication, Organization
from shanzhi.outcomes.queries.bodies import Body, bodies, end_of
from shanzhi.projects.models import Project, Visit
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.queries.training import standings

WITH_THE_TEAM = Q(account__role="held") | Q(account__role__startswith="advance-") | Q(account__role__startswith="line-")


@dataclass(slots=True)
class Round:
    """A round as of a day. Money in fen: `paid` to the teams, `returned` to the fund, `cost` the one less the other."""

    id: UUID
    title: str
    about: str
    synthetic: bool
    communities: tuple[str, ...]
    projects: int
    paid: int
    returned: int
    bodies: list[Body]

    @property
    def cost(self) -> int:
        """What the round has cost: paid less returned."""
        return self.paid - self.returned

    @property
    def grown(self) -> int:
        """How many organisations were filed out of its projects."""
        return len(self.bodies)

    @property
    def alive(self) -> int:
        """How many of them live."""
        return sum(one.alive for one in self.bodies)

    @property
    def each(self) -> int | None:
        """Cost for each that lives, in fen, half a fen up; None where none lives."""
        return int(Fraction(self.cost, self.alive) + Fraction(1, 2)) if self.alive else None

    @property
    def places(self) -> int:
        """How many communities there are, for lists."""
        return len(self.communities)


@dataclass(frozen=True, slots=True)
class Had:
    """What an organisation's team had by a day: sessions of training, mentor's visits, money in fen."""

    training: int
    visits: int
    fen: int


def rounds(*, on: date) -> list[Round]:
    """Give every round with projects begun by a day, in a fixed number of queries; all of it is public."""
    return _rounds(Project.objects.filter(created_at__lt=end_of(on)), on)


def round_of(*, call_id: UUID, on: date) -> Round:
    """Give one round. Raises NotFound where it has no project begun by the day."""
    found = _rounds(Project.objects.filter(created_at__lt=end_of(on), proposal__call=call_id), on)
    if not found:
        raise NotFound
    return found[0]


def _rounds(rows: QuerySet[Project], on: date) -> list[Round]:
    begun = list(rows.values_list("pk", "proposal__call", "community"))
    calls = Call.objects.filter(pk__in={call for _pk, call, _where in begun}).order_by("-created_at", "pk")
    whole = LENGTHS[COMMUNITY]
    places: dict[Any, set[str]] = defaultdict(set)
    number: dict[Any, int] = defaultdict(int)
    for _pk, call, where in begun:
        number[call] += 1
        if len(where) >= whole:
            places[call].add(where[:whole])
    grown: dict[Any, list[Body]] = defaultdict(list)
    origin = FilingApplication.objects.filter(
        state="filed", origin_kind=Project._meta.label_lower, origin_id__in=[one[0] for one in begun]
    )
    for body in bodies(Organization.objects.filter(pk__in=origin.values("organization")), on):
        grown[body.call].append(body)
    money = _money(list(number), on)
    return [
        Round(
            id=call.pk, title=call.title, about=call.about, synthetic=call.synthetic,
            communities=tuple(sorted(places[call.pk])),
            projects=number[call.pk], paid=money[call.pk][0], returned=money[call.pk][1], bodies=grown[call.pk],
        )
        for call in calls
    ]  # fmt: skip


def _postings(grants: QuerySet[Grant], on: date) -> QuerySet[Posting]:
    owners = grants.order_by().values("pk")
    return Posting.objects.filter(
        WITH_THE_TEAM, account__owner_kind=Owner.GRANT, account__owner_id__in=owners, on__lte=on
    ).order_by()


def _money(calls: Sequence[Any], on: date) -> dict[Any, tuple[int, int]]:
    """Give for each round what the ledger says was paid to its teams by a day, and what came back, in fen."""
    grants = Grant.objects.filter(round__in=calls)
    of_grant = dict(grants.values_list("pk", "round"))
    paid: dict[Any, int] = defaultdict(int)
    kept: dict[Any, int] = defaultdict(int)
    rows = _postings(grants, on).values_list("account__owner_id").annotate(
        paid=Sum("amount", filter=Q(entry__kind="funding.pay"), default=0), kept=Sum("amount")
    )  # fmt: skip
    for owner, gross, net in rows:
        paid[of_grant[owner]] += int(gross)
        kept[of_grant[owner]] += int(net)
    return {call: (paid[call], paid[call] - kept[call]) for call in calls}


def had(found: Round, *, on: date) -> dict[UUID, Had]:
    """Give what each organisation of a round had by a day, in a fixed number of queries."""
    call = Call.objects.get(pk=found.id)
    proposals = list(Proposal.objects.filter(pk__in=[one.proposal for one in found.bodies if one.proposal]))
    until = end_of(on)
    sessions = {
        pk: sum(session.starts_at < until for session in one.attended) for pk, one in standings(call, proposals).items()
    }
    visits = dict(
        Visit.objects.filter(project__in=[one.project for one in found.bodies], visited_on__lte=on)
        .order_by().values_list("project").annotate(number=Count("pk"))
    )  # fmt: skip
    grants = Grant.objects.filter(proposal__in=list(sessions))
    of_grant = dict(grants.values_list("pk", "proposal"))
    fen = {
        of_grant[owner]: int(amount)
        for owner, amount in _postings(grants, on).values_list("account__owner_id").annotate(sum=Sum("amount"))
    }
    return {
        one.id: Had(sessions.get(one.proposal, 0), visits.get(one.project, 0), fen.get(one.proposal, 0))
        for one in found.bodies
        if one.proposal is not None
    }

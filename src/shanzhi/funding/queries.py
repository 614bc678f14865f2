"""Reading funds and grants: every public figure comes from balances of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext

from shanzhi.funding import policies
from shanzhi.funding.models import ApprovalLimit, BudgetLine, Disclosure, Donor, Expense, Fund, Grant, Payment, Request
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.ledger import policies as ledger_policies
from shanzhi.ledger.models import Balance, Book, Owner
from shanzhi.organizations.models import Organization
from shanzhi.people import queries as people
from shanzhi.people.models import Person
from shanzhi.places import queries as places
from shanzhi.places.models import Area
from shanzhi.ui.choosing import AreaSource

MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class LineFigure:
    """A budget line with what was spent on it, in fen."""

    number: int
    name: str
    budget: int
    spent: int

    @property
    def left(self) -> int:
        """What may still be spent on it."""
        return self.budget - self.spent


@dataclass(slots=True)
class GrantFigures:
    """The money of a grant in fen: not paid yet, with the team, advanced, spent by line."""

    committed: int = 0
    held: int = 0
    advanced: int = 0
    lines: list[LineFigure] = field(default_factory=list)

    @property
    def spent(self) -> int:
        """What was spent and approved."""
        return sum(one.spent for one in self.lines)

    @property
    def received(self) -> int:
        """What was paid to the team and not given back."""
        return self.held + self.advanced + self.spent

    @property
    def left(self) -> int:
        """What the team has left."""
        return self.held + self.advanced

    def as_told(self) -> dict[str, Any]:
        """Give plain values for a disclosure."""
        return {
            "received_fen": self.received, "spent_fen": self.spent, "left_fen": self.left,
            "not_paid_fen": self.committed,
            "lines": [{"name": one.name, "budget_fen": one.budget, "spent_fen": one.spent} for one in self.lines],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FundFigures:
    """The money of a fund in fen: came in, taken by grants and not spent, spent, free."""

    free: int
    promised: int
    spent: int
    lines: tuple[LineFigure, ...]

    @property
    def received(self) -> int:
        """All that came in."""
        return self.free + self.promised + self.spent

    @property
    def left(self) -> int:
        """All that was not spent."""
        return self.free + self.promised

    def as_told(self) -> dict[str, Any]:
        """Give plain values for a disclosure."""
        return {
            "received_fen": self.received, "spent_fen": self.spent, "left_fen": self.left,
            "promised_fen": self.promised,
            "lines": [{"name": one.name, "budget_fen": one.budget, "spent_fen": one.spent} for one in self.lines],
        }  # fmt: skip


def grant_figures(grants: Iterable[Grant]) -> dict[UUID, GrantFigures]:
    """Give the money of grants, in two queries however many they are."""
    found = {grant.pk: GrantFigures() for grant in grants}
    rows = Balance.objects.filter(account__owner_kind=Owner.GRANT, account__owner_id__in=list(found))
    spent: dict[tuple[UUID, str], int] = {}
    for owner, role, amount in rows.values_list("account__owner_id", "account__role", "amount"):
        assert owner is not None  # only the outside world has no owner
        if role == "committed":
            found[owner].committed = amount
        elif role == "held":
            found[owner].held = amount
        elif role.startswith("advance-"):
            found[owner].advanced += amount
        else:
            spent[owner, role] = amount
    for line in BudgetLine.objects.filter(grant__in=list(found)).order_by("grant", "number"):
        amount = spent.get((line.grant_id, f"line-{line.number}"), 0)
        found[line.grant_id].lines.append(LineFigure(line.number, line.name, line.amount_fen, amount))
    return found


def shortened(lines: Iterable[LineFigure]) -> tuple[LineFigure, ...]:
    """Give the first lines, and all others as one, so that a chart and its table stay short."""
    found = list(lines)
    if len(found) <= MOST_LINES:
        return tuple(found)
    kept, rest = found[: MOST_LINES - 1], found[MOST_LINES - 1 :]
    budget, spent = sum(one.budget for one in rest), sum(one.spent for one in rest)
    return (*kept, LineFigure(MOST_LINES, gettext("Other lines"), budget, spent))


def _sums(grants: QuerySet[Grant], fund: UUID | None = None) -> FundFigures:
    """Give what is free in a fund, what grants were promised and have not spent, and what was spent by name of line."""
    owners = grants.order_by().values("pk")
    of_grants = Q(account__owner_kind=Owner.GRANT, account__owner_id__in=owners)
    of_fund = Q(account__owner_kind=Owner.FUND, account__owner_id=fund, account__role="balance")
    sums = Balance.objects.filter(of_grants | of_fund).aggregate(
        free=Sum("amount", filter=Q(account__owner_kind=Owner.FUND), default=0),
        promised=Sum(
            "amount",
            filter=Q(account__owner_kind=Owner.GRANT) & ~Q(account__role__startswith="line-"),
            default=0,
        ),
    )
    on_line = Balance.objects.filter(
        account__owner_kind=Owner.GRANT, account__owner_id=OuterRef("grant_id"),
        account__role=Concat(Value("line-"), OuterRef("number")),
    ).values("amount")[:1]  # fmt: skip
    rows = BudgetLine.objects.filter(grant__in=owners).annotate(
        spent=Coalesce(Subquery(on_line, output_field=BigIntegerField()), 0)
    )
    named = rows.values("name").annotate(budget_sum=Sum("amount_fen"), spent_sum=Sum("spent"))
    lines = shortened(
        LineFigure(n, one["name"], int(one["budget_sum"]), int(one["spent_sum"]))
        for n, one in enumerate(named.order_by("-budget_sum", "name"), 1)
    )
    return FundFigures(int(sums["free"]), int(sums["promised"]), sum(one.spent for one in lines), lines)


def fund_figures(fund: Fund) -> FundFigures:
    """Give the money of a fund, in two queries."""
    return _sums(Grant.objects.filter(fund=fund).exclude(state="draft"), fund.pk)


def round_figures(round_id: UUID) -> FundFigures:
    """Give the money of all grants of a round; a round has no money of its own."""
    return _sums(Grant.objects.filter(round=round_id).exclude(state="draft"))


def with_area(rows: QuerySet[Any], path: str = "area") -> QuerySet[Any]:
    """Add `area_name` to rows."""
    named: QuerySet[Any] = rows.annotate(
        area_name=Subquery(Area.objects.filter(code=OuterRef(path)).values("name")[:1])
    )
    return named


def public_funds() -> QuerySet[Fund]:
    """Give all funds: who has one, tells of it."""
    free = Balance.objects.filter(account__owner_kind=Owner.FUND, account__owner_id=OuterRef("pk"))
    rows = Fund.objects.select_related("book").annotate(free_fen=Coalesce(Subquery(free.values("amount")[:1]), 0))
    return with_area(rows, "book__area").order_by("-created_at", "id")


def public_fund(fund_id: UUID) -> Fund:
    """Give one fund."""
    found = Fund.objects.select_related("book").filter(pk=fund_id).first()
    if found is None:
        raise NotFound
    return found


def public_grants() -> QuerySet[Grant]:
    """Give the grants whose agreement is signed, each with its money, see `with_money`."""
    return with_money(Grant.objects.exclude(state="draft").select_related("fund__book"))


def with_money(rows: QuerySet[Grant]) -> QuerySet[Grant]:
    """Add to grants, in the same query, what is with the team and what was spent."""
    own = Balance.objects.filter(account__owner_kind=Owner.GRANT, account__owner_id=OuterRef("pk"))

    def total(wanted: Q) -> Coalesce:
        sums = own.filter(wanted).order_by().values("account__owner_id").annotate(sum=Sum("amount")).values("sum")
        return Coalesce(Subquery(sums, output_field=BigIntegerField()), 0)

    found: QuerySet[Grant] = with_area(rows).annotate(
        spent_fen=total(Q(account__role__startswith="line-")),
        left_fen=total(Q(account__role="held") | Q(account__role__startswith="advance-")),
        unpaid_fen=total(Q(account__role="committed")),
    )
    return found


def public_grant(grant_id: UUID) -> Grant:
    """Give one grant whose agreement is signed."""
    found = Grant.objects.exclude(state="draft").select_related("fund__book").filter(pk=grant_id).first()
    if found is None:
        raise NotFound
    return found


def grant_of(proposal: UUID) -> Grant | None:
    """Give the grant of a project by its proposal, once its agreement is signed; that is public."""
    return Grant.objects.exclude(state="draft").filter(proposal=proposal).first()


def public_expenses(**of: Any) -> QuerySet[Expense]:
    """Give approved expenses of a grant, fund or round."""
    return Expense.objects.filter(state="approved", **of).select_related("line", "grant")


def disclosures(*, fund: Fund, grant: Grant | None) -> QuerySet[Disclosure]:
    """Give what was published of a fund itself, or of a grant."""
    return Disclosure.objects.filter(fund=fund, grant=grant).order_by("-number")


def disclosure(disclosure_id: UUID) -> Disclosure:
    """Give one disclosure; all are public."""
    found = Disclosure.objects.select_related("fund__book", "grant").filter(pk=disclosure_id).first()
    if found is None:
        raise NotFound
    return found


def desk_funds(*, viewer: Actor) -> QuerySet[Fund]:
    """Give the funds of the viewer's desk."""
    policies.require_desk(viewer)
    return public_funds().filter(policies.readable_funds(viewer))


def desk_grants(*, viewer: Actor) -> QuerySet[Grant]:
    """Give the grants of the viewer's desk, drafts too."""
    policies.require_desk(viewer)
    rows = Grant.objects.filter(policies.desk_grants(viewer)).select_related("fund__book")
    return with_money(rows).order_by("-created_at", "id")


def due_grants(*, viewer: Actor) -> QuerySet[Grant]:
    """Give the grants of the viewer's desk that owe a disclosure, the longest overdue first."""
    return desk_grants(viewer=viewer).exclude(disclose_by=None).order_by("disclose_by", "id")


def own_grants(*, viewer: Actor) -> QuerySet[Grant]:
    """Give the grants of the viewer's teams."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = Grant.objects.filter(policies.of_the_team(viewer)).select_related("fund__book")
    return with_money(rows).order_by("-created_at", "id")


def grant(*, viewer: Actor, grant_id: UUID) -> Grant:
    """Give a grant of the viewer's desk or team."""
    if not viewer.signed_in:
        raise SignInNeeded
    return policies.load_grant(actor=viewer, lock=False, pk=grant_id)


def fund(*, viewer: Actor, fund_id: UUID) -> Fund:
    """Give a fund of the viewer's desk."""
    if not viewer.signed_in:
        raise SignInNeeded
    return policies.load_fund(actor=viewer, fund_id=fund_id)


def _inside(viewer: Actor, path: str) -> Q:
    return Q(**{f"{path}__in": Grant.objects.filter(policies.desk_grants(viewer)).order_by().values("pk")})


def _payments(viewer: Actor) -> QuerySet[Payment]:
    rows = Payment.objects.filter(_inside(viewer, "tranche__grant")).select_related("tranche__grant__fund__book")
    return rows.annotate(amount_fen=F("tranche__amount_fen")).order_by("-asked_at", "id")


def payments(*, viewer: Actor) -> QuerySet[Payment]:
    """Give the payments of the viewer's desk, newest first."""
    policies.require_desk(viewer)
    return _payments(viewer)


def payment(*, viewer: Actor, payment_id: UUID) -> Payment:
    """Give a payment of the viewer's desk."""
    found = _payments(viewer).filter(pk=payment_id).first()
    if found is None:
        raise NotFound
    return found


def expenses(*, viewer: Actor) -> QuerySet[Expense]:
    """Give the claims of the viewer's desk, newest first."""
    policies.require_desk(viewer)
    rows = Expense.objects.filter(_inside(viewer, "grant")).select_related("grant__fund__book", "line")
    return rows.order_by("-asked_at", "id")


def _requests(viewer: Actor) -> QuerySet[Request]:
    rows = Request.objects.filter(_inside(viewer, "grant")).select_related("grant__fund__book", "source", "target")
    return rows.order_by("-asked_at", "id")


def requests(*, viewer: Actor) -> QuerySet[Request]:
    """Give the requests of the viewer's desk, newest first."""
    policies.require_desk(viewer)
    return _requests(viewer)


def request(*, viewer: Actor, request_id: UUID) -> Request:
    """Give a request of the viewer's desk."""
    found = _requests(viewer).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def expense(*, viewer: Actor, expense_id: UUID) -> Expense:
    """Give a claim of the viewer's desk or team."""
    found = Expense.objects.select_related("grant__fund__book", "line").filter(pk=expense_id).first()
    if found is None:
        raise NotFound
    grant(viewer=viewer, grant_id=found.grant_id)
    return found


def given(*, viewer: Actor) -> QuerySet[Fund]:
    """Give the funds that the viewer, or an organisation that the viewer leads, gave to."""
    if not viewer.signed_in:
        raise SignInNeeded
    return public_funds().filter(policies.given_by(viewer))


def donors(*, fund: Fund) -> list[tuple[Donor, str]]:
    """Give who gave to a fund with a name in words, people masked, for those who keep it; at most 200, newest first."""
    found = list(Donor.objects.filter(fund=fund).order_by("-created_at", "id")[:200])
    names = {one.pk: str(one.name) for one in Person.objects.filter(pk__in={d.person_id for d in found if d.person_id})}
    bodies = Organization.objects.filter(pk__in={d.organization for d in found if d.organization})
    names |= dict(bodies.values_list("pk", "name"))
    return [(one, one.name or names.get(one.person_id or one.organization or one.pk, "")) for one in found]


def books(*, viewer: Actor) -> list[tuple[str, str]]:
    """List the books in which the viewer may begin a fund."""
    rows = Book.objects.filter(ledger_policies.readable(viewer)).order_by("area", "name", "id")
    return [(str(one.pk), one.name) for one in rows[:200] if policies.may_manage(actor=viewer, area=one.area) is None]


def read_areas(*, viewer: Actor, at: datetime) -> AreaSource:
    """Give the areas whose funds and grants the viewer reads, for filters."""
    return people.source_of(people.Open(viewer.areas(policies.READERS), at))


def overdue(disclose_by: date | None, today: date) -> bool:
    """Tell whether a disclosure is late."""
    return disclose_by is not None and disclose_by < today


def limits(*, viewer: Actor) -> QuerySet[ApprovalLimit]:
    """Give the limits of approvers that count in the viewer's areas."""
    policies.require_desk(viewer)
    codes = {code for area in viewer.areas(policies.READERS) for code in ("", *ancestors_of(area), area)}
    inside = places.within_any("area", viewer.areas(policies.READERS))
    rows = ApprovalLimit.objects.filter(inside if not inside else inside | Q(area__in=codes))
    return with_area(rows).order_by("-since", "id")

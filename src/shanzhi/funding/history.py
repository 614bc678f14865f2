"""How the history of funds and grants reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.funding import policies
from shanzhi.funding.models import Expense, Fund, Grant
from shanzhi.funding.models.expenses import Request
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ui import formatting


def _fund(viewer: Actor, fund_id: str, at: datetime) -> Shown | None:
    found = Fund.objects.filter(pk=uuid_of(fund_id)).first()
    if found is None:
        return None
    if not Fund.objects.filter(policies.readable_funds(viewer), pk=found.pk).exists():
        raise NotFound
    return Shown(found.name, reverse("funding:desk_fund", args=[found.pk]), whole=True)


def _grant(viewer: Actor, grant_id: str, at: datetime) -> Shown | None:
    found = Grant.objects.filter(pk=uuid_of(grant_id)).first()
    if found is None:
        return None
    if not Grant.objects.filter(policies.desk_grants(viewer), pk=found.pk).exists():
        raise NotFound
    return Shown(found.title, reverse("funding:desk_grant", args=[found.pk]), whole=True)


def _of_grant(grant_id: str) -> Q:
    """Give the condition of the events of a grant's claims, requests and team."""
    types = ("funding.expense", "funding.request", "funding.teamplace")
    return Q(subject_type__in=types, change__grant=grant_id)


def _of_fund(fund_id: str) -> Q:
    return Q(subject_type__in=("funding.income", "funding.incomereversal", "funding.donor"), change__fund=fund_id)


def _funds(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Fund.objects.filter(policies.readable_funds(viewer)), "name"


def _grants(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Grant.objects.filter(policies.desk_grants(viewer)), "title"


def _claims(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Expense.objects.filter(grant__in=Grant.objects.filter(policies.desk_grants(viewer)).values("pk")), "what"


def _requests(viewer: Actor) -> tuple[QuerySet[Any], str]:
    grants = Grant.objects.filter(policies.desk_grants(viewer)).values("pk")
    return Request.objects.filter(grant__in=grants), "grant__title"


FIELDS = {
    "amount_fen": _("Amount"),
    "limit_fen": _("At most"),
    "kind": _("Kind"),
    "source": _("As what"),
    "tranche": _("Tranche"),
    "line": _("Line"),
    "version": _("Version"),
    "number": _("No."),
}
VALUES = {"amount_fen": formatting.yuan, "limit_fen": lambda value: formatting.yuan(value) if value is not None else ""}
for _type, _label, _more in (
    ("funding.fund", _("Fund"), {"find": _fund, "titles": _funds, "events": _of_fund}),
    ("funding.grant", _("Grant"), {"find": _grant, "titles": _grants, "events": _of_grant}),
    ("funding.expense", _("Expense"), {"titles": _claims}),
    ("funding.request", _("Request"), {"titles": _requests}),
    ("funding.income", _("Money that came in"), {}),
    ("funding.incomereversal", _("Income taken back"), {}),
    ("funding.donor", _("Donor"), {}),
    ("funding.teamplace", _("Place in a team"), {}),
    ("funding.approvallimit", _("Limit of approvals"), {}),
):
    register(
        Subject(
            type=_type,
            label=_label,
            readers=policies.READERS,
            fields=FIELDS,
            values=VALUES,
            **_more,
        )
    )
register_verbs(
    {
        "funding.fund.create": _("Fund set up"),
        "funding.income.record": _("Money came in"),
        "funding.income.take_back": _("Income taken back"),
        "funding.donor.name": _("Donor named"),
        "funding.limit.set": _("Limit of approvals set"),
        "funding.grant.open": _("Grant opened"),
        "funding.agreement.make": _("Agreement made"),
        "funding.agreement.sign": _("Signature recorded"),
        "funding.grant.sign": _("Grant came into force"),
        "funding.grant.meet": _("Condition met"),
        "funding.grant.stop": _("Payments stopped"),
        "funding.grant.resume": _("Payments taken up again"),
        "funding.grant.close": _("Grant settled"),
        "funding.team.join": _("Joined the team"),
        "funding.payment.ask": _("Payment asked for"),
        "funding.payment.approve": _("Payment approved by the first"),
        "funding.payment.pay": _("Payment approved by the second and made"),
        "funding.payment.refuse": _("Payment refused"),
        "funding.expense.claim": _("Expense entered"),
        "funding.expense.approve": _("Expense approved"),
        "funding.expense.refuse": _("Expense refused"),
        "funding.expense.publish": _("Struck-out receipt published"),
        "funding.request.ask": _("Request made"),
        "funding.request.approve": _("Request approved"),
        "funding.request.refuse": _("Request refused"),
        "funding.disclosure.publish": _("Figures published"),
    },
    tones={
        "funding.grant.stop": "warn",
        "funding.payment.refuse": "warn",
        "funding.expense.refuse": "warn",
        "funding.request.refuse": "warn",
    },
)

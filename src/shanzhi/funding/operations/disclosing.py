"""Disclosures: the figures of a fund or grant published on a day, as they stand in the ledger then."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.funding import policies, queries
from shanzhi.funding.models import Disclosure, Fund, Grant
from shanzhi.funding.refusals import NotDue, NotInForce
from shanzhi.funding.rules import EMERGENCY, FINAL, REGULAR, next_disclosure
from shanzhi.funding.telling import tell_disclosed
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest


def due_after(thing: Fund | Grant, last: date | None = None, *, final_done: bool = False) -> date | None:
    """Give the day by which a fund or grant owes its next disclosure; `last` is the day of the one before."""
    fund = thing if isinstance(thing, Fund) else thing.fund
    found = next_disclosure(
        starts_on=thing.starts_on, ends_on=thing.ends_on, emergency=fund.emergency, last=last, final_done=final_done
    )
    return found[1] if found else None


@transaction.atomic
def disclose_fund(*, actor: Actor, fund_id: UUID, at: datetime) -> Disclosure:
    """Publish the figures of a fund as they stand now; its donors are told. Raises NotInCharge, NotDue."""
    fund = policies.load_fund(actor=actor, fund_id=fund_id, lock=True)
    return _publish(actor, fund, None, at)


@transaction.atomic
def disclose_grant(*, actor: Actor, grant_id: UUID, at: datetime) -> Disclosure:
    """Publish the figures of a grant as they stand now. Raises NotInCharge, NotInForce, NotDue."""
    grant = policies.load_grant(actor=actor, pk=grant_id)
    if grant.state == "draft":
        raise NotInForce(state=grant.get_state_display())
    return _publish(actor, grant.fund, grant, at)


def _publish(actor: Actor, fund: Fund, grant: Grant | None, at: datetime) -> Disclosure:
    policies.require(policies.may_keep(actor=actor, fund=fund))
    thing = grant or fund
    if thing.disclose_by is None:
        raise NotDue
    today = timezone.localdate(at)
    kind = FINAL if today > thing.ends_on else EMERGENCY if fund.emergency else REGULAR
    figures = queries.grant_figures([grant])[grant.pk].as_told() if grant else queries.fund_figures(fund).as_told()
    last = Disclosure.objects.filter(fund=fund, grant=grant).aggregate(last=Max("number"))["last"]
    made = Disclosure.objects.create(
        fund=fund, grant=grant, number=(last or 0) + 1, kind=kind, due_on=thing.disclose_by, on=today, figures=figures,
        digest=digest(figures), published_by=actor.person_id, at=at,
    )  # fmt: skip
    thing.disclose_by = due_after(thing, today, final_done=kind == FINAL)
    thing.save(update_fields=["disclose_by"])
    record(
        actor=actor, verb="funding.disclosure.publish", subject=thing, area=grant.area if grant else fund.book.area,
        at=at, change={"number": made.number, "kind": kind, "digest": made.digest},
    )  # fmt: skip
    tell_disclosed(actor=actor, fund=fund, disclosure=made, at=at)
    return made

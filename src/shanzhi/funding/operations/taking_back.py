"""Taking back an income that was recorded by mistake: its entry is mirrored, for a reason, by a second person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.models import IncomeReversal
from shanzhi.funding.operations.grants import reason_of
from shanzhi.funding.refusals import SpentSince, TakenBack
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Entry
from shanzhi.ledger.refusals import Short


@transaction.atomic
def take_back(*, actor: Actor, income_id: UUID, reason: str, at: datetime) -> IncomeReversal:
    """Undo an income that was wrong, by its mirror in the ledger today; income and reversal stay and name each other.

    Taken back again by the same person, it gives the same. Raises NotFound, OwnRecord, NotInCharge, OverLimit,
    ReasonMissing, TakenBack, SpentSince where the money is no longer free in the fund.
    """
    seen = policies.load_income(actor=actor, income_id=income_id)
    policies.load_fund(actor=actor, fund_id=seen.fund_id, lock=True)
    found = policies.load_income(actor=actor, income_id=income_id)
    known: IncomeReversal | None = getattr(found, "reversal", None)
    if known is not None and actor.is_person(known.reversed_by):
        return known
    policies.require(policies.may_take_back(actor=actor, income=found, at=at))
    if known is not None:
        raise TakenBack
    plain = reason_of(reason)
    try:
        mirror = ledger.undo(
            actor=actor, entry=Entry.objects.select_related("book").get(pk=found.entry), on=timezone.localdate(at),
            at=at, reason=plain,
        )  # fmt: skip
    except Short as short:
        raise SpentSince(left=short.params["left"]) from short
    made = IncomeReversal.objects.create(
        income=found, reason=plain, entry=mirror.id, reversed_by=actor.person_id, at=at
    )  # fmt: skip
    record(
        actor=actor, verb="funding.income.take_back", subject=made, area=found.fund.book.area, at=at, reason=plain,
        change={"fund": str(found.fund_id), "income": str(found.pk), "amount_fen": found.amount_fen,
                "source": found.source},
    )  # fmt: skip
    return made

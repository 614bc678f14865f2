"""Payments of tranches: asked for by one, approved by two others within their limits. Then the money moves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.lifecycle import PAYMENT, TRANCHE
from shanzhi.funding.models import Grant, Payment, Tranche
from shanzhi.funding.operations import moving
from shanzhi.funding.operations.grants import reason_of, require_state
from shanzhi.funding.refusals import SamePerson
from shanzhi.funding.rules import PAYMENT as PAYING
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound


@transaction.atomic
def ask_payment(*, actor: Actor, tranche_id: UUID, at: datetime) -> Payment:
    """Ask that a tranche whose condition is met be paid; asked again, it gives the payment that is open."""
    found = Tranche.objects.filter(pk=tranche_id).values_list("grant_id", flat=True).first()
    if found is None:
        raise NotFound
    grant = policies.load_grant(actor=actor, pk=found)
    policies.require(policies.may_run(actor=actor, grant=grant))
    require_state(grant, "in_force")
    tranche = Tranche.objects.get(pk=tranche_id)
    known = tranche.payments.exclude(state="refused").first()
    if known is not None:
        return known
    tranche.state = TRANCHE.move(tranche.state, "ask")
    tranche.save(update_fields=["state"])
    made = Payment.objects.create(tranche=tranche, asked_by=actor.person_id, asked_at=at)
    _note(actor, "ask", made, grant, at)
    return made


@transaction.atomic
def approve_payment(*, actor: Actor, payment_id: UUID, at: datetime) -> Payment:
    """Approve a payment; the second approval, of another person, pays. A payment that is paid is given as it is.

    Raises OwnMoney, SamePerson, OverLimit, NotInCharge, MoveRefused.
    """
    payment, grant = _locked(actor, payment_id)
    if payment.state == "paid" and actor.is_person(payment.second_by):
        return payment
    amount = payment.tranche.amount_fen
    policies.require(policies.may_approve(
        actor=actor, grant=grant, asked_by=[payment.asked_by], amount_fen=amount, act=PAYING, at=at
    ))  # fmt: skip
    require_state(grant, "in_force")
    if payment.state == "asked":
        payment.state, payment.first_by, payment.first_at = PAYMENT.move("asked", "approve"), actor.person(), at
        payment.save(update_fields=["state", "first_by", "first_at"])
        _note(actor, "approve", payment, grant, at)
        return payment
    if actor.is_person(payment.first_by):
        raise SamePerson
    payment.state = PAYMENT.move(payment.state, "pay")
    payment.second_by, payment.decided_at = actor.person(), at
    payment.entry = moving.move(
        actor=actor, fund=grant.fund, source=moving.of_grant(actor=actor, grant=grant, role=moving.COMMITTED, at=at),
        target=moving.of_grant(actor=actor, grant=grant, role=moving.HELD, at=at), amount=amount, kind="pay",
        key=f"pay:{payment.pk}", at=at, text=grant.title,
    )  # fmt: skip
    payment.save(update_fields=["state", "second_by", "decided_at", "entry"])
    payment.tranche.state = TRANCHE.move(payment.tranche.state, "pay")
    payment.tranche.save(update_fields=["state"])
    _note(actor, "pay", payment, grant, at)
    return payment


@transaction.atomic
def refuse_payment(*, actor: Actor, payment_id: UUID, reason: str, at: datetime) -> Payment:
    """Refuse a payment for a reason; the tranche may be asked for again."""
    payment, grant = _locked(actor, payment_id)
    policies.require(policies.may_approve(
        actor=actor, grant=grant, asked_by=[payment.asked_by], amount_fen=0, act=PAYING, at=at
    ))  # fmt: skip
    payment.state, payment.reason = PAYMENT.move(payment.state, "refuse"), reason_of(reason)
    payment.decided_at = at
    payment.save(update_fields=["state", "reason", "decided_at"])
    payment.tranche.state = TRANCHE.move(payment.tranche.state, "give_back")
    payment.tranche.save(update_fields=["state"])
    _note(actor, "refuse", payment, grant, at, payment.reason)
    return payment


def _locked(actor: Actor, payment_id: UUID) -> tuple[Payment, Grant]:
    number = Payment.objects.filter(pk=payment_id).values_list("tranche__grant_id", flat=True).first()
    if number is None:
        raise NotFound
    grant = policies.load_grant(actor=actor, pk=number)
    return Payment.objects.select_related("tranche").get(pk=payment_id), grant


def _note(actor: Actor, verb: str, payment: Payment, grant: Grant, at: datetime, reason: str = "") -> None:
    tranche = payment.tranche
    record(
        actor=actor, verb=f"funding.payment.{verb}", subject=grant, area=grant.area, at=at, reason=reason,
        change={"payment": str(payment.pk), "tranche": tranche.number, "amount_fen": tranche.amount_fen},
    )  # fmt: skip

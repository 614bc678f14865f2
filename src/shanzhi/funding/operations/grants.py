"""An agreement is signed and takes the fund's money; conditions are met; payments stop; the grant is settled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.lifecycle import GRANT, PAYMENT, TRANCHE
from shanzhi.funding.models import Custody, Grant, Party, Payment, Signature, Tranche
from shanzhi.funding.operations import moving
from shanzhi.funding.operations.disclosing import due_after
from shanzhi.funding.operations.opening import lay_before
from shanzhi.funding.refusals import (
    BadDay,
    BadParts,
    BadSigner,
    FundShort,
    NotInForce,
    ReasonMissing,
    StillOpen,
)
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.workdays import working_days_after
from shanzhi.ledger.models import Account, Balance, Owner
from shanzhi.ledger.refusals import Short
from shanzhi.ui import formatting

SIGNED: Final = "signed"
LONGEST_REASON: Final = 500


def parties(grant: Grant) -> list[str]:
    """Give who signs: funder and recipient, and where the community keeps the money, the community."""
    found = [Party.FUNDER.value, Party.RECIPIENT.value]
    return [*found, Party.KEEPER.value] if grant.custody == Custody.COMMUNITY else found


def reason_of(text: str) -> str:
    """Give why something is refused or stopped. Raises ReasonMissing."""
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_REASON:
        raise ReasonMissing(field="reason")
    return plain


def require_state(grant: Grant, *states: str) -> None:
    """Refuse what a grant in this state does not take."""
    if grant.state not in states:
        raise NotInForce(state=str(GRANT.states[grant.state]))


@transaction.atomic
def renew_agreement(*, actor: Actor, grant_id: UUID, remarks: str, at: datetime) -> Grant:
    """Lay a further version of the agreement before the parties; it needs all signatures anew."""
    grant = policies.load_grant(actor=actor, pk=grant_id)
    policies.require(policies.may_manage(actor=actor, area=grant.fund.book.area))
    require_state(grant, "draft")
    lay_before(actor=actor, grant=grant, at=at, remarks=remarks)
    return grant


@transaction.atomic
def record_signature(*, actor: Actor, grant_id: UUID, party: str, signed_on: date, at: datetime) -> Signature:
    """Record that a party signed the latest version on paper; with the last signature the grant is in force.

    Then the fund's money is committed, and what waits for the signing may be paid, by the day that the setting
    `first_tranche_days` (15 working days) gives. Raises BadSigner, BadDay, FundShort, NotInForce.
    """
    grant = policies.load_grant(actor=actor, pk=grant_id)
    policies.require(policies.may_manage(actor=actor, area=grant.fund.book.area))
    require_state(grant, "draft")
    agreement = grant.agreements.order_by("-version")[:1].get()
    made = timezone.localdate(agreement.created_at)
    today = timezone.localdate(at)
    if not made <= signed_on <= today:
        raise BadDay(field="signed_on", first=formatting.day(made), last=formatting.day(today))
    have = set(agreement.signatures.values_list("party", flat=True))
    if party not in parties(grant) or party in have:
        raise BadSigner(field="party")
    signature = Signature.objects.create(
        agreement=agreement, party=party, signed_on=signed_on, recorded_by=actor.person_id,
        at=at,
    )  # fmt: skip
    record(
        actor=actor, verb="funding.agreement.sign", subject=grant, area=grant.area, at=at,
        change={"party": party, "version": agreement.version, "signed_on": signed_on.isoformat()},
    )  # fmt: skip
    if {*have, party} == set(parties(grant)):
        _put_in_force(actor, grant, signed_on, at)
    return signature


def _put_in_force(actor: Actor, grant: Grant, signed_on: date, at: datetime) -> None:
    grant.state, grant.signed_on = GRANT.move(grant.state, "sign"), signed_on
    grant.version += 1
    grant.disclose_by = due_after(grant)
    grant.save(update_fields=["state", "signed_on", "version", "disclose_by"])
    moving.of_grant(actor=actor, grant=grant, role=moving.HELD, at=at)
    for line in grant.lines.order_by("number"):
        role = f"{moving.LINE}{line.number}"
        moving.of_grant(actor=actor, grant=grant, role=role, name=line.name, ceiling=line.amount_fen, at=at)
    _commit(actor, grant, grant.amount_fen, f"commit:{grant.pk}", at)
    record(actor=actor, verb="funding.grant.sign", subject=grant, area=grant.area, at=at,
           change={"amount_fen": grant.amount_fen})  # fmt: skip
    _meet(actor, grant, SIGNED, signed_on, at)


@transaction.atomic
def meet_condition(*, actor: Actor, proposal: UUID, condition: str, at: datetime) -> list[Tranche]:
    """Say that a condition ("signed", "midterm", "completion") is met: tranches that waited for it may be paid.

    Nothing is paid by that. A condition that is met already changes nothing; gives the tranches that may be paid now.
    """
    grant = policies.load_grant(actor=actor, proposal=proposal)
    policies.require(policies.may_run(actor=actor, grant=grant))
    require_state(grant, "in_force")
    if not grant.tranches.filter(condition=condition).exists():
        raise BadParts(field="condition")
    return _meet(actor, grant, condition, timezone.localdate(at), at)


def _meet(actor: Actor, grant: Grant, condition: str, day: date, at: datetime) -> list[Tranche]:
    found = list(grant.tranches.filter(condition=condition, state="waiting").order_by("number"))
    for one in found:
        one.state, one.met_at = TRANCHE.move(one.state, "meet"), at
        one.due_on = working_days_after(day, settings.FIRST_TRANCHE_DAYS)
        one.save(update_fields=["state", "met_at", "due_on"])
    if found:
        record(
            actor=actor, verb="funding.grant.meet", subject=grant, area=grant.area, at=at,
            change={"condition": condition, "tranches": [one.number for one in found]},
        )  # fmt: skip
    return found


def _cancel_tranches(grant: Grant, at: datetime, reason: str) -> None:
    waiting = Tranche.objects.filter(grant=grant, state__in=TRANCHE.moves["cancel"].sources)
    for payment in Payment.objects.filter(tranche__in=waiting, state__in=PAYMENT.moves["refuse"].sources):
        payment.state, payment.decided_at, payment.reason = PAYMENT.move(payment.state, "refuse"), at, reason
        payment.save(update_fields=["state", "decided_at", "reason"])
    for one in list(waiting):
        one.state = TRANCHE.move(one.state, "cancel")
        one.save(update_fields=["state"])


@transaction.atomic
def stop(*, actor: Actor, proposal: UUID, reason: str, at: datetime) -> Grant:
    """Pay nothing more of a grant, for a reason that the team reads; what it holds may be spent or given back.

    What was committed and not paid goes back to the fund.
    """
    grant = policies.load_grant(actor=actor, proposal=proposal)
    policies.require(policies.may_run(actor=actor, grant=grant))
    require_state(grant, "in_force")
    grant.state, grant.reason = GRANT.move(grant.state, "stop"), reason_of(reason)
    grant.version += 1
    grant.save(update_fields=["state", "reason", "version"])
    _cancel_tranches(grant, at, grant.reason)
    back = _give_back(actor, grant, moving.COMMITTED, "stop", at)
    record(
        actor=actor, verb="funding.grant.stop", subject=grant, area=grant.area, at=at, reason=grant.reason,
        change={"given_back_fen": back},
    )  # fmt: skip
    return grant


@transaction.atomic
def resume(*, actor: Actor, proposal: UUID, reason: str, at: datetime) -> Grant:
    """Undo a stop that did not hold, as by an appeal: what was not paid is committed again, tranches wait as before.

    Raises NotInForce, FundShort where the fund gave the money to others meanwhile.
    """
    grant = policies.load_grant(actor=actor, proposal=proposal)
    policies.require(policies.may_run(actor=actor, grant=grant))
    require_state(grant, "stopped")
    grant.state, grant.reason = GRANT.move(grant.state, "resume"), ""
    grant.version += 1
    grant.save(update_fields=["state", "reason", "version"])
    again = list(grant.tranches.filter(state="cancelled").order_by("number"))
    for one in again:
        one.state = TRANCHE.move(one.state, "pay_again" if one.met_at else "wait_again")
        one.save(update_fields=["state"])
    _commit(actor, grant, sum(one.amount_fen for one in again), f"resume:{grant.pk}:{grant.version}", at)
    record(
        actor=actor, verb="funding.grant.resume", subject=grant, area=grant.area, at=at, reason=reason_of(reason),
        change={"tranches": [one.number for one in again]},
    )  # fmt: skip
    return grant


def _commit(actor: Actor, grant: Grant, amount_fen: int, key: str, at: datetime) -> None:
    """Take an amount of the fund's money for a grant. Raises FundShort."""
    if not amount_fen:
        return
    try:
        moving.move(
            actor=actor, fund=grant.fund, source=moving.of_fund(actor=actor, fund=grant.fund, at=at),
            target=moving.of_grant(actor=actor, grant=grant, role=moving.COMMITTED, at=at), amount=amount_fen,
            kind="commit", key=key, at=at, text=grant.title,
        )  # fmt: skip
    except Short as short:
        raise FundShort(left=short.params["left"]) from short


@transaction.atomic
def close(*, actor: Actor, proposal: UUID, at: datetime, reason: str = "") -> Grant:
    """Settle a grant: what is left with the team and what was not paid goes back to the fund.

    Raises StillOpen while claims or requests wait or an advance is open; NotInForce.
    """
    grant = policies.load_grant(actor=actor, proposal=proposal)
    policies.require(policies.may_manage(actor=actor, area=grant.fund.book.area))
    require_state(grant, *GRANT.moves["close"].sources)
    advances = Q(account__role__startswith=moving.ADVANCE, amount__gt=0)
    open_advance = Balance.objects.filter(advances, account__owner_id=grant.pk, account__owner_kind=Owner.GRANT)
    waiting = grant.expenses.filter(state="sent").exists() or grant.requests.filter(state="sent").exists()
    if waiting or open_advance.exists():
        raise StillOpen
    _cancel_tranches(grant, at, "")
    back = [_give_back(actor, grant, role, "close", at) for role in (moving.HELD, moving.COMMITTED)]
    grant.state = GRANT.move(grant.state, "close")
    grant.version += 1
    # Settled before its last day, it is over now, and the full report is due from here.
    grant.ends_on = max(grant.starts_on, min(grant.ends_on, timezone.localdate(at)))
    last = grant.disclosures.order_by("-number").values_list("on", flat=True).first()
    grant.disclose_by = due_after(grant, last)
    grant.save(update_fields=["state", "version", "ends_on", "disclose_by"])
    record(
        actor=actor, verb="funding.grant.close", subject=grant, area=grant.area, at=at, reason=reason[:LONGEST_REASON],
        change={"returned_fen": back[0], "not_paid_fen": back[1]},
    )  # fmt: skip
    return grant


def on_account(grant: Grant, role: str) -> int:
    """Give in fen what is on an account of a grant now."""
    found = Balance.objects.filter(account__owner_kind=Owner.GRANT, account__owner_id=grant.pk, account__role=role)
    return found.values_list("amount", flat=True).first() or 0


def _give_back(actor: Actor, grant: Grant, role: str, why: str, at: datetime) -> int:
    amount = on_account(grant, role)
    if amount:
        source = Account.objects.get(owner_kind=Owner.GRANT, owner_id=grant.pk, role=role)
        moving.move(
            actor=actor, fund=grant.fund, source=source, target=moving.of_fund(actor=actor, fund=grant.fund, at=at),
            amount=amount, kind=why, key=f"{why}:{role}:{grant.pk}:{grant.version}", at=at, text=grant.title,
        )  # fmt: skip
    return amount

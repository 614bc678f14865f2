"""Requests about a grant's money: changes between lines, advances and repayments, money that goes back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.audit.operations import record
from shanzhi.funding import policies
from shanzhi.funding.lifecycle import REQUEST
from shanzhi.funding.models import BudgetLine, Grant, Request
from shanzhi.funding.models.expenses import RequestKind
from shanzhi.funding.operations import moving
from shanzhi.funding.operations.funds import fen
from shanzhi.funding.operations.grants import on_account, reason_of, require_state
from shanzhi.funding.refusals import BadChoice, NotEnough, SameLine
from shanzhi.funding.rules import EXPENSE as SPENDING
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.money import format_yuan
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.refusals import Short


@transaction.atomic
def ask(
    *, actor: Actor, grant_id: UUID, kind: str, amount_fen: int, why: str, at: datetime, source: int | None = None,
    target: int | None = None,
) -> Request:  # fmt: skip
    """Ask for a change between lines (`source` and `target` by number), an advance, its repayment, a return.

    The team asks; money is clawed back on request of those who run the round. An advance is the asker's own. Raises
    NotOfTheTeam, NotInCharge, NotInForce, BadChoice, BadAmount, SameLine, NotEnough, ReasonMissing.
    """
    grant = policies.load_grant(actor=actor, pk=grant_id)
    if kind not in RequestKind.values:
        raise BadChoice(field="kind")
    clawback = kind == RequestKind.CLAWBACK
    policies.require(
        policies.may_run(actor=actor, grant=grant) if clawback else policies.may_claim(actor=actor, grant=grant)
    )
    require_state(grant, "in_force", "stopped")
    amount = fen(amount_fen)
    lines = _lines(grant, kind, source, target)
    own = kind in (RequestKind.ADVANCE, RequestKind.REPAYMENT)
    made = Request(
        grant=grant, kind=kind, amount_fen=amount, why=reason_of(why), source=lines[0], target=lines[1],
        person_id=actor.person() if own else None, asked_by=actor.person_id, asked_at=at,
    )  # fmt: skip
    left = _left(made)
    if amount > left:
        raise NotEnough(field="amount_fen", left=format_yuan(left))
    made.save(force_insert=True)
    _note(actor, "ask", made, grant, at)
    return made


def _lines(
    grant: Grant, kind: str, source: int | None, target: int | None
) -> tuple[BudgetLine | None, BudgetLine | None]:
    if kind != RequestKind.LINES:
        return None, None
    if source == target:
        raise SameLine(field="target")
    found = {one.number: one for one in grant.lines.filter(number__in=[source, target])}
    if source not in found or target not in found:
        raise NotFound(field="source" if source not in found else "target")
    return found[source], found[target]


def _left(request: Request) -> int:
    """Give in fen what can be moved at most."""
    if request.source is not None:
        return request.source.amount_fen - on_account(request.grant, f"{moving.LINE}{request.source.number}")
    return on_account(request.grant, _roles(request)[0])


def _roles(request: Request) -> tuple[str, str]:
    """Name the accounts between which a request moves money; "" is the fund's balance."""
    advance = moving.advance_role(request.person_id) if request.person_id else ""
    pairs: dict[str, tuple[str, str]] = {
        RequestKind.ADVANCE.value: (moving.HELD, advance),
        RequestKind.REPAYMENT.value: (advance, moving.HELD),
        RequestKind.RETURN.value: (moving.HELD, ""),
        RequestKind.CLAWBACK.value: (moving.HELD, ""),
    }
    return pairs[str(request.kind)]


@transaction.atomic
def grant_request(*, actor: Actor, request_id: UUID, at: datetime) -> Request:
    """Do what was asked, by somebody else: officers for changes between lines, others within their limit.

    Raises OwnMoney, NotInCharge, OverLimit, NotEnough, NotInForce, MoveRefused.
    """
    found, grant = _locked(actor, request_id)
    _require_other(actor, found, grant, found.amount_fen, at)
    require_state(grant, "in_force", "stopped")
    found.state = REQUEST.move(found.state, "approve")
    found.decided_by, found.decided_at = actor.person(), at
    if found.source is not None and found.target is not None:
        _change_lines(actor, found, found.source, found.target, at)
    else:
        _move(actor, found, at)
    found.save(update_fields=["state", "decided_by", "decided_at", "entry"])
    _note(actor, "approve", found, grant, at)
    return found


def _require_other(actor: Actor, found: Request, grant: Grant, amount: int, at: datetime) -> None:
    if found.kind == RequestKind.LINES:
        policies.require(policies.may_manage(actor=actor, area=grant.fund.book.area))
    policies.require(policies.may_approve(
        actor=actor, grant=grant, asked_by=[found.asked_by, found.person_id], amount_fen=amount, act=SPENDING, at=at
    ))  # fmt: skip


def _change_lines(actor: Actor, found: Request, source: BudgetLine, target: BudgetLine, at: datetime) -> None:
    """Lower one bound and raise the other; the grant is locked, so nothing is spent on either meanwhile."""
    left = _left(found)
    if found.amount_fen > left:
        raise NotEnough(left=format_yuan(left))
    for line, amount in ((source, -found.amount_fen), (target, found.amount_fen)):
        line.amount_fen += amount
        line.save(update_fields=["amount_fen"])
        account = moving.of_grant(actor=actor, grant=found.grant, role=f"{moving.LINE}{line.number}", at=at)
        ledger.hold_between(
            actor=actor, account=account, floor=0, ceiling=line.amount_fen, at=at, reason=found.why
        )  # fmt: skip


def _move(actor: Actor, found: Request, at: datetime) -> None:
    grant = found.grant
    source, target = _roles(found)
    put = moving.of_grant(actor=actor, grant=grant, role=target, name=_advance_name(target), at=at) if target else None
    try:
        found.entry = moving.move(
            actor=actor, fund=grant.fund, source=moving.of_grant(actor=actor, grant=grant, role=source, at=at),
            target=put or moving.of_fund(actor=actor, fund=grant.fund, at=at), amount=found.amount_fen,
            kind=found.kind, key=f"{found.kind}:{found.pk}", at=at, text=grant.title,
        )  # fmt: skip
    except Short as short:
        raise NotEnough(left=short.params["left"]) from short


def _advance_name(role: str) -> str:
    """Name an advance by a part of its number and not by the person: the name of an account is read by others."""
    return f"{moving.ADVANCE}{role.removeprefix(moving.ADVANCE)[:6]}" if role.startswith(moving.ADVANCE) else role


@transaction.atomic
def refuse_request(*, actor: Actor, request_id: UUID, reason: str, at: datetime) -> Request:
    """Refuse what was asked, for a reason."""
    found, grant = _locked(actor, request_id)
    _require_other(actor, found, grant, 0, at)
    found.state = REQUEST.move(found.state, "refuse")
    found.decided_by, found.decided_at, found.reason = actor.person(), at, reason_of(reason)
    found.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    _note(actor, "refuse", found, grant, at, found.reason)
    return found


def _locked(actor: Actor, request_id: UUID) -> tuple[Request, Grant]:
    number = Request.objects.filter(pk=request_id).values_list("grant_id", flat=True).first()
    if number is None:
        raise NotFound
    grant = policies.load_grant(actor=actor, pk=number)
    found = Request.objects.select_related("source", "target").get(pk=request_id)
    found.grant = grant
    return found, grant


def _note(actor: Actor, verb: str, found: Request, grant: Grant, at: datetime, reason: str = "") -> None:
    record(
        actor=actor, verb=f"funding.request.{verb}", subject=found, area=grant.area, at=at, reason=reason,
        change={"grant": str(grant.pk), "kind": found.kind, "amount_fen": found.amount_fen},
    )  # fmt: skip

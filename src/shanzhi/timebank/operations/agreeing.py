"""Agreements of two banks to take each other's credits: proposed, answered, taken back, with another limit, ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Account, Book, Nature, Owner
from shanzhi.timebank import policies, refusals, telling_between
from shanzhi.timebank import refusals_between as between
from shanzhi.timebank.lifecycle import LINK
from shanzhi.timebank.models import MOST_OWED, Bank, Link
from shanzhi.timebank.operations.frames import MINUTES, note, on_account, reason_of
from shanzhi.ui import formatting

LIVING = ("proposed", "agreed")
ASKED = ("asked_most", "asked_by", "asked_person", "asked_at")


def limit_of(minutes: int, field: str = "most") -> int:
    """Give a limit in minutes. Raises BadLimit."""
    if not 1 <= minutes <= MOST_OWED:
        raise between.BadLimit(field=field, most=formatting.minutes(MOST_OWED))
    return minutes


def pair(one: UUID, other: UUID) -> Q:
    """Give the condition that an agreement is of these two banks, whoever proposed it."""
    return Q(one=one, other=other) | Q(one=other, other=one)


@transaction.atomic
def propose_link(*, actor: Actor, bank_id: UUID, other_id: UUID, most: int, at: datetime) -> Link:
    """Propose an agreement to another bank, by who keeps one; one may owe the other at most `most` minutes.

    Raises NotFound, NotTheKeeper, OwnBank, MadeUp, BadLimit, AgreementThere, NotSquare.
    """
    bank = _kept(actor, bank_id)
    other = Bank.objects.filter(pk=other_id).first()
    if other is None:
        raise NotFound(field="other_id")
    if other == bank:
        raise between.OwnBank(field="other_id")
    if other.synthetic != bank.synthetic:
        raise between.MadeUp(field="other_id")
    known = list(Link.objects.filter(pair(bank.pk, other.pk), state__in=(*LIVING, "ended")))
    if any(one.state in LIVING for one in known):
        raise between.AgreementThere(field="other_id")
    if any(on_account(one.account_at(bank.pk)) for one in known):
        raise between.NotSquare(field="other_id")
    made = Link(id=uuid4(), one=bank, other=other, most=limit_of(most), proposed_at=at)
    made.proposed_by_id = actor.person_id
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as fault:
        raise between.AgreementThere(field="other_id") from fault
    _note(actor, "propose", made, at)
    telling_between.tell_asked(actor=actor, link=made, bank=other, at=at)
    return made


@transaction.atomic
def answer_link(
    *, actor: Actor, bank_id: UUID, link_id: UUID, agrees: bool, at: datetime, most: int | None = None, reason: str = ""
) -> Link:  # fmt: skip
    """Answer what the other bank asked for, an agreement or another limit, by who keeps the bank that was asked.

    `most` names the limit that is answered, in minutes: it may have been taken back and another asked for since it was
    read. Of an agreement that is proposed it may be left out. A no needs its reason. Raises NotFound, NotTheKeeper,
    OwnMatter, NothingAsked, AskedAnew, WhyMissing, LimitTooLow.
    """
    bank, found = _to_change(actor, bank_id, link_id)
    if found.state == "proposed" and found.other_id == bank.pk:
        _require_named(found.most, found.most if most is None else most)
        _answer_proposal(actor, found, agrees, reason, at)
    elif found.asked_by_id is not None and found.asked_by_id != bank.pk:
        _require_named(found.asked_most, most)
        _answer_limit(actor, found, agrees, reason, at)
    else:
        raise between.NothingAsked
    telling_between.tell_answered(actor=actor, link=found, bank=found.beside(bank.pk), at=at)
    return found


def _require_named(asked: int | None, named: int | None) -> None:
    """Refuse an answer to another limit than the one that waits."""
    if asked != named:
        raise between.AskedAnew(field="most", limit=formatting.minutes(asked or 0))


def _answer_proposal(actor: Actor, found: Link, agrees: bool, reason: str, at: datetime) -> None:
    if actor.is_person(found.proposed_by_id):
        raise refusals.OwnMatter
    found.answered_by_id, found.answered_at = actor.person_id, at
    if agrees:
        _open_accounts(actor, found, at)
    else:
        found.reason = reason_of(reason)
    found.state = LINK.move(found.state, "agree" if agrees else "refuse")
    found.save()
    _note(actor, "agree" if agrees else "refuse", found, at, found.reason)


def _open_accounts(actor: Actor, found: Link, at: datetime) -> None:
    """Open the account of each bank for what it owes the other, held between the limits; books in their order."""
    sides = ((found.one, "one_account"), (found.other, "other_account"))
    for bank, field in sorted(sides, key=lambda side: side[0].book_id):
        made = ledger.make_account(
            actor=actor, book=Book.objects.get(pk=bank.book_id), owner_kind=Owner.FUND, owner_id=found.pk,
            role="clearing", name=f"清算 Clearing · {found.beside(bank.pk).name}", nature=Nature.LIABILITIES,
            commodity=MINUTES, floor=-found.most, ceiling=found.most, at=at,
        )  # fmt: skip
        setattr(found, field, made.pk)


def _answer_limit(actor: Actor, found: Link, agrees: bool, reason: str, at: datetime) -> None:
    if actor.is_person(found.asked_person_id):
        raise refusals.OwnMatter
    wanted, why = found.asked_most or found.most, "" if agrees else reason_of(reason)
    _forget(found)
    found.limit_asked, found.limit_agreed, found.limit_reason = wanted, agrees, why
    found.limit_answered_by_id, found.limit_answered_at = actor.person_id, at
    if agrees:
        owed = abs(on_account(found.account_at(found.one_id)))
        if owed > wanted:
            raise between.LimitTooLow(owed=formatting.minutes(owed))
        found.most = wanted
        rows = Account.objects.select_related("book").filter(
            pk__in=[found.account_at(one) for one in (found.one_id, found.other_id)]
        )
        for row in rows.order_by("book_id"):
            ledger.hold_between(actor=actor, account=row, floor=-wanted, ceiling=wanted, at=at)
    found.save()
    _note(actor, "limit" if agrees else "refuse_limit", found, at, why, limit=wanted)


def _forget(found: Link) -> None:
    for name in ASKED:
        setattr(found, name, None)


@transaction.atomic
def ask_limit(*, actor: Actor, bank_id: UUID, link_id: UUID, most: int, at: datetime) -> Link:
    """Ask the other bank for another limit; the one that stands holds until it agrees.

    Raises NotFound, NotTheKeeper, NoAgreement, AskedAlready, BadLimit, LimitTooLow.
    """
    bank, found = _to_change(actor, bank_id, link_id)
    if found.state != "agreed":
        raise between.NoAgreement
    if found.asked_most is not None:
        raise between.AskedAlready
    wanted, owed = limit_of(most), abs(on_account(found.account_at(bank.pk)))
    if wanted < owed:
        raise between.LimitTooLow(field="most", owed=formatting.minutes(owed))
    found.asked_most, found.asked_by, found.asked_person_id, found.asked_at = wanted, bank, actor.person_id, at
    found.save(update_fields=ASKED)
    _note(actor, "ask_limit", found, at)
    telling_between.tell_asked(actor=actor, link=found, bank=found.beside(bank.pk), at=at)
    return found


@transaction.atomic
def withdraw_link(*, actor: Actor, bank_id: UUID, link_id: UUID, at: datetime) -> Link:
    """Take back what the own bank asked for: an agreement that waits, or another limit.

    Raises NotFound, NotTheKeeper, NothingAsked.
    """
    bank, found = _to_change(actor, bank_id, link_id)
    limit = found.asked_most
    if found.state == "proposed" and found.one_id == bank.pk:
        found.state = LINK.move(found.state, "withdraw")
    elif found.asked_by_id == bank.pk:
        _forget(found)
    else:
        raise between.NothingAsked
    found.save()
    _note(actor, "withdraw", found, at, limit=limit)
    telling_between.tell_withdrawn(actor=actor, link=found, bank=found.beside(bank.pk), at=at)
    return found


@transaction.atomic
def end_link(*, actor: Actor, bank_id: UUID, link_id: UUID, reason: str, at: datetime) -> Link:
    """End an agreement, by who keeps one of the two: nothing passes any more, what is owed stays to be settled.

    Raises NotFound, NotTheKeeper, MoveRefused, WhyMissing.
    """
    bank, found = _to_change(actor, bank_id, link_id)
    found.state, found.reason = LINK.move(found.state, "end"), reason_of(reason)
    found.ended_by_id, found.ended_at = actor.person_id, at
    _forget(found)
    found.save()
    _note(actor, "end", found, at, found.reason)
    telling_between.tell_ended(actor=actor, link=found, bank=found.beside(bank.pk), at=at)
    return found


def _kept(actor: Actor, bank_id: UUID) -> Bank:
    """Give a bank that the actor keeps; outside the actor's desk there is none."""
    bank = policies.load_bank(actor=actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    return bank


def _to_change(actor: Actor, bank_id: UUID, link_id: UUID) -> tuple[Bank, Link]:
    """Give the bank for which the actor acts, and lock the agreement."""
    bank = _kept(actor, bank_id)
    return bank, locked_link(bank, Q(pk=link_id))


def locked_link(bank: Bank, which: Q) -> Link:
    """Lock an agreement of a bank, before accounts and books. Raises NotFound."""
    rows = Link.objects.select_for_update(no_key=True, of=("self",)).select_related("one", "other")
    found = rows.filter(Q(one=bank) | Q(other=bank), which).first()
    if found is None:
        raise NotFound
    return found


def _note(
    actor: Actor, verb: str, found: Link, at: datetime, reason: str = "", *, limit: int | None = None
) -> None:  # fmt: skip
    """Put it on record in both areas, so that the desk of each bank reads it; with the limit it is about."""
    told = limit or found.asked_most or found.most
    for bank in (found.one, found.other):
        change = {"limit": told, "state": found.state, "bank": found.beside(bank.pk).name}
        note(actor, f"link.{verb}", found, bank, at, change, reason)

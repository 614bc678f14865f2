"""Goods for credits: putting them up, vouchers, handing out. The credits are held while a voucher waits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.lifecycle import GOOD, VOUCHER
from shanzhi.timebank.models import Good, Reserved, Voucher
from shanzhi.timebank.operations import lots, paying
from shanzhi.timebank.operations.frames import (
    body_of,
    enter,
    lock_members,
    minutes_of,
    note,
    own_locked,
    rules_now,
    words,
)
from shanzhi.timebank.operations.helping import require_spender

MOST_PIECES: Final = 100_000
FETCHED: Final = timedelta(days=30)
"""How long a voucher waits to be fetched."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is put up: `minutes` of credit for one piece, so many `pieces`, and who hands it out, or the bank does."""

    title: str
    place: str
    minutes: int
    pieces: int
    about: str = ""
    organization_id: UUID | None = None


@transaction.atomic
def put_up(*, actor: Actor, bank_id: UUID, given: Goods, at: datetime) -> Good:
    """Put something up for credits, by who keeps the bank.

    Raises NotFound, NotTheKeeper, BadName, BadMinutes, BadPieces.
    """
    bank = policies.load_bank(actor=actor, bank_id=bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    body = body_of(bank, given.organization_id) if given.organization_id is not None else None
    pieces = _pieces(given.pieces, least=1)
    made = Good.objects.create(
        bank=bank, organization=body, title=words(given.title, "title", most=60),
        about=words(given.about, "about", most=1000, needed=False), place=words(given.place, "place", most=120),
        minutes=minutes_of(given.minutes), supplied=pieces, stock=pieces, created_by_id=actor.person_id, created_at=at,
        synthetic=bank.synthetic,
    )  # fmt: skip
    note(actor, "good.put_up", made, bank, at, {"minutes": made.minutes, "pieces": pieces})
    return made


def _pieces(number: int, *, least: int) -> int:
    if not least <= number <= MOST_PIECES:
        raise refusals.BadPieces(field="pieces", least=least, most=MOST_PIECES)
    return number


@transaction.atomic
def set_stock(*, actor: Actor, good_id: UUID, pieces: int, was: int, at: datetime) -> Good:
    """Say how many pieces are left now, by who keeps the bank; those on vouchers are not among them.

    `was` is the number that the keeper saw: of what was taken meanwhile the new one knows nothing. Raises NotFound,
    NotTheKeeper, BadPieces, GoodClosed, StockMoved.
    """
    found = _to_keep(actor, good_id)
    if found.state != "open":
        raise refusals.GoodClosed
    if found.stock != was:
        raise refusals.StockMoved(field="pieces", left=found.stock)
    number = _pieces(pieces, least=0)
    found.supplied, found.stock = found.supplied + number - found.stock, number
    found.save(update_fields=["supplied", "stock"])
    note(actor, "good.stock", found, found.bank, at, {"pieces": number})
    return found


@transaction.atomic
def close_good(*, actor: Actor, good_id: UUID, at: datetime) -> Good:
    """Take something off the list, by who keeps the bank; vouchers that wait are still handed out.

    Raises NotFound, NotTheKeeper.
    """
    found = _to_keep(actor, good_id)
    found.state, found.closed_at = GOOD.move(found.state, "close"), at
    found.save(update_fields=["state", "closed_at"])
    note(actor, "good.close", found, found.bank, at, {"state": found.state})
    return found


def _to_keep(actor: Actor, good_id: UUID) -> Good:
    found = _locked_good(good_id)
    bank = policies.load_bank(actor=actor, bank_id=found.bank_id)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    return found


def _locked_good(good_id: UUID) -> Good:
    rows = Good.objects.select_for_update(no_key=True, of=("self",)).select_related("bank")
    found = rows.filter(pk=good_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def take_voucher(*, actor: Actor, good_id: UUID, at: datetime) -> Voucher:
    """Take one piece for one's own credits: they are held, and the piece is kept until it is fetched.

    Raises NotFound, NotAMember, GoodClosed, SoldOut, ByTheRules, NotEnough.
    """
    found = _locked_good(good_id)
    own = own_locked(actor, found.bank)
    if found.state != "open":
        raise refusals.GoodClosed
    if found.stock < 1:
        raise refusals.SoldOut
    bank, today = found.bank, timezone.localdate(at)
    _version, policy = rules_now(bank, at)
    require_spender(policy, own, at)
    parts = lots.take(own, found.minutes, "spend", today)
    made = Voucher.objects.create(
        good=found, member=own, number=_number(), minutes=found.minutes, taken_at=at, until=today + FETCHED
    )
    Reserved.objects.bulk_create([Reserved(voucher=made, lot=row, minutes=part) for row, part in parts])
    moved = {own.credits: -found.minutes, own.held: found.minutes}
    enter(actor=actor, bank=bank, kind="hold", key=f"hold:{made.pk}", moved=moved, at=at)
    found.stock -= 1
    found.save(update_fields=["stock"])
    note(actor, "good.take", found, bank, at, {"pieces": found.stock})
    note(actor, "voucher.take", made, bank, at, {"minutes": made.minutes, "state": made.state})
    return made


def _number() -> str:
    """Draw a voucher number that nobody has."""
    while True:
        number = f"{secrets.randbelow(10**12):012d}"
        if not Voucher.objects.filter(number=number).exists():
            return number


def _locked_voucher(voucher_id: UUID) -> Voucher:
    """Lock a voucher after its thing, as taking does."""
    good = Voucher.objects.filter(pk=voucher_id).values_list("good", flat=True).first()
    if good is None:
        raise NotFound
    held = _locked_good(good)
    found = Voucher.objects.select_for_update(no_key=True, of=("self",)).select_related("member__person__merged_into")
    row = found.get(pk=voucher_id)
    row.good = held
    return row


@transaction.atomic
def give_voucher_back(*, actor: Actor, voucher_id: UUID, at: datetime) -> Voucher:
    """Give one's own voucher back before it is fetched; the credits come back. Raises NotFound, SignInNeeded."""
    if not actor.persons:
        raise SignInNeeded
    found = _locked_voucher(voucher_id)
    if not actor.is_person(found.member.person_id):
        raise NotFound
    return _put_back(actor, found, "return", at)


def lapse_voucher(*, actor: Actor, voucher_id: UUID, at: datetime) -> Voucher | None:
    """End a voucher that nobody fetched in time, by the clock; asked again under the lock. Gives None otherwise."""
    with transaction.atomic():
        found = _locked_voucher(voucher_id)
        if found.state != "issued" or found.until >= timezone.localdate(at):
            return None
        _put_back(actor, found, "lapse", at)
        telling.tell_voucher(actor=actor, kind=telling.LAPSED, voucher=found, at=at)
        return found


def _put_back(actor: Actor, found: Voucher, move: str, at: datetime) -> Voucher:
    state, good = VOUCHER.move(found.state, move), found.good
    paying.release(actor, paying.held_by(found), at)
    found.state, found.ended_at = state, at
    found.save(update_fields=["state", "ended_at"])
    good.stock += 1
    good.save(update_fields=["stock"])
    note(actor, "good.back", good, good.bank, at, {"pieces": good.stock})
    note(actor, f"voucher.{move}", found, good.bank, at, {"state": state})
    return found


@transaction.atomic
def hand_out(*, actor: Actor, voucher_id: UUID, at: datetime) -> Voucher:
    """Hand a piece out for its voucher, once, by who keeps the bank or leads the organisation that has it.

    Raises NotFound, OwnMatter for one's own or a ward's, VoucherOver.
    """
    found = _locked_voucher(voucher_id)
    bank = found.good.bank
    if not policies.hands_out(actor, found.good):
        raise NotFound
    if policies.concerns(actor, found.member, at):
        raise refusals.OwnMatter
    if found.state != "issued" or found.until < timezone.localdate(at):
        raise refusals.VoucherOver
    member = lock_members([found.member_id])[found.member_id]
    paying.take_held(paying.held_by(found))
    moved = {member.held: -found.minutes, bank.redeemed: found.minutes}
    enter(actor=actor, bank=bank, kind="redeem", key=f"redeem:{found.pk}", moved=moved, at=at)
    found.state, found.ended_at, found.handed_by_id = VOUCHER.move(found.state, "redeem"), at, actor.person_id
    found.save(update_fields=["state", "ended_at", "handed_by"])
    note(actor, "voucher.redeem", found, bank, at, {"minutes": found.minutes, "state": found.state})
    telling.tell_voucher(actor=actor, kind=telling.REDEEMED, voucher=found, at=at)
    return found

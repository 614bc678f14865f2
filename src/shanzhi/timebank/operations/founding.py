"""Founding the bank of an area, publishing its rules, opening pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.models import Book, Nature, Owner
from shanzhi.ledger.models.journal import MOST
from shanzhi.organizations.models import Organization
from shanzhi.places import queries as places
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.models import Bank, PolicyVersion, Pool, pool_words
from shanzhi.timebank.operations.frames import MINUTES, body_of, note, words

# Role, name and side in the book of the accounts that are the bank's own, with the bounds between which they are held.
OWN: Final = (
    ("issued", "发放 Issued", Nature.EQUITY, -MOST, 0),
    ("lapsed", "失效 Lapsed", Nature.EQUITY, 0, None),
    ("redeemed", "兑换 Redeemed", Nature.EXPENSES, 0, None),
    ("uncovered", "由银行承担 Uncovered", Nature.EQUITY, -MOST, 0),
)


@transaction.atomic
def found_bank(
    *, actor: Actor, area: str, name: str, rules: Mapping[str, Any], at: datetime, official: bool = False,
    synthetic: bool = False,
) -> Bank:  # fmt: skip
    """Found the bank of an area with its first rules, by an officer there; see `publish_rules` for `rules`.

    Raises NotTheKeeper, BankThere, BadName, BadRules, NotFound for an area that is none.
    """
    policies.require(policies.may_found(actor=actor, area=area))
    places.area(code=area, at=at)
    title = words(name, "name", most=60)
    if Bank.objects.filter(area=area).exists():
        raise refusals.BankThere(field="area")
    book = ledger.create_book(
        actor=actor, name=f"{title} {area}", area=area, begins_on=timezone.localdate(at), at=at, synthetic=synthetic
    )
    bank = Bank(id=uuid4(), area=area, name=title, book=book, synthetic=synthetic, created_at=at)
    bank.founded_by_id = actor.person_id
    for role, words_of, nature, floor, ceiling in OWN:
        made = ledger.make_account(
            actor=actor, book=book, owner_kind=Owner.FUND, owner_id=bank.pk, role=role, name=words_of, nature=nature,
            commodity=MINUTES, floor=floor, ceiling=ceiling, at=at,
        )  # fmt: skip
        setattr(bank, role, made.pk)
    try:
        with transaction.atomic():
            bank.save(force_insert=True)
    except IntegrityError as fault:
        raise refusals.BankThere(field="area") from fault
    note(actor, "bank.found", bank, bank, at, {"name": title, "area": area})
    _publish(actor, bank, rules, at, official)
    return bank


@transaction.atomic
def publish_rules(
    *, actor: Actor, bank_id: UUID, rules: Mapping[str, Any], at: datetime, official: bool = False
) -> PolicyVersion:
    """Publish new rules of a bank for days to come, by an officer of its area.

    `rules` are the fields of the kernel's policy as JSON has them, but for area, number and day of publishing, which
    are set here. Raises NotFound, NotTheKeeper, BadRules with the field at fault (`cap.minutes` as `cap_minutes`).
    """
    bank = policies.load_bank(actor=actor, bank_id=bank_id, lock=True)
    policies.require(policies.may_found(actor=actor, area=bank.area))
    made = _publish(actor, bank, rules, at, official)
    telling.tell_rules(actor=actor, bank=bank, version=made, at=at)
    return made


def _publish(actor: Actor, bank: Bank, rules: Mapping[str, Any], at: datetime, official: bool) -> PolicyVersion:
    today = timezone.localdate(at)
    known = tuple(one.policy for one in PolicyVersion.objects.filter(bank=bank).order_by("version"))
    given = {**rules, "area": bank.area, "version": len(known) + 1, "published": today.isoformat()}
    try:
        new = kernel.from_json(json.dumps(given))
        kernel.succeed(known, new, today=today)
    except kernel.PolicyError as error:
        raise refusals.by_policy(error) from error
    made = PolicyVersion.objects.create(
        bank=bank, version=new.version, published=today, from_day=new.from_day, rules=kernel.to_json(new),
        digest=new.digest, official=official, published_by_id=actor.person_id, published_at=at,
    )  # fmt: skip
    for name in new.pools:
        pool_of(actor=actor, bank=bank, name=name, at=at)
    changed = sorted(kernel.changes(known[-1], new)) if known else []
    note(actor, "rules.publish", made, bank, at, {
        "rules": new.version, "from": new.from_day.isoformat(), "digest": new.digest, "changed": changed,
    })  # fmt: skip
    return made


def pool_of(*, actor: Actor, bank: Bank, name: str, at: datetime, organization: Organization | None = None) -> Pool:
    """Give a pool of a bank, made where it is missing; who may is for the caller to decide."""
    found = Pool.objects.filter(bank=bank, name=name, organization=organization).first()
    if found is not None:
        return found
    pool = Pool(id=uuid4(), bank=bank, name=name, organization=organization, created_at=at)
    book = Book.objects.get(pk=bank.book_id)
    title = organization.name if organization is not None else pool_words(name)
    pool.account = ledger.make_account(
        actor=actor, book=book, owner_kind=Owner.FUND, owner_id=pool.pk, role="pool", name=title[:120],
        nature=Nature.LIABILITIES, commodity=MINUTES, at=at,
    ).pk  # fmt: skip
    pool.save(force_insert=True)
    note(actor, "pool.open", pool, bank, at, {"pool": name})
    return pool


@transaction.atomic
def open_pool(*, actor: Actor, bank_id: UUID, organization_id: UUID, at: datetime) -> Pool:
    """Open the pool of an organisation of the area at a bank, by who keeps it. Raises NotFound, NotTheKeeper."""
    bank = policies.load_bank(actor=actor, bank_id=bank_id, lock=True)
    policies.require(policies.may_keep(actor=actor, bank=bank))
    body = body_of(bank, organization_id)
    return pool_of(actor=actor, bank=bank, name="organization", organization=body, at=at)

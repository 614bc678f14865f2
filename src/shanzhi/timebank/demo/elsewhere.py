"""What `make demo` loads of agreements: a bank of 昌平, to which credits pass as people move; all made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.timebank.examples import examples
from shanzhi.people.actors import actor_of_person
from shanzhi.places import queries as places
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Link, Member, Pool

SYSTEM: Final = Actor.system("demo")
ELSEWHERE: Final = "110114"
NAME: Final = "昌平公益银行（示例）"
LIMIT: Final = 6000
PASSED: Final = (30, 45, 20)
SETTLED: Final = 15


def agree(bank: Bank, members: list[Member], at: datetime) -> None:
    """Found the other bank unless it is there, have both agree, some pass credits on, and a part of it settled.

    Those who pass take their credits to their own account there, as when one moves. Now and not some days ago: what a
    few pass in a month that is over keeps what the bank owes at its end from being told.
    """
    if not places.exists(ELSEWHERE, at) or Bank.objects.filter(area=ELSEWHERE).exists():
        return
    founded, ago = at - timedelta(days=80), at - timedelta(days=6)
    rules = examples()[0].policy.model_dump(mode="json")
    rules |= {"from_day": (timezone.localdate(founded) + timedelta(days=31)).isoformat()}
    other = operations.found_bank(actor=SYSTEM, area=ELSEWHERE, name=NAME, rules=rules, synthetic=True, at=founded)
    link = operations.propose_link(actor=SYSTEM, bank_id=bank.pk, other_id=other.pk, most=LIMIT, at=ago)
    operations.answer_link(actor=SYSTEM, bank_id=other.pk, link_id=link.pk, agrees=True, at=ago)
    moved = [_passed(one, other, minutes, at) for one, minutes in zip(members, PASSED, strict=False)]
    if moved:
        _settled(link, moved[0], at)


def _passed(member: Member, other: Bank, minutes: int, at: datetime) -> Member:
    """Have somebody open an account at the other bank, and take so many credits there."""
    there = operations.open_account(
        actor=SYSTEM, bank_id=other.pk, student=False, person_id=member.person_id, at=at - timedelta(days=1)
    )
    operations.pass_on(
        actor=actor_of_person(person_id=member.person_id, at=at), bank_id=member.bank_id, to_bank_id=other.pk,
        number=there.number, relation="self", minutes=minutes, at=at,
    )  # fmt: skip
    return there


def _settled(link: Link, giver: Member, at: datetime) -> None:
    """Have somebody donate to the pool of the area there, and the bank settle a part of its claim out of it."""
    pool = Pool.objects.get(bank=giver.bank, name="area", organization=None)
    operations.donate(
        actor=actor_of_person(person_id=giver.person_id, at=at), bank_id=giver.bank_id, pool_id=pool.pk,
        minutes=SETTLED, at=at,
    )  # fmt: skip
    operations.settle_position(
        actor=SYSTEM, bank_id=giver.bank_id, link_id=link.pk, minutes=SETTLED, reason="季度结清（示例）", at=at,
    )  # fmt: skip

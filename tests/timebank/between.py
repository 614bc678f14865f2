"""Two banks that agreed to take each other's credits, made by the operations."""

from __future__ import annotations

from typing import Any

from shanzhi.kernel.roles import Role
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Crossing, Link, Member
from tests.support.people import AT, actor, an_actor
from tests.timebank.support import DISTRICT, SYSTEM, a_bank, a_member, on, serve

NEIGHBOUR = "110114"


def two_banks(**rules: Any) -> tuple[Bank, Bank]:
    """Found the banks of two districts; `rules` are those of the second."""
    return a_bank(DISTRICT), a_bank(NEIGHBOUR, name="邻区公益银行（示例）", **rules)


def keeper_of(bank: Bank) -> Any:
    """Make an officer of the area of a bank."""
    return an_actor(Role.DISTRICT_OFFICER, bank.area)


def agreed(one: Bank, other: Bank, most: int = 600) -> Link:
    """Have two banks agree."""
    made = operations.propose_link(actor=SYSTEM, bank_id=one.pk, other_id=other.pk, most=most, at=AT)
    return operations.answer_link(actor=SYSTEM, bank_id=other.pk, link_id=made.pk, agrees=True, at=AT)


def passing(sender: Member, receiver: Member, minutes: int, relation: str = "parent") -> Crossing:
    """Have somebody pass credits on to an account at another bank."""
    return operations.pass_on(
        actor=actor(sender.person), bank_id=sender.bank_id, to_bank_id=receiver.bank_id, number=receiver.number,
        relation=relation, minutes=minutes, at=AT,
    )  # fmt: skip


def saver(bank: Bank, minutes: int = 0, **fields: Any) -> Member:
    """Open the account of somebody who served in the area of the bank, and earned so many minutes."""
    made = a_member(bank, **fields)
    if minutes:
        serve(made, minutes, area=bank.area)
    return made


def owes(link: Link, bank: Bank) -> int:
    """Give what a bank owes the other, in minutes."""
    assert on(link.one_account) == -on(link.other_account)
    return on(link.account_at(bank.pk))

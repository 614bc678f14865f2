"""What the database holds of credits between banks: entries in both books, and many who act at the same moment."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from shanzhi.timebank import checking, operations
from shanzhi.timebank import refusals_between as between
from shanzhi.timebank.models import ClearingLine, Crossing
from shanzhi.timebank.operations.frames import enter
from tests.support.people import AT, actor
from tests.support.races import answers
from tests.timebank.between import agreed, owes, passing, saver, two_banks
from tests.timebank.support import OLD, SYSTEM, a_bank, on, pool, stands
from tests.timebank.test_credits import level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def test_an_entry_in_one_book_alone_does_not_stand() -> None:
    here, there = two_banks()
    sender, old = saver(here, 300), saver(there, born_on=OLD)
    link = agreed(here, there)
    made = passing(sender, old, 60)
    level()
    row = replace_key(made)
    with transaction.atomic():
        row.save(force_insert=True)
        with pytest.raises(DatabaseError, match="timebank_crossing_entered"):
            level()
        transaction.set_rollback(True)
    assert owes(link, here) == 60
    # nor does one of which only the half in the own book is true
    row = replace_key(made)
    with transaction.atomic():
        row.out_entry = enter(actor=SYSTEM, bank=here, kind="pass_out", key="half",
                              moved={sender.credits: -60, link.account_at(here.pk): 60}, at=AT)  # fmt: skip
        row.save(force_insert=True)
        with pytest.raises(DatabaseError, match="timebank_crossing_entered"):
            level()
        transaction.set_rollback(True)


def replace_key(made: Crossing) -> Crossing:
    """Copy a crossing under another id, with entries that are none."""
    return Crossing(
        id=uuid4(), link=made.link, source=made.source, target=made.target, sender=made.sender, receiver=made.receiver,
        relation=made.relation, minutes=made.minutes, out_entry=uuid4(), in_entry=uuid4(), at=made.at,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_pass_in_both_directions_at_once_and_nobody_waits_in_a_circle() -> None:
    here, there = two_banks()
    third = a_bank("370102001", name="第三公益银行（示例）")
    link, after, round_ = agreed(here, there, 100), agreed(there, third), agreed(third, here)
    ours, theirs, other = (saver(bank, 400, born_on=OLD) for bank in (here, there, third))
    passing(theirs, other, 70)
    passing(other, ours, 70)
    operations.donate(actor=actor(theirs.person), bank_id=there.pk, pool_id=pool(there, "area").pk, minutes=50, at=AT)
    actor(ours.person)  # makes the sign-in, which two would make at once
    acts = [partial(passing, *pair, 30) for pair in [(ours, theirs), (theirs, ours)] * 6]
    acts += [partial(passing, ours, theirs, 30) for _turn in range(4)]
    acts += [partial(operations.settle_position, actor=SYSTEM, bank_id=there.pk, link_id=link.pk, minutes=10,
                     reason="结清", at=AT)] * 2  # fmt: skip
    acts += [partial(operations.clear_month, at=AT)] * 2
    found: list[Any] = answers(*acts)
    assert all(isinstance(one, (Crossing, int, between.OverTheLimit, between.NotSoMuchOwed)) for one in found)
    good = [one for one in found if isinstance(one, Crossing)]
    out = sum(one.minutes if one.source == here else -one.minutes for one in good)
    less = sum(one.minutes for one in ClearingLine.objects.filter(link=link))
    assert owes(link, here) == out - less <= 100
    assert len({owes(one, bank) + less for one, bank in ((after, there), (round_, third))} | {70}) == 1
    settled = sum(one.minutes for one in good if not one.relation)
    assert stands(ours)[0] + stands(theirs)[0] + stands(other)[0] == 1150
    assert on(pool(there, "area").account) + settled == 50
    assert list(checking.broken()) == []

"""Migrations of the time bank run forward on a bank of before, which had no agreements."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shanzhi.timebank import checking, operations
from shanzhi.timebank.models import BankMonth
from tests.people.conftest import make_areas
from tests.people.test_migrations import move
from tests.timebank.between import agreed, owes, passing, two_banks
from tests.timebank.support import OLD, a_member, serve


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_months_kept_before_stay_and_credits_pass_from_then_on() -> None:
    make_areas()
    here, there = two_banks()
    october = datetime(2026, 10, 20, 4, tzinfo=UTC)
    sender, receiver = a_member(here, at=october - timedelta(days=20)), a_member(there, born_on=OLD)
    serve(sender, 60, at=october, day=date(2026, 10, 1))
    operations.keep_months(bank=here, at=october.replace(month=11, day=3))
    try:
        move(("timebank", "0003_months_kept"))
    finally:
        move()
    assert list(BankMonth.objects.values_list("kind", "minutes", "owed", "between")) == [("timebank.earn", 60, 60, 0)]
    link = agreed(here, there)
    passing(sender, receiver, 20)
    assert (owes(link, here), list(checking.broken())) == (20, [])

"""With exactly the rights that the site has on a server, credits move into pools and out of them, and pools stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from shanzhi.config import roles
from shanzhi.kernel.roles import Role
from shanzhi.timebank import operations
from shanzhi.timebank.models import Pool
from tests.support.database import as_owner
from tests.support.people import AREA, AT, actor, an_actor
from tests.timebank.between import agreed, passing, two_banks
from tests.timebank.support import OLD, SYSTEM, a_bank, a_member, on, pool, serve, stands

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture(autouse=True)
def _as_on_a_server(areas: None) -> None:
    """Take from the site what tests give it beyond its rights; the end of the test gives it back."""
    with as_owner(), connection.cursor() as cursor:
        roles.grant(cursor, site=roles.ROLE)


def test_credits_expire_into_a_pool_overflow_into_it_and_are_granted_out_of_it() -> None:
    bank = a_bank(cap={"minutes": 100, "pool": "poor"}, expiry={"months": 2, "pool": "poor"})
    old, full, needy = a_member(bank), a_member(bank), a_member(bank)
    serve(old, 40, day=date(2026, 9, 1))
    assert operations.expire_lots(actor=SYSTEM, member_id=old.pk, at=AT) == 40
    assert serve(full, 130).donated == 30
    assert on(pool(bank).account) == 70
    given: dict[str, Any] = {"pool_id": pool(bank).pk, "number": needy.number, "minutes": 25, "reason": "独居（示例）"}
    grant = operations.propose_grant(actor=SYSTEM, at=AT, **given)
    for _one in range(2):
        keeper = an_actor(Role.DISTRICT_OFFICER, AREA[:6])
        operations.agree_to_grant(actor=keeper, grant_id=grant.pk, at=AT + timedelta(days=1))
    assert (stands(needy), on(pool(bank).account)) == ((25, 0, 0), 45)


def test_what_a_group_donated_is_taken_back_and_a_claim_is_settled_out_of_a_pool() -> None:
    here, there = two_banks(group="donated", group_pool="poor")
    sender, receiver = a_member(here, 60), a_member(there, born_on=OLD)
    earned = serve(receiver, 30, area=there.area, group=True)
    assert on(pool(there).account) == 30
    assert operations.take_back(actor=SYSTEM, record=earned.record, at=AT).returned == 30
    link = agreed(here, there)
    passing(sender, receiver, 25)
    area = pool(there, "area")
    operations.donate(actor=actor(receiver.person), bank_id=there.pk, pool_id=area.pk, minutes=20, at=AT)
    operations.settle_position(
        actor=SYSTEM, bank_id=there.pk, link_id=link.pk, minutes=15, reason="结清（示例）", at=AT
    )
    assert (on(area.account), on(pool(here, "area").account)) == (5, 15)


def test_a_pool_is_neither_changed_nor_removed() -> None:
    held = pool(a_bank())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Pool.objects.filter(pk=held.pk).update(name="area2")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Pool.objects.filter(pk=held.pk).delete()
    assert Pool.objects.get(pk=held.pk).name == "poor"

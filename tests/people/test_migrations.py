"""Migrations of people run forward on what the version before wrote."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shanzhi.audit import coverage
from shanzhi.config import roles
from shanzhi.config.roles import ROLE
from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.models import RoleGrant
from tests.support.database import as_owner
from tests.support.people import AREA, LONG_AGO, a_person, an_account, give_role


def move(*targets: tuple[str, str | None]) -> None:
    """Go to these migrations, None being before the first of a room; without any to the newest of every room.

    Going back takes others along.
    """
    with as_owner():
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:  # tables made anew want the rights that every table of a test has
            roles.grant(cursor, site=ROLE)
            cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
            cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO PUBLIC")
        coverage.reconcile()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_roles_of_before_are_due_for_review_and_none_lapses_at_once() -> None:
    now = datetime.now(UTC)
    old = a_person(role=Role.SOCIAL_WORKER)
    young = a_person(role=Role.SOCIAL_WORKER)
    RoleGrant.objects.filter(person=young).update(starts_at=now - timedelta(days=30))
    account = an_account(old)
    proof = account.get_session_auth_hash()
    try:
        move(("people", "0003_lists"))
    finally:
        move()
    account.refresh_from_db()
    assert account.get_session_auth_hash() == proof  # nobody is signed out by the upgrade
    assert RoleGrant.objects.get(person=old).starts_at == LONG_AGO
    assert RoleGrant.objects.get(person=young).confirmed_at is None
    assert operations.lapse_grants(at=now + timedelta(days=59)) == 0
    assert operations.lapse_grants(at=now + timedelta(days=61)) == 1


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_roles_that_were_over_before_are_over_without_another_word_and_later_ones_begin() -> None:
    now, day = datetime.now(UTC), timedelta(days=1)
    over = give_role(a_person(), Role.JUROR, area=AREA, ends_at=now - day)
    by_hand = give_role(
        a_person(), Role.JUROR, area=AREA, starts_at=now + day, ends_at=now + 2 * day, ended_reason="改"
    )
    running = give_role(a_person(), Role.JUROR, area=AREA, ends_at=now + day)
    later = give_role(a_person(), Role.JUROR, area=AREA, starts_at=now + day)
    try:
        move(("people", "0010_merges"))
    finally:
        move()
    for one in (over, by_hand, running, later):
        one.refresh_from_db()
    assert over.over_at == over.ends_at
    assert by_hand.over_at is not None
    assert by_hand.over_at < now + day
    assert [one.over_at for one in (running, later)] == [None, None]
    assert [one.begins_later for one in (over, by_hand, running, later)] == [False, False, False, True]
    assert (operations.begin_grants(at=now), operations.expire_grants(at=now)) == (0, 0)
    assert (operations.begin_grants(at=now + day), operations.expire_grants(at=now + day)) == (1, 1)

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
from tests.support.people import LONG_AGO, a_person, an_account


def move(*targets: tuple[str, str]) -> None:
    """Go to these migrations; without any to the newest of every room, for going back takes others along."""
    with as_owner():
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:  # tables made anew want the rights that every table of a test has
            roles.grant(cursor, site=ROLE)
            cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
            cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO PUBLIC")
        coverage.reconcile()


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

"""Migrations of notices run forward on what the version before wrote."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shanzhi.notices.models import EmailAddress
from tests.notices.support import NOON, a_reader
from tests.support.database import as_owner


def move(name: str) -> None:
    with as_owner():
        MigrationExecutor(connection).migrate([("notices", name)])


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_an_address_that_waits_for_its_code_still_waits_and_a_verified_one_stays() -> None:
    proven, waiting = a_reader(), a_reader(email=False)
    try:
        move("0002_guards")
        with connection.cursor() as cursor:
            cursor.execute("SELECT address FROM notices_emailaddress")
            (sealed,) = cursor.fetchone()
            cursor.execute(
                "INSERT INTO notices_emailaddress (person_id, address, code_mark, code_until, tries, changed_at)"
                " VALUES (%s, %s, %s, %s, 0, %s)",
                [waiting.pk, sealed, b"x", NOON, NOON],
            )
    finally:
        move("0003_email_wanted")
    kept, asked = EmailAddress.objects.get(person=proven), EmailAddress.objects.get(person=waiting)
    assert (kept.wanted, kept.verified_at) == (None, NOON)
    assert kept.address is not None
    assert asked.wanted is not None
    assert asked.wanted.reveal() == kept.address.reveal()
    assert (asked.address, asked.verified_at, bytes(asked.code_mark or b"")) == (None, None, b"x")

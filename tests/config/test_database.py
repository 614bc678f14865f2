"""The test database itself."""

import pytest
from django.db import connection


@pytest.mark.django_db
class TestADatabaseForTests:
    def test_sorts_by_code_point_and_knows_chinese(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT lower('ÄB'), '历下' < '历下区'")
            assert cursor.fetchone() == ("äb", True)


@pytest.mark.django_db(transaction=True)
class TestATableThatRefusesTruncation:
    def test_is_emptied_all_the_same_after_a_test(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW session_replication_role")
            assert cursor.fetchone() == ("origin",)

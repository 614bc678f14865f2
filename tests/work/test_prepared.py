"""Prepared statements: planned once, part of Django's transaction when there is one, Django's errors."""

from contextlib import nullcontext
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.work.prepared import Prepared, Value

GIVEN: dict[str, Value] = {
    "word": "字",
    "bytes": b"\x00\xff",
    "yes": True,
    "id": UUID(int=7),
    "at": datetime(2026, 11, 24, 1, 2, 3, 4, tzinfo=UTC),
}
KINDS = Prepared(
    "test_kinds",
    "SELECT %(word)s::text, encode(%(bytes)s::bytea, 'hex'), (%(yes)s::boolean AND NOT %(yes)s::boolean)::text, "
    "%(id)s::uuid::text, extract(epoch FROM %(at)s::timestamptz)::text, NULL",
)
BACK = ("字", "00ff", "false", "00000000-0000-0000-0000-000000000007", "1795482123.000004", None)
NONE = Prepared("test_none", "SELECT 1 WHERE %(yes)s::boolean")
WRONG = Prepared("test_wrong", "SELECT nothing FROM auth_nothing")
DIVIDE = Prepared("test_divide", "SELECT (1 / %(by)s::int)::text")
ADD = Prepared("test_add", "INSERT INTO django_session VALUES (%(key)s, '', now()) ON CONFLICT DO NOTHING")
COUNT = Prepared("test_count", "SELECT count(*)::text FROM django_session WHERE session_key = %(key)s")
REMOVE = Prepared("test_remove", "DELETE FROM django_session WHERE session_key = %(key)s")


ROWS = Prepared("test_rows", "SELECT n::text, nullif(n, 2)::text FROM generate_series(1, %(most)s::int) AS n")


def check_values() -> None:
    assert KINDS.one(GIVEN) == BACK
    assert NONE.one({"yes": False}) is None


@pytest.mark.django_db(transaction=True)
class TestAStatementByItself:
    def test_takes_every_kind_of_value(self) -> None:
        check_values()

    @pytest.mark.parametrize("inside", [False, True])
    def test_gives_all_rows(self, inside: bool) -> None:
        with transaction.atomic() if inside else nullcontext():
            assert ROWS.rows({"most": "3"}) == [("1", "1"), ("2", None), ("3", "3")]
            assert (ROWS.one({"most": "3"}), ROWS.rows({"most": "0"})) == (("1", "1"), [])

    def test_is_planned_anew_where_the_connection_forgot_it(self) -> None:
        check_values()
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        check_values()

    def test_is_planned_once_for_a_connection(self) -> None:
        connection.close()
        for _turn in range(3):
            check_values()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'shanzhi_test_kinds'")
            assert cursor.fetchone() == (1,)

    def test_is_planned_anew_on_a_new_connection(self) -> None:
        check_values()
        connection.close()
        check_values()

    def test_tells_how_many_rows_it_wrote_for_good(self) -> None:
        assert [ADD.change({"key": "k"}) for _turn in range(2)] == [1, 0]
        connection.close()
        assert COUNT.one({"key": "k"}) == ("1",)
        assert REMOVE.change({"key": "k"}) == 1

    def test_fails_with_djangos_errors_and_leaves_the_connection_usable(self) -> None:
        with pytest.raises(ProgrammingError):
            WRONG.one({})
        with pytest.raises(DataError):
            DIVIDE.one({"by": "0"})
        with pytest.raises(DataError, match="NUL"):  # and is not cut there
            COUNT.one({"key": "k\0more"})
        check_values()

    def test_is_heard_by_whoever_listens(self) -> None:
        with CaptureQueriesContext(connection) as heard:
            check_values()
        assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
class TestAStatementInATransaction:
    def test_takes_every_kind_of_value(self) -> None:
        with transaction.atomic():
            check_values()

    def test_goes_with_it_when_it_is_rolled_back(self) -> None:
        with transaction.atomic():
            assert ADD.change({"key": "k"}) == 1
            transaction.set_rollback(True)
        assert COUNT.one({"key": "k"}) == ("0",)

    def test_fails_with_djangos_errors(self) -> None:
        with pytest.raises(DataError), transaction.atomic():
            DIVIDE.one({"by": "0"})
        with pytest.raises(DataError, match="NUL"), transaction.atomic():
            COUNT.one({"key": "k\0more"})

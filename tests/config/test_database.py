"""The tests' own database: Chinese sorted by code point, every process its own, flushed despite triggers."""

import uuid
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.database import fingerprint

TABLE = "refuses_truncation"


@pytest.mark.django_db
class TestADatabaseForTests:
    def test_lowers_and_sorts_by_code_point(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT lower('ÄB'), '历下' < '历下区'")
            assert cursor.fetchone() == ("äb", True)

    def test_belongs_to_this_process(self) -> None:
        assert connection.settings_dict["NAME"].startswith("test_")

    def test_is_used_by_a_role_that_is_no_superuser(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)


@pytest.mark.django_db(transaction=True)
class TestATableThatRefusesTruncation:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_is_empty_again_for_the_next_test(self, time: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_event'")
            assert cursor.fetchall()
        with transaction.atomic(), connection.cursor() as cursor:
            _insert_event(cursor)
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_event")


def _insert_event(cursor: object) -> None:
    """Write one event by plain SQL, filling every column that must not be empty."""
    assert hasattr(cursor, "execute")
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'audit_event'"
        " AND is_nullable = 'NO' AND is_identity = 'NO' AND column_default IS NULL"
    )
    samples = {"uuid": str(uuid.uuid4()), "jsonb": "{}", "timestamp with time zone": "2026-01-01T00:00:00Z"}
    filled = {name: samples.get(kind, "1") for name, kind in cursor.fetchall()}  # type: ignore[attr-defined]  # ditto
    places = ", ".join(["%s"] * len(filled))
    cursor.execute(f"INSERT INTO audit_event ({', '.join(filled)}) VALUES ({places})", list(filled.values()))


class TestTheTemplate:
    def test_is_named_by_what_the_migrations_are(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = fingerprint()
        assert fingerprint() == before
        monkeypatch.setattr("django.get_version", lambda: "0")
        assert fingerprint() != before

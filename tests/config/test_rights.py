"""What SQL run as the site may do: rows, and nothing that would take a guard away."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.embedded import Cluster
from shanzhi.config.roles import DATABASE, OWNER, ROLE, SUPERUSER

COMMAND = "from shanzhi.config.cli import main; main()"
AS_BEFORE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
ATTACKS = {
    "drop a guard": "DROP TRIGGER audit_event_append_only ON audit_event",
    "switch guards off": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "change a table": "ALTER TABLE voting_ballot ADD COLUMN person uuid",
    "empty a table": "TRUNCATE people_cache",
    "empty an append-only table": "TRUNCATE audit_event",
    "change what only grows": "UPDATE audit_event SET verb = 'x'",
    "remove what only grows": "DELETE FROM voting_ballot",
    "make a function": "CREATE FUNCTION public.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "replace a guard": "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN NEW; END'",
    "run as a replica": "SET session_replication_role = replica",
    "shadow a table": "CREATE TEMPORARY TABLE voting_poll (id uuid, state text, ballots_total int)",
    "shadow a table by a view": "CREATE TEMPORARY VIEW voting_poll AS SELECT 1 AS id",
    "make a table": "CREATE TABLE public.mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "become the owner": f"SET ROLE {OWNER}",
    "become the superuser": f"SET ROLE {SUPERUSER}",
    "take the rights": f"GRANT {OWNER} TO {ROLE}",
    "make a role": "CREATE ROLE mine",
    "read a file": "SELECT pg_read_file('postgresql.conf')",
    "run a program": "COPY people_cache FROM PROGRAM 'id'",
    "claim a migration": "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    "set a counter back": "SELECT setval('audit_event_id_seq', 1)",
    "make the server forget durability": "ALTER SYSTEM SET fsync = off",
}


def shanzhi(data: Path, *words: str) -> str:
    environment = {**os.environ, "SHANZHI_DATA": str(data)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed() -> Iterator[Cluster]:
    """An installation of the version before, in which the site owned everything, after `shanzhi setup` of this one."""
    folder = Path(tempfile.mkdtemp(prefix="sz-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    with cluster.lease():
        with psycopg.connect(cluster.url("postgres", role=SUPERUSER), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {DATABASE} OWNER TO {ROLE}")
        environment = {
            **os.environ,
            "SHANZHI_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "shanzhi.config.settings",
        }
        subprocess.run([sys.executable, "-c", AS_BEFORE], env=environment, check=True, timeout=600)
        with psycopg.connect(cluster.url(DATABASE), autocommit=True) as connection:
            assert owners(connection) == {ROLE}
            connection.execute("INSERT INTO people_cache VALUES ('kept', 'x', now())")
        shanzhi(folder, "setup")
        yield cluster
    shutil.rmtree(folder)


def owners(connection: psycopg.Connection) -> set[str]:
    """Who owns anything of ours."""
    rows = connection.execute(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    ).fetchall()
    return {name for (name,) in rows}


@pytest.mark.slow
@pytest.mark.thorough
class TestTheSite:
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_may_not(self, installed: Cluster, attack: str) -> None:
        with (
            psycopg.connect(installed.url(DATABASE), autocommit=True) as connection,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
        ):
            connection.execute(ATTACKS[attack])

    def test_reads_and_writes_rows(self, installed: Cluster) -> None:
        with psycopg.connect(installed.url(DATABASE), autocommit=True) as connection:
            assert connection.execute("SELECT value FROM people_cache WHERE cache_key = 'kept'").fetchone() == ("x",)
            connection.execute("UPDATE people_cache SET value = 'y'")
            connection.execute("DELETE FROM people_cache")
            assert connection.execute("SELECT shanzhi_bigrams('ab')").fetchone() == (["ab", "b"],)

    def test_owns_nothing_any_more(self, installed: Cluster) -> None:
        with psycopg.connect(installed.url(DATABASE)) as connection:
            assert owners(connection) == {OWNER}

    def test_can_add_to_every_table_that_only_grows_and_change_none(self, installed: Cluster) -> None:
        with psycopg.connect(installed.url(DATABASE)) as connection:
            rows = connection.execute(
                "SELECT DISTINCT tgrelid::regclass::text, has_table_privilege(tgrelid, 'INSERT'),"
                " has_table_privilege(tgrelid, 'UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
                " FROM pg_trigger WHERE tgfoid = 'audit_refuse_change'::regproc AND tgtype & 1 = 1"
            ).fetchall()
            # A pool is locked by who moves its credits, for which one needs the right to update; a guard refuses that.
            locked = connection.execute(
                "SELECT has_table_privilege('timebank_pool', 'INSERT'), has_table_privilege('timebank_pool', 'UPDATE'),"
                " has_table_privilege('timebank_pool', 'DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            ).fetchone()
        assert locked == (True, True, False)
        assert len(rows) >= 5
        by_function = {"ledger_entry", "ledger_posting", "ledger_closing", "ledger_closingbalance"}
        assert {row[1:] for row in rows if row[0] not in {*by_function, "timebank_pool"}} == {(True, False)}
        assert {row[1:] for row in rows if row[0] in by_function} == {(False, False)}

    def test_only_reads_what_functions_write(self, installed: Cluster) -> None:
        with psycopg.connect(installed.url(DATABASE)) as connection:
            rows = connection.execute(
                "SELECT relname, has_table_privilege(oid, 'SELECT'),"
                " has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE') FROM pg_class"
                " WHERE obj_description(oid, 'pg_class') = 'written by functions only'"
            ).fetchall()
        assert {row[0] for row in rows} >= {"ledger_entry", "ledger_posting", "ledger_balance"}
        assert {row[1:] for row in rows} == {(True, False)}

    def test_has_the_rights_of_a_setup_that_ran_twice(self, installed: Cluster) -> None:
        query = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        with psycopg.connect(installed.url(DATABASE), autocommit=True) as connection:
            before = connection.execute(query).fetchall()
            shanzhi(installed.folder, "setup")
            assert connection.execute(query).fetchall() == before

    def test_is_found_in_order_by_the_doctor(self, installed: Cluster) -> None:
        environment = {**os.environ, "SHANZHI_DATA": str(installed.folder)}
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "doctor", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert '"shanzhi reads and writes rows, and can change no table"' in done.stdout

"""A PostgreSQL for tests: one throw-away server for all processes, one database for each, copied from a template.

The template is migrated by the owner of the tables, once for each state of the migrations, and found again by their
hash. The tests run as the site with its rights of production and these more: triggers switched off
(`session_replication_role`) and TRUNCATE, for the flush after a transactional test; UPDATE and DELETE on append-only
tables, so that tests reach the triggers behind the rights; and `as_owner`, for what runs as the owner in production.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.apps import apps
from django.db import connection as default
from psycopg import sql

from shanzhi.audit import coverage
from shanzhi.config import roles
from shanzhi.config.embedded import THROWAWAY, Cluster
from shanzhi.config.roles import OWNER, ROLE, SUPERUSER

TEMPLATES_KEPT = 8
KEPT = {"django_content_type", "auth_permission"}
# Tables that ever held a row here: to plan a look into each of hundreds costs far more than to look.
WITH_PAGES = "SELECT t FROM unnest(%s::text[]) t WHERE pg_relation_size(to_regclass(quote_ident(t))) > 0 ORDER BY t"


def cluster() -> Cluster:
    """The tests' own server, never the one that serves."""
    folder = os.environ.get("SHANZHI_TEST_DATA") or f"{tempfile.gettempdir()}/shanzhi-tests2-{os.getuid()}"
    return Cluster(Path(folder), THROWAWAY)


def fingerprint() -> str:
    """Hash of every migration; of an app without migrations, of its models; and of which tables are audited."""
    seen = hashlib.sha256(django.get_version().encode() + coverage.fingerprint().encode())
    for file in (Path(roles.__file__), Path(__file__)):
        seen.update(file.read_bytes())  # whose rights the template holds
    for app in sorted(apps.get_app_configs(), key=lambda config: config.label):
        home = Path(app.path)
        files = sorted((home / "migrations").glob("*.py")) or sorted(
            [*home.glob("models.py"), *home.glob("models/*.py")]
        )
        for file in files:
            seen.update(f"{app.label}/{file.name}\0".encode() + file.read_bytes())
    return seen.hexdigest()[:16]


def _names(connection: psycopg.Connection, prefix: str) -> list[str]:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [prefix]
    ).fetchall()
    return [name for (name,) in rows]


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _alive(name: str) -> bool:
    return Path(f"/proc/{name.split('_')[1]}").exists()


def _tidy(connection: psycopg.Connection, keep: str) -> None:
    """Drop what killed runs left, and the oldest templates."""
    for name in _names(connection, "test_"):
        if not _alive(name):
            _drop(connection, name)
    old = [name for name in _names(connection, "template_") if name != keep]
    for name in old[: -TEMPLATES_KEPT or None]:
        _drop(connection, name)


def empty() -> None:
    """Empty every table that holds something, whatever its triggers refuse; permissions and kinds of content stay."""
    known = set(default.introspection.django_table_names(include_views=False)) - KEPT | {"people_cache"}  # has no model
    with default.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(WITH_PAGES, [sorted(known)])
            tables = [table for (table,) in cursor.fetchall()]
            looks = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables]
            cursor.execute(" UNION ALL ".join(looks or ["SELECT '' WHERE false"]))
            for (table,) in cursor.fetchall():
                cursor.execute(f'DELETE FROM "{table}"')
        finally:
            cursor.execute("SET session_replication_role = origin")


@contextmanager
def as_owner() -> Iterator[None]:
    """Run a block as the owner of the tables, on the connection of the test."""
    with default.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
    try:
        yield
    finally:
        if not default.needs_rollback:  # else the end of the transaction sets it back
            with default.cursor() as cursor:
                cursor.execute("RESET ROLE")


def _grant(server: Cluster, name: str) -> None:
    """Give the site its rights in a new template, and the tests theirs."""
    with psycopg.connect(server.url(name, role=OWNER), autocommit=True) as connection:
        roles.grant(connection.cursor(), site=ROLE)
        connection.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    with psycopg.connect(server.url("postgres", role=SUPERUSER), autocommit=True) as connection:
        connection.execute(f"GRANT {OWNER} TO {ROLE} WITH INHERIT FALSE, SET TRUE")
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")


@contextmanager
def database(migrate: Callable[[str], None]) -> Iterator[str]:
    """Give the name of a fresh, migrated database on the leased server; drop it at the end.

    `migrate` fills the named, empty database; it is called only when no template has these migrations yet.
    """
    server = cluster()
    name, template = f"test_{os.getpid()}", f"template_{fingerprint()}"
    with server.lease(), psycopg.connect(server.url("postgres", role=SUPERUSER), autocommit=True) as connection:
        with (server.folder / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if template not in _names(connection, "template_"):
                _drop(connection, "unfinished")
                connection.execute(f"CREATE DATABASE unfinished OWNER {OWNER} TEMPLATE template0")
                migrate("unfinished")
                _grant(server, "unfinished")
                connection.execute(sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(template)))
            _tidy(connection, keep=template)
            _drop(connection, name)
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    *(sql.Identifier(word) for word in (name, OWNER, template))
                )
            )
        try:
            yield name
        finally:
            _drop(connection, name)

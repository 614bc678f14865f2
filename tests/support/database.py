"""A PostgreSQL for tests: one throw-away server for all processes, one database for each, copied from a template.

The template is migrated once for each state of the migrations and found again by their hash. The role of the tests is
no superuser, as in production, with two rights more: it makes databases, and it may switch triggers off
(`session_replication_role`), which the flush after a transactional test needs, because audit tables refuse TRUNCATE.
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
from psycopg import sql

from shanzhi.audit import coverage
from shanzhi.config.embedded import ROLE, SUPERUSER, THROWAWAY, Cluster

TEMPLATES_KEPT = 8


def cluster() -> Cluster:
    """The tests' own server, never the one that serves."""
    folder = os.environ.get("SHANZHI_TEST_DATA") or f"{tempfile.gettempdir()}/shanzhi-tests-{os.getuid()}"
    return Cluster(Path(folder), THROWAWAY)


def fingerprint() -> str:
    """Hash of every migration; of an app without migrations, of its models; and of which tables are audited."""
    seen = hashlib.sha256(django.get_version().encode() + coverage.fingerprint().encode())
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


def _grant(server: Cluster) -> None:
    with psycopg.connect(server.url("postgres", role=SUPERUSER), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {ROLE} CREATEDB")
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")


@contextmanager
def database(migrate: Callable[[str], None]) -> Iterator[str]:
    """Give the name of a fresh, migrated database on the leased server; drop it at the end.

    `migrate` fills the named, empty database; it is called only when no template has these migrations yet.
    """
    server = cluster()
    name, template = f"test_{os.getpid()}", f"template_{fingerprint()}"
    with server.lease(), psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        with (server.folder / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _grant(server)
            if template not in _names(connection, "template_"):
                _drop(connection, "unfinished")
                connection.execute("CREATE DATABASE unfinished TEMPLATE template0")
                migrate("unfinished")
                connection.execute(sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(template)))
            _tidy(connection, keep=template)
            _drop(connection, name)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        try:
            yield name
        finally:
            _drop(connection, name)

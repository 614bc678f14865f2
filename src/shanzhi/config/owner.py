"""Speaking to the database as the owner of the tables: for migrations and bulk loads, never while serving."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections

from shanzhi.config import roles
from shanzhi.config.clusters import cluster_of
from shanzhi.config.environment import Environment

log = structlog.get_logger(__name__)

# A migration that waits for a lock makes everybody after it wait too: voters stand behind it for this long at most.
LONGEST_LOCK: Final = "2s"
PAUSE: Final = 1.0  # seconds in which those who stood behind it pass
ATTEMPTS: Final = 15
LOCKED: Final = "55P03"


@contextmanager
def as_owner() -> Iterator[None]:
    """Have Django connect as the owner while the block runs, where there is one; else as the site, without the pool."""
    connection: Any = connections["default"]
    given: dict[str, Any] = connection.settings_dict  # the same for every thread
    kept = dict(given)
    _leave(connection)
    given.update(settings.OWNER_DATABASE)
    given["OPTIONS"] = {name: value for name, value in given.get("OPTIONS", {}).items() if name != "pool"}
    try:
        yield
    finally:
        connection.close()
        given.clear()
        given.update(kept)


def _leave(connection: Any) -> None:
    connection.close()
    if connection.pool:
        connection.close_pool()


def migrate(**options: Any) -> None:
    """Bring the tables up to date as their owner, then give the site its rights; Django must be set up.

    Waits for a lock no longer than LONGEST_LOCK, then lets the others pass and tries again.
    """
    take_over()
    site = str(settings.DATABASES["default"]["USER"])
    with as_owner():
        _be_brief()
        for attempt in range(ATTEMPTS):
            try:
                call_command("migrate", interactive=False, **{"verbosity": 0, **options})
                break
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCKED or attempt == ATTEMPTS - 1:
                    raise
                log.warning("migration_waits", attempt=attempt + 1)
                time.sleep(PAUSE)
                _drop_unfinished_indexes()
        grant(site)


def _be_brief() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LONGEST_LOCK}'")


def grant(site: str) -> None:
    """Give the site its rights, unless it is the owner itself; connected as the owner."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() != (site,):
            roles.grant(cursor, site=site)


def take_over() -> None:
    """In the embedded server, take the tables away from the site, which owned them in the first version."""
    environment = Environment()
    if environment.database_url:
        return
    cluster = cluster_of(environment)
    with psycopg.connect(cluster.url(roles.DATABASE, role=roles.SUPERUSER), autocommit=True) as connection:
        roles.take_over(connection)


def _drop_unfinished_indexes() -> None:
    """Remove what a CREATE INDEX CONCURRENTLY left that gave up, or its second attempt would trip over the name."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")

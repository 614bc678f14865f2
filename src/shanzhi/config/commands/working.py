"""The background worker: does what waits, takes up what a dead worker left, and outlives a restart of the database.

The queue marks a task as running when a worker claims it, and leaves it so when that worker dies. So each worker holds
an advisory lock under its own name for as long as it lives: PostgreSQL lets go of it with the connection, however the
worker ended. A task that runs under a name which nobody holds is put back into the queue. All our tasks may run twice:
each does its work in one transaction that finds it done already.
"""

import hashlib
import secrets
import threading
import time
from typing import Any, Final

import psycopg
import structlog
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, close_old_connections, connections
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shanzhi.config.mishaps import out_of_reach, unreachable

LOOK: Final = 5.0  # seconds between two looks at what others left
TRY: Final = "SELECT pg_try_advisory_lock(%s)"
PAUSE: Final = 2.0  # seconds before a worker that lost the database tries again
log = structlog.get_logger(__name__)


def work(*, queue: str = "default", until_empty: bool = False) -> None:
    """Do the work that waits until stopped; with `until_empty`, only what waits now."""
    while True:
        name = secrets.token_hex(16)  # a new one each time: what an earlier life left is left for good
        stop = threading.Event()
        holder = threading.Thread(target=_hold, args=(name, stop), name="holder", daemon=True)
        holder.start()
        try:
            call_command("db_worker", queue_name=queue, batch=until_empty, reload=False, verbosity=0, worker_id=name)
            return
        except (OperationalError, InterfaceError) as error:
            if until_empty:
                raise
            reason = out_of_reach(error) if unreachable(error) else type(error).__name__
            log.error("worker_lost_the_database", reason=reason)
            close_old_connections()
            time.sleep(PAUSE)
        finally:
            stop.set()


def _hold(name: str, stop: threading.Event) -> None:
    """Hold the lock of the name on a connection of its own, and look again and again at what others left."""
    suspects: set[Any] = set()
    while not stop.is_set():
        try:
            with _connected() as connection:
                connection.execute("SELECT pg_advisory_lock(%s)", [lock_of(name)])
                while not stop.wait(LOOK):
                    suspects = take_up(connection, suspects, but=name)
        except (psycopg.Error, OperationalError, InterfaceError):  # restarting: the next look tries again
            stop.wait(1.0)


def _connected() -> psycopg.Connection[Any]:
    """A connection outside the pool, with the settings of the pool's."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    given = here.get_connection_params()
    kept = {key: given[key] for key in ("dbname", "host", "port", "user", "password") if given.get(key)}
    return psycopg.connect(**kept, autocommit=True, application_name="shanzhi worker")


def lock_of(name: str) -> int:
    """Number of the advisory lock of a worker's name."""
    return int.from_bytes(hashlib.sha256(f"shanzhi.worker:{name}".encode()).digest()[:8], "big", signed=True)


def take_up(connection: psycopg.Connection[Any], suspects: set[Any], *, but: str) -> set[Any]:
    """Put tasks back whose worker is gone; gives those under suspicion for the next look. `but` is our own name.

    A restart of the database frees all locks for a moment, so only what two looks in a row find free is put back.
    """
    found = set()
    for task, workers in DBTaskResult.objects.running().values_list("pk", "worker_ids"):
        lock = lock_of(workers[-1])
        if workers[-1] != but and connection.execute(TRY, [lock]).fetchone() == (True,):
            connection.execute("SELECT pg_advisory_unlock(%s)", [lock])
            found.add(task)
    for task in found & suspects:
        DBTaskResult.objects.running().filter(pk=task).update(status=TaskResultStatus.READY, started_at=None)
        log.warning("task_taken_up", task=str(task))
    close_old_connections()
    return found - suspects

"""`shanzhi serve`: the web server, the background worker and, without DATABASE_URL, the embedded database."""

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from shanzhi.config.cli import house
from shanzhi.config.clusters import cluster_of
from shanzhi.config.commands.keeping import kept_alive
from shanzhi.config.commands.setup import migrate, prepare
from shanzhi.config.embedded import EmbeddedDatabaseError
from shanzhi.config.environment import Environment, refusal

SERVED = "SHANZHI_SERVED"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METRICS: Final = "shanzhi-metrics-"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, under a name nobody can foresee


@contextlib.contextmanager
def database(environment: Environment) -> Iterator[None]:
    """Have the embedded database up as a child of ours, unless another one is named."""
    if environment.database_url:
        yield
        return
    cluster = cluster_of(environment)
    with cluster.lease(child=True):
        if cluster.recovering():
            raise EmbeddedDatabaseError(
                f"The database in {cluster.folder} is a standby: serve from its primary, or promote it first with "
                "`shanzhi standby promote`."
            )
        yield


@contextlib.contextmanager
def shared_metrics(environment: Environment) -> Iterator[None]:
    """Give the server's processes a folder to share their figures in, as long as they run.

    In memory where that can be: the files are mapped, and a mapped file on a full disk kills the process that writes.
    """
    home = MEMORY if os.access(MEMORY, os.W_OK) else environment.data
    for left in home.glob(f"{METRICS}*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)  # of a server that was killed
    with tempfile.TemporaryDirectory(prefix=f"{METRICS}{os.getpid()}-", dir=home, ignore_cleanup_errors=True) as folder:
        os.environ[METRICS_FOLDER] = folder
        yield


def require_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on: the server would share it, and requests would reach either site."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"{host}:{port} cannot be used: {error.strerror}. Stop the server that runs there, or give --port."
            raise typer.BadParameter(words) from error


def run(environment: Environment, *, host: str, port: int) -> None:
    """Serve until stopped; the database is up and migrated."""
    require_free(host, port)
    os.environ[SERVED] = "1"
    # The server's processes are forked from this one: a pool that they inherited would hand one socket to several.
    connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own, unknown to the stubs
    cluster = None if environment.database_url else cluster_of(environment)
    with shared_metrics(environment), kept_alive(cluster):
        Granian(
            "shanzhi.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=environment.workers,
            blocking_threads=environment.threads,
            backpressure=environment.threads * 4,
            log_access=False,
            respawn_failed_workers=True,
        ).serve()


def serve(host: str = "127.0.0.1", port: int = 8000, *, update: bool = True) -> None:
    """Serve the site; with --no-update, leave preparing and migrating to `shanzhi setup`."""
    environment = Environment()
    if words := refusal(environment):  # before a database is made that such a site would never use
        raise ImproperlyConfigured(words)
    if update and not environment.production:  # production's keys are made by `shanzhi setup` alone
        prepare(environment)
    with database(environment):
        with house():
            if update:
                migrate()
        run(environment, host=host, port=port)

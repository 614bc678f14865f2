"""`shanzhi serve`: the web server, the background worker and, without DATABASE_URL, the embedded database."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import typer
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from shanzhi.config.cli import house
from shanzhi.config.clusters import cluster_of
from shanzhi.config.commands.setup import migrate, prepare
from shanzhi.config.embedded import EmbeddedDatabaseError
from shanzhi.config.environment import Environment

SERVED = "SHANZHI_SERVED"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


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
def background() -> Iterator[None]:
    """Have a worker beside us do the work in the background."""
    command = [sys.executable, "-m", "shanzhi.config.commands.background"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()


def fresh_metrics(environment: Environment) -> None:
    """Empty the folder in which the server's processes share their figures."""
    folder = environment.data / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[METRICS_FOLDER] = str(folder)


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
    fresh_metrics(environment)
    os.environ[SERVED] = "1"
    # The server's processes are forked from this one: a pool that they inherited would hand one socket to several.
    connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own, unknown to the stubs
    with background():
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
    if update and not environment.production:  # production's keys are made by `shanzhi setup` alone
        prepare(environment)
    with database(environment):
        with house():
            if update:
                migrate()
        run(environment, host=host, port=port)

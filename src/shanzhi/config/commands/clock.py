"""The clock beside the background worker: once a minute it moves what is due, sends notices, then seals the log."""

import threading
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Final

import structlog
from django.core.management import call_command
from django.db import close_old_connections
from django.utils import timezone

EVERY: Final = 60.0
log = structlog.get_logger(__name__)


def move_calls() -> None:
    """Move every call whose next phase is due."""
    call_command("ventures_clock", stdout=StringIO())


def send_notices() -> None:
    """Have notices whose time has come sent."""
    call_command("notices_clock", stdout=StringIO())


def seal_log() -> None:
    """Give what happened its place in the tree, and sign its head."""
    import_module("shanzhi.audit.operations.sealing").seal(at=timezone.now())


JOBS: Final[tuple[Callable[[], None], ...]] = (move_calls, send_notices, seal_log)


def tick() -> None:
    """Look once at what is due; a failure of one job is logged, keeps no other, and the next minute tries again."""
    for job in JOBS:
        close_old_connections()
        try:
            job()
        except Exception:
            log.exception("clock_failed", job=getattr(job, "__name__", ""))


def start(*, every: float = EVERY) -> threading.Event:
    """Run the clock in a thread that ends with the process; set the event to stop it sooner. `every` is in seconds.

    Several processes may run it: each move takes the call's lock and finds it moved already.
    """
    stop = threading.Event()

    def run() -> None:
        tick()  # what fell due while nobody looked, as after a worker was killed
        while not stop.wait(every):
            tick()

    threading.Thread(target=run, name="clock", daemon=True).start()
    return stop

"""The clock beside the background worker: once a minute it moves every call whose next phase is due."""

import threading
from io import StringIO
from typing import Final

import structlog
from django.core.management import call_command
from django.db import close_old_connections

EVERY: Final = 60.0
COMMANDS: Final = ("ventures_clock", "people_clock")
log = structlog.get_logger(__name__)


def tick() -> None:
    """Look once at what is due; a failure is logged and the next minute tries again."""
    close_old_connections()
    for command in COMMANDS:
        try:
            call_command(command, stdout=StringIO())
        except Exception:
            log.exception("clock_failed")


def start(*, every: float = EVERY) -> threading.Event:
    """Run the clock in a thread that ends with the process; set the event to stop it sooner. `every` is in seconds.

    Several processes may run it: each move takes the call's lock and finds it moved already.
    """
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(every):
            tick()

    threading.Thread(target=run, name="clock", daemon=True).start()
    return stop

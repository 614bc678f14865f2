"""The clock beside the background worker: once a minute it moves what is due, sends notices, then seals the log.

It does nothing while the time cannot be trusted: when this machine's clock and the database's differ, or when this
machine's has just jumped. A vote that closes some minutes late harms nobody, one that closes too early does.
"""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from io import StringIO
from typing import Final

import structlog
from django.core.management import call_command
from django.db import close_old_connections
from django.utils import timezone

from shanzhi.config.database import LARGEST_SKEW, skew

EVERY: Final = 60.0
ANSWERS_KEPT: Final = timedelta(days=30)
UNUSED_KEPT: Final = timedelta(days=1)
NIGHT: Final = 3  # the hour from which what is done once a day is done
LARGEST_JUMP: Final = 60.0  # seconds by which a clock may be set between two looks
MISTRUST: Final = 600.0  # seconds without moves after a jump, for the operator or the time service to set it right
log = structlog.get_logger(__name__)
_swept: Final[dict[str, date]] = {}


def move_calls() -> None:
    """Move every call whose next phase is due."""
    call_command("ventures_clock", stdout=StringIO())


def move_projects() -> None:
    """Move activities whose hour came, confirm mid-term results, remind of what is due."""
    call_command("projects_clock", stdout=StringIO())


def move_activities() -> None:
    """Remind of volunteers' shifts, end lines of shifts that begin, let activities be over."""
    call_command("activities_clock", stdout=StringIO())


def move_assignments() -> None:
    """Let asks lapse whose shift begins, close proposals whose days are over."""
    call_command("assignments_clock", stdout=StringIO())


def tell_of_filings() -> None:
    """Tell of filings of organisations that end soon."""
    call_command("organizations_clock", stdout=StringIO())


def tell_volunteers() -> None:
    """Tell volunteers of trainings and checks that end soon."""
    call_command("volunteering_clock", stdout=StringIO())


def search_needs() -> None:
    """Have the worker search on for what losers of counts would have needed."""
    call_command("voting_clock", stdout=StringIO())


def send_notices() -> None:
    """Have notices whose time has come sent."""
    call_command("notices_clock", stdout=StringIO())


def move_people() -> None:
    """Carry out the dates of roles, and have roles lapse that nobody confirmed."""
    call_command("people_clock", stdout=StringIO())


def run_banks() -> None:
    """Credit verified service at the time banks, end what is over there."""
    call_command("timebank_clock", stdout=StringIO())


def seal_log() -> None:
    """Give what happened its place in the tree, and sign its head."""
    import_module("shanzhi.audit.operations.sealing").seal(at=timezone.now())


def forget_answers() -> None:
    """Drop answers to requests that nobody repeats any more."""
    import_module("shanzhi.work.operations").forget_answers(before=timezone.now() - ANSWERS_KEPT)


def sweep_files() -> None:
    """Once a day, at night, delete bytes of files to which no row points since a day."""
    now = timezone.localtime()
    day = timezone.localdate(now)
    if now.hour < NIGHT or _swept.get("on") == day:
        return
    gone = import_module("shanzhi.work.files").sweep(before=now - UNUSED_KEPT)
    _swept["on"] = day
    if gone:
        log.info("files_swept", gone=gone)


JOBS: Final[tuple[Callable[[], None], ...]] = (
    move_calls, move_projects, move_assignments, move_activities, move_people, run_banks, tell_of_filings,
    tell_volunteers, search_needs, send_notices, seal_log, forget_answers, sweep_files,
)  # fmt: skip


class Watch:
    """Sees this machine's clock jump, by the one that only counts seconds."""

    def __init__(self) -> None:
        """Take both clocks as they are."""
        self._offset = time.time() - time.monotonic()
        self._until = 0.0

    def trusted(self) -> bool:
        """Whether the clock has run evenly for a while."""
        offset = time.time() - time.monotonic()
        if abs(offset - self._offset) > LARGEST_JUMP:
            log.error("clock_jumped", seconds=round(offset - self._offset))
            self._until = time.monotonic() + MISTRUST
        self._offset = offset
        return time.monotonic() >= self._until


def tick(watch: Watch | None = None) -> None:
    """Look once at what is due; a failure of one job is logged, keeps no other, and the next minute tries again."""
    close_old_connections()
    if (watch and not watch.trusted()) or not _agrees():
        return
    for job in JOBS:
        close_old_connections()
        try:
            job()
        except Exception:
            log.exception("clock_failed", job=getattr(job, "__name__", ""))


def _agrees() -> bool:
    """Whether this machine's clock and the database's are together; not, when the database cannot be asked."""
    try:
        apart = skew()
    except Exception:
        log.exception("clock_failed", job="skew")
        return False
    if abs(apart) > LARGEST_SKEW:
        log.error("clock_differs", seconds=round(apart))
    return abs(apart) <= LARGEST_SKEW


def start(*, every: float = EVERY) -> threading.Event:
    """Run the clock in a thread that ends with the process; set the event to stop it sooner. `every` is in seconds.

    Several processes may run it: each move takes the call's lock and finds it moved already.
    """
    stop, watch = threading.Event(), Watch()

    def run() -> None:
        tick(watch)  # what fell due while nobody looked, as after a worker was killed
        while not stop.wait(every):
            tick(watch)

    threading.Thread(target=run, name="clock", daemon=True).start()
    return stop

"""What `shanzhi serve` keeps alive beside the web server: the embedded database and the background worker.

A full disk or a lack of memory can end either. Each is started again after a pause, until the server itself stops.
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Final

import structlog

from shanzhi.config.children import started
from shanzhi.config.embedded import Cluster, EmbeddedDatabaseError

PAUSE: Final = 2.0  # seconds between two looks
GRACE: Final = 15  # seconds that the worker has to finish what it does
WORKER: Final = [sys.executable, "-m", "shanzhi.config.commands.background"]
log = structlog.get_logger(__name__)


@contextlib.contextmanager
def kept_alive(cluster: Cluster | None) -> Iterator[None]:
    """Have a worker beside us and, where it is ours, the database, each started again when it ends."""
    stop = threading.Event()
    # Both are started from one thread that lives on: the kernel tells them when the one who started them is gone.
    keeper = threading.Thread(target=_keep, args=(cluster, stop), name="keeper")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep(cluster: Cluster | None, stop: threading.Event) -> None:
    worker = _started()
    while not stop.wait(PAUSE):
        if cluster is not None:
            _revive(cluster)
        if worker is None or worker.poll() is not None:
            log.error("worker_ended", code=worker.returncode if worker else None)
            worker = _started()
    if worker is not None:
        _end(worker)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        worker.wait(timeout=GRACE)
    if worker.poll() is None:
        worker.kill()


def _started() -> "subprocess.Popen[bytes] | None":
    try:
        return started(WORKER, stdin=subprocess.DEVNULL)
    except OSError as problem:  # no memory, or no room for another process: the next look tries again
        log.error("worker_does_not_start", reason=type(problem).__name__)
        return None


def _revive(cluster: Cluster) -> None:
    try:
        if cluster.revive():
            log.error("database_started_again")
    except (EmbeddedDatabaseError, OSError) as problem:  # no space yet, for one: the next look tries again
        log.error("database_stays_away", reason=type(problem).__name__)

"""When the database is away, busy or out of space: what that means for a request, and how the pool gets well again."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import structlog
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.utils import timezone

log = structlog.get_logger(__name__)

DISK_FULL: Final = "53100"
RETRY_AFTER: Final = 5  # seconds that a client waits before it tries again
LARGEST_SKEW: Final = 5.0  # seconds by which our clock and the database's may differ
BETWEEN: Final = 1.0  # seconds between two looks at the pool
_look = threading.Lock()
_looked_at = 0.0


def away(error: BaseException | None) -> bool:
    """Whether a request failed for want of the database: restarting, refusing, out of space, out of locks."""
    return isinstance(error, OperationalError | InterfaceError)


def full(error: BaseException | None) -> bool:
    """Whether the database's disk is full."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", "") == DISK_FULL


def skew() -> float:
    """Seconds by which this machine's clock is ahead of the database's."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    return float((timezone.now() - there).total_seconds())


def mend() -> None:
    """Throw broken connections out of the pool, at most once a second.

    A restart breaks all at once, and each would fail one more request before it is found out.
    """
    global _looked_at
    here: Any = connections[DEFAULT_DB_ALIAS]
    if not _look.acquire(blocking=False):
        return
    try:
        if here.pool is not None and time.monotonic() - _looked_at > BETWEEN:
            here.pool.check()
            _looked_at = time.monotonic()
    except Exception:
        log.warning("pool_not_mended", exc_info=True)
    finally:
        _look.release()

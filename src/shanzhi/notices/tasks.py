"""Work that the worker does for this room."""

from __future__ import annotations

import time
from typing import Final

from django.utils import timezone
from django_tasks import task

from shanzhi.notices import operations
from shanzhi.notices.kinds import OUTSIDE

LONGEST: Final = 45.0  # seconds, so that other work in the background gets its turn


@task()
def send_notices() -> None:
    """Send what is due on every channel, and settle what a dead worker left; goes on later when there is much."""
    ends = time.monotonic() + LONGEST
    for channel in OUTSIDE:
        operations.settle_left(channel=channel, at=timezone.now())
    busy = True
    while busy and time.monotonic() < ends:
        taken = [operations.send_due(channel=channel, at=timezone.now()) for channel in OUTSIDE]
        busy = any(taken)
    if busy:
        send_notices.enqueue()

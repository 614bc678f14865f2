"""Work that the worker does for this room."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from shanzhi.ventures import operations


@task()
def run_clock() -> int:
    """Move every call whose next phase is due; gives how many moved."""
    return sum(line.refusal is None for line in operations.run_clock(at=timezone.now()))

"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.people import operations


@task()
def write_import(batch_id: str) -> None:
    """Write a confirmed list of residents."""
    operations.write_import(batch_id=UUID(batch_id), at=timezone.now())

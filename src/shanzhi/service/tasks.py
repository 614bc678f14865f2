"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.service.operations import batches


@task()
def write_batch(batch_id: str) -> None:
    """Make the certificates of a batch."""
    batches.write_batch(batch_id=UUID(batch_id), at=timezone.now())

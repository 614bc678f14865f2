"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.volunteering.operations import imports


@task()
def check_import(import_id: str) -> None:
    """Work out what each row of a list would do."""
    imports.check_import(import_id=UUID(import_id), at=timezone.now())


@task()
def write_import(import_id: str) -> None:
    """Take a list."""
    imports.write_import(import_id=UUID(import_id), at=timezone.now())


@task()
def undo_import(import_id: str) -> None:
    """Take a list back."""
    imports.undo_import(import_id=UUID(import_id), at=timezone.now())

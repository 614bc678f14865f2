"""Work that the worker does for this room."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from shanzhi.organizations.operations import registers


@task()
def check_register(register_id: str) -> None:
    """Work out what each row of a register would do."""
    registers.check_register(register_id=UUID(register_id), at=timezone.now())


@task()
def write_register(register_id: str) -> None:
    """Take a register."""
    registers.write_register(register_id=UUID(register_id), at=timezone.now())


@task()
def undo_register(register_id: str) -> None:
    """Take a register back."""
    registers.undo_register(register_id=UUID(register_id), at=timezone.now())

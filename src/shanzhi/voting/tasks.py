"""Work that the worker does for this room."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from shanzhi.kernel.actor import Actor
from shanzhi.voting import operations


@task()
def search_needs() -> int:
    """Search on for what losers would have needed, for less than a minute; gives how many needs were found."""
    return operations.search_needs(actor=Actor.system("clock"), at=timezone.now())

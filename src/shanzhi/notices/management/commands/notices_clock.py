"""`manage notices_clock`: wake the worker when messages are due, and drop what is old; for a timer of every minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.notices import operations, tasks


class Command(BaseCommand):
    """Send what is due, in the background."""

    help = "Wake the worker when notices are due to be sent."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Look once at what is due."""
        at = timezone.now()
        if operations.anything_due(at=at):
            tasks.send_notices.enqueue()
        operations.drop_old(at=at)

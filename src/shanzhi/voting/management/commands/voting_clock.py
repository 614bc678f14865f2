"""`manage voting_clock`: have the worker search on in counts that wait for it; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.voting import operations, tasks


class Command(BaseCommand):
    """Give the worker a stretch of the search, where there is something to search."""

    help = "Have the worker search on for what losers of counts would have needed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        waiting = operations.waiting_searches(at=timezone.now())
        if waiting:
            tasks.search_needs.enqueue()
        self.stdout.write(f"{len(waiting)} counts wait")

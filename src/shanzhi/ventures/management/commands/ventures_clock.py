"""`manage ventures_clock`: move every call whose next phase is due; for a timer that runs every few minutes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.ventures import operations
from shanzhi.voting import operations as voting


class Command(BaseCommand):
    """Move what is due, and say what was blocked and why."""

    help = "Move every call whose next phase is due."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        voting.tidy_keys()
        for line in operations.run_clock(at=timezone.now()):
            self.stdout.write(f"{line.call_id} {line.state} {line.refusal.text if line.refusal else 'moved'}")

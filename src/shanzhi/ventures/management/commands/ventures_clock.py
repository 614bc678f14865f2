"""`manage ventures_clock`: move every call whose next phase is due, and remind of last days; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.ventures import operations
from shanzhi.voting import operations as voting


class Command(BaseCommand):
    """Move what is due, and say what was blocked and why."""

    help = "Move every call whose next phase is due."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        at = timezone.now()
        voting.tidy_keys()
        voting.remind_last_day(actor=Actor.system("clock"), at=at)
        operations.mark_missing(at=at)
        operations.lapse_mergers(actor=Actor.system("clock"), at=at)
        operations.remind_deadlines(actor=Actor.system("clock"), at=at)
        for line in operations.run_clock(at=at):
            self.stdout.write(f"{line.call_id} {line.state} {line.refusal.text if line.refusal else 'moved'}")

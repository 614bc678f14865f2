"""`manage timebank_clock`: credits for verified service, what is over or expires, signs of gaming; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.timebank.operations import run_clock


class Command(BaseCommand):
    """Do what is due at the time banks, and say how much that was."""

    help = "Credit verified service, take back what was wrong, end what is over, look for signs of gaming."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        for name, number in run_clock(at=timezone.now()).items():
            self.stdout.write(f"{name} {number}")

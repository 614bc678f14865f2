"""`manage assignments_clock`: asks whose shift begins lapse, proposals whose days are over are closed; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.assignments.operations import run_clock


class Command(BaseCommand):
    """Do what is due in matching, and say how much that was."""

    help = "Let asks lapse whose shift begins, close proposals whose days are over."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        for name, number in run_clock(at=timezone.now()).items():
            self.stdout.write(f"{name} {number}")

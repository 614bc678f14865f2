"""`manage activities_clock`: reminders, lines of shifts that begin, activities that are over; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.activities.operations import run_clock


class Command(BaseCommand):
    """Do what is due in activities, and say how much that was."""

    help = "Remind of shifts, end lines of shifts that begin, let activities be over."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        for name, number in run_clock(at=timezone.now()).items():
            self.stdout.write(f"{name} {number}")

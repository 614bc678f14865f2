"""`manage projects_clock`: activities whose hour came, notices that are over, reminders of what is due; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.projects.operations import run_clock


class Command(BaseCommand):
    """Do what is due in projects, and say how much that was."""

    help = "Move activities whose hour came, confirm mid-term results, remind of what is due."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the clock once."""
        for name, number in run_clock(at=timezone.now()).items():
            self.stdout.write(f"{name} {number}")

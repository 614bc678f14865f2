"""`manage volunteering_clock`: tell of trainings and checks that end soon; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.volunteering.telling import tell_ending


class Command(BaseCommand):
    """Tell volunteers that a training or check ends soon, once."""

    help = "Tell of trainings and checks that end soon."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Tell them, and say of how many."""
        self.stdout.write(f"told {tell_ending(at=timezone.now())}")

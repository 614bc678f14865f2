"""`manage organizations_clock`: tell of filings that end soon; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.organizations.telling import tell_ending


class Command(BaseCommand):
    """Tell those who lead an organisation that its filing ends soon, once."""

    help = "Tell of filings that end soon."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Tell them, and say of how many filings."""
        self.stdout.write(f"told {tell_ending(at=timezone.now())}")

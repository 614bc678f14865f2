"""`manage people_clock`: do what time alone makes due around people; run by the clock, safe to run at any time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shanzhi.people import operations


class Command(BaseCommand):
    """Carry out what the dates of roles ask for, and let roles lapse that nobody confirmed."""

    help = "Do what time alone makes due around people."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it and say how much it was."""
        at = timezone.now()
        begun, over = operations.begin_grants(at=at), operations.expire_grants(at=at)
        self.stdout.write(f"{begun} roles begun, {over} over, {operations.lapse_grants(at=at)} lapsed")

"""Hand verified records of service to the national system, or write them into a folder."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.service.exchange.drivers import Driver, NotTaken
from shanzhi.service.exchange.drivers.http import SignedHttp
from shanzhi.service.exchange.drivers.local import LocalFiles
from shanzhi.service.operations.exporting import collected


class Command(BaseCommand):
    """Export records of an area and a span of days; without a folder over HTTP, with the keys of the installation."""

    help = "Hand verified records of service to the national system (docs/service-export.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take area, days and folder."""
        parser.add_argument("area", help="code of the area")
        parser.add_argument("starts_on", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        parser.add_argument("ends_on", type=date.fromisoformat, help="last day, YYYY-MM-DD")
        parser.add_argument("--folder", type=Path, help="write CSV and JSON there instead of sending")

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect and hand over."""
        driver: Driver = LocalFiles(options["folder"]) if options["folder"] else SignedHttp()
        span = {name: options[name] for name in ("area", "starts_on", "ends_on")}
        try:
            found = collected(actor=Actor.system("service_export"), at=timezone.now(), **span)
            receipt = driver.send(found)
        except Refusal as refusal:
            raise CommandError(refusal.text) from refusal
        except NotTaken as problem:
            raise CommandError(f"not taken: {problem}") from problem
        self.stdout.write(f"{receipt.taken} records: {receipt.reference}")
        for record_id, reason in receipt.refused:
            self.stderr.write(f"{record_id}: {reason}")

"""`shanzhi manage create_administrator`: the first administrator, made by who runs the machine."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shanzhi.kernel.errors import Refusal
from shanzhi.people import operations


class Command(BaseCommand):
    """Make an administrator with a sign-in name and a password, which is asked for or read from standard input."""

    help = "Make the first administrator. The password is asked for; without a terminal it is read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sign-in name, the name and the area."""
        parser.add_argument("login_name", help="what the administrator types to sign in")
        parser.add_argument("--name", required=True, help="real name of the administrator")
        parser.add_argument("--area", default="", help="code of the area in charge; empty is the whole country")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            operations.create_administrator(
                login_name=options["login_name"],
                name=options["name"],
                password=password,
                area=options["area"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.text) from refusal
        self.stdout.write(self.style.SUCCESS(f"{options['login_name']} can sign in at /account/sign-in/password/"))

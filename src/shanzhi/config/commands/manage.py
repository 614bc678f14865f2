"""`shanzhi manage` and `shanzhi worker`: Django's own commands with the database up."""

from importlib import import_module
from typing import Final

import typer
from django.conf import settings
from django.core.management import execute_from_command_line

from shanzhi.config import owner
from shanzhi.config.cli import HELP

CHANGE_TABLES: Final = {"migrate", "flush"}


def manage(context: typer.Context) -> None:
    """Run a management command of Django with all its arguments."""
    words = ["shanzhi manage", *context.args]
    if not CHANGE_TABLES.intersection(context.args[:1]) or HELP.intersection(context.args):
        execute_from_command_line(words)
        return
    site = str(settings.DATABASES["default"]["USER"])
    owner.take_over()
    with owner.as_owner():
        execute_from_command_line(words)
        owner.grant(site)


manage.context_settings = {  # type: ignore[attr-defined]  # read by cli.hand_over: arguments are Django's to parse
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def worker(queue: str = "default", *, until_empty: bool = False) -> None:
    """Do the work that waits in the background until stopped; with --until-empty, only what waits now."""
    if not until_empty:
        import_module("shanzhi.config.commands.clock").start()
    import_module("shanzhi.config.commands.working").work(queue=queue, until_empty=until_empty)

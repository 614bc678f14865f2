"""The command `shanzhi` for operators."""

import os
import sys

from django.core.management import execute_from_command_line

from shanzhi.config.embedded import Cluster
from shanzhi.config.environment import Environment


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    environment = Environment()
    if environment.database_url:
        execute_from_command_line(["shanzhi manage", *sys.argv[2:]])
        return
    with Cluster(environment.data).lease():
        execute_from_command_line(["shanzhi manage", *sys.argv[2:]])

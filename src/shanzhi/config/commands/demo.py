"""`shanzhi demo`: load the demo once, then serve it; `shanzhi demo round`: play a whole round and print each step.

What is loaded and played belongs to the rooms: the module named here gives three functions,
`load(*, at: datetime, progress: Callable[[str, int, int], None])`, called each time and doing only what is missing;
`sign_ins() -> list[tuple[str, str, str]]`, role, who it is and how to sign in; and
`play(*, at: datetime, say: Callable[[str], None])`.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from shanzhi.config.cli import house
from shanzhi.config.commands.serve import database, run
from shanzhi.config.commands.setup import migrate, prepare
from shanzhi.config.environment import Environment, variable
from shanzhi.kernel.errors import Refusal

app = typer.Typer(help="The demo.", add_completion=False, invoke_without_command=True)
console = Console()
PLACE: Final = "shanzhi.ventures.demo"
# What is loaded, in this order; each room builds on what those before it made.
LOADED: Final = (
    PLACE, "shanzhi.projects.demo", "shanzhi.outcomes.demo", "shanzhi.volunteering.demo", "shanzhi.activities.demo",
    "shanzhi.assignments.demo", "shanzhi.attendance.demo", "shanzhi.service.demo", "shanzhi.timebank.demo",
    "shanzhi.timebank.demo.crowd",
)  # fmt: skip


class Bars:
    """Progress bars, one for each name that is reported."""

    def __init__(self, progress: Progress) -> None:
        """Draw on this progress display."""
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of `name` are finished."""
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=total)
        self.progress.update(self.tasks[name], completed=done, total=total)


def _environment(*, address: str | None = None) -> Environment:
    """Read the settings of a demo; where it is served, links in its messages lead to that address."""
    os.environ.setdefault(variable("mode"), "demo")
    if address:
        os.environ.setdefault(variable("public_url"), address)
    environment = Environment()
    if environment.production:
        raise typer.BadParameter("This is a production installation; the demo is never loaded into one.")
    return environment


def _content(name: str, place: str = PLACE) -> Callable[..., Any]:
    """One of the functions that the demo's content gives; Django must be set up."""
    found: Callable[..., Any] | None = getattr(import_module(place), name, None)
    if found is None:
        raise typer.BadParameter(f"{place} has no function {name}.")
    return found


def load() -> None:
    """Bring the tables up to date and load what is missing, with a bar for each part; Django must be set up."""
    migrate()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    as_owner = import_module("shanzhi.config.owner").as_owner  # areas load quicker without their indexes
    with Progress(*columns, console=console) as progress, as_owner():
        bars = Bars(progress)
        for place in LOADED:
            _content("load", place)(at=datetime.now(UTC), progress=bars)


def show_sign_ins(address: str) -> None:
    """Print the address and one way to sign in for each role."""
    table = Table("Role 角色", "Who 姓名", "Sign in 登录方式", title=f"{address}  (synthetic data 示例数据)")
    for row in _content("sign_ins")():
        table.add_row(*row)
    console.print(table)


@app.callback()
def demo(context: typer.Context, host: str = "127.0.0.1", port: int = 8000, *, serve: bool = True) -> None:
    """Load the demo and serve it; a second run is quick and keeps what was done."""
    if context.invoked_subcommand:
        return
    address = f"http://localhost:{port}"
    environment = _environment(address=address)
    prepare(environment)
    with database(environment):
        with house():
            try:
                load()
            except Refusal as refusal:
                console.print(f"{refusal.text}\n{environment.data}")
                raise typer.Exit(1) from refusal
            show_sign_ins(f"{address}/")
        if serve:
            run(environment, host=host, port=port)


@app.command("round")
def play_round() -> None:
    """Play a whole round through the operations and print each step."""
    prepare(_environment())
    with house():
        migrate()
        _content("play")(at=datetime.now(UTC), say=console.print)

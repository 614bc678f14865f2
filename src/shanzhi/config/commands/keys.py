"""`shanzhi keys`: how the keys of personal data stand, and how one gives way to the next while the site works."""

from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import typer
from django.utils import timezone

app = typer.Typer(
    help="Keys of personal data: their state, and their change.", add_completion=False, no_args_is_help=True
)
REASON = typer.Option(help="Why; kept in the log.")
GRACE = typer.Option(min=0.0, help="Seconds for what began under the keys of before.")


class Kind(StrEnum):
    """Which keys."""

    FIELDS = "fields"
    INDEX = "index"


def _operations() -> Any:
    """The operations; Django must be set up before."""
    return import_module("shanzhi.people.operations.keys")


def _refused(problem: Exception) -> typer.Exit:
    typer.secho(f"Still needed: {problem}. Run `shanzhi keys rewrite`, or wait and try again.", err=True)
    return typer.Exit(1)


@app.command()
def state() -> None:
    """Say which keys there are, which writes, and how many rows wait to be written anew."""
    for kind in Kind:
        found = _operations().state(kind.value)
        versions = ", ".join(map(str, found.versions))
        typer.echo(f"{kind}: versions {versions}; version {found.writes} writes; step {found.stage}")
        for name, count in found.left.items():
            typer.echo(f"  {name:<40} {count:>12,} to write anew")


@app.command()
def rotate(
    reason: Annotated[str, REASON],
    *,
    of: Annotated[list[Kind] | None, typer.Option(help="Which keys; both when left out.")] = None,
    grace: Annotated[float, GRACE] = 5.0,
) -> None:
    """Change keys from where they stand to the end; for one machine. May be stopped, and goes on when called again."""
    keys = _operations()
    for kind in of or Kind:
        try:
            keys.rotate(kind=kind.value, reason=reason, now=timezone.now, grace=grace, say=typer.echo)
        except keys.StillNeeded as problem:
            raise _refused(problem) from problem
    typer.echo("Done. Copy the folder of keys to its vault now, and keep the old copy as long as backups need it.")


@app.command()
def add(kind: Kind, reason: Annotated[str, REASON]) -> None:
    """Step 1: add a new key that does not write yet. Then bring the file to every machine."""
    _operations().add(kind=kind.value, reason=reason, at=timezone.now())


@app.command()
def use(kind: Kind, reason: Annotated[str, REASON]) -> None:
    """Step 2: write under the new key from now on. Then bring the file to every machine."""
    keys = _operations()
    try:
        keys.use(kind=kind.value, reason=reason, at=timezone.now())
    except keys.StillNeeded as problem:
        raise _refused(problem) from problem


@app.command()
def rewrite(kind: Kind) -> None:
    """Write anew what the step asks, in batches; may be stopped and called again."""
    keys, count = _operations(), 0
    try:
        for number in keys.rewrite(kind=kind.value):
            count += number
    except keys.StillNeeded as problem:
        raise _refused(problem) from problem
    typer.echo(f"{count} rows written anew; nothing is left.")


@app.command()
def retire(kind: Kind, reason: Annotated[str, REASON], *, grace: Annotated[float, GRACE] = 5.0) -> None:
    """Step 3: remove the old key, when nothing needs it any more. Then bring the file to every machine."""
    keys = _operations()
    try:
        keys.settle(grace=grace)
        keys.retire(kind=kind.value, reason=reason, at=timezone.now())
    except keys.StillNeeded as problem:
        raise _refused(problem) from problem

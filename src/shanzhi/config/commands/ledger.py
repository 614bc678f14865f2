"""`shanzhi ledger`: prove all books, write them out."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="Books in double entry.", add_completion=False, no_args_is_help=True)
FORMATS = ("beancount",)
WIDTH = 56


def _part(name: str) -> Any:
    """A module of the ledger; Django must be set up before."""
    return import_module(f"shanzhi.ledger.{name}")


@app.command()
def check(*, as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False) -> None:
    """Prove every invariant over all books from their rows; ends with 1 when anything does not hold."""
    found = []
    for one in _part("checking").whole():
        found.append(one)
        if not as_json:
            typer.echo(f"{one.name!s:<{WIDTH}} {one.seen:>12,}")
            for table, key, words in one.broken:
                typer.secho(f"✗ {table} {key}: {words}", fg="red")
    broken = [row for one in found for row in one.broken]
    if as_json:
        checked = {str(one.name): one.seen for one in found}
        typer.echo(json.dumps({"good": not broken, "checked": checked, "broken": broken}, ensure_ascii=False))
    else:
        words = f"{len(broken)} things do not hold." if broken else "Every invariant holds."
        typer.secho(words, fg="red" if broken else "green")
    if broken:
        raise typer.Exit(1)


@app.command()
def export(
    form: Annotated[str, typer.Option("--format", help="In which format: beancount.")] = FORMATS[0],
    book: Annotated[str | None, typer.Option(help="Only the book with this name.")] = None,
    to: Annotated[Path | None, typer.Option(help="Into this file; by default to the output.")] = None,
) -> None:
    """Write the books, whole or one of them, as a file that `bean-check` accepts."""
    if form not in FORMATS:
        raise typer.BadParameter(f"Choose one of: {', '.join(FORMATS)}.")
    rows = _part("models").Book.objects.order_by("created_at", "id")
    if book is not None:
        rows = rows.filter(name=book)
        if not rows.exists():
            raise typer.BadParameter("There is no book of this name.")
    lines = _part("exchange.beancount").written(list(rows))
    if to is None:
        sys.stdout.writelines(lines)
        return
    with to.open("w", encoding="utf-8") as file:
        file.writelines(lines)

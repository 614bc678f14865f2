"""`shanzhi import organizations`: take in the register that an office keeps in Excel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from django.utils import translation
from rich.console import Console

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.organizations.exchange.register_words import fault
from shanzhi.organizations.models import Outcome, RegisterImport
from shanzhi.organizations.operations import registers as operations
from shanzhi.organizations.operations.registers.kind import COMMAND
from shanzhi.organizations.queries import register_job, register_rows, told
from shanzhi.places.command import spoken_language
from shanzhi.places.exchange import read_bytes

app = typer.Typer(help="Import what offices keep in Excel.", add_completion=False, no_args_is_help=True)
console = Console()
SHOWN: Final = 20


@app.callback()
def group() -> None:
    """Import what offices keep in Excel."""


@contextmanager
def said() -> Iterator[None]:
    """Say a refusal in its words, in the terminal's language, and end with code 1."""
    with translation.override(spoken_language()):
        try:
            yield
        except Refusal as refusal:
            Console(stderr=True).print(f"[bold red]shanzhi import:[/] {refusal.text}", highlight=False)
            raise typer.Exit(1) from refusal


@app.command()
def organizations(
    path: Annotated[Path, typer.Argument(help="The register: .xlsx, .xls, .ods or .csv.")],
    *,
    area: Annotated[str, typer.Option(help="Code inside which its organisations lie; empty for the country.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what the register would do.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, with the rows that are left out.")] = False,
) -> None:
    """Take in a register. Doubtful and refused rows are left out and told; the same register again adds nothing."""
    now, actor = datetime.now(UTC), Actor.system(COMMAND)
    with said():
        found = operations.receive_register(actor=actor, area=area, name=path.name, content=read_bytes(path), at=now)
        chosen = [sheet["name"] for sheet in found.sheets if sheet["chosen"]]
        operations.name_columns(actor=actor, register_id=found.pk, columns=found.columns, sheets=chosen, at=now)
        with busy(as_json):
            operations.check_register(register_id=found.pk, at=now)
        found = _come_through(found.pk)
        left = _left_out(found)
        if not dry_run and found.counts["new"] + found.counts["merge"]:
            operations.take_register(actor=actor, register_id=found.pk, at=now)
            with busy(as_json):
                operations.write_register(register_id=found.pk, at=now)
            found = _come_through(found.pk)
        _tell(found, left, as_json)
        if found.state == "checked":
            operations.forget_register(actor=actor, register_id=found.pk)


def _come_through(register_id: UUID) -> RegisterImport:
    """Give the register after a step of it; one that failed is told and ends the command."""
    found = RegisterImport.objects.get(pk=register_id)
    job = register_job(found)
    if job is not None and job.state == "failed":
        Console(stderr=True).print(f"[bold red]shanzhi import:[/] {job.error}", highlight=False)
        raise typer.Exit(1)
    return found


@contextmanager
def busy(as_json: bool) -> Iterator[None]:
    """Show that work goes on, where a person looks."""
    if as_json or not console.is_terminal:
        yield
        return
    with console.status("…"):
        yield


def _left_out(found: RegisterImport) -> list[dict[str, Any]]:
    """List the refused and doubtful rows, each with its row, outcome, and the words of what would help."""
    rows = register_rows(found).filter(outcome__in=(Outcome.REFUSED, Outcome.DOUBTFUL))
    return [
        {
            "sheet": row.sheet, "row": row.number, "outcome": row.outcome,
            "words": [fault(*one) for one in told(row).get("wrong", ())] or [name for *_rest, name in row.twins],
        }
        for row in rows
    ]  # fmt: skip


def _tell(found: RegisterImport, left: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"state": found.state, "counts": found.counts, "left_out": left}, ensure_ascii=False))
        return
    counts = found.counts
    console.print(
        f"{counts['new']:,} new, {counts['merge']:,} on record already, {counts['doubtful']:,} doubtful, "
        f"{counts['refused']:,} refused.", highlight=False,
    )  # fmt: skip
    for one in left[:SHOWN]:
        console.print(f"{one['sheet']}:{one['row']} {'; '.join(one['words'])}", highlight=False, markup=False)
    if len(left) > SHOWN:
        console.print(f"… {len(left) - SHOWN:,} more; --json tells all.")
    if found.state == "written":
        console.print(f"{counts['made']:,} put on record, {counts['merged']:,} filled in.")
    else:
        console.print("Nothing was written.")

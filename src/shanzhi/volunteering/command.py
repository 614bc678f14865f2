"""`shanzhi import volunteers`: take in the volunteers and hours that an office keeps in Excel."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn
from uuid import UUID

import typer
from rich.console import Console

from shanzhi.kernel.actor import Actor
from shanzhi.organizations.command import busy, said
from shanzhi.places.exchange import read_bytes
from shanzhi.places.exchange.words import listed
from shanzhi.volunteering.exchange.headings import NAME
from shanzhi.volunteering.exchange.unread import missing, passed_over
from shanzhi.volunteering.exchange.words import fault
from shanzhi.volunteering.models import RowOutcome, VolunteerImport
from shanzhi.volunteering.operations import imports as operations
from shanzhi.volunteering.operations.imports.kind import COMMAND
from shanzhi.volunteering.queries import import_job, import_rows, told

console = Console()
SHOWN: Final = 20
OPEN: Final = ("read", "checking", "checked")
"""States in which nothing of a list is on record."""


def volunteers(
    path: Annotated[Path, typer.Argument(help="The list: .xlsx, .xls, .ods or .csv.")],
    *,
    area: Annotated[str, typer.Option(help="Code inside which its volunteers live; empty for the country.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what the list would do.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, with every refused row.")] = False,
) -> None:
    """Take in volunteers and hours. Doubtful and refused rows are left out and told; the same file adds nothing.

    With --dry-run nobody is put on record and the list is dropped again; the log tells that it was looked at, and lists
    that nobody took for a week are forgotten as whenever one is sent. A list that an officer sent is left to its page.
    """
    now, actor = datetime.now(UTC), Actor.system(COMMAND)
    with said():
        found = operations.receive_import(actor=actor, area=area, name=path.name, content=read_bytes(path), at=now)
        before, mine = found.state not in OPEN, _of_a_command(found)
        if mine and not before:
            if NAME not in found.columns:
                _stop_without_names(found, actor, now, as_json)
            found = _check(found, actor, now, as_json)
        answer = _told(found)
        if mine and not before:
            found = _take_or_forget(found, actor, now, as_json, dry_run)
        elif found.state == "writing" and not dry_run:
            found = _write(found.pk, now, as_json)
        _tell(found, answer, as_json, before, mine)
    if not (mine or before or dry_run):
        raise typer.Exit(1)


def _of_a_command(found: VolunteerImport) -> bool:
    """Tell whether this run, or one that was killed before, sent the list, and nobody decided anything in it.

    What an officer sent or works on is left to the officer.
    """
    return found.owner_id is None and not import_rows(found).exclude(decision="").exists()


def _take_or_forget(
    found: VolunteerImport, actor: Actor, now: datetime, as_json: bool, dry_run: bool
) -> VolunteerImport:
    if dry_run or not found.counts["new"] + found.counts["merge"]:
        operations.forget_import(actor=actor, import_id=found.pk, at=now)
        return found
    operations.take_import(actor=actor, import_id=found.pk, at=now)
    return _write(found.pk, now, as_json)


def _stop_without_names(found: VolunteerImport, actor: Actor, now: datetime, as_json: bool) -> NoReturn:
    """Drop a list in which no column is known to hold the names, tell the columns, and end with code 1."""
    operations.forget_import(actor=actor, import_id=found.pk, at=now)
    _tell(found, _told(found), as_json, before=False, mine=True)
    raise typer.Exit(1)


def _check(found: VolunteerImport, actor: Actor, now: datetime, as_json: bool) -> VolunteerImport:
    chosen = [sheet["name"] for sheet in found.sheets if sheet["chosen"]]
    operations.name_columns(actor=actor, import_id=found.pk, columns=found.columns, sheets=chosen, at=now)
    with busy(as_json):
        operations.check_import(import_id=found.pk, at=now)
    return _come_through(found.pk)


def _write(import_id: UUID, now: datetime, as_json: bool) -> VolunteerImport:
    with busy(as_json):
        operations.write_import(import_id=import_id, at=now)
    return _come_through(import_id)


def _come_through(import_id: UUID) -> VolunteerImport:
    """Give the import after a step of it; one that failed is told and ends the command."""
    found = VolunteerImport.objects.get(pk=import_id)
    job = import_job(found)
    if job is not None and job.state == "failed":
        Console(stderr=True).print(f"[bold red]shanzhi import:[/] {job.error}", highlight=False)
        raise typer.Exit(1)
    return found


def _told(found: VolunteerImport) -> dict[str, Any]:
    """Give what is told: rows read, accepted and merged, doubtful ones, each refused one with its cure, and columns."""
    counts = found.counts
    refused = [
        {"sheet": row.sheet, "row": row.number, "column": column, "reason": reason, "cure": cure}
        for row in import_rows(found).filter(outcome=RowOutcome.REFUSED)
        for column, reason, cure in (fault(*one) for one in told(row).get("wrong", ()))
    ]
    doubtful = import_rows(found).filter(outcome=RowOutcome.DOUBTFUL)
    return {
        "read": counts.get("rows", 0), "accepted": counts.get("new", 0), "merged": counts.get("merge", 0),
        "doubtful": [{"sheet": row.sheet, "row": row.number} for row in doubtful], "refused": refused,
        "missing": missing(found.sheets, found.columns, found.area),
        "passed_over": passed_over(found.sheets, found.columns),
    }  # fmt: skip


def _tell(found: VolunteerImport, answer: dict[str, Any], as_json: bool, before: bool, mine: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"state": found.state, "taken_before": before, **answer}, ensure_ascii=False))
        return
    refused = answer["refused"]
    rows = len({(one["sheet"], one["row"]) for one in refused})
    console.print(
        f"{answer['read']:,} rows read: {answer['accepted']:,} new, {answer['merged']:,} on record already, "
        f"{len(answer['doubtful']):,} doubtful, {rows:,} refused.", highlight=False,
    )  # fmt: skip
    for one in answer["missing"]:
        words = f"{one['sheet']}: {one['column']}: {one['reason']} {one['cure']}"
        console.print(words, highlight=False, markup=False)
    for one in answer["passed_over"]:
        words = f"{one['sheet']}: {listed(one['columns'])}: {one['reason']} {one['cure']}"
        console.print(words, highlight=False, markup=False)
    for one in refused[:SHOWN]:
        words = f"{one['sheet']}:{one['row']} {one['column']}: {one['reason']} {one['cure']}"
        console.print(words, highlight=False, markup=False)
    if len(refused) > SHOWN:
        console.print(f"… {len(refused) - SHOWN:,} more; --json tells all.")
    console.print(_outcome(found, before, mine), highlight=False)


def _outcome(found: VolunteerImport, before: bool, mine: bool) -> str:
    if before:
        return f"This file was taken before and is {found.state}."
    if not mine:
        return f"An officer works on this file, which is {found.state}; nothing was written. Go on with it on its page."
    if found.state == "written":
        return f"{found.counts['made']:,} put on record, {found.counts['merged']:,} filled in."
    return "Nothing was written."

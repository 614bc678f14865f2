"""`shanzhi audit`: seal the log, verify all of it, keep its heads elsewhere, change its signing key."""

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.checkpoint import BadNote, VerifierKey

app = typer.Typer(help="The log and its tree.", add_completion=False, no_args_is_help=True)
REASON = typer.Option(help="Why; kept in the log.")
WIDTH = 32


def _part(name: str) -> Any:
    """A module of the audit; Django must be set up before."""
    return import_module(f"shanzhi.audit.{name}")


@app.command()
def seal() -> None:
    """Give what waits its place in the tree and sign its head; the worker does it every minute."""
    head = _part("operations.sealing").seal(at=timezone.now())
    if head is None:
        typer.echo("Nothing to seal, or another sealer is at work.")
    else:
        typer.echo(f"{head.size} leaves, root {head.root}, {head.at:%Y-%m-%d %H:%M:%S} UTC")


@app.command()
def verify(
    against: Annotated[list[Path] | None, typer.Option(help="A file with a head that was kept elsewhere.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
) -> None:
    """Compare events, tree, heads and the rows of every audited table; ends with 1 when anything does not fit."""
    said = None if as_json else (lambda words: typer.echo(f"… {words}"))
    # The sealer digests what was loaded in bulk; where it cannot run, the rest is verified all the same.
    try:
        _part("operations.sealing").seal(at=timezone.now())
    except Exception as problem:  # noqa: BLE001 - a log that cannot be sealed must still be verified
        typer.echo(f"Not sealed: {problem}", err=True)
    report = _part("verification").verify(**({"say": said} if said else {}))
    for path in against or []:
        try:
            _part("verification").against(path.read_text(), report)
        except BadNote as problem:
            report.found("audit_treehead", path.name, f"the file holds no head: {problem}")
    _print_json(report) if as_json else _print(report)
    if not report.good:
        raise typer.Exit(1)


def _print_json(report: Any) -> None:
    found = [{"table": one.table, "key": one.key, "words": one.words} for one in report.mismatches]
    told = {"good": report.good, "checked": dict(report.checked), "rows": report.rows, "mismatches": found}
    typer.echo(json.dumps(told, ensure_ascii=False))


def _print(report: Any) -> None:
    for name, number in sorted(report.checked.items()):
        typer.echo(f"{name:<{WIDTH}} {number:>12,}")
    for table, number in report.rows.items():
        typer.echo(f"  {table:<{WIDTH - 2}} {number:>12,}")
    for one in report.mismatches:
        typer.secho(f"✗ {one.table} {one.key}: {one.words}", fg="red")
    words = "Everything fits." if report.good else f"{len(report.mismatches)} things do not fit."
    typer.secho(words, fg="green" if report.good else "red")


@app.command()
def head(size: Annotated[int | None, typer.Argument(help="Of which size; by default the newest.")] = None) -> None:
    """Print a signed head as a note, to be kept elsewhere."""
    queries = _part("queries")
    typer.echo(queries.note_of(queries.head(size=size)), nl=False)


@app.command()
def key() -> None:
    """Print the public key that verifies the newest head, and the one that signs from now on."""
    found = _part("queries").head()
    for words, text in (("Verifies the newest head", found.key), ("Announced by it", found.next_key)):
        if text:
            typer.echo(f"{words}: {VerifierKey.read(text).vkey}")


@app.command("rotate-key")
def rotate_key(
    reason: Annotated[str, REASON],
    *,
    lost: Annotated[bool, typer.Option(help="The old key is lost for good: go on without its signature.")] = False,
) -> None:
    """Make a new signing key and sign a head that announces it, by both keys; the old one is then removed."""
    keys, actor, at = _part("operations.keys"), Actor.system("operator"), timezone.now()
    change = keys.replace_lost_key if lost else keys.rotate_key
    try:
        named = change(actor=actor, reason=reason, at=at)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    _part("operations.sealing").seal(at=at)
    typer.echo(f"New key: {named}\nPublish it where the old one was published.")


@app.command()
def restate(table: str, reason: Annotated[str, REASON]) -> None:
    """Digest a table anew after its columns were changed; verify before, for what is there becomes the record."""
    try:
        _part("operations.rows").restate(table=table, reason=reason, at=timezone.now())
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    typer.echo(f"{table} is digested anew.")

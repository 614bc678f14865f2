"""`shanzhi doctor`: say what is wrong with this installation and how to mend it."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from shanzhi.config.cli import house
from shanzhi.config.commands import checks
from shanzhi.config.commands.checks import Finding
from shanzhi.config.environment import Environment, unsafe
from shanzhi.config.mishaps import mistakes

SIGNS: Final = {"good": "[green]✓[/]", "note": "[yellow]•[/]", "bad": "[bold red]✗[/]"}
DATABASE_CURE: Final = "Look at DATABASE_URL, whether that server runs, and at `server.log` in the data folder."


def _try(subject: str, check: Callable[[], Finding | Iterable[Finding]], cure: str) -> list[Finding]:
    """Run a check; whatever it trips over is a finding too."""
    try:
        found = check()
        return [found] if isinstance(found, Finding) else list(found)
    except Exception as problem:  # noqa: BLE001 - a doctor does not fall ill of the illness
        return [Finding(subject, "bad", f"{type(problem).__name__}: {problem}".strip(), cure)]


def _outside(environment: Environment) -> Iterator[Finding]:
    """What can be seen without the database."""
    yield from _try("Python", checks.python_version, "")
    yield from _try("Settings", lambda: checks.settings(environment), "See docs/settings.md.")
    yield from _try("Keys", lambda: checks.keys(environment), "Look at the rights of the folder of keys.")
    yield from _try("User", lambda: checks.user(environment), "")
    yield from _try("Disk", lambda: checks.disk(environment), "Make the data folder, or set SHANZHI_DATA.")
    yield from _try("Translations", checks.translations, "Run `shanzhi messages compile`.")
    yield from _try("Static files", lambda: checks.static_files(environment), "Run `make setup`.")
    yield from _try("Chromium", checks.browser, "")


def _inside(environment: Environment) -> list[Finding]:
    """What only the database can tell."""
    with house():
        found = _try("Database", lambda: checks.server(environment), DATABASE_CURE)
        if all(finding.grade != "bad" for finding in found):
            found += _try("Migrations", checks.migrations, "Run `shanzhi setup`.")
            if found[-1].grade == "good":
                found += _try("Background", checks.background, "Start `shanzhi worker`.")
                found += _try("Second factor", checks.second_factors, "")
                found += _try("Log seals", lambda: checks.log_seals(environment), "Run `shanzhi audit seal`.")
                found += _try("Keys", checks.personal_keys, "Look at the files in the folder of keys.")
                found += _try("Ballot keys", checks.ballot_keys, "Look at the rights of the folder of keys.")
        return found


def examine(environment: Environment) -> list[Finding]:
    """Look at everything; no finding keeps the others from being made."""
    findings = list(_outside(environment))
    if environment.production and unsafe(environment):
        words = "not looked at, because production does not start with these settings"
        return [*findings, Finding("Database", "note", words, "Mend the settings first.")]
    return findings + _try("Database", lambda: _inside(environment), DATABASE_CURE)


def _mistyped(problem: ValidationError) -> list[Finding]:
    """Say which settings cannot be read, and what can be seen without any."""
    found = [Finding("Settings", "bad", f"{fault.variable} {fault.words}", fault.cure) for fault in mistakes(problem)]
    found += _try("Python", checks.python_version, "")
    found += _try("Translations", checks.translations, "Run `shanzhi messages compile`.")
    rest = Finding(
        "Database", "note", "not looked at, because not all settings can be read", "Mend the settings first."
    )
    return [*found, rest]


def doctor(*, as_json: bool = typer.Option(False, "--json", help="One JSON object a line.")) -> None:
    """Say what is wrong with this installation and how to mend it; ends with 1 when something is."""
    try:
        findings = examine(Environment())
    except ValidationError as problem:
        findings = _mistyped(problem)
    console = Console(soft_wrap=True)
    for finding in findings:
        if as_json:
            typer.echo(json.dumps(finding.__dict__, ensure_ascii=False))
            continue
        console.print(f"{SIGNS[finding.grade]} [bold]{finding.subject:<13}[/] {escape(finding.words)}", highlight=False)
        if finding.cure and finding.grade != "good":
            console.print(f"  {'':<13} → {escape(finding.cure)}", highlight=False)
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(1)

"""`shanzhi messages`: translations from text (.po) to the form that is read at run time (.mo), without gettext."""

from pathlib import Path

import polib
import typer

from shanzhi.config.paths import PACKAGE

app = typer.Typer(help="Translations.", add_completion=False, no_args_is_help=True)


@app.callback()
def messages() -> None:
    """Keep `compile` a word of its own."""


def catalogues() -> list[Path]:
    """Every catalogue of every room."""
    return sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/*.po"))


def stale() -> list[Path]:
    """Catalogues whose compiled form is missing or older."""
    return [
        po
        for po in catalogues()
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]


def compile_all() -> int:
    """Compile what is stale; give the number of catalogues compiled."""
    work = stale()
    for po in work:
        fresh = po.with_suffix(".mo.new")
        polib.pofile(str(po)).save_as_mofile(str(fresh))
        fresh.replace(po.with_suffix(".mo"))  # a reader never meets half a file
    return len(work)


@app.command("compile")
def compile_() -> None:
    """Compile every catalogue that changed."""
    typer.echo(f"{compile_all()} compiled, {len(catalogues())} in all")

"""`shanzhi personal-data`: write the record of processing, the impact assessment and the form of the own data."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path("docs/personal-data")


def personal_data(
    folder: Annotated[Path, typer.Option(help="Where to write; what is there is replaced.")] = FOLDER,
) -> None:
    """Write the documents on personal data, in Chinese and English, from the annotations in the program."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    import_module("django").setup()
    for path in import_module("shanzhi.people.processing").write_documents(folder):
        typer.echo(str(path))

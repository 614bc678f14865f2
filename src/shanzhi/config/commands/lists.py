"""`shanzhi verify-list`: check the signed list that a polling place worked from without network."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shanzhi.kernel.canonical import canonical, digest_bytes
from shanzhi.kernel.checkpoint import VerifierKey

TOLD = ("title", "poll", "name", "code", "booth", "number", "marks_until", "closes_at")


def verify_list(
    file: Annotated[Path, typer.Argument(help="The list as the page saved it, or as the API gave it.", dir_okay=False)],
    key: Annotated[
        str, typer.Option(help="The public key in hexadecimal: from the event in the log, never from the file itself.")
    ],
) -> None:
    """Check the signature of a list; ends with 1 when it does not hold. Nobody on the list is named.

    Compare the digest with that of the event "Signed list taken away".
    """
    body, content, signature = _read(file)
    for name in TOLD:
        typer.echo(f"{name}: {body.get(name, '')}")
    typer.echo(f"voters: {len(body.get('rows', ()))}\ndigest: {digest_bytes(content)}")
    try:
        holds = VerifierKey("list", bytes.fromhex(key)).verifies(content, bytes.fromhex(signature))
    except ValueError as problem:
        raise typer.BadParameter("key and signature are hexadecimal") from problem
    typer.secho("The signature holds." if holds else "The signature does not hold.", fg="green" if holds else "red")
    if not holds:
        raise typer.Exit(1)


def _read(file: Path) -> tuple[dict[str, Any], bytes, str]:
    try:
        given = json.loads(file.read_text())
        body, signature = given["list"], given["signature"]
        content = canonical(body)
    except (ValueError, KeyError, TypeError, OSError) as problem:
        raise typer.BadParameter(f"{file.name} holds no signed list") from problem
    if not isinstance(body, dict) or not isinstance(signature, str):
        raise typer.BadParameter(f"{file.name} holds no signed list")
    return body, content, signature

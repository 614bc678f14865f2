"""Write docs/settings.md from the class that reads the settings."""

from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from pydantic import SecretStr

from shanzhi.config.environment import Environment, variable

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Every setting comes from the environment. This list is made from `src/shanzhi/config/environment.py` by
`make settings-doc`, and a test keeps the two equal. With `SHANZHI_MODE=production` the server refuses to start while
anything is unsafe, and says what; `shanzhi doctor` says it beforehand.

| variable | type | default | what it does |
|---|---|---|---|
"""


def kind(annotation: object) -> str:
    """The type in an operator's words."""
    options = [option for option in get_args(annotation) if option is not NoneType]
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{option}`" for option in options)
    if get_origin(annotation) in (Union, UnionType):
        return kind(options[0])
    words = {SecretStr: "secret", Path: "folder", bool: "`true` or `false`", int: "whole number", str: "text"}
    return words.get(annotation, "list") if isinstance(annotation, type) else "list"


def row(name: str) -> str:
    """One setting as a line of the table."""
    field = Environment.model_fields[name]
    default = "" if field.default_factory or field.default in (None, []) else str(field.default)
    if isinstance(field.default, list):
        default = ",".join(field.default)
    shown = f"`{default}`" if default else ""
    return f"| `{variable(name)}` | {kind(field.annotation)} | {shown} | {field.description} |\n"


def text() -> str:
    """The whole document."""
    return HEAD + "".join(row(name) for name in Environment.model_fields)


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text())

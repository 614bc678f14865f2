"""The page of threats names tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", (ROOT / "docs" / "security.md").read_text())))


@cache
def names_in(path: Path) -> set[str]:
    """Give the classes and functions of tests in a file."""
    found = ast.parse(path.read_text()).body
    return {one.name for one in found if isinstance(one, ast.ClassDef | ast.FunctionDef)}


def test_the_page_names_many_tests() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    assert (ROOT / file).is_file()
    assert not name or name in names_in(ROOT / file)

"""Fixtures of the tests of faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.support import House, move_in


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in a short path that the database's user can reach."""
    with tempfile.TemporaryDirectory(prefix="vf-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    """A house with its database up."""
    made = move_in(folder)
    with made.cluster.lease():
        yield made

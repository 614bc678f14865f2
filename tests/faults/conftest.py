"""Fixtures of the tests of faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.support import House


@pytest.fixture
def house() -> Iterator[House]:
    """A house with its database up."""
    with tempfile.TemporaryDirectory(prefix="vf-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = House(folder)
        with made.cluster.lease():
            yield made

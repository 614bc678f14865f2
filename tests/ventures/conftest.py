"""What the tests of the rounds share."""

import pytest

from tests.ventures.support import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """A small district."""
    return make_world()

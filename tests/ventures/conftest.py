"""What the tests of the rounds share."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.support.ground import held_open, undone
from tests.ventures.jury_support import Panel, make_panel
from tests.ventures.support import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """A small district."""
    return make_world()


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Panel]:
    """A call with a jury, brought to its pitches once for all tests of a module; its own `play` may go further."""
    play = getattr(request.module, "play", lambda: make_panel(make_world()))
    with held_open(django_db_blocker):
        yield play()


@pytest.fixture
def panel(played: Panel) -> Iterator[Panel]:
    """The panel as it was played; what a test does to it is undone."""
    with undone():
        yield deepcopy(played)

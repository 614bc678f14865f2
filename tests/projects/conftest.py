"""One district for the tests of a module; each test undoes what it does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.projects.support import Ground, make_ground
from tests.support.ground import held_open, undone


@pytest.fixture(scope="module")
def _settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with held_open(django_db_blocker):
        yield make_ground()


@pytest.fixture
def ground(_settled: Ground) -> Iterator[Ground]:
    """The district with one project that has just begun."""
    with undone():
        own = replace(_settled)
        own.fresh()
        yield own

"""The site that the contract is tried on: made once for all tests of a file, undone at its end."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.support.booths import set_up
from tests.support.ground import held_open
from tests.support.site import Site, build
from tests.support.waiting import pages as waiting
from tests.ventures.dispute_support import disputed


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo's site; each test undoes what it did."""
    with held_open(django_db_blocker):
        made = build()
        set_up(made)
        disputed(made)
        waiting(made)
        yield made

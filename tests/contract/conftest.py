"""The site that the contract is tried on: made once for all tests of a file, undone at its end."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.config import lane
from tests.support.booths import set_up
from tests.support.site import Site, build
from tests.ventures.dispute_support import disputed


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo's site; each test undoes what it did."""
    signals = (request_started, request_finished)
    for signal in signals:  # a request would drop the connection on which all of this will be undone
        signal.disconnect(close_old_connections)
    try:
        with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(lane, "close_old_connections", lambda: None)
            made = build()
            set_up(made)
            disputed(made)
            yield made
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)

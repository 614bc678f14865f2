"""What is made once for all tests of a module: one transaction that stays open meanwhile and is undone at the end.

    @pytest.fixture(scope="module")
    def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
        with held_open(django_db_blocker):
            yield build()

    @pytest.fixture(autouse=True)
    def _undone(site: Site) -> Iterator[None]:
        with undone():
            yield

Such a module does not take pytest's `db`, which would close the connection under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.config import lane


@contextmanager
def held_open(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep a transaction open and the connection with it, whatever requests come and go."""
    signals = (request_started, request_finished)
    for signal in signals:  # a request would drop the connection on which all of this will be undone
        signal.disconnect(close_old_connections)
    try:
        with blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(lane, "close_old_connections", lambda: None)
            yield
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database whatever is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

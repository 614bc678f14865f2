"""A small table of things for lists, made inside the test's own transaction."""

import datetime
from typing import Any

import pytest
from django.db import connection, models
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from shanzhi.config.roles import ROLE
from tests.support.database import as_owner


class Thing(models.Model):
    """A row with a field of each kind that lists sort and filter by."""

    name = models.TextField()
    fen = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    done = models.BooleanField(default=False)
    area = models.CharField(max_length=21, db_collation="C")

    class Meta:
        app_label = "ui_tests"

    def __str__(self) -> str:
        return self.name


START = datetime.datetime(2026, 11, 1, 8, tzinfo=datetime.UTC)


@pytest.fixture
def things(db: None) -> type[Thing]:
    """Sixty things: equal names and moments, some without an amount."""
    with as_owner(), connection.schema_editor() as editor:
        editor.create_model(Thing)
        editor.execute(f"GRANT ALL ON {Thing._meta.db_table} TO {ROLE}")
    Thing._default_manager.bulk_create(
        Thing(
            name=f"件 {index % 7}",
            fen=None if index % 5 == 0 else index % 9 * 100,
            at=START + datetime.timedelta(hours=index // 2),
            done=index % 3 == 0,
            area="370102001" if index % 2 else "110114002",
        )
        for index in range(60)
    )
    return Thing


@pytest.fixture
def ask() -> Any:
    """Make a request for a list: `ask(sort="name", page="2", htmx=True)`."""

    def asked(htmx: bool = False, **params: str) -> HttpRequest:
        headers = {"HX-Request": "true"} if htmx else {}
        request = RequestFactory().get("/things/", params, headers=headers)
        request.now = timezone.now()  # type: ignore[attr-defined]  # set by middleware
        return request

    return asked

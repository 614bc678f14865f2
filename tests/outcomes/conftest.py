"""The first round of the demo, made once for the tests of outcomes that only read it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.outcomes import demo
from shanzhi.ventures.demo.people import ensure_areas
from shanzhi.ventures.models import Call
from tests.support.ground import held_open

AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outcomes")


@pytest.fixture(scope="module")
def first_round(django_db_setup: None, django_db_blocker: DjangoDbBlocker, media: Path) -> Iterator[Call]:
    """Give the first round as the demo loads it, undone after the module."""
    with held_open(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", str(media))
        ensure_areas(at=AT)
        demo.load(at=AT, progress=lambda *_said: None)
        yield Call.objects.get(title=demo.TITLE)

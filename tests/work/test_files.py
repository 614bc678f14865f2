"""Bytes of files: kept once under their digest, gone when nothing points to them, whoever comes at the same time."""

from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from shanzhi.kernel.canonical import digest_bytes
from shanzhi.work.files import drop_unused, folder, path_of, store

ROOM, CONTENT = "service", b"one sheet of signatures"
DIGEST = digest_bytes(CONTENT)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept() -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder(ROOM).rglob("*")) if path.is_file()]


@pytest.mark.django_db
class TestDropping:
    def test_asks_after_the_commit_whether_a_row_points_to_them(self, django_capture_on_commit_callbacks: Any) -> None:
        rows: set[str] = set()
        assert store(CONTENT, room=ROOM) == DIGEST
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST, DIGEST], room=ROOM, used=rows.__contains__)
            rows.add(store(CONTENT, room=ROOM))  # somebody puts the same beside another record before the commit
        assert path_of(DIGEST, room=ROOM).read_bytes() == CONTENT
        rows.clear()
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST], room=ROOM, used=rows.__contains__)
            assert kept() == [CONTENT]
        assert kept() == []

    def test_of_what_is_gone_already_harms_nothing(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST], room=ROOM, used=lambda _digest: False)
        assert kept() == []


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_whoever_drops_waits_for_who_stores_the_same() -> None:
    rows: set[str] = set()
    stored, go = Event(), Event()

    def add() -> None:
        with transaction.atomic():
            store(CONTENT, room=ROOM)
            stored.set()
            assert go.wait(10)
            rows.add(DIGEST)
        connection.close()

    def drop() -> None:
        drop_unused([DIGEST], room=ROOM, used=rows.__contains__)
        connection.close()

    adding, dropping = Thread(target=add), Thread(target=drop)
    adding.start()
    assert stored.wait(10)
    dropping.start()
    dropping.join(0.5)
    assert dropping.is_alive()  # it waits for the row that comes
    go.set()
    for thread in (adding, dropping):
        thread.join(10)
    assert kept() == [CONTENT]

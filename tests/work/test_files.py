"""Bytes of files: kept once under their digest, gone when nothing points to them, whoever comes at the same time."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from shanzhi.config.commands import clock
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.work import files
from shanzhi.work.files import drop_unused, folder, path_of, store, sweep
from shanzhi.work.models import AnsweredRequest
from tests.architecture.source import package

ROOM, CONTENT = "tried", b"one sheet of signatures"
DIGEST = digest_bytes(CONTENT)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    """A room of its own, whose rows are some that need nothing else."""
    settings.MEDIA_ROOT = tmp_path
    files.register(ROOM, "work.AnsweredRequest", "request_digest", "operation")
    yield
    del files._pointing[ROOM]


def kept() -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder(ROOM).rglob("*")) if path.is_file()]


def a_row(digest: str = DIGEST) -> AnsweredRequest:
    return AnsweredRequest.objects.create(
        owner="test", operation="test", key=uuid4().hex, request_digest=digest, answer={}, at=timezone.now()
    )


def aged(path: Path, days: float) -> Path:
    """Let a file lie there for some days."""
    then = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


@pytest.mark.django_db
class TestDropping:
    def test_asks_after_the_commit_whether_a_row_points_to_them(self, django_capture_on_commit_callbacks: Any) -> None:
        assert store(CONTENT, room=ROOM) == DIGEST
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST, DIGEST], room=ROOM)
            a_row(store(CONTENT, room=ROOM))  # somebody puts the same beside another record before the commit
        assert path_of(DIGEST, room=ROOM).read_bytes() == CONTENT
        AnsweredRequest.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST], room=ROOM)
            assert kept() == [CONTENT]
        assert kept() == []

    def test_of_what_is_gone_already_harms_nothing(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            drop_unused([DIGEST], room=ROOM)
        assert kept() == []


@pytest.mark.django_db
class TestSweeping:
    def test_deletes_what_lies_long_and_no_row_points_to(self) -> None:
        named, other, young = b"named by a row", b"named in another field", b"of a moment ago"
        a_row(store(named, room=ROOM))
        AnsweredRequest.objects.filter(pk=a_row().pk).update(operation=store(other, room=ROOM), request_digest="")
        for content in (CONTENT, named, other):
            aged(path_of(store(content, room=ROOM), room=ROOM), 2)
        store(young, room=ROOM)
        half = path_of(DIGEST, room=ROOM).with_name(".new-half")
        half.write_bytes(b"of a machine that stopped")
        aged(half, 2)
        assert sweep(before=timezone.now() - timedelta(days=1)) == 2
        assert sorted(kept()) == sorted([named, other, young])
        assert sweep(before=timezone.now() - timedelta(days=1)) == 0

    def test_touches_nothing_where_many_are_without_a_row(self) -> None:
        for number in range(files.FEW + 1):
            aged(path_of(store(b"%d" % number, room=ROOM), room=ROOM), 2)
        assert sweep(before=timezone.now()) == 0
        assert len(kept()) == files.FEW + 1
        a_row(digest_bytes(b"0"))
        assert sweep(before=timezone.now()) == files.FEW
        assert kept() == [b"0"]

    def test_is_done_by_the_clock_once_a_day_at_night(self, monkeypatch: pytest.MonkeyPatch) -> None:
        path = aged(path_of(store(CONTENT, room=ROOM), room=ROOM), 2)
        monkeypatch.setattr(clock, "_swept", {})
        assert clock.sweep_files in clock.JOBS
        night = timezone.localtime().replace(hour=clock.NIGHT, minute=0)
        for hour, there in ((-1, True), (0, False)):
            monkeypatch.setattr(clock.timezone, "now", lambda hour=hour: night + timedelta(hours=hour))
            clock.sweep_files()
            assert path.exists() == there
        aged(path_of(store(CONTENT, room=ROOM), room=ROOM), 2)
        clock.sweep_files()
        assert path.exists()  # once a day

    def test_knows_each_room_that_stores_files(self) -> None:
        rooms = {one.room for one in package() if re.search(r"\bstore\([\w.]+, room=", one.path.read_text())}
        assert rooms == set(files._pointing) - {ROOM}
        for model, fields in files._pointing.values():
            assert {field.name for field in apps.get_model(model)._meta.fields} >= set(fields)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_whoever_drops_waits_for_who_stores_the_same() -> None:
    stored, go = Event(), Event()

    def add() -> None:
        with transaction.atomic():
            store(CONTENT, room=ROOM)
            stored.set()
            assert go.wait(10)
            a_row()
        connection.close()

    def drop() -> None:
        drop_unused([DIGEST], room=ROOM)
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

"""Uploaded files in the backup: what keeps, prunes and restores them comes between nobody."""

import fcntl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shanzhi.config.backup import files
from shanzhi.config.backup.store import BackupError, Store

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "backup")


@pytest.fixture
def live(tmp_path: Path) -> Path:
    folder = tmp_path / "live"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"a")
    (folder / "b.pdf").write_bytes(b"b")
    return folder


def test_are_put_back_as_they_were(store: Store, live: Path) -> None:
    assert files.keep(store, live, at=AT) == 2
    assert files.keep(store, live, at=AT + timedelta(minutes=1)) == 0
    (live / "a.pdf").write_bytes(b"spoilt")
    assert files.restore(store, live, at=AT) == 2
    assert (live / "a.pdf").read_bytes() == b"a"
    assert len(list(live.parent.glob("live.before-*/a.pdf"))) == 1


def test_that_are_missing_in_the_backup_are_told_before_anything_is_moved(store: Store, live: Path) -> None:
    files.keep(store, live, at=AT)
    next((store.files / "objects").iterdir()).unlink()
    with pytest.raises(BackupError, match="lacks 1 uploaded files"):
        files.restore(store, live, at=AT)
    assert sorted(path.name for path in live.iterdir()) == ["a.pdf", "b.pdf"]
    assert not list(live.parent.glob("live.before-*"))


@pytest.mark.parametrize("act", ["keep", "prune"])
def test_wait_for_who_keeps_or_prunes_meanwhile(store: Store, live: Path, act: str) -> None:
    files.keep(store, live, at=AT)
    later = AT + timedelta(days=1)
    acts = {"keep": lambda: files.keep(store, live, at=later), "prune": lambda: files.prune(store, since=later)}
    with (store.files / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        other = threading.Thread(target=acts[act])
        other.start()
        other.join(timeout=0.3)
        assert other.is_alive(), "it came between"
    other.join(timeout=10)
    assert not other.is_alive()

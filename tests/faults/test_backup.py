"""Backups: whole, without keys, and restored to the very moment."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.backup.digests import digest_of, table_digests
from shanzhi.config.backup.store import Store
from shanzhi.config.embedded import SERVING
from shanzhi.config.roles import DATABASE, SUPERUSER
from tests.faults.support import House, move_in

MORE = """
import sys
import django
django.setup()
from tests.voting import support
for number in range(int(sys.argv[1])):
    support.an_account(None)
"""


@pytest.fixture
def backups() -> Iterator[Path]:
    """A place for backups, as it would lie on another disk."""
    with tempfile.TemporaryDirectory(prefix="vb-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "backups"


@pytest.fixture
def kept(folder: Path, backups: Path) -> House:
    """A house that archives, its server not yet started."""
    made = move_in(folder, {**SERVING, **Store(backups).archiving()})
    made.environment["SHANZHI_BACKUP"] = str(backups)
    return made


def digest(house: House) -> tuple[str, str]:
    """The moment by the database's clock, and the digest of all its tables at that moment."""
    with psycopg.connect(house.cluster.url(DATABASE, role=SUPERUSER), autocommit=True) as connection:
        found = digest_of(table_digests(connection))
        row = connection.execute("SELECT clock_timestamp()::text").fetchone()
        assert row
        return str(row[0]), found


@pytest.mark.slow
class TestABackup:
    def test_is_restored_to_any_moment_and_to_the_last_one_with_equal_digests(self, kept: House, backups: Path) -> None:
        files = kept.cluster.folder / "files" / "ventures"
        files.mkdir(parents=True)
        (files / "plan.pdf").write_bytes(b"first")
        with kept.cluster.lease():
            kept.run(MORE, "3")
            kept.shanzhi("backup")
            kept.run(MORE, "4")
            moment, wanted = digest(kept)
            time.sleep(0.1)
            kept.run(MORE, "5")
            (files / "photo.jpg").write_bytes(b"second")
            kept.shanzhi("backup", "files")
            _later, last = digest(kept)
            assert "in use" in kept.shanzhi("restore", "--latest", code=1)
        assert wanted != last
        assert "1 backups are whole" in kept.shanzhi("backup", "verify")

        said = kept.shanzhi("restore", "--at", moment)
        assert wanted in said
        with kept.cluster.lease():
            assert digest(kept)[1] == wanted
        assert (files / "plan.pdf").read_bytes() == b"first"
        # The later database is kept beside it; put back, its own log leads past what was archived.
        shutil.rmtree(kept.cluster.data)
        next(kept.cluster.folder.glob("pg.before-*")).rename(kept.cluster.data)
        with kept.cluster.lease():
            kept.run(MORE, "1")
            _now, newest = digest(kept)
        said = kept.shanzhi("restore", "--latest")
        assert newest in said
        assert (files / "photo.jpg").read_bytes() == b"second"
        assert "whole" in kept.shanzhi("backup", "verify")

    def test_says_when_a_moment_lies_outside_and_leaves_everything_as_it_was(self, kept: House) -> None:
        with kept.cluster.lease():
            kept.shanzhi("backup")
            wanted = digest(kept)[1]
        assert "No backup reaches back" in kept.shanzhi("restore", "--at", "2020-01-01T00:00:00", code=1)
        assert "Restore with --latest" in kept.shanzhi("restore", "--at", "2100-01-01T00:00:00", code=1)
        assert "no moment" in kept.shanzhi("restore", "--at", "yesterday", code=1)
        with kept.cluster.lease():
            assert digest(kept)[1] == wanted

    def test_holds_no_key(self, kept: House, backups: Path) -> None:
        with kept.cluster.lease():
            kept.run("import django; django.setup()\nfrom tests.voting import support; support.an_open_poll()")
            said = kept.shanzhi("backup")
        assert "NO KEYS ARE IN IT" in said
        keys = kept.cluster.folder / "keys"
        poll = next((keys / "polls").glob("*.key"))
        secrets = [path.read_bytes().strip() for path in (keys / "fields.keys", keys / "index.key", poll)]
        assert [
            path for path in backups.rglob("*") if path.is_file() and any(s in path.read_bytes() for s in secrets)
        ] == []

        apart = backups.parent / "keys"
        assert "Keys never lie with" in kept.shanzhi("backup", "keys", "--to", str(backups / "keys"), code=1)
        kept.shanzhi("backup", "keys", "--to", str(apart))
        assert (apart / "fields.keys").read_bytes() == (keys / "fields.keys").read_bytes()
        assert [path for path in apart.rglob("*") if path.is_file() and poll.read_bytes() in path.read_bytes()] == []

    def test_that_is_damaged_or_has_a_gap_is_found(self, kept: House, backups: Path) -> None:
        with kept.cluster.lease():
            kept.shanzhi("backup")
            kept.run(MORE, "1")
            kept.shanzhi("backup")
        assert len(kept.shanzhi("backup", "list").splitlines()) == 3
        segments = Store(backups).segments()
        last = list(segments.values())[-1]
        gone = last.read_bytes()
        last.write_bytes(gone[: len(gone) // 2])
        assert "cannot be unpacked" in kept.shanzhi("backup", "verify", code=1)
        last.write_bytes(gone)
        base = Store(backups).backups()[1]
        tar = backups / "base" / base.label / "base.tar.gz"
        tar.write_bytes(tar.read_bytes()[:-5000])
        assert base.label in kept.shanzhi("backup", "verify", code=1)
        shutil.rmtree(tar.parent)
        between = segments[Store(backups).backups()[0].last_segment]
        between.unlink()
        assert "missing after" in kept.shanzhi("backup", "verify", code=1)

    def test_that_is_too_old_goes_with_its_log(self, kept: House, backups: Path) -> None:
        with kept.cluster.lease():
            kept.shanzhi("backup")
            kept.run(MORE, "1")
            kept.shanzhi("backup")
        before = len(Store(backups).segments())
        assert "1 backups removed" in kept.shanzhi("backup", "prune", "--keep", "1")
        assert len(Store(backups).segments()) < before
        assert "1 backups are whole" in kept.shanzhi("backup", "verify")


class TestWithoutAFolderOfItsOwn:
    def test_backups_are_refused_with_what_to_do(self, folder: Path) -> None:
        house = House(folder)
        assert "Set SHANZHI_BACKUP" in house.shanzhi("backup", code=1)
        assert "with its own tools" in house.shanzhi("backup", code=1, DATABASE_URL="postgres://x@127.0.0.1/x")
        inside = str(folder / "keys" / "backup")
        assert "Keys never lie with" in house.shanzhi("backup", code=1, SHANZHI_BACKUP=inside)

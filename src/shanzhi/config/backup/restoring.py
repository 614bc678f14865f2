"""Restoring a base backup and rolling it on, to a moment or to the last change that is known anywhere."""

from __future__ import annotations

import contextlib
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from shanzhi.config.backup.digests import digest_of, table_digests
from shanzhi.config.backup.store import Backup, BackupError, Store, label_of
from shanzhi.config.embedded import Cluster, EmbeddedDatabaseError
from shanzhi.config.roles import DATABASE, SUPERUSER

TOO_LATE: Final = "recovery ended before configured recovery target was reached"
TIMELINE: Final = re.compile(r"Latest checkpoint's TimeLineID:\s+(\d+)")
NOTHING_KEPT: Final = "An open vote whose key is gone cannot be counted: hold it again, and tell the voters why."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: from which backup, what digest the database has now, and where the earlier one lies."""

    backup: Backup
    digest: str
    kept: Path | None
    open_polls: tuple[str, ...]


def choose(store: Store, *, at: datetime | None, label: str = "") -> Backup:
    """Give the named backup, or the newest one that can be rolled on to `at`."""
    if label:
        chosen = store.backup(label)
        if at and chosen.moment > at:
            raise BackupError(f"Backup {chosen.label} ends at {chosen.ended}, after the moment asked for.")
        return chosen
    fitting = [one for one in store.backups() if at is None or one.moment <= at]
    if not fitting:
        first = store.backups()[:1]
        words = f"The first ends at {first[0].ended}." if first else f"{store.folder} holds none."
        raise BackupError(f"No backup reaches back to that moment. {words}")
    return fitting[-1]


def restore(cluster: Cluster, store: Store, *, at: datetime | None, label: str = "") -> Restored:
    """Put the database of a moment in the place of the one in the cluster's folder, which is kept beside it.

    Without `at`, everything is rolled on that is archived or still lies in the earlier database's own log. When it
    fails, the earlier database is in its place again.
    """
    backup = choose(store, at=at, label=label)
    settings = {"recovery_target_action": "promote", "recovery_target_timeline": _timeline(cluster)}
    if at is not None:
        settings["recovery_target_time"] = at.astimezone(UTC).isoformat(sep=" ")
    with cluster.alone(), _aside(cluster) as kept:
        _unpack(cluster, store, backup)
        settings["restore_command"] = store.fetching(*([kept / "pg_wal"] if kept else []))
        try:
            cluster.recover(settings)
        except EmbeddedDatabaseError as problem:
            if TOO_LATE in str(problem):
                raise BackupError(
                    "Nothing that is archived was written after that moment, so nothing tells that all before it is "
                    "there. Restore with --latest, or to an earlier moment."
                ) from problem
            raise
        cluster.stop()
    with cluster.lease():
        digest, polls = _looked_at(cluster)
    return Restored(backup, digest, kept, polls)


def _timeline(cluster: Cluster) -> str:
    """The line of history that the database in the folder is on; the newest in the archive when there is none.

    An earlier restore that was given up again left a newer line behind, which nobody wants to follow.
    """
    if not cluster.made:
        return "latest"
    told = TIMELINE.search(cluster.command("pg_controldata", cluster.data))
    return told[1] if told else "latest"


@contextlib.contextmanager
def _aside(cluster: Cluster) -> Iterator[Path | None]:
    """Move the earlier database aside; back again when the block fails, and the failed one to a name that says so."""
    stamp = label_of(datetime.now(UTC))
    kept = None
    if any(cluster.data.iterdir()):
        kept = cluster.data.with_name(f"pg.before-{stamp}")
        cluster.data.rename(kept)
        cluster.make_folders()
    try:
        yield kept
    except BaseException:
        with contextlib.suppress(EmbeddedDatabaseError):
            cluster.stop()
        cluster.data.rename(cluster.data.with_name(f"pg.failed-{stamp}"))
        if kept:
            kept.rename(cluster.data)
        raise


def _unpack(cluster: Cluster, store: Store, backup: Backup) -> None:
    folder = store.bases / backup.label
    for name, target in (("base.tar.gz", cluster.data), ("pg_wal.tar.gz", cluster.data / "pg_wal")):
        with tarfile.open(folder / name) as archive:
            archive.extractall(target, filter="data")
    for one in (cluster.data, *cluster.data.rglob("*")):
        one.chmod(0o700 if one.is_dir() else 0o600)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    shutil.copyfile(folder / "backup_manifest", cluster.data / "backup_manifest")
    cluster.hand_over(cluster.data)


def _looked_at(cluster: Cluster) -> tuple[str, tuple[str, ...]]:
    """Give the digest of the database, and the polls that were open at its moment."""
    with psycopg.connect(cluster.url(DATABASE, role=SUPERUSER), autocommit=True) as connection:
        digest = digest_of(table_digests(connection))
        known = connection.execute("SELECT to_regclass('voting_poll')").fetchone()
        if not known or known[0] is None:
            return digest, ()
        rows = connection.execute("SELECT id::text FROM voting_poll WHERE state = 'open' ORDER BY id").fetchall()
    return digest, tuple(name for (name,) in rows)

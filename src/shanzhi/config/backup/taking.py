"""Taking base backups, and removing what is too old."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from shanzhi.config.backup.store import Backup, BackupError, Store, label_of, position, segment_of
from shanzhi.config.embedded import Cluster
from shanzhi.config.roles import SUPERUSER

UNFINISHED: Final = ".part"
PATIENCE: Final = 120.0  # seconds for the archive to take in the end of a backup


def take(cluster: Cluster, store: Store) -> Backup:
    """Take a base backup of the running server while it works; whole or not at all."""
    store.make(cluster)
    with psycopg.connect(cluster.url("postgres", role=SUPERUSER), autocommit=True) as connection:
        _require_archive(connection, store)
        started = _now(connection)
        label = label_of(started)
        part = store.bases / f"{label}{UNFINISHED}"
        for left in store.bases.glob(f"*{UNFINISHED}"):
            shutil.rmtree(left)
        _copy(cluster, part, label)
        backup = _described(connection, json.loads((part / "backup_manifest").read_text()), label, started)
        _await_archive(connection, store, backup.last_segment)
    part.rename(store.bases / label)
    store.write(backup)
    return backup


def _copy(cluster: Cluster, part: Any, label: str) -> None:
    cluster.command(
        "pg_basebackup",
        *("--host", cluster.sockets, "--username", SUPERUSER, "--no-password", "--pgdata", part, "--label", label),
        *("--format", "tar", "--compress", "client-gzip:1", "--wal-method", "stream", "--checkpoint", "fast"),
        *("--manifest-checksums", "SHA256"),
    )


def _now(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def _require_archive(connection: psycopg.Connection[Any], store: Store) -> None:
    row = connection.execute("SELECT current_setting('archive_mode'), current_setting('archive_command')").fetchone()
    if row != ("on", store.archiving()["archive_command"]):
        raise BackupError(
            f"The running server does not archive into {store.folder}: it was started without this SHANZHI_BACKUP. "
            "Start it again with it."
        )
    system = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    others = {backup.system for backup in store.backups()} - {str(system[0]) if system else ""}
    if others:
        raise BackupError(f"{store.folder} holds backups of another database. Name a folder of its own.")


def _described(connection: psycopg.Connection[Any], manifest: dict[str, Any], label: str, started: datetime) -> Backup:
    ranges = manifest["WAL-Ranges"]
    server = connection.execute("SELECT current_setting('server_version')").fetchone()
    assert server is not None
    return Backup(
        label=label,
        started=started.isoformat(),
        ended=_now(connection).isoformat(),
        timeline=ranges[-1]["Timeline"],
        first_segment=segment_of(ranges[0]["Timeline"], ranges[0]["Start-LSN"]),
        last_segment=segment_of(ranges[-1]["Timeline"], ranges[-1]["End-LSN"], before=True),
        system=str(manifest["System-Identifier"]),
        server=str(server[0]),
    )


def _await_archive(connection: psycopg.Connection[Any], store: Store, segment: str) -> None:
    """Have the segment archived that the backup ends in: a backup that cannot be rolled on is none."""
    connection.execute("SELECT pg_switch_wal()")
    deadline = time.monotonic() + PATIENCE
    while segment not in store.segments():
        if time.monotonic() > deadline:
            row = connection.execute("SELECT failed_count, last_failed_wal FROM pg_stat_archiver").fetchone()
            raise BackupError(f"The archive in {store.wal} takes nothing in: {row[0] if row else '?'} failures.")
        time.sleep(0.2)


def prune(store: Store, *, keep: int) -> list[str]:
    """Remove all base backups but the newest `keep`, and the segments that only they needed; gives their labels."""
    backups = store.backups()
    kept, gone = backups[-keep:], backups[:-keep]
    if not kept or not gone:
        return []
    for backup in gone:
        shutil.rmtree(store.bases / backup.label)
    oldest = min(position(backup.first_segment) for backup in kept)
    for name, path in store.segments().items():
        if position(name) < oldest:
            path.unlink()
    return [backup.label for backup in gone]

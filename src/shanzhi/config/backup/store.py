"""The folder of backups: what lies where, and which archived segments of the write-ahead log belong to which backup.

    base/LABEL/         a base backup: base.tar.gz, pg_wal.tar.gz, backup_manifest, shanzhi.json
    wal/NAME.gz         archived segments, timelines and marks, each flushed to the disk before the server forgets it
    files/objects/      uploaded files by their SHA-256, each once
    files/lists/LABEL   which file was where at that time

LABEL is a moment in UTC, so that labels sort by time. Nothing but a label's own folder or file is ever written twice.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shanzhi.config.embedded import Cluster, EmbeddedDatabaseError
from shanzhi.config.environment import Environment
from shanzhi.kernel.keyfiles import sync_folder

LABEL: Final = "%Y%m%dT%H%M%S%fZ"
SEGMENT: Final = re.compile(r"([0-9A-F]{8})([0-9A-F]{16})")
SEGMENT_BYTES: Final = 16 * 1024 * 1024  # as initdb sets it up
ARCHIVE_EVERY: Final = "60"  # seconds after which a segment is archived even if it is not full
TOLD: Final = "shanzhi.json"


class BackupError(EmbeddedDatabaseError):
    """A backup cannot be made, verified or restored; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A base backup. It can be restored to any moment from `ended` on for which the log is archived."""

    label: str
    started: str
    ended: str
    timeline: int
    first_segment: str
    last_segment: str
    system: str
    server: str

    @property
    def moment(self) -> datetime:
        """The first moment that this backup can be restored to."""
        return datetime.fromisoformat(self.ended)


@dataclass(frozen=True)
class Store:
    """A folder of backups."""

    folder: Path

    @property
    def bases(self) -> Path:
        """Folder of the base backups."""
        return self.folder / "base"

    @property
    def wal(self) -> Path:
        """Folder of the archived segments."""
        return self.folder / "wal"

    @property
    def files(self) -> Path:
        """Folder of the uploaded files."""
        return self.folder / "files"

    def make(self, cluster: Cluster) -> None:
        """Make the folders that are missing, for the server's user alone.

        Never done while serving: an archive whose disk is not mounted must fail, not fill the mount point.
        """
        for part in (self.folder, self.bases, self.wal):
            if not part.exists():
                part.mkdir(mode=0o700, parents=True)
                cluster.hand_over(part)

    def backups(self) -> list[Backup]:
        """List the finished base backups, oldest first."""
        told = sorted(self.bases.glob(f"*/{TOLD}")) if self.bases.exists() else []
        return [Backup(**json.loads(path.read_text())) for path in told]

    def backup(self, label: str) -> Backup:
        """Give a backup by its label, or by the beginning of it."""
        found = [one for one in self.backups() if one.label.startswith(label)]
        if len(found) != 1:
            raise BackupError(f"{len(found)} backups are named {label}… in {self.folder}. See `shanzhi backup list`.")
        return found[0]

    def segments(self) -> dict[str, Path]:
        """Archived segments by their name."""
        found = ((path, path.name.removesuffix(".gz")) for path in self.wal.glob("*.gz"))
        return {name: path for path, name in sorted(found) if SEGMENT.fullmatch(name)}

    def write(self, backup: Backup) -> None:
        """Finish a backup: from now on it is listed."""
        path = self.bases / backup.label / TOLD
        path.write_text(json.dumps(asdict(backup), indent=1) + "\n")
        with path.open("rb") as written:
            os.fsync(written.fileno())
        sync_folder(path.parent)

    def archiving(self) -> dict[str, str]:
        """Settings of a server that archives here.

        A segment counts as archived once it and its folder are flushed. One that is there already is compared: the
        same is well, another is never overwritten.
        """
        folder = shlex.quote(str(self.wal)).replace("%", "%%")
        command = (
            f"t={folder}/%f.gz; if test -e $t; then gzip -dc $t | cmp -s - %p; "
            f"else gzip -1 -c %p > $t.part && sync $t.part && mv $t.part $t && sync {folder}; fi"
        )
        return {"archive_mode": "on", "archive_timeout": ARCHIVE_EVERY, "archive_command": command}

    def fetching(self, *also: Path) -> str:
        """The command by which a recovering server fetches segments from here, then from other folders."""
        folder = shlex.quote(str(self.wal)).replace("%", "%%")
        ways = [f"if test -e {folder}/%f.gz; then gzip -dc {folder}/%f.gz > %p"]
        for other in also:
            place = shlex.quote(str(other)).replace("%", "%%")
            ways.append(f"elif test -e {place}/%f; then cp {place}/%f %p")
        return "; ".join([*ways, "else exit 1; fi"])


def store_of(environment: Environment) -> Store:
    """Give the folder of backups of this installation; refuses where another tool has to do it."""
    if environment.database_url:
        raise BackupError(
            "DATABASE_URL names a server that is not ours: back it up with its own tools (pg_basebackup and WAL "
            "archiving, pgBackRest, Barman). docs/operations.md tells what must hold."
        )
    if environment.backup is None:
        raise BackupError("Set SHANZHI_BACKUP to a folder on another disk, then start the server again.")
    folder = environment.backup.expanduser().absolute()
    keys = environment.keys_folder.absolute()
    if folder.is_relative_to(keys) or keys.is_relative_to(folder):
        raise BackupError(
            f"{folder} and the folder of keys {keys} lie one in the other. Keys never lie with the database's backup: "
            "together they open every ballot and every name."
        )
    if folder.is_relative_to(environment.data.absolute() / "pg"):
        raise BackupError(f"{folder} lies inside the database itself. Name a folder on another disk.")
    return Store(folder)


def label_of(moment: datetime) -> str:
    """Name a moment."""
    return moment.astimezone(UTC).strftime(LABEL)


def position(segment: str) -> int:
    """Number of a segment in the log, whatever its timeline."""
    match = SEGMENT.fullmatch(segment)
    assert match is not None
    return int(match[2][:8], 16) * (2**32 // SEGMENT_BYTES) + int(match[2][8:], 16)


def segment_of(timeline: int, place: str, *, before: bool = False) -> str:
    """Name of the segment that holds a place in the log, such as `0/3000028`, or the byte `before` it."""
    high, low = (int(part, 16) for part in place.split("/"))
    whole = (high << 32) + low - before
    return f"{timeline:08X}{whole >> 32:08X}{(whole & 0xFFFFFFFF) // SEGMENT_BYTES:08X}"

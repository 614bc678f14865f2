"""Verifying what lies in the folder of backups: every byte of a backup, and every segment of the log after it.

PostgreSQL's own pg_verifybackup does the first, but that of the embedded server's wheel ends in a segmentation fault
(18.4), so its manifest is read here: a list of files with sizes and SHA-256, and a SHA-256 of itself.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from pathlib import Path
from typing import Any, Final

from shanzhi.config.backup.store import Backup, BackupError, Store, position

CHUNK: Final = 1 << 20
LAST_LINE: Final = b'"Manifest-Checksum"'
UNREADABLE: Final = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, KeyError)


def faults(store: Store, backup: Backup) -> list[str]:
    """Say what is wrong with a backup and the segments after it, a sentence each; nothing when all is whole."""
    folder = store.bases / backup.label
    try:
        found = _compared(folder)
        _read_whole(folder / "pg_wal.tar.gz")
    except UNREADABLE as problem:
        found = [f"cannot be read: {problem}"]
    broken = [f"{path.name}: cannot be unpacked" for path in _broken(store, backup)]
    return [f"{backup.label}: {one}" for one in found] + gaps(store, backup) + broken


def _compared(folder: Path) -> list[str]:
    """Compare the files in the archive with the manifest."""
    wanted = {one["Path"]: one for one in _manifest(folder / "backup_manifest")["Files"] if "Path" in one}
    found = []
    with tarfile.open(folder / "base.tar.gz", "r|gz") as archive:
        for member in archive:
            told = wanted.pop(member.name, None)
            content = archive.extractfile(member) if told else None
            if told and content and hashlib.file_digest(_Chunks(content), "sha256").hexdigest() != told["Checksum"]:
                found.append(f"{member.name} is not what it was")
    return found + [f"{name} is missing" for name in wanted]


class _Chunks:
    """What `file_digest` asks of a file, for a member of a stream."""

    def __init__(self, content: Any) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _manifest(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    manifest: dict[str, Any] = json.loads(content)
    told = content[: content.rindex(LAST_LINE)]
    if hashlib.sha256(told).hexdigest() != manifest["Manifest-Checksum"]:
        raise BackupError(f"{path} was changed after the backup.")
    return manifest


def _read_whole(path: Path) -> None:
    with gzip.open(path) as content:
        while content.read(CHUNK):
            pass


def gaps(store: Store, backup: Backup) -> list[str]:
    """Say which segments are missing between the beginning of a backup and the end of the archive."""
    numbers = {position(name) for name in store.segments()}
    first, last = position(backup.first_segment), max(numbers, default=-1)
    missing = [number for number in range(first, max(last, position(backup.last_segment)) + 1) if number not in numbers]
    return [f"{len(missing)} segments of the log are missing after {backup.first_segment}"] if missing else []


def _broken(store: Store, backup: Backup) -> list[Path]:
    broken = []
    for name, path in store.segments().items():
        if position(name) >= position(backup.first_segment):
            try:
                _read_whole(path)
            except UNREADABLE:
                broken.append(path)
    return broken

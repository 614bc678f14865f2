"""Uploaded files in the backup: each content once under its SHA-256, and a list of what was where."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shanzhi.config.backup.store import BackupError, Store, label_of
from shanzhi.kernel.keyfiles import sync_folder

List = dict[str, str]


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Let nobody else keep or prune meanwhile: contents lie there before the list that names them."""
    store.files.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (store.files / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(store: Store, folder: Path, *, at: datetime) -> int:
    """Take in the files of `folder` that are not there yet, and note what lies where; gives how many were new."""
    objects, lists = store.files / "objects", store.files / "lists"
    with _alone(store):
        for part in (objects, lists):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        new, found = 0, {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                digest = _digest(path)
                found[str(path.relative_to(folder))] = digest
                new += _take_in(path, objects / digest)
        target = lists / label_of(at)
        _flushed(target, json.dumps(found, ensure_ascii=False, indent=1).encode())
    return new


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _take_in(path: Path, target: Path) -> bool:
    if target.exists():
        return False
    part = target.with_suffix(".part")
    shutil.copyfile(path, part)
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    part.rename(target)
    return True


def _flushed(target: Path, content: bytes) -> None:
    part = target.with_suffix(".part")
    part.write_bytes(content)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)
    sync_folder(target.parent)


def lists(store: Store) -> dict[str, List]:
    """Give the lists by their labels, oldest first."""
    return {path.name: json.loads(path.read_text()) for path in _list_paths(store)}


def _list_paths(store: Store) -> list[Path]:
    folder = store.files / "lists"
    return sorted(path for path in folder.iterdir() if path.suffix != ".part") if folder.exists() else []


def faults(store: Store) -> list[str]:
    """Say which files are missing or are not what their digest says."""
    named = {digest for found in lists(store).values() for digest in found.values()}
    objects = store.files / "objects"
    missing = [digest for digest in sorted(named) if not (objects / digest).exists()]
    changed = [digest for digest in sorted(named - set(missing)) if _digest(objects / digest) != digest]
    return [f"file {digest}: missing" for digest in missing] + [f"file {digest}: changed" for digest in changed]


def wanted(store: Store, *, at: datetime | None) -> List:
    """Give what lay where at a moment, or in the last list. Raises BackupError where contents are missing.

    Lists are taken less often than the database changes, so those before and after the moment both count: a file too
    many harms nothing, a missing one does.
    """
    found = lists(store)
    label = label_of(at or datetime.max.replace(tzinfo=UTC))
    before = [name for name in found if name <= label][-1:]
    after = [name for name in found if name > label][:1]
    named: List = {}
    for name in before + after:
        named |= found[name]
    missing = sorted({digest for digest in named.values() if not (store.files / "objects" / digest).exists()})
    if missing:
        raise BackupError(
            f"The backup lacks {len(missing)} uploaded files, among them {missing[0]}. Run `shanzhi backup verify`, "
            "bring them from another copy of the backup, and begin again: nothing was changed."
        )
    return named


def restore(store: Store, folder: Path, *, at: datetime | None) -> int:
    """Put back the files of a moment, or of the last list; gives how many. What lay in the folder is kept beside it."""
    named = wanted(store, at=at)
    if folder.exists() and any(folder.iterdir()):
        folder.rename(folder.with_name(f"{folder.name}.before-{label_of(datetime.now(UTC))}"))
    for name, digest in named.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store.files / "objects" / digest, target)
    return len(named)


def prune(store: Store, *, since: datetime) -> int:
    """Forget the lists that no kept backup needs, and the contents that only they named; gives how many contents."""
    with _alone(store):
        paths = _list_paths(store)
        old = [path for path in paths if path.name < label_of(since)][:-1]  # the last one still tells of that moment
        for path in old:
            path.unlink()
        named = {digest for found in lists(store).values() for digest in found.values()}
        objects = store.files / "objects"
        gone = [path for path in objects.iterdir() if path.name not in named] if objects.exists() else []
        for path in gone:
            path.unlink()
    return len(gone)

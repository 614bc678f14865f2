"""Uploaded files in the backup: each content once under its SHA-256, and a list of what was where."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shanzhi.config.backup.store import Store, label_of
from shanzhi.kernel.keyring import sync_folder

CHUNK: Final = 1 << 20
List = dict[str, str]


def keep(store: Store, folder: Path, *, at: datetime) -> int:
    """Take in the files of `folder` that are not there yet, and note what lies where; gives how many were new."""
    objects, lists = store.files / "objects", store.files / "lists"
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
    wanted = {digest for found in lists(store).values() for digest in found.values()}
    objects = store.files / "objects"
    missing = [digest for digest in sorted(wanted) if not (objects / digest).exists()]
    changed = [digest for digest in sorted(wanted - set(missing)) if _digest(objects / digest) != digest]
    return [f"file {digest}: missing" for digest in missing] + [f"file {digest}: changed" for digest in changed]


def restore(store: Store, folder: Path, *, at: datetime | None) -> int:
    """Put back the files of a moment, or of the last list; gives how many.

    Lists are taken less often than the database changes, so the files of the lists before and after the moment are both
    put back: a file too many harms nothing, a missing one does. What lay in the folder is kept beside it.
    """
    found = lists(store)
    label = label_of(at or datetime.max.replace(tzinfo=UTC))
    before = [name for name in found if name <= label][-1:]
    after = [name for name in found if name > label][:1]
    wanted: List = {}
    for name in before + after:
        wanted |= found[name]
    if folder.exists() and any(folder.iterdir()):
        folder.rename(folder.with_name(f"{folder.name}.before-{label_of(datetime.now(UTC))}"))
    for name, digest in wanted.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store.files / "objects" / digest, target)
    return len(wanted)


def prune(store: Store, *, since: datetime) -> int:
    """Forget the lists that no kept backup needs, and the contents that only they named; gives how many contents."""
    paths = _list_paths(store)
    old = [path for path in paths if path.name < label_of(since)][:-1]  # the last one before still tells of that moment
    for path in old:
        path.unlink()
    wanted = {digest for found in lists(store).values() for digest in found.values()}
    objects = store.files / "objects"
    gone = [path for path in objects.iterdir() if path.name not in wanted] if objects.exists() else []
    for path in gone:
        path.unlink()
    return len(gone)

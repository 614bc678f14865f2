"""Files of keys that change while the site works: which keys there are, which one writes, and the steps of a change.

A line is `version:secret`; a file that holds nothing but a secret is version 1. A star before the version marks the key
under which new values are written; without a star it is the newest. A change takes three steps, each of which leaves
every process able to read what any other writes: the new key is added, it is used, the old one is retired.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

Stage = Literal["one", "added", "used"]
STAR: Final = "*"
LOCK: Final = ".change.lock"
NEWEST: Final = 255


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a file; `writes` says that new values are written under it."""

    version: int
    secret: str = field(repr=False)
    writes: bool = False


def parse(text: str) -> tuple[Key, ...]:
    """Read a file of keys, the writing one marked; raise ValueError for what is none."""
    found: dict[int, Key] = {}
    for part in filter(None, (piece.strip() for piece in text.replace("\n", ",").split(","))):
        number, colon, secret = part.removeprefix(STAR).partition(":")
        version = int(number) if colon else 1
        if not 1 <= version <= NEWEST or version in found:
            raise ValueError("key versions are whole numbers from 1 to 255, each once")
        found[version] = Key(version, secret if colon else number, part.startswith(STAR))
    if not found:
        raise ValueError("no key is given")
    starred = [key.version for key in found.values() if key.writes]
    if len(starred) > 1:
        raise ValueError("only one key writes")
    writer = starred[0] if starred else max(found)
    return tuple(replace(found[version], writes=version == writer) for version in sorted(found))


def stage(keys: tuple[Key, ...]) -> Stage:
    """Tell how far a change of keys is: none under way, the new key added, or used."""
    if len(keys) == 1:
        return "one"
    return "used" if keys[-1].writes else "added"


def added(keys: tuple[Key, ...], secret: str) -> tuple[Key, ...]:
    """Add a newer key that does not write yet; where one waits already, nothing is added."""
    if stage(keys) != "one":
        return keys
    if keys[-1].version == NEWEST:
        raise ValueError("the versions of keys are used up")
    return (*keys, Key(keys[-1].version + 1, secret))


def used(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Let the newest key write."""
    return tuple(replace(key, writes=key is keys[-1]) for key in keys)


def retired(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Leave the key that writes alone; raise ValueError while a newer one waits."""
    if stage(keys) == "added":
        raise ValueError("a newer key waits to be used")
    return tuple(key for key in keys if key.writes)


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two operators do not change a file at once."""
    with (folder / LOCK).open("w") as file:
        os.fchmod(file.fileno(), 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def put(path: Path, keys: tuple[Key, ...]) -> None:
    """Put keys in the place of a file's, wholly or not at all; what runs sees the old file or the new one."""
    lines = [f"{STAR if key.writes and len(keys) > 1 else ''}{key.version}:{key.secret}\n" for key in keys]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "w") as file:
        before = path.stat()
        os.fchown(file.fileno(), before.st_uid, before.st_gid)  # the operator may be root, and the site is not
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

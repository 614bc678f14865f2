"""Files kept outside the database under their digest, for any room: written wholly or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from shanzhi.kernel.errors import NotFound


def folder_of(room: str) -> Path:
    """Give the folder of a room's files."""
    return Path(settings.MEDIA_ROOT) / room


def keep(room: str, content: bytes) -> str:
    """Write bytes under their digest; give the digest."""
    mark = hashlib.sha256(content).hexdigest()
    path = folder_of(room) / mark[:2] / mark
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    return f"sha256:{mark}"


def find(room: str, digest: str) -> Path:
    """Give the path of a kept file, which its digest alone decides. Raises NotFound when the file is not there."""
    mark = digest.removeprefix("sha256:")
    path = folder_of(room) / mark[:2] / mark
    if len(mark) != 64 or not path.is_file():
        raise NotFound
    return path


def drop(room: str, digest: str) -> None:
    """Delete a file's bytes; the caller knows that nothing points to it any more."""
    mark = digest.removeprefix("sha256:")
    (folder_of(room) / mark[:2] / mark).unlink(missing_ok=True)

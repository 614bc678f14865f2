"""Keys in a folder outside the database: files that only their owner may read."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanzhi.kernel.ciphers import FieldCipher, derive
from shanzhi.kernel.keyfiles import parse, sync_folder

FIELDS: Final = "fields.keys"
INDEX: Final = "index.key"
SIGNING: Final = "log-{number}.key"


class KeyMissing(Exception):
    """A key file that should be there is not; making a new one would leave the old data unreadable."""


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, wholly or not at all, and flush it to the disk with its folder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would silently replace a key that another process just made.
        os.link(name, path)
    finally:
        Path(name).unlink()
    sync_folder(path.parent)


def _secret(path: Path, *, create: bool, fresh: str) -> str:
    if not path.exists():
        if not create:
            raise KeyMissing(f"{path.name} is missing in the folder of keys; restore it from the backup of keys")
        with contextlib.suppress(FileExistsError):  # another process was quicker; its key holds
            write_secret(path, fresh.encode())
    return path.read_text().strip()


def field_cipher(folder: Path, *, create: bool) -> FieldCipher:
    """Read the cipher for personal data from `fields.keys` and `index.key`, files as `keyfiles` describes them.

    Missing files are made when `create` is set (a new installation), else KeyMissing is raised.
    """
    fields = _secret(folder / FIELDS, create=create, fresh=f"1:{secrets.token_urlsafe(32)}")
    index = _secret(folder / INDEX, create=create, fresh=secrets.token_urlsafe(32))
    sealing, marking = parse(fields), parse(index)
    return FieldCipher(
        keys={key.version: derive(key.secret, "fields") for key in sealing},
        writes=next(key.version for key in sealing if key.writes),
        index_key=next(derive(key.secret, "index") for key in marking if key.writes),
        other_index_keys=tuple(derive(key.secret, "index") for key in marking if not key.writes),
        next_index_key=derive(marking[-1].secret, "index") if len(marking) > 1 else None,
    )


def signing_keys(folder: Path) -> dict[int, Ed25519PrivateKey]:
    """Read the keys that sign heads of the log, by number; there are two only while one gives way to the next."""
    found = {}
    for path in folder.glob(SIGNING.format(number="*")):
        number = path.stem.partition("-")[2]
        if number.isdigit():
            seed = base64.b64decode(path.read_text().strip(), validate=True)
            found[int(number)] = Ed25519PrivateKey.from_private_bytes(seed)
    return dict(sorted(found.items()))


def make_signing_key(folder: Path) -> int:
    """Make the next key that signs heads of the log; give its number."""
    number = max(signing_keys(folder), default=0) + 1
    with contextlib.suppress(FileExistsError):  # another process was quicker; its key holds
        write_secret(folder / SIGNING.format(number=number), base64.b64encode(secrets.token_bytes(32)))
    return number


def remove_signing_key(folder: Path, number: int) -> None:
    """Remove a key that signs no more; what it signed stays valid by its public half."""
    (folder / SIGNING.format(number=number)).unlink(missing_ok=True)
    sync_folder(folder)

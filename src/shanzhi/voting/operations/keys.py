"""Keys of running polls, outside the database: one file a poll, destroyed after the close."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.keyfiles import sync_folder
from shanzhi.kernel.keyring import write_secret

LENGTH: Final = 32
SUFFIX: Final = ".key"


class PollKeyMissing(Refusal):
    """The poll is open but its key cannot be read: nothing can be sealed or opened."""

    code = "poll_key_missing"
    status = 503
    message = _("Votes cannot be taken just now. Nothing was lost; try again later or tell the organiser.")


class KeyStore(Protocol):
    """Where the keys of polls live: a folder of ours, or a key service of the district's."""

    def create(self, poll_id: UUID) -> None:
        """Make and keep a key of 32 random bytes, durably; leave an existing one alone."""

    def read(self, poll_id: UUID) -> bytes:
        """Give the key, or raise PollKeyMissing."""

    def destroy(self, poll_id: UUID) -> bool:
        """Destroy the key for good; tell whether there was one."""

    def polls(self) -> list[UUID]:
        """List the polls that have a key."""


class FolderKeyStore:
    """Keys as files that only their owner may read. What an overwrite cannot reach is told in the decision record."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first key is."""
        self._folder = folder

    def _path(self, poll_id: UUID) -> Path:
        return self._folder / f"{poll_id}{SUFFIX}"

    def create(self, poll_id: UUID) -> None:
        """Write a new key and flush it to the disk before any ballot can need it."""
        with contextlib.suppress(FileExistsError):  # left by an opening that was rolled back; no ballot used it
            write_secret(self._path(poll_id), secrets.token_bytes(LENGTH))

    def read(self, poll_id: UUID) -> bytes:
        """Read the key; it is not kept in memory between requests, so the close leaves no copy behind."""
        try:
            handle = os.open(f"{self._folder}/{poll_id}{SUFFIX}", os.O_RDONLY)
        except FileNotFoundError:
            raise PollKeyMissing from None
        try:
            key = os.read(handle, LENGTH + 1)
        finally:
            os.close(handle)
        if len(key) != LENGTH:
            raise PollKeyMissing
        return key

    def destroy(self, poll_id: UUID) -> bool:
        """Overwrite, flush, remove, and flush the folder."""
        path = self._path(poll_id)
        try:
            handle = os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            return False
        try:
            os.write(handle, secrets.token_bytes(LENGTH))
            os.fsync(handle)
        finally:
            os.close(handle)
        path.unlink(missing_ok=True)
        sync_folder(self._folder)
        return True

    def polls(self) -> list[UUID]:
        """List the polls by their files; what is no key of ours is passed over."""
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with contextlib.suppress(ValueError):
                found.append(UUID(path.stem))
        return found


def key_store() -> KeyStore:
    """Give the store of this installation: the folder `polls` in the folder of keys."""
    return FolderKeyStore(Path(settings.KEYS_FOLDER) / "polls")

"""A model field that is stored encrypted and shows itself masked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext

from shanzhi.kernel.ciphers import FieldCipher
from shanzhi.kernel.identifiers import mask_name
from shanzhi.kernel.keyring import FIELDS, INDEX, KeyMissing, field_cipher

# The names under which values are sealed and marked; they stay when a column is renamed.
NAME: Final = "people.person.name"
ID_NUMBER: Final = "people.person.id_number"
PHONE: Final = "people.person.phone"
PHONE_OF_ACCOUNT: Final = "people.account.phone"
ROWS_OF_LIST: Final = "people.importbatch.rows"
PHONE_OF_INVITATION: Final = "people.invitation.phone"
SEED_OF_FACTOR: Final = "people.factor.secret"
DOCUMENT_OF_GUARDIAN: Final = "people.guardianship.document_tail"


LOOK_AGAIN: Final = 0.02
"""Seconds until the key files are looked at again: a page opens a hundred values, and a change of keys waits longer."""
Stamp = tuple[tuple[int, int, int], ...]


class _Kept:
    """The cipher last read, from where, and what the files looked like; one value, so that threads see all or none."""

    read: tuple[Path, Stamp, FieldCipher] | None = None
    fresh: tuple[object, float, FieldCipher] | None = None  # what the setting was, until when no look is due


def cipher() -> FieldCipher:
    """Give the cipher for personal data; production never makes new keys itself."""
    fresh, now = _Kept.fresh, time.monotonic()
    if fresh is not None and now < fresh[1] and fresh[0] == settings.KEYS_FOLDER:
        return fresh[2]
    found = _looked_at()
    _Kept.fresh = (settings.KEYS_FOLDER, now + LOOK_AGAIN, found)
    return found


def look_now() -> None:
    """Have the key files looked at when they are next needed: this process just changed them."""
    _Kept.fresh = None


def _looked_at() -> FieldCipher:
    """Give the cipher by the files as they are now.

    The files are looked at each time and read anew when they changed, so that a change of keys takes hold at once in
    every process. Files that cannot be read are no reason to stop: what was read last goes on, and the doctor tells.
    """
    folder = Path(settings.KEYS_FOLDER)
    kept = _Kept.read
    if kept is not None and kept[0] != folder:
        kept = None
    try:
        stamp: Stamp = tuple(
            (s.st_ino, s.st_mtime_ns, s.st_size) for s in ((folder / FIELDS).stat(), (folder / INDEX).stat())
        )
    except FileNotFoundError:
        stamp = ()
    if kept is None or (stamp and stamp != kept[1]):
        try:
            kept = _Kept.read = (folder, stamp, field_cipher(folder, create=settings.CREATE_KEYS))
        except (OSError, ValueError, KeyMissing):
            if kept is None:
                raise
    return kept[2]


class Sealed:
    """A value of a sealed field: `str()` is the masked form, `reveal()` the plain one.

    Who calls `reveal` must have asked the policy first and, where a person will see it, logged the unmasking.
    """

    __slots__ = ("_mask", "_plain", "_purpose", "_stored")

    def __init__(self, *, stored: bytes | None, plain: str | None, purpose: str, mask: Callable[[str], str]) -> None:
        """Hold stored bytes, opened when first needed, or a plain text not yet stored."""
        self._stored, self._plain, self._purpose, self._mask = stored, plain, purpose, mask

    def reveal(self) -> str:
        """Give the plain text."""
        if self._plain is None:
            self._plain = cipher().open(self._stored or b"", purpose=self._purpose)
        return self._plain

    def __str__(self) -> str:
        return self._mask(self.reveal())

    def __repr__(self) -> str:
        return f"<sealed {self._purpose}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())


def mask_person(name: str) -> str:
    """Mask a person's name; of who was erased there is none left."""
    return mask_name(name) if name else gettext("A former resident")


def mask_tail(tail: str) -> str:
    """Mask the last characters of a number, but for two."""
    return f"**{tail[-2:]}"


def mask_all(_value: str) -> str:
    """Mask a value whole."""
    return "****"


class SealedAttribute(DeferredAttribute):
    """Wraps what is assigned at once, so that an object just made shows itself masked too."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # not generic when it runs
    """Text stored as AES-GCM bytes under the newest key; its purpose (table and column) is bound into the bytes."""

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, mask: Callable[[str], str] = mask_all, purpose: str = "", **kwargs: Any) -> None:
        """Take how the value is masked, and the purpose, which stays when a column is renamed."""
        self.mask, self.purpose = mask, purpose
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep mask and purpose for migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "mask": self.mask, "purpose": self.purpose}

    def from_db_value(self, value: bytes | memoryview | None, *_: Any) -> Sealed | None:
        """Wrap what the database gives; it is opened only when needed."""
        if value is None:
            return None
        return Sealed(stored=bytes(value), plain=None, purpose=self.purpose, mask=self.mask)

    def to_python(self, value: Any) -> Any:
        """Wrap a plain text."""
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(stored=None, plain=str(value), purpose=self.purpose, mask=self.mask)

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt for storing."""
        if value is None:
            return None
        plain = value.reveal() if isinstance(value, Sealed) else str(value)
        return cipher().seal(plain, purpose=self.purpose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt once, whichever way the value comes."""
        if isinstance(value, (str, Sealed)):
            value = self.get_prep_value(value)
        return super().get_db_prep_value(value, connection, prepared=True)


def mark(value: str, *, purpose: str) -> bytes:
    """Give the blind index of a plain value as it is written now."""
    return cipher().mark(value, purpose=purpose)


def marks(value: str, *, purpose: str) -> list[bytes]:
    """Give every blind index that a row with this value may carry, for look-up: two while the key changes."""
    return cipher().marks(value, purpose=purpose)


def both_marks(value: str | None, *, purpose: str) -> tuple[bytes | None, bytes | None]:
    """Give what goes into a mark's two columns: the mark, and while the key changes the one under the newer key."""
    if not value:
        return None, None
    held = cipher()
    return held.mark(value, purpose=purpose), held.next_mark(value, purpose=purpose)

"""What each room holds about people, as data: from it the export, the erasure and the documents of the law are made.

Every field that holds personal data is described by an `Annotation`: what kind it is, what for, on what ground
(个人信息保护法 art. 13), how long, and what erasing does to it. A room fills the registry in its `personal.py`; rooms that come
later are covered by the same test, which finds fields that nobody described. No Django here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID


class Category(StrEnum):
    """What kind of data it is; the sensitive kinds are those of art. 28."""

    IDENTITY = "identity"
    CONTACT = "contact"
    BIRTH = "birth"
    HOME = "home"
    LINK = "link"
    SIGN_IN = "sign_in"
    DEVICE = "device"
    TEXT = "text"
    FILE = "file"


class Ground(StrEnum):
    """Why the law allows it (art. 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    DUTY = "duty"
    SAFETY = "safety"


class Retention(StrEnum):
    """How long it is kept."""

    ACCOUNT = "account"
    ROUND = "round"
    RECORD = "record"
    DAYS = "days"


class Erase(StrEnum):
    """What erasing does to the field; with DELETE the whole row goes."""

    EMPTY = "empty"
    BLANK = "blank"
    DELETE = "delete"
    KEEP = "keep"
    SPECIAL = "special"


SENSITIVE: Final = frozenset({Category.IDENTITY, Category.BIRTH})


@dataclass(frozen=True, slots=True)
class Annotation:
    """A field of a model (`room.model.field`) that holds personal data, and how one finds whose it is (`path`).

    `path` is a look-up of the ORM from the row to the person's id; "" means that the rows are found by a `Special`.
    """

    model: str
    field: str
    path: str
    category: Category
    purpose: str
    ground: Ground = Ground.CONSENT
    retention: Retention = Retention.ACCOUNT
    erase: Erase = Erase.KEEP
    exported: bool = True

    @property
    def name(self) -> str:
        """The field with its model."""
        return f"{self.model}.{self.field}"


@dataclass(frozen=True, slots=True)
class Special:
    """What a room does beyond fields when a person is erased; gives how many rows and files it took."""

    room: str
    erase: Callable[[UUID, datetime], int]


@dataclass(frozen=True, slots=True)
class Duty:
    """What forbids an erasure for now: gives the words why, or None."""

    room: str
    forbids: Callable[[UUID, datetime], Any]


ANNOTATIONS: Final[dict[str, Annotation]] = {}
SPECIALS: Final[list[Special]] = []
DUTIES: Final[list[Duty]] = []


def describe(model: str, path: str, *fields: Annotation | tuple[str, Category, Erase], purpose: str,
             ground: Ground = Ground.CONSENT, retention: Retention = Retention.ACCOUNT) -> None:  # fmt: skip
    """Put fields of one model into the registry; a tuple is field, category and what erasing does."""
    for field in fields:
        if isinstance(field, tuple):
            name, category, erase = field
            field = Annotation(model, name, path, category, purpose, ground, retention, erase)
        ANNOTATIONS[field.name] = field

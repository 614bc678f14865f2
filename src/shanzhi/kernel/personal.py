"""What each room holds about people, as data: from it the own data, the erasure and the law's documents are made.

An `Activity` is one way of using personal data: what for, on what ground, how long, who reads it, what could go wrong.
Every field that holds personal data has an `Annotation`, which says whose it is and what erasing does to it. A room
fills the registry in its `personal.py`; a test finds fields that nobody described. No Django here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

Touched = Mapping[str, list[str]]
"""Tables with the keys of the rows that an erasure changed or took."""


class Kind(StrEnum):
    """What kind of data a field holds; the sensitive kinds are those of 个人信息保护法 art. 28."""

    IDENTITY = "identity"
    CONTACT = "contact"
    BIRTH = "birth"
    HOME = "home"
    SIGN_IN = "sign_in"
    DEVICE = "device"
    TEXT = "text"
    FILE = "file"
    RECORD = "record"
    LINK = "link"


class Ground(StrEnum):
    """Why the law allows it (个人信息保护法 art. 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    DUTY = "duty"


class Erase(StrEnum):
    """What erasing does to a field.

    SCRUB takes names and numbers of the person out of a text that stays, DELETE takes the whole row, SPECIAL is done by
    the room's own `Special`.
    """

    EMPTY = "empty"
    BLANK = "blank"
    DELETE = "delete"
    SCRUB = "scrub"
    SPECIAL = "special"
    KEEP = "keep"


SENSITIVE: Final = frozenset({Kind.IDENTITY, Kind.BIRTH})
CONTENT: Final = frozenset(Kind) - {Kind.LINK, Kind.RECORD}
"""Kinds that can tell who somebody is; a link or a record alone tells nothing once the name behind it is gone."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One way of using personal data, in words for people; `law` names the articles that it rests on."""

    key: str
    title: Any
    why: Any
    ground: Ground
    law: Any
    keeping: Any
    readers: Any
    risk: Any
    answer: Any
    recipients: Any = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Annotation:
    """A field of a model (`room.Model`) that holds personal data, and how one finds whose it is.

    `path` is a look-up of the ORM from the row to the person's id; "" means that only the room itself can find it.
    """

    model: str
    field: str
    path: str
    kind: Kind
    activity: str
    erase: Erase
    exported: bool = True

    @property
    def name(self) -> str:
        """The field with its model."""
        return f"{self.model}.{self.field}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A person who is being erased, with what has to be found again: read before anything is dropped.

    `numbers` are unmistakable (phone, number of a document, sign-in name, addresses); the name may be a namesake's.
    """

    person_id: UUID
    at: datetime
    name: str
    numbers: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All that is taken out of texts, the longest first."""
        found = {word for word in (self.name, *self.numbers) if len(word) > 1}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))

    def scrub(self, text: str) -> str:
        """Take the person's name and numbers out of a text."""
        for word in self.words:
            text = text.replace(word, REMOVED)
        return text


REMOVED: Final = "▇▇"


@dataclass(frozen=True, slots=True)
class Special:
    """What a room does beyond fields when a person is erased; gives the rows that it touched.

    It runs before single fields are dropped, or `after`.
    """

    room: str
    erase: Callable[[Leaving], Touched]
    after: bool = False


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What forbids an erasure for now: why and what to do, in words, and from when on it no longer does, if known."""

    words: Any
    until: datetime | None = None


@dataclass
class Registry:
    """All that the rooms said.

    `locks` take what a room locks before people wherever it writes, so that an erasure waits in the same order.
    """

    activities: dict[str, Activity] = field(default_factory=dict)
    annotations: dict[tuple[str, str, str], Annotation] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    locks: dict[str, Callable[[Collection[UUID]], None]] = field(default_factory=dict)
    specials: dict[str, Special] = field(default_factory=dict)
    hindrances: dict[str, Callable[[UUID, datetime], list[Hindrance]]] = field(default_factory=dict)
    numbers: dict[str, Callable[[UUID], list[str]]] = field(default_factory=dict)

    def uses(self) -> list[Activity]:
        """List the uses of personal data in their order."""
        return sorted(self.activities.values(), key=lambda one: (one.order, one.key))

    def words(self, model: str, name: str) -> Any:
        """Name a field for people: by its model where its name means something else there, else by the name alone."""
        return self.fields.get(f"{model}.{name}") or self.fields[name]

    def described(self, model: str, name: str) -> bool:
        """Tell whether somebody described a field."""
        return any(one.model == model and one.field == name for one in self.annotations.values())


REGISTRY: Final = Registry()


def register_activity(activity: Activity) -> str:
    """Put a way of using personal data into the registry; give its key."""
    REGISTRY.activities[activity.key] = activity
    return activity.key


def describe(
    model: str, words: Any, path: str, activity: str, *, hidden: tuple[str, ...] = (), **fields: tuple[Kind, Erase]
) -> None:
    """Describe fields of one model; `words` name its rows, fields in `hidden` are given to nobody, not even the person.

    A blind index (`…_mark`, `…_mark_next`) is a keyed digest of what stands beside it and always hidden.
    """
    REGISTRY.models[model] = words
    for name, (kind, erase) in fields.items():
        exported = name not in hidden and not name.endswith(("_mark", "_mark_next"))
        REGISTRY.annotations[model, name, path] = Annotation(model, name, path, kind, activity, erase, exported)


def name_fields(**words: Any) -> None:
    """Give words for names of fields, the same in whatever model they stand."""
    REGISTRY.fields.update(words)


def name_field(model: str, name: str, words: Any) -> None:
    """Give words for a field whose name means something else in this model."""
    REGISTRY.fields[f"{model}.{name}"] = words


def hindrances(person_id: UUID, at: datetime) -> list[Hindrance]:
    """List what forbids erasing a person at a moment, in all rooms."""
    return [one for asked in REGISTRY.hindrances.values() for one in asked(person_id, at)]

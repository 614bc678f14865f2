"""What each room has to say when two records of one person become one, and what it does then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shanzhi.kernel.errors import Conflict


def _none(*_ids: UUID) -> Any:
    return ()


class SealedHindrance(Conflict):
    """What only a merge that is being done may learn, since it tells of both people what is sealed as yet."""

    code = "sealed_hindrance"


@dataclass(frozen=True)
class MergeRoom:
    """The part of one room. All are asked with ids of records, the one that stays first.

    `counts` gives in words, with numbers, what hangs on one record, as far as staff may know it. `hindrances` gives in
    words what stands in the way; anybody who merges may ask it of any two people, so nothing sealed is there. `join` is
    called when the records become one, and may refuse, by SealedHindrance too; `part` after the merge was undone.
    Neither rewrites what is evidence.
    """

    counts: Callable[[UUID], list[tuple[Any, int]]] = _none
    hindrances: Callable[[UUID, UUID], list[Any]] = _none
    join: Callable[[UUID, UUID], None] = _none
    part: Callable[[UUID, UUID], None] = _none


ROOMS: Final[dict[str, MergeRoom]] = {}


def register(name: str, room: MergeRoom) -> None:
    """Register a room's part; registering it again replaces it."""
    ROOMS[name] = room


def counts(person_id: UUID) -> list[tuple[Any, int]]:
    """List what hangs on a record, in all rooms; kinds of which there is nothing are left out."""
    return [line for room in ROOMS.values() for line in room.counts(person_id) if line[1]]


def hindrances(kept_id: UUID, merged_id: UUID) -> list[Any]:
    """List in words what stands in the way of a merge, in all rooms."""
    return [words for room in ROOMS.values() for words in room.hindrances(kept_id, merged_id)]

"""Organisations in which roles are held. A room above keeps them; this one asks for them by what that room registered.

    holders.register(Registry())  # in the `AppConfig.ready` of the room of organisations

Without a registration no organisation is known, and no role can be given in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import CharField, Value

from shanzhi.kernel.areas import covers


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as this room knows it: its name, the code of its seat, and whether it still takes roles."""

    id: UUID
    name: str
    seat: str
    open: bool


class Bodies(Protocol):
    """What the room of organisations answers."""

    def find(self, ids: Iterable[UUID]) -> Mapping[UUID, Body]:
        """Give the organisations of these numbers, in one query; unknown ones are left out."""

    def hold(self, organization: UUID) -> Body | None:
        """Give an organisation and keep it from being closed until the transaction ends."""

    def named(self, path: str) -> Any:
        """Give the expression of the name of the organisation whose number stands in `path` of a row."""

    def seated(self, codes: Iterable[str]) -> Any:
        """Give the numbers of the organisations whose seat lies in one of the areas, as a query."""

    def open_in(self, codes: Iterable[str], *, words: str = "", most: int) -> Sequence[Body]:
        """Give organisations that take roles and have their seat in one of the areas, by a part of the name."""


class _Nobody:
    """No room keeps organisations."""

    def find(self, ids: Iterable[UUID]) -> Mapping[UUID, Body]:
        return {}

    def hold(self, organization: UUID) -> Body | None:
        return None

    def named(self, path: str) -> Any:
        return Value(None, output_field=CharField())

    def seated(self, codes: Iterable[str]) -> Any:
        return ()

    def open_in(self, codes: Iterable[str], *, words: str = "", most: int) -> Sequence[Body]:
        return ()


_registered: Final[list[Bodies]] = [_Nobody()]


def register(bodies: Bodies) -> None:
    """Say who keeps the organisations; saying it again replaces what was said."""
    _registered[0] = bodies


def bodies() -> Bodies:
    """Give who keeps the organisations."""
    return _registered[0]


def find(ids: Iterable[UUID | None]) -> Mapping[UUID, Body]:
    """Give the organisations of these numbers; asks nothing where there is none."""
    wanted = {one for one in ids if one is not None}
    return bodies().find(wanted) if wanted else {}


class Held(Protocol):
    """A role, or an invitation to one: in an area or in an organisation."""

    area: str
    organization: UUID | None


def body_of(held: Held) -> Body | None:
    """Give the organisation in which a role is held, if it is one that is on record."""
    return find([held.organization]).get(held.organization) if held.organization else None


def place_of(held: Held, known: Mapping[UUID, Body] | None = None) -> str:
    """Give the code of the area in which a role lies: of its organisation, that of the seat.

    `known` are organisations found before; without them they are asked for.
    """
    body = body_of(held) if known is None else known.get(held.organization) if held.organization else None
    return body.seat if body else held.area


def covered(area: str, body: Body | None) -> bool:
    """Tell whether a role in an area reaches an organisation: by its seat; one not on record by the whole country."""
    return covers(area, body.seat) if body is not None else not area

"""Ways to the national system: a driver takes what was collected and gives a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shanzhi.service.exchange.national import Collected


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side says: how many it took, where it put them or under what number, and what it left out."""

    taken: int
    reference: str
    refused: tuple[tuple[str, str], ...] = ()
    """Ids of records with the reason, as the other side words it."""


class NotTaken(Exception):
    """Nothing was taken, or nobody knows whether; sending again is safe, since records have ids."""


class Driver(Protocol):
    """A way to the national system."""

    def send(self, collected: Collected) -> Receipt:
        """Hand the records over. Raises NotTaken."""
        ...

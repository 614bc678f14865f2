"""What this room drops when a person is erased: the person's cells in registers that offices sent.

A register names people without a link to their records, so they are found again by their numbers and their name.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.organizations.operations.registers.kind import REGISTERS
from shanzhi.places.operations.lists import erase_from_lists, hold_lists


def hold_registers(_people: Collection[UUID]) -> None:
    """Lock the registers of which something is kept, before any person."""
    hold_lists(REGISTERS)


def erase_from_registers(leaving: Leaving) -> Touched:
    """Take the person out of what is kept of registers."""
    return erase_from_lists(REGISTERS, leaving)

"""Registers as one kind of the lists that offices send, and the name of the command that brings one in."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_noop

from shanzhi.organizations.exchange.headings import KNOWN
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import RegisterImport, RegisterMapping, RegisterRow
from shanzhi.places.operations.lists import Kind

COMMAND: Final = "import organizations"


def way_on(found: RegisterImport) -> dict[str, Any]:
    """Give what the page of a job shows: the way to the register."""
    return {"url": f"/desk/organizations/registers/{found.pk}/", "label": gettext_noop("To the register")}


# No row names a person by record: numbers and names alone say whom it is of.
REGISTERS: Final = Kind(
    lists=RegisterImport, rows=RegisterRow, columns=RegisterMapping, link="register", life=REGISTER, headings=KNOWN,
    events="organizations.register", way_on=way_on,
)  # fmt: skip

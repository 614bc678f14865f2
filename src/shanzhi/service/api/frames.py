"""What the routes of this room share: one send that counts once, ids of what was made, reasons."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.ui.http import Given
from shanzhi.work.sends import writes_of

AreaCode = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]


class ServiceMadeOut(Schema):
    """What was made or changed, by its id."""

    id: UUID


class ServiceWhyIn(Given):
    """A reason that goes on record."""

    reason: str = Field(min_length=1, max_length=500)


class ServiceReadOn(Schema):
    """How a list is read on."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


write_once = writes_of("service")

"""What the routes of this room share: one send that counts once, ids, amounts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.timebank.operations.frames import MOST_MINUTES
from shanzhi.work.sends import writes_of

Credits = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
"""Credits, in minutes."""


class CreditsDoneOut(Schema):
    """What was made or changed at a time bank, by its id."""

    id: UUID


write_once = writes_of("timebank")

"""What the routes of this room share: one send that counts once, ids of what was made."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.ui.http import Given
from shanzhi.work.sends import writes_of


class ServiceDoneOut(Schema):
    """What was made or changed, by its id."""

    id: UUID


class WhyIn(Given):
    """A reason that goes on record."""

    reason: str = Field(min_length=1, max_length=500)


class AnswerGiven(Given):
    """Yes or no; a no needs its reason."""

    agreed: bool
    reason: str = Field("", max_length=500)


class SignedIn(Given):
    """The version of the agreement that was read and is signed."""

    signed: int = Field(ge=1, le=1_000_000)


write_once = writes_of("volunteering")

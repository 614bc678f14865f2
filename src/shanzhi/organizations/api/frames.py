"""What the routes of this room share: one send that counts once, ids of what was made."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema

from shanzhi.work.sends import writes_of


class MadeOut(Schema):
    """What was made or ended, by its id."""

    id: UUID


write_once = writes_of("organizations")

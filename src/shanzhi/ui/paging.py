"""Pages of a list in the API, with numbers that the database can count to."""

from __future__ import annotations

from typing import Final

from ninja import Field, Schema
from ninja.pagination import PageNumberPagination

MOST_PAGES: Final = 1_000_000
MOST_ROWS: Final = 100


class Pages(PageNumberPagination):
    """Pages by number; a number that no list reaches is refused instead of asked of the database."""

    class Input(Schema):
        """Which page, and how many rows it has."""

        page: int = Field(1, ge=1, le=MOST_PAGES)
        page_size: int | None = Field(None, ge=1, le=MOST_ROWS)

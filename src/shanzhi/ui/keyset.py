"""Pages of the API's lists: newest first, each read on from the last row of the one before, so that none is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from shanzhi.ui.http import BadCursor


def page_after(
    rows: QuerySet[Any], after: UUID | None, limit: int, write: Callable[[Any], Any], *, by: str = "created_at"
) -> dict[str, Any]:
    """Cut one page out of rows with the newest first by the moment `by`, then by id, reading on from a row.

    Raises BadCursor for a row that this list does not hold.
    """
    if after is not None:
        last = rows.model._default_manager.filter(pk=after).first()
        if last is None or not rows.filter(pk=after).exists():
            raise BadCursor(field="after")
        moment = getattr(last, by)
        rows = rows.filter(Q(**{f"{by}__lt": moment}) | Q(**{by: moment}, pk__gt=last.pk))
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return {"items": [write(row) for row in shown], "next": shown[-1].pk if len(found) > limit else None}

"""What the routes share: the router, who asks, paging, keys of repeated requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.ui.http import signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.ventures.operations import fields
from shanzhi.work.operations import once

router = Router(tags=["ventures"])

Code = Annotated[str, Field(max_length=21, pattern=r"^[0-9]*$")]
Fen = Annotated[int, Field(ge=0, le=fields.MOST_FEN, strict=True)]
Reason = Annotated[str, Field(max_length=2000)]


class PageIn(Schema):
    """How a list is read on: `after` is the `next` of the page before."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class ProblemOut(Schema):
    """What is wrong with a field that was sent."""

    field: str
    message: str


class SavedOut(Schema):
    """What was saved: its id, state and new version; `problems` names what was left out."""

    id: UUID
    state: str
    version: int
    problems: list[ProblemOut]


def moment_of(request: HttpRequest) -> datetime:
    """Give the moment of the request."""
    found: datetime = request.now  # type: ignore[attr-defined]  # set by our middleware
    return found


def page(
    rows: QuerySet[Any], asked: PageIn, write: Callable[[Any], dict[str, Any]], *, by: str = "created_at"
) -> dict[str, Any]:
    """Cut one page out of rows with the newest first by the moment `by`, then by id, reading on from a row."""
    return page_after(rows, asked.after, asked.limit, write, by=by)


def repeated(
    request: HttpRequest, operation: str, key: str, body: Any, run: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run a write once per key; the same key gives the first answer again."""
    return once(actor=signed_in(request), operation=operation, key=key, request=body, at=moment_of(request), run=run)


def saved(row: Any, problems: tuple[fields.Problem, ...] = ()) -> dict[str, Any]:
    """Write what was saved, in plain values that can be answered again."""
    return {
        "id": str(row.pk),
        "state": row.state,
        "version": row.version,
        "problems": [{"field": one.field, "message": str(one.words)} for one in problems],
    }

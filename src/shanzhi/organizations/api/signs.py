"""The API of signs of life: meetings, and activities outside any project."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import MadeOut, write_once
from shanzhi.organizations.api.parts import TakeBackIn
from shanzhi.organizations.models import SignKind
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["organizations"])
MOST = 500


class SignIn(Given):
    """A meeting or an activity on a day, with the number of people present."""

    kind: SignKind
    on: date
    present: int = Field(ge=1, le=100_000)
    about: str = Field("", max_length=200)


class SignOut(Schema):
    """A sign that counts."""

    id: UUID
    kind: SignKind
    on: date
    present: int
    about: str


@router.get("/{uuid:organization_id}/signs", response=list[SignOut], summary="Meetings and activities entered")
def get_signs(request: HttpRequest, organization_id: UUID) -> Any:
    """Give what was entered and counts, the newest 500."""
    found = queries.organization(viewer=signed_in(request), organization_id=organization_id)
    return list(queries.signs(found).filter(taken_back_at=None)[:MOST])


@router.post("/{uuid:organization_id}/signs", response=MadeOut, summary="Enter a meeting or activity")
def add_sign(request: HttpRequest, organization_id: UUID, body: SignIn, idempotency_key: Key) -> dict[str, Any]:
    """Put on record a meeting, or an activity outside any project."""
    return write_once(request, "sign", idempotency_key, body, lambda: operations.add_sign(
        organization_id=organization_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/signs/{uuid:sign_id}/take-back", response=MadeOut, summary="Take a meeting or activity back")
def take_back_sign(request: HttpRequest, sign_id: UUID, body: TakeBackIn, idempotency_key: Key) -> dict[str, Any]:
    """Take back what was wrong; it stays on record and counts no more."""
    return write_once(request, "sign_take_back", idempotency_key, body, lambda: operations.take_back_sign(
        sign_id=sign_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip

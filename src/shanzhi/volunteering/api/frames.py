"""What the routes of this room share: one send that counts once, ids of what was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, signed_in
from shanzhi.work.operations import once


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


def write_once(request: HttpRequest, name: str, key: str, body: Any, run: Callable[[], Any]) -> dict[str, Any]:
    """Run a write once for each key; `run` gives a plain answer, or a row whose id is answered."""
    sent = {"path": request.path, "body": body.model_dump(mode="json") if body is not None else {}}

    def answer() -> dict[str, Any]:
        made = run()
        return made if isinstance(made, dict) else {"id": str(made.pk)}

    return once(
        actor=signed_in(request), operation=f"volunteering.{name}", key=key, request=sent, at=moment(request),
        run=answer,
    )  # fmt: skip

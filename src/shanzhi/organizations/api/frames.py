"""What the routes of this room share: one send that counts once, ids of what was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema

from shanzhi.people.middleware import moment
from shanzhi.ui.http import signed_in
from shanzhi.work.operations import once


class MadeOut(Schema):
    """What was made or ended, by its id."""

    id: UUID


def write_once(request: HttpRequest, name: str, key: str, body: Any, run: Callable[[], Any]) -> dict[str, Any]:
    """Run a write once for each key; `run` gives a plain answer, or a row whose id is answered."""
    sent = {"path": request.path, "body": body.model_dump(mode="json") if body is not None else {}}

    def answer() -> dict[str, Any]:
        made = run()
        return made if isinstance(made, dict) else {"id": str(made.pk)}

    return once(
        actor=signed_in(request), operation=f"organizations.{name}", key=key, request=sent, at=moment(request),
        run=answer,
    )  # fmt: skip

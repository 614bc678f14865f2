"""Writes that programs send over the API: each counts once under its key, whatever room it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest

from shanzhi.ui.http import signed_acting
from shanzhi.work.operations import once


class WriteOnce(Protocol):
    """Runs a write once for each key: what was sent is the path and the `body`, None for an empty one."""

    def __call__(self, request: HttpRequest, name: str, key: str, body: Any, run: Callable[[], Any]) -> dict[str, Any]:
        """Give the plain answer of `run`, or the id of the row that it gives; again, the first answer."""


def writes_of(room: str) -> WriteOnce:
    """Give what runs the writes of a room; their operations are known under `room.name`."""

    def write_once(request: HttpRequest, name: str, key: str, body: Any, run: Callable[[], Any]) -> dict[str, Any]:
        sent = {"path": request.path, "body": body.model_dump(mode="json") if body is not None else {}}

        def answer() -> dict[str, Any]:
            made = run()
            return made if isinstance(made, dict) else {"id": str(made.pk)}

        return once(operation=f"{room}.{name}", key=key, request=sent, run=answer, **signed_acting(request))

    return write_once

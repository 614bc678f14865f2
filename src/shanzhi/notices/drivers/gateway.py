"""Calling a gateway over HTTP: JSON out and in, a bound on time, and what a failure says about the message."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from shanzhi.notices.drivers import Answer, Message

WAIT_SECONDS: Final = 10
# A batch ends long before another worker takes it for lost (operations.sending.LEASE).
LONGEST_BATCH: Final = 120.0
LARGEST_ANSWER: Final = 1_000_000


class NotReached(Exception):
    """The connection was never made: surely nothing was sent."""


class Denied(NotReached):
    """We are not let in: the file of keys is missing, incomplete or wrong. Surely nothing was sent."""


class Broken(Exception):
    """The connection broke after the request went out, or the answer makes no sense: it may have been sent."""


def keys(file: str, *needed: str) -> dict[str, Any]:
    """Read a file of secrets from the folder of keys; raise Denied when it is missing or lacks a name."""
    try:
        found: dict[str, Any] = json.loads((Path(settings.KEYS_FOLDER) / file).read_text())
    except (OSError, ValueError) as problem:
        raise Denied("no_keys") from problem
    if not all(found.get(name) for name in needed):
        raise Denied("keys_incomplete")
    return found


def call(address: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Send a request (POST when there is `data`) and read the JSON object that answers; raise NotReached or Broken.

    A gateway's own refusal often comes with a status of 4xx and is an answer all the same.
    """
    request = urllib.request.Request(address, data=data, headers=dict(headers or {}))  # noqa: S310 - from our keys
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:  # noqa: S310 - as above
            return _object(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as refused:
        if refused.code >= 500:
            raise Broken from refused
        return _object(refused.read(LARGEST_ANSWER))
    except urllib.error.URLError as problem:
        refused_at_once = (ConnectionRefusedError, socket.gaierror)
        raise (NotReached if isinstance(problem.reason, refused_at_once) else Broken) from problem
    except (OSError, TimeoutError, HTTPException) as problem:
        raise Broken from problem


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError as problem:
        raise Broken from problem
    if not isinstance(found, dict):
        raise Broken
    return found


def each(batch: Sequence[Message], send: Callable[[Message], Answer]) -> list[Answer]:
    """Send messages one by one; what there is no time for is left for later, and a fault is an answer too."""
    ends = time.monotonic() + LONGEST_BATCH
    answers = []
    for one in batch:
        if time.monotonic() > ends:
            answers.append(Answer(one.token, "later", cause="gateway", code="no_time"))
            continue
        try:
            answers.append(send(one))
        except Denied as denied:
            answers.append(Answer(one.token, "later", cause="credentials", code=str(denied)))
        except NotReached:
            answers.append(Answer(one.token, "later", cause="gateway", code="not_reached"))
        except Broken:
            answers.append(Answer(one.token, "unknown"))
    return answers


def shortened(text: str, most: int) -> str:
    """Cut a value to what a template takes."""
    return text if len(text) <= most else text[: most - 1] + "…"


def compact(token: UUID) -> str:
    """Write a token in 32 characters, which every gateway takes."""
    return token.hex

"""A request as the house's middleware prepares it, for the types of views."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict

from shanzhi.kernel.actor import Actor


class Request(HttpRequest):
    """A request with who acts, the moment it counts as, and its number."""

    actor: Actor
    now: datetime
    request_id: str


class Given(BaseModel):
    """What a program sends: an object of exactly the named fields.

    A body read leniently would turn a misspelt field, or a list where an object belongs, into an empty ballot.
    """

    model_config = ConfigDict(extra="forbid")

"""A request as the house's middleware prepares it, for the types of views."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from shanzhi.kernel.actor import Actor


class Request(HttpRequest):
    """A request with who acts, the moment it counts as, and its number."""

    actor: Actor
    now: datetime
    request_id: str

"""The router of voting, on which each part hangs its addresses."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

router = Router(tags=["voting"])


def ask(request: HttpRequest) -> Any:
    """Give the request with the attributes that the middleware sets."""
    return request

"""The places that come while somebody types into a choice of areas."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from shanzhi.people import queries
from shanzhi.ui import choosing


def areas(request: Any, kind: str) -> HttpResponse:
    """Give the areas that fit what was typed, of those open to this choice and this viewer."""
    return choosing.answer(request, queries.areas_for(kind=kind, viewer=request.actor, at=request.now))

"""The lot and the clock of pitches, as the desk and the chair of the jury see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.urls import reverse

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.ui.http import Request
from shanzhi.ventures import operations
from shanzhi.ventures.models import Call, JuryClosing
from shanzhi.ventures.operations.jury import PITCHING
from shanzhi.ventures.queries import jury as reading


def is_open(found: Call, closing: JuryClosing | None) -> bool:
    """Tell whether the sheets of a jury are filled in now."""
    return found.state == "pitch" and closing is None


def minutes_of(found: Call) -> tuple[int, int]:
    """Give the minutes that a project pitches, and those in which it then answers questions."""
    return found.jury.get("pitch_minutes", 5), found.jury.get("answer_minutes", 5)


def _ends(started: datetime | None, minutes: tuple[int, int]) -> tuple[datetime, datetime] | None:
    """Give when the pitch ends and when the answers do, once it has begun."""
    if started is None:
        return None
    pitch_ends = started + timedelta(minutes=minutes[0])
    return pitch_ends, pitch_ends + timedelta(minutes=minutes[1])


def pitching(found: Call, page: str) -> dict[str, Any]:
    """Give what the part of pitches shows; `page` names the page it stands on, whose addresses begin so."""
    pitches = reading.pitches(found=found)
    minutes = minutes_of(found)
    return {
        "pitches": [
            (
                one,
                _ends(one.started_at, minutes),
                reverse(f"ventures:{page}_pitch", args=[found.pk, one.position]),
            )
            for one in pitches
        ],
        "draw_url": reverse(f"ventures:{page}_draw", args=[found.pk]),
        "may_draw": not pitches and found.state in PITCHING,
        "minutes": minutes,
    }


def draw_order(request: Request, call_id: UUID) -> None:
    """Draw the order of the pitches; what hinders it is told on the page."""
    try:
        operations.draw_pitches(actor=request.actor, call_id=call_id, at=request.now)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden | NotFound | SignInNeeded):
            raise
        messages.warning(request, refusal.text)

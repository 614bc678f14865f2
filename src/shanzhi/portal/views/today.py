"""The first screen of each role: what is due, what is mine, what is open to me."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shanzhi.kernel.actor import Actor
from shanzhi.ui import pieces


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tasks."""

    title: Any
    tasks: Sequence[pieces.Task]


def today_sections(viewer: Actor, now: datetime) -> list[Section]:
    """Gather what the viewer has to do, has under way, and may do."""
    return []

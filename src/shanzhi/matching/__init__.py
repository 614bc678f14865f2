"""Matching of volunteers with shifts: hard rules, scores told part by part, the best whole. Knows no Django.

`best` gives the best assignment with its proof, `greedy` the plain one beside it; `call_up` makes the emergency's case.
How it works and what was measured: docs/decisions/2026-11-27-matching.md.
"""

from shanzhi.matching.answer import Answer, Hurdle, Pair, Part, Unfilled
from shanzhi.matching.checks import MatchingError
from shanzhi.matching.given import (
    EMERGENCY,
    ORDINARY,
    Case,
    Limits,
    Point,
    Shift,
    Span,
    Volunteer,
    Weights,
    call_up,
    on_plane,
)
from shanzhi.matching.run import best, greedy

__all__ = [
    "EMERGENCY",
    "ORDINARY",
    "Answer",
    "Case",
    "Hurdle",
    "Limits",
    "MatchingError",
    "Pair",
    "Part",
    "Point",
    "Shift",
    "Span",
    "Unfilled",
    "Volunteer",
    "Weights",
    "best",
    "call_up",
    "greedy",
    "on_plane",
]

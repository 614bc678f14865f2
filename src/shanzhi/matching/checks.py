"""What a match refuses, before anything is counted: a code, whose id, which field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Final

from shanzhi.matching.given import MOST_PRIORITY, Case, Limits, Shift, Span, Volunteer, Weights

#: Minutes, metres and points stay below this, so that sums of millions of them stay exact in 64 bits.
_MOST_NUMBER: Final = 10**7
#: Minutes since the beginning of any calendar in use.
_MOST_MINUTE: Final = 10**10
_MOST_POINTS: Final = 10_000
_MOST_AGE: Final = 150


class MatchingError(ValueError):
    """The case cannot be matched.

    `code` is one of `repeated-id`, `ends-before-start`, `out-of-range`; `thing` the id of the volunteer or shift,
    empty for weights and limits; `field` the field at fault. The words are made by whoever shows them.
    """

    def __init__(self, code: str, field: str, thing: str = "") -> None:
        """Keep code, field and thing."""
        self.code, self.field, self.thing = code, field, thing
        super().__init__(f"{code}: {field} {thing}".rstrip())


def check(case: Case) -> None:
    """Refuse a case that makes no sense; raise MatchingError for the first fault found."""
    _unique((one.id for one in case.volunteers), "volunteers")
    _unique((one.id for one in case.shifts), "shifts")
    _check_weights(case.weights)
    _check_limits(case.limits)
    for volunteer in case.volunteers:
        _check_volunteer(volunteer)
    for shift in case.shifts:
        _check_shift(shift)


def _unique(ids: Iterable[str], field: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise MatchingError("repeated-id", field, one)
        seen.add(one)


def _between(number: int | None, least: int, most: int, field: str, thing: str = "") -> None:
    if number is not None and not least <= number <= most:
        raise MatchingError("out-of-range", field, thing)


def _span(span: Span, field: str, thing: str) -> None:
    _between(span.start, -_MOST_MINUTE, _MOST_MINUTE, field, thing)
    _between(span.end, -_MOST_MINUTE, _MOST_MINUTE, field, thing)
    if span.end <= span.start:
        raise MatchingError("ends-before-start", field, thing)


def _check_weights(weights: Weights) -> None:
    for one in fields(weights):
        least = 1 if one.name in ("reach", "heavy") else 0
        most = _MOST_NUMBER if least else _MOST_POINTS
        _between(getattr(weights, one.name), least, most, f"weights.{one.name}")


def _check_limits(limits: Limits) -> None:
    _between(limits.shifts, 1, 100, "limits.shifts")
    _between(limits.between, 0, _MOST_NUMBER, "limits.between")
    _between(limits.candidates, 1, _MOST_NUMBER, "limits.candidates")
    _between(limits.searched, 1, _MOST_NUMBER, "limits.searched")
    _between(limits.effort, 0, _MOST_NUMBER, "limits.effort")


def _check_volunteer(one: Volunteer) -> None:
    for span in one.free:
        _span(span, "free", one.id)
    _between(one.furthest, 0, _MOST_NUMBER, "furthest", one.id)
    _between(one.load, 0, _MOST_NUMBER, "load", one.id)
    _between(one.most, 0, _MOST_NUMBER, "most", one.id)
    _between(one.age, 0, _MOST_AGE, "age", one.id)
    if one.at is not None:
        _between(one.at.east, -_MOST_NUMBER, _MOST_NUMBER, "at", one.id)
        _between(one.at.north, -_MOST_NUMBER, _MOST_NUMBER, "at", one.id)


def _check_shift(one: Shift) -> None:
    _span(one.when, "when", one.id)
    _between(one.when.end - one.when.start, 1, _MOST_NUMBER, "when", one.id)
    _between(one.places, 1, _MOST_NUMBER, "places", one.id)
    _between(one.least_age, 0, _MOST_AGE, "least_age", one.id)
    _between(one.greatest_age, one.least_age or 0, _MOST_AGE, "greatest_age", one.id)
    _between(one.priority, 0, MOST_PRIORITY, "priority", one.id)
    if one.language_must and one.language is None:
        raise MatchingError("out-of-range", "language_must", one.id)
    if one.at is not None:
        _between(one.at.east, -_MOST_NUMBER, _MOST_NUMBER, "at", one.id)
        _between(one.at.north, -_MOST_NUMBER, _MOST_NUMBER, "at", one.id)

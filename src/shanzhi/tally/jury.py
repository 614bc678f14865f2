"""A jury's sheets become one score a project: weighted criteria, brought to one measure if so declared, averaged.

All in exact fractions; a score is rounded once, at the end, to hundredths of a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

Normalise = Literal["none", "shift", "stretch"]
Sheets = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Juror, then project, then criterion, to 0 to 100 points."""

MOST: Final = Fraction(100)
#: With fewer sheets for a project, dropping the highest and the lowest would leave one voice alone or none.
LEAST_TO_DROP: Final = 4


class JuryError(ValueError):
    """The sheets cannot be counted; `code` names the fault."""

    def __init__(self, code: str) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Method:
    """How sheets are counted: weights of the criteria (whole, together 100) and the options.

    `shift` moves a juror's sheets so that their mean is that of all jurors over the same projects; `stretch` moves
    them too and brings their spread (mean distance from the mean) to the mean spread of the jurors. `drop_extremes`
    leaves out the highest and the lowest sheet of a project that has at least four.
    """

    weights: Mapping[str, int]
    drop_extremes: bool = False
    normalise: Normalise = "none"


@dataclass(frozen=True, slots=True)
class Voice:
    """One juror's part in a project's score: as given, as brought to one measure, and whether it was dropped."""

    juror: str
    given: Fraction
    used: Fraction
    dropped: bool


@dataclass(frozen=True, slots=True)
class JuryScore:
    """A project's score in hundredths of 0 to 100, and how it came about."""

    project: str
    score: int
    voices: tuple[Voice, ...] = field(default=())


def jury_scores(sheets: Sheets, method: Method) -> dict[str, JuryScore]:
    """Count the sheets by the method; projects in the order of their ids, jurors in that of theirs.

    Raises JuryError: `bad-weights` unless the weights add up to 100, `bad-sheet` for a sheet that lacks a criterion or
    has a score outside 0 to 100, `unknown-method`.
    """
    if not method.weights or sum(method.weights.values()) != 100 or min(method.weights.values()) < 0:
        raise JuryError("bad-weights")
    if method.normalise not in ("none", "shift", "stretch"):
        raise JuryError("unknown-method")
    given = {
        juror: {project: _total(sheet, method.weights) for project, sheet in sorted(of_juror.items())}
        for juror, of_juror in sorted(sheets.items())
        if of_juror
    }
    used = _measured(given, method.normalise)
    projects = sorted({project for of_juror in given.values() for project in of_juror})
    return {project: _score(project, given, used, drop=method.drop_extremes) for project in projects}


def _total(sheet: Mapping[str, int], weights: Mapping[str, int]) -> Fraction:
    if set(sheet) != set(weights) or any(not 0 <= points <= MOST for points in sheet.values()):
        raise JuryError("bad-sheet")
    return Fraction(sum(weights[name] * points for name, points in sheet.items()), 100)


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


Totals = dict[str, dict[str, Fraction]]


def _measured(given: Totals, normalise: Normalise) -> Totals:
    """Bring jurors to one measure: a strict juror is compared only over the projects that he or she judged."""
    if normalise == "none":
        return given
    by_project: dict[str, list[Fraction]] = {}
    for of_juror in given.values():
        for project, total in of_juror.items():
            by_project.setdefault(project, []).append(total)
    means = {project: _mean(totals) for project, totals in by_project.items()}
    own = {juror: _mean(list(of_juror.values())) for juror, of_juror in given.items()}
    spreads = {juror: _mean([abs(total - own[juror]) for total in of.values()]) for juror, of in given.items()}
    usual = _mean(list(spreads.values())) if spreads else Fraction(0)
    used: Totals = {}
    for juror, of_juror in given.items():
        target = _mean([means[project] for project in of_juror])
        factor = usual / spreads[juror] if normalise == "stretch" and spreads[juror] else Fraction(1)
        used[juror] = {
            project: min(MOST, max(Fraction(0), target + (total - own[juror]) * factor))
            for project, total in of_juror.items()
        }
    return used


def _score(project: str, given: Totals, used: Totals, *, drop: bool) -> JuryScore:
    heard = [(used[juror][project], juror) for juror in given if project in given[juror]]
    dropped = {min(heard)[1], max(heard)[1]} if drop and len(heard) >= LEAST_TO_DROP else set()
    voices = tuple(Voice(juror, given[juror][project], value, juror in dropped) for value, juror in heard)
    mean = _mean([voice.used for voice in voices if not voice.dropped])
    return JuryScore(project, hundredths(mean), voices)


def hundredths(points: Fraction) -> int:
    """Round points to hundredths, halves up."""
    return (points * 100 + Fraction(1, 2)).__floor__()

"""A survival curve drawn as steps, on the server, so that it shows without scripts; a table says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from shanzhi.outcomes.queries import Curve, at_risk, share_at
from shanzhi.outcomes.queries.survival import Point
from shanzhi.ui import formatting

WIDTH, HIGH, LEFT, TOP, RIGHT, FOOT = 340, 240, 44, 12, 12, 40
MOST_DRAWN: Final = 5
DAYS: Final = 30.4375
"""Days of a mean month, for the scale alone."""
STEPS: Final = (6, 12, 24, 60, 120)
MOST_MARKS: Final = 6
DASHES: Final = ("none", "7 3", "2 3", "9 3 2 3", "1 5")


@dataclass(frozen=True, slots=True)
class Line:
    """A curve as a path with its dashes and its words."""

    name: str
    number: str
    path: str
    band: str
    dash: str
    few: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the page draws: lines, marks on both axes as place and words."""

    lines: list[Line]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    left_out: int


def marks(curves: Sequence[Curve]) -> list[int]:
    """Give the months at which the scale and the table say something, from 0 on."""
    last = max((one for curve in curves for one, _seen in curve.observed), default=0) / DAYS
    step = next((one for one in STEPS if last / one <= MOST_MARKS), STEPS[-1])
    return list(range(0, int(last) + step, step))[: MOST_MARKS + 2]


def drawn(curves: Sequence[Curve]) -> Drawn:
    """Lay out the largest curves; bounds are drawn where there is one curve alone."""
    months = marks(curves)
    end = max(months[-1], STEPS[0]) * DAYS

    def x(days: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(days / end, 1)

    shown = curves[:MOST_DRAWN]
    lines = [
        Line(
            name=one.name, number=formatting.count(one.number), path=_steps(one, x), few=one.few, dash=DASHES[place],
            band=_band(one.points, x) if len(shown) == 1 else "",
        )
        for place, one in enumerate(shown)
    ]  # fmt: skip
    across = [(x(month * DAYS), str(month)) for month in months]
    up = [(y(share), f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)]
    return Drawn(lines, across, up, len(curves) - len(shown))


def y(share: float) -> float:
    """Give the height at which a share stands."""
    return TOP + (HIGH - TOP - FOOT) * (1 - share)


def _steps(curve: Curve, x: object) -> str:
    assert callable(x)  # a scale
    parts, last = [f"M{x(0):.1f} {y(1):.1f}"], 0
    for one in curve.points:
        parts.append(f"H{x(one.days):.1f}")
        if one.lost:
            parts.append(f"V{y(float(one.share)):.1f}")
        last = one.days
    return " ".join(parts) if last else f"{parts[0]} H{x(1):.1f}"


def _band(points: Sequence[Point], x: object) -> str:
    """Outline the bounds from the first loss on, while there are some."""
    assert callable(x)  # a scale
    bounded = [one for one in points if one.low is not None and one.high is not None]
    if not bounded:
        return ""
    there, back = [], []
    for place, one in enumerate(bounded):
        end = bounded[place + 1].days if place + 1 < len(bounded) else points[-1].days
        there += [f"{x(one.days):.1f} {y(one.high or 0):.1f}", f"{x(end):.1f} {y(one.high or 0):.1f}"]
        back += [f"{x(one.days):.1f} {y(one.low or 0):.1f}", f"{x(end):.1f} {y(one.low or 0):.1f}"]
    return "M" + " L".join([*there, *reversed(back)]) + " Z"


def table(curves: Sequence[Curve]) -> tuple[list[str], list[list[str]]]:
    """Give the heads and rows of the table: each curve at each mark, with the numbers at risk."""
    months = marks(curves)
    heads = [
        _("Group of organisations"),
        _("Organisations"),
        _("No longer living"),
        *(_("%(months)s months") % {"months": one} for one in months[1:]),
    ]
    rows = [
        [
            one.name,
            formatting.count(one.number),
            formatting.count(one.lost),
            *(_cell(one, month) for month in months[1:]),
        ]
        for one in curves
    ]
    return heads, rows


def _cell(curve: Curve, months: int) -> str:
    days = round(months * DAYS)
    number = at_risk(curve.observed, days)
    if not number:
        return formatting.NONE
    words = f"{float(share_at(curve.points, days)):.0%}"
    last = next((one for one in reversed(curve.points) if one.days <= days), None)
    if last is not None and last.low is not None and last.high is not None:
        words += f" ({last.low:.0%}–{last.high:.0%})"
    return f"{words} · {formatting.count(number)}".replace(" ", "\N{NO-BREAK SPACE}")

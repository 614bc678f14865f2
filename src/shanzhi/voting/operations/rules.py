"""What a ballot may look like: the rules of a poll, and the check of choices against them.

Refusals here never repeat what was chosen: they may end in a log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid
from shanzhi.voting.operations.envelopes import Choices

Kind = Literal["approval", "points", "ranked"]
CastChoices = Sequence[str] | Mapping[str, int]
"""Codes of options (best first when ranked), or points by code."""

MOST_OPTIONS: Final = 5000
MOST_POINTS: Final = 1_000_000_000


class UnknownOption(Invalid):
    """A choice names no project of this poll."""

    code = "unknown_option"
    message = _("Your ballot names a project that is not in this vote. Reload the page and choose again.")


class ChosenTwice(Invalid):
    """A project is named twice."""

    code = "chosen_twice"
    message = _("Your ballot names a project twice. Keep it once and send again.")


class TooFew(Invalid):
    """Fewer projects than the poll asks for."""

    code = "too_few"
    message = _("Choose at least %(least)s projects, or cast a blank vote if this vote allows it.")


class TooMany(Invalid):
    """More projects than the poll allows."""

    code = "too_many"
    message = _("You may choose at most %(most)s projects. Take some off and send again.")


class OverPurse(Invalid):
    """The chosen projects cost more than there is."""

    code = "over_purse"
    message = _("Together your projects cost more than the purse holds. Take some off and send again.")


class OverPoints(Invalid):
    """More points given than there are."""

    code = "over_points"
    message = _("You gave more points than the %(total)s you have. Take some back and send again.")


class BadPoints(Invalid):
    """Points are no whole number above zero."""

    code = "bad_points"
    message = _("Points are whole numbers. Correct them and send again.")


class BlankNotAllowed(Invalid):
    """The poll takes no blank votes."""

    code = "blank_not_allowed"
    message = _("This vote does not take blank ballots. Choose at least one project.")


@dataclass(frozen=True, slots=True)
class BallotRules:
    """How a ballot is filled in. `purse_limit` caps the cost of what is chosen at the budget."""

    kind: Kind = "approval"
    min_choices: int = 0
    max_choices: int | None = None
    purse_limit: bool = False
    points_total: int | None = None
    blank_allowed: bool = True


@dataclass(frozen=True, slots=True)
class OptionInput:
    """A project for the ballot; cost in fen; projects of one `exclusive` name rule each other out."""

    code: str
    title: str
    summary: str = ""
    cost_fen: int = 0
    exclusive: str = ""
    link: str = ""
    theme: str = ""
    cost_exact: str = ""
    selected: bool | None = None


def check(
    rules: BallotRules, *, costs: Sequence[int], budget: int, index: Mapping[str, int], chosen: CastChoices
) -> Choices:
    """Turn codes into checked choices; raises a subclass of Invalid on field `choices`. Costs and budget in fen."""
    points: list[int] | None = None
    if rules.kind == "points":
        points, codes = _points(chosen)
    else:
        if isinstance(chosen, Mapping):
            raise UnknownOption(field="choices")
        codes = list(chosen)
    positions = _positions(codes, index)
    _check_number(rules, len(positions))
    if rules.purse_limit and sum(costs[position] for position in positions) > budget:
        raise OverPurse(field="choices")
    if points is not None and rules.points_total is not None and sum(points) > rules.points_total:
        raise OverPoints(field="choices", total=rules.points_total)
    return _canonical(rules, positions, points)


def _positions(codes: list[str], index: Mapping[str, int]) -> list[int]:
    if len(codes) != len(set(codes)):
        raise ChosenTwice(field="choices")
    try:
        return [index[code] for code in codes]
    except KeyError:
        raise UnknownOption(field="choices") from None


def _points(chosen: CastChoices) -> tuple[list[int], list[str]]:
    if not isinstance(chosen, Mapping):
        if chosen:
            raise BadPoints(field="choices")
        return [], []
    for worth in chosen.values():
        if isinstance(worth, bool) or not isinstance(worth, int) or not 0 <= worth <= MOST_POINTS:
            raise BadPoints(field="choices")
    given = {code: worth for code, worth in chosen.items() if worth}
    return list(given.values()), list(given)


def _check_number(rules: BallotRules, number: int) -> None:
    if number == 0:
        if not rules.blank_allowed:
            raise BlankNotAllowed(field="choices")
        return
    if number < rules.min_choices:
        raise TooFew(field="choices", least=rules.min_choices)
    if rules.max_choices is not None and number > rules.max_choices:
        raise TooMany(field="choices", most=rules.max_choices)


def _canonical(rules: BallotRules, positions: list[int], points: list[int] | None) -> Choices:
    """Sort what has no order, so that equal ballots are equal."""
    if rules.kind == "ranked":
        return Choices(tuple(positions))
    if points is None:
        return Choices(tuple(sorted(positions)))
    pairs = sorted(zip(positions, points, strict=True))
    return Choices(tuple(p for p, _w in pairs), tuple(w for _p, w in pairs))

"""Which figures of areas the public is told, decided once for each area, so that all pages of all areas agree.

A figure of persons below five is not told, and nothing that is told gives it away: neither by taking areas from the
area above them, nor by holding the stages side by side, since whoever reached a stage is a helper too. What is told of
an area and its parts leaves over one sum, of the parts that are not told; it is none or at least five, and can be
shared among these parts in more than one way. Told in docs/decisions/2026-11-27-service-records.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

STAGES: Final = ("helper", "core", "leader", "founder")
"""How far somebody came. All are helpers; whoever is not, is at no other stage."""
SMALL: Final = 5
Numbers = Mapping[str, int]
NOTHING: Final[frozenset[str]] = frozenset()
ALL: Final = frozenset(STAGES)


def held_back(whole: Numbers) -> frozenset[str]:
    """Give the stages that are not told of an area with none above it: small ones, and all where helpers are few."""
    if 0 < whole["helper"] < SMALL:
        return ALL
    return frozenset(stage for stage in STAGES if 0 < whole[stage] < SMALL)


def held_back_below(whole: Numbers, parts: Sequence[Numbers], above: frozenset[str]) -> list[frozenset[str]]:
    """Give what is not told of each part of an area of which `above` is not told.

    Parts may hold less than the whole: who serves in an area as a whole is in none of them. What is not told of an area
    is not told of its parts either; of a part whose helpers are not told no other stage is told, even when it is none,
    because a told stage would say how many helpers there are at least.
    """
    hidden: list[set[str]] = [set(above) for _part in parts]
    few: set[int] = set()
    for stage in STAGES:
        if stage in above or not whole[stage]:
            continue
        values = [part[stage] for part in parts]
        chosen = _chosen(values, whole[stage] - sum(values), few)
        for place in chosen:
            hidden[place].add(stage)
        if stage == "helper":
            few = chosen
    return [frozenset(one) for one in hidden]


def _chosen(values: Sequence[int], rest: int, few: set[int]) -> set[int]:
    """Choose the parts whose figure is not told: small ones, those in `few`, and the next smallest until they hide.

    Where no part is left to hide behind, none is told, not even that there is nobody.
    """
    chosen = {place for place, value in enumerate(values) if 0 < value < SMALL} | few
    more = sorted((place for place, value in enumerate(values) if value and place not in chosen),
                  key=lambda place: (values[place], place))  # fmt: skip
    while not _hides([values[place] for place in chosen], rest):
        if not more:
            return set(range(len(values)))
        chosen.add(more.pop(0))
    return chosen


def _hides(values: Sequence[int], rest: int) -> bool:
    """Tell whether figures that are not told stay unknown to whoever knows their sum, with what is in no part."""
    if 0 < rest + sum(values) < SMALL:
        return False
    some = [value for value in values if value]
    return all(value >= SMALL for value in some) or sum(some) >= max(SMALL, len(some) + 1)

"""A vote as both sites hold it: who chooses what, who changes their mind, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

VOTERS: Final = 120
HALL, CARELESS, VISITS = 60, 16, 12
"""Voters on paper: where all is shuffled, where nothing is, and at home."""
CHANGED: Final = 24
KNOWN: Final = 12
CODES: Final = [f"QZCODE{n}X" for n in range(8)]
PATTERNS: Final = {"blank": (), "one": (0,), "three": (0, 1, 2), "all": tuple(range(8))}
"""Ballots of very different lengths; each is cast by a quarter of the voters, so that chance is right in a quarter."""

REASON: Final = "over_purse"
"""Why the sheets of all who were visited at home are invalid."""


@dataclass(frozen=True)
class Plan:
    """`casts` as (voter, pattern) in their order; `choices` are what counts; the attacker knows some, `known`."""

    casts: list[tuple[int, str]]
    choices: list[str]
    known: dict[int, str]


def plan(seed: int) -> Plan:
    """Draw a plan from a seed."""
    draw = Random(seed)
    choices = [name for name in PATTERNS for _ in range(VOTERS // len(PATTERNS))]
    draw.shuffle(choices)
    order = draw.sample(range(VOTERS), VOTERS)
    changed = draw.sample(range(VOTERS), CHANGED)
    first = [(voter, draw.choice(list(PATTERNS)) if voter in changed else choices[voter]) for voter in order]
    known = {voter: choices[voter] for voter in draw.sample(range(VOTERS), KNOWN)}
    return Plan([*first, *((voter, choices[voter]) for voter in changed)], choices, known)


@dataclass(frozen=True)
class PaperPlan:
    """Who gets a sheet at which place, in that order; what each sheet says; of whom the attacker knows it."""

    seed: int
    places: dict[str, list[int]]
    choices: list[str]
    known: dict[int, str]


def paper_plan(seed: int) -> PaperPlan:
    """Draw a plan of a vote on paper: each ballot as often as the others at both polling places, at home none valid."""
    draw = Random(seed)
    said: list[str] = []
    for number in (HALL, CARELESS):
        there = [name for name in PATTERNS for _ in range(number // len(PATTERNS))]
        draw.shuffle(there)
        said += there
    choices = [*said, *["invalid"] * VISITS]
    turns = draw.sample(range(HALL), HALL), draw.sample(range(HALL, HALL + CARELESS), CARELESS)
    places = {"hall": turns[0], "careless": turns[1], "visits": list(range(HALL + CARELESS, len(choices)))}
    known = {voter: choices[voter] for voter in draw.sample(range(HALL), KNOWN)}
    return PaperPlan(seed, places, choices, known)

"""When guesses are better than chance: by the exact tail of the binomial distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

RARE: Final = 1e-6
"""How unlikely by chance a result must be to count as an attack that works; shared among all guesses of an attacker."""


@dataclass(frozen=True, repr=False)
class Guess:
    """One way of guessing: by voter, what they chose (the name of a pattern) or which receipt is theirs."""

    name: str
    choices: Mapping[int, str] | None = None
    receipts: Mapping[int, str] | None = None


@dataclass(frozen=True, repr=False)
class Truth:
    """What the voters really chose last, and their last receipts."""

    choices: Sequence[str]
    receipts: Sequence[str]


def tail(hits: int, tries: int, chance: float) -> float:
    """Give the probability of so many hits or more among so many tries at a chance."""
    if hits <= 0:
        return 1.0
    return sum(comb(tries, n) * chance**n * (1 - chance) ** (tries - n) for n in range(hits, tries + 1))


def likelihood(guess: Guess, truth: Truth) -> float:
    """Give how likely it is to be right so often by chance: at choices by their share, at receipts by one in all."""
    if guess.receipts is not None:
        hits = sum(truth.receipts[voter] == receipt for voter, receipt in guess.receipts.items())
        return tail(hits, len(guess.receipts), 1 / len(truth.receipts))
    told = guess.choices or {}
    hits = sum(truth.choices[voter] == choice for voter, choice in told.items())
    most = max((list(truth.choices).count(choice) for choice in set(told.values())), default=0)
    return tail(hits, len(told), most / len(truth.choices))


def working(guesses: Sequence[Guess], truth: Truth) -> list[str]:
    """Name the guesses that chance does not explain."""
    bound = RARE / max(len(guesses), 1)
    return [guess.name for guess in guesses if likelihood(guess, truth) < bound]

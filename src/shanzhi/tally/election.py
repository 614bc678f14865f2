"""What every rule counts: projects with costs, a purse, and ballots as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

BallotKind = Literal["approval", "points", "ranked"]


@dataclass(frozen=True, slots=True)
class Project:
    """A project on the ballot.

    `cost` is in the currency unit of the election (yuan, zloty, euro), exact. `selected` and `stated_votes` repeat what
    a file claims and take no part in counting. Projects that share a non-empty `exclusive` name rule each other out.
    """

    id: str
    cost: Fraction
    name: str = ""
    exclusive: str = ""
    stated_votes: int | None = None
    selected: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Election:
    """One election, ready to be counted.

    Ballot b names the projects `choices[offsets[b]:offsets[b + 1]]` (positions in `projects`). Ranked ballots list them
    best first. Points ballots carry `points` beside `choices`, whole numbers that are 1/`points_scale` of a point.
    An empty ballot is a blank vote and counts as a ballot.
    """

    projects: tuple[Project, ...]
    budget: Fraction
    kind: BallotKind
    offsets: npt.NDArray[np.int64]
    choices: npt.NDArray[np.int32]
    points: npt.NDArray[np.int64] | None = None
    points_scale: int = 1
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def ballots(self) -> int:
        """How many ballots were cast, blank ones included."""
        return len(self.offsets) - 1


def from_lists(
    *,
    projects: Sequence[Project],
    budget: Fraction | int,
    kind: BallotKind,
    ballots: Sequence[Sequence[int]],
    points: Sequence[Sequence[int]] | None = None,
) -> Election:
    """Build an election from ballots given as lists of project positions, with whole points beside them if any."""
    offsets = np.zeros(len(ballots) + 1, dtype=np.int64)
    np.cumsum([len(ballot) for ballot in ballots], out=offsets[1:])
    flat = np.fromiter((p for ballot in ballots for p in ballot), dtype=np.int32, count=int(offsets[-1]))
    worth = None
    if points is not None:
        worth = np.fromiter((w for ballot in points for w in ballot), dtype=np.int64, count=int(offsets[-1]))
    return Election(tuple(projects), Fraction(budget), kind, offsets, flat, worth)

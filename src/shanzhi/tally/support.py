"""The ballots seen from the projects: who supports what, and how much it is worth to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shanzhi.tally.election import Election
from shanzhi.tally.faults import CountingError
from shanzhi.tally.spec import Satisfaction

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Sums of points stay exact in floats below this.
EXACT_LIMIT = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Ballots as entries, voter by voter.

    Voter g stands for `weight[g]` equal ballots and owns the entries `offsets[g]:offsets[g + 1]`, each a supported
    project and its worth (1, points, or Borda score).
    """

    offsets: Ints
    project: Ints
    worth: Ints
    weight: Ints
    uniform: bool

    @property
    def voters(self) -> Ints:
        """Return the voter of each entry."""
        return np.repeat(np.arange(len(self.weight), dtype=np.int64), np.diff(self.offsets))

    def votes(self, projects: int) -> list[int]:
        """Count the supporters of each project."""
        return _totals(self, projects, np.ones(len(self.worth), dtype=np.int64))

    def score(self, projects: int) -> list[int]:
        """Sum the worth of each project over all ballots: votes, points or Borda scores."""
        return _totals(self, projects, self.worth)


def _totals(support: Support, projects: int, worth: Ints) -> list[int]:
    shares = (worth * support.weight[support.voters]).astype(np.float64)
    counts = np.bincount(support.project, weights=shares, minlength=projects)
    return [int(count) for count in counts]


def read_support(election: Election, satisfaction: Satisfaction) -> Support:
    """Turn the ballots into supporters with worth, refusing what cannot be counted.

    Whoever lists a project supports it; on points ballots whoever gives it more than nothing. Borda: the last rank
    of a ballot's own list is worth 0 (data of Pabulib, pabutools), so the length of the list sets the first rank.
    """
    _check(election, satisfaction)
    offsets, project = election.offsets.astype(np.int64), election.choices.astype(np.int64)
    if satisfaction == "borda":
        lengths = np.diff(offsets)
        worth = np.repeat(offsets[1:], lengths) - 1 - np.arange(len(project), dtype=np.int64)
        return _checked(offsets, project, worth, uniform=False, projects=len(election.projects))
    points = election.points if election.kind == "points" else None
    if points is None:
        worth = np.ones(len(project), dtype=np.int64)
        return _checked(offsets, project, worth, uniform=True, projects=len(election.projects))
    keep = points > 0
    if not keep.all():
        kept = np.concatenate(([0], np.cumsum(keep)))
        offsets, project, points = kept[offsets], project[keep], points[keep]
    uniform = satisfaction != "points"
    worth = np.ones(len(project), dtype=np.int64) if uniform else points.astype(np.int64)
    return _checked(offsets, project, worth, uniform=uniform, projects=len(election.projects))


def _check(election: Election, satisfaction: Satisfaction) -> None:
    if satisfaction == "points" and election.kind != "points":
        raise CountingError("no-points")
    if satisfaction == "borda" and election.kind != "ranked":
        raise CountingError("no-ranks")
    if election.kind == "points" and election.points is None:
        raise CountingError("points-missing")
    if election.points is not None and (election.points < 0).any():
        raise CountingError("negative-points")
    if len({project.id for project in election.projects}) != len(election.projects):
        raise CountingError("repeated-project")
    if any(project.cost < 0 for project in election.projects) or election.budget < 0:
        raise CountingError("negative-money")


def _checked(offsets: Ints, project: Ints, worth: Ints, *, uniform: bool, projects: int) -> Support:
    if len(project) and (project.min() < 0 or project.max() >= projects):
        raise CountingError("unknown-project")
    voters = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    keys = np.sort(voters * max(projects, 1) + project)
    if (keys[1:] == keys[:-1]).any():
        raise CountingError("repeated-choice")
    if not uniform and float(worth.sum(dtype=np.float64)) >= EXACT_LIMIT:
        raise CountingError("too-many-points")
    return Support(offsets, project, worth, np.ones(len(offsets) - 1, dtype=np.int64), uniform)


def grouped(support: Support) -> Support:
    """Merge equal ballots into one voter with a weight. Equal ballots spend alike, so no rule can tell them apart.

    Groups are found by a hash and then compared entry by entry, so that a collision can never merge two different
    ballots (it would only leave them unmerged).
    """
    count = len(support.weight)
    lengths = np.diff(support.offsets)
    voters = support.voters
    order = np.lexsort((support.project, voters))
    project, worth = support.project[order], support.worth[order]
    mixer = np.random.default_rng(20260101).integers(1, 2**63, size=int(project.max(initial=0)) + 1, dtype=np.uint64)
    parts = mixer[project] * worth.astype(np.uint64)
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(parts, dtype=np.uint64)))
    prints = sums[support.offsets[1:]] - sums[support.offsets[:-1]]
    _, first, group = np.unique(prints, return_index=True, return_inverse=True)
    model = first[group]
    equal = lengths[model] == lengths
    place = np.arange(len(project), dtype=np.int64) - support.offsets[voters]
    fits = equal[voters]
    other = np.where(fits, support.offsets[model[voters]] + place, 0)
    wrong = ~fits | (project[other] != project) | (worth[other] != worth)
    alone = np.zeros(count, dtype=np.bool_)
    alone[voters[wrong]] = True
    alone |= ~equal
    model = np.where(alone, np.arange(count), model)
    models, weight = np.unique(model, return_counts=True)
    entries = gather(support.offsets, models)
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths[models])))
    return Support(offsets, project[entries], worth[entries], weight.astype(np.int64), support.uniform)


def gather(offsets: Ints, voters: Ints) -> Ints:
    """Return the entries of some voters, in the order of the voters."""
    starts = offsets[voters]
    lengths = offsets[voters + 1] - starts
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - ends + lengths, lengths) + np.arange(total, dtype=np.int64)


def joined(support: Support, project: int, voters: Ints, counts: Ints, worth: Ints) -> Support:
    """Return the support in which some voters support one more project: `counts` of each group, each at that worth.

    Those who change stand apart from the rest of their group, which may be left with a weight of 0.
    """
    entries = gather(support.offsets, voters)
    lengths = support.offsets[voters + 1] - support.offsets[voters]
    ends = np.cumsum(lengths + 1)
    added = np.full(int(ends[-1]) if len(ends) else 0, project, dtype=np.int64)
    values = np.zeros(len(added), dtype=np.int64)
    kept = np.ones(len(added), dtype=np.bool_)
    kept[ends - 1] = False
    added[kept], values[kept], values[ends - 1] = support.project[entries], support.worth[entries], worth
    weight = support.weight.copy()
    weight[voters] -= counts
    return Support(
        offsets=np.concatenate((support.offsets, support.offsets[-1] + ends)),
        project=np.concatenate((support.project, added)),
        worth=np.concatenate((support.worth, values)),
        weight=np.concatenate((weight, counts)),
        uniform=support.uniform,
    )

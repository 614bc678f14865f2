"""What may be published about few people: ballots merged and figures held back until nobody can be told apart.

The measure, its reasons and its limits stand in docs/decisions, 'small electorates'. With a smallest group of k, of n
ballots, fewer than the smallest electorate:

1. Fewer than 2k ballots: nothing but what was decided.
2. The supporters of a project are given where there are k to n - k of them; how many voted blank is not given. Where
   what a ballot may hold would let a reader work out a held figure from the given ones, none is given.
3. Ballots are shown only from 4k ballots on, when every figure is given, and when no project is supported by all, or
   all but one, of the supporters of another. Shown is a ballot that k or more cast alike; the others are merged into a
   heap of none or at least k.

Whoever knows the measure learns from its working no more than this: the true ballots are always among those that fit
what is published.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Kind = Literal["whole", "merged", "totals", "decided"]
MEASURE: Final = "small-electorates-1"
"""Name of the measure, so that a published file can say by which it was made."""
LEAST_APART: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many ballots on all is published (`electorate`), the smallest group, and what a ballot may hold.

    `least` and `most` choices of a ballot that is not blank, and whether it may be: they let a reader reckon. With
    `bound` further rules tie the choices of a ballot together, such as a purse: then all figures are given or none.
    """

    electorate: int
    group: int
    least: int = 1
    most: int = 5000
    blank: bool = True
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a ballot says: `content` tells patterns apart, `projects` are those that it supports; none is blank."""

    content: Hashable
    projects: frozenset[int]


@dataclass(frozen=True, slots=True)
class Table:
    """What is published of a group of voters; None is held back.

    `size` ballots, of them shown ones by pattern and `merged` ones; `votes` are supporters by project.
    """

    size: int | None
    patterns: Mapping[Pattern, int]
    merged: int
    votes: tuple[int | None, ...]
    blank: int | None

    @property
    def kind(self) -> Kind:
        """How much is published: all, some ballots, figures alone, or only what was decided."""
        if self.size is not None and not self.merged and None not in self.votes:
            return "whole"
        if self.patterns:
            return "merged"
        return "totals" if any(votes is not None for votes in self.votes) else "decided"


def tabulate(patterns: Mapping[Pattern, int], projects: int) -> Table:
    """Count ballots by project, nothing held back."""
    votes = [0] * projects
    for one, number in patterns.items():
        for project in one.projects:
            votes[project] += number
    blank = sum(number for one, number in patterns.items() if not one.projects)
    return Table(sum(patterns.values()), dict(patterns), 0, tuple(votes), blank)


def coarsen(table: Table, limits: Limits) -> Table:
    """Merge ballots and hold back figures until the measure holds; what already meets it comes back unchanged."""
    size, k = table.size, limits.group
    if size is None or size >= limits.electorate:
        return table
    if size < 2 * k:
        return Table(None, {}, 0, (None,) * len(table.votes), None)
    votes = figures(size, table.votes, limits)
    if None in votes or size < 4 * k or (not table.merged and _tells_one_from_another(table)):
        return Table(size, {}, size, votes, None)
    return _merged(replace(table, votes=votes), k)


def figures(size: int, votes: Iterable[int | None], limits: Limits) -> tuple[int | None, ...]:
    """Give the figures of a group that may be told: none about fewer than k voters, none that tells a held one."""
    k = limits.group
    told = tuple(one if one is not None and k <= one <= size - k else None for one in votes)
    if None not in told or (not limits.bound and _stays_open(size, told, limits)):
        return told
    return (None,) * len(told)


def _stays_open(size: int, told: tuple[int | None, ...], limits: Limits) -> bool:
    """Tell whether a held figure stays open, for a reader who knows the measure and adds up what a ballot may hold.

    Open: two values at least fit, one of which leaves k - 1 supporters or more, and as many who are none.
    """
    k, held = limits.group, told.count(None)
    given = [one for one in told if one is not None]
    extremes = sorted({*range(k), *range(size - k + 1, size + 1)})
    fit = [value for value in extremes if _fits(size, value, given, held - 1, limits)]
    return len(fit) > 1 and (k - 1 in fit or size - k + 1 in fit)


def _fits(size: int, value: int, given: list[int], others: int, limits: Limits) -> bool:
    """Tell whether ballots exist in which one held figure is `value` and `others` more are out of the ordinary."""
    k = limits.group
    most = min(limits.most, len(given) + others + 1)
    most_blank = size - max([value, *given]) if limits.blank else 0
    for filled in range(size - most_blank, size + 1):
        low = limits.least * filled - sum(given) - value
        high = most * filled - sum(given) - value
        many = min(others, high // (size - k + 1)) if high >= 0 else -1  # how many can be nearly everybody's
        if many >= 0 and many * size + (others - many) * (k - 1) >= low:
            return True
    return False


def _tells_one_from_another(table: Table) -> bool:
    """Tell whether knowing that somebody supports one project would tell, or nearly, that they support another."""
    projects = range(len(table.votes))
    both: dict[tuple[int, int], int] = {}
    for one, number in table.patterns.items():
        for p in one.projects:
            for q in one.projects:
                both[p, q] = both.get((p, q), 0) + number
    return any(p != q and both.get((p, p), 0) - both.get((p, q), 0) < LEAST_APART for p in projects for q in projects)


def _merged(table: Table, k: int) -> Table:
    """Merge the ballots that fewer than k cast alike, and the rarest others until the heap has k."""
    shown = dict(table.patterns)
    merged = table.merged
    for one in sorted(shown, key=lambda one: (shown[one], sorted(one.projects), repr(one.content))):
        if shown[one] >= k and (merged == 0 or merged >= k):
            break
        merged += shown.pop(one)
    return replace(table, patterns=shown, merged=merged, blank=None if merged else table.blank)


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the voters whose membership is known to others, such as those of a community; None is held back."""

    size: int
    votes: tuple[int | None, ...]


def coarsen_groups(groups: Mapping[str, Group], whole: Table, limits: Limits) -> dict[str, Group]:
    """Give the figures that may be told of parts that make up the whole, small or large; a part left out tells nothing.

    Each part is held to the measure by itself; and what is left when the told parts are taken from the whole, for each
    project, is about k voters at least, or the project's figure is told for no part.
    """
    told = {
        name: Group(one.size, figures(one.size, one.votes, limits))
        for name, one in groups.items()
        if one.size >= 2 * limits.group
    }
    left = sum(one.size for name, one in groups.items() if name not in told)
    if 0 < left < 2 * limits.group and told:
        del told[min(told, key=lambda name: (told[name].size, name))]
    while True:
        safe = {name: _without(one, _by_difference(groups, told, whole, limits), limits) for name, one in told.items()}
        if safe == told:
            return safe
        told = safe


def _by_difference(groups: Mapping[str, Group], told: Mapping[str, Group], whole: Table, limits: Limits) -> set[int]:
    """Find the projects for which the parts not told would be told by subtraction, or the whole is held back."""
    found = set()
    for project, votes in enumerate(whole.votes):
        hidden = [name for name in groups if name not in told or told[name].votes[project] is None]
        size = sum(groups[name].size for name in hidden)
        left = sum(groups[name].votes[project] or 0 for name in hidden)
        if votes is None or (hidden and not limits.group <= left <= size - limits.group):
            found.add(project)
    return found


def _without(one: Group, projects: set[int], limits: Limits) -> Group:
    kept = (None if project in projects else votes for project, votes in enumerate(one.votes))
    return replace(one, votes=figures(one.size, kept, limits))


def fault(table: Table, limits: Limits) -> str:
    """Say in which point a published table breaks the measure, as far as the table shows; '' when in none."""
    size, k = table.size, limits.group
    if size is None or size >= limits.electorate:
        return ""
    if size < 2 * k:
        return "fewer ballots than two smallest groups"
    if any(votes is not None and not k <= votes <= size - k for votes in table.votes):
        return "a figure about fewer voters than the smallest group"
    some = None in table.votes and any(votes is not None for votes in table.votes)
    if some and (limits.bound or not _stays_open(size, table.votes, limits)):
        return "a held figure can be worked out"
    if table.patterns and (size < 4 * k or None in table.votes):
        return "ballots are shown beside held figures, or of too few voters"
    if any(number < k for number in table.patterns.values()) or 0 < table.merged < k:
        return "a ballot that fewer than the smallest group cast alike"
    return ""

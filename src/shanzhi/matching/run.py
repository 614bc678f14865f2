"""One run of matching, whole: check, survey, solve, tell."""

from __future__ import annotations

from shanzhi.matching.answer import Answer, told
from shanzhi.matching.checks import check
from shanzhi.matching.given import Case
from shanzhi.matching.ground import Ground, read, survey
from shanzhi.matching.plain import greedy_pairs, worth
from shanzhi.matching.search import find


def best(case: Case) -> Answer:
    """Propose the assignment of most points, with its bound; raise MatchingError for a case that makes no sense.

    The same case gives the same answer, in whatever order volunteers and shifts come. Nothing is decided by it: staff
    confirm each pair.
    """
    ground = _ground(case)
    found = find(ground)
    return told(ground, found.pairs, found.total, found.bound, found.searched)


def greedy(case: Case) -> Answer:
    """Propose what taking the best pair first comes to: the baseline, with the same rules and the same reasons."""
    ground = _ground(case)
    pairs = greedy_pairs(ground)
    return told(ground, pairs, worth(ground, pairs), None, len(ground.shift))


def _ground(case: Case) -> Ground:
    check(case)
    return survey(read(case))

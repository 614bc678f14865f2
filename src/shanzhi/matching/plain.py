"""The plain way: the best pair first, then the next that still fits. A baseline, and the search's first hint."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

import numpy as np

from shanzhi.matching.ground import Ground, Ints

#: So many pairs at a time become Python's own numbers.
_BLOCK: Final = 100_000


def worth(ground: Ground, pairs: Ints) -> int:
    """Give the points of a whole: the scores of its pairs, less what turns beyond the first cost."""
    turns = np.bincount(ground.volunteer[pairs], minlength=1)
    return int(ground.score[pairs].sum()) - ground.traits.case.weights.again * int((turns * (turns - 1) // 2).sum())


def greedy_pairs(ground: Ground) -> Ints:
    """Take pairs by score, the best first, equal ones by the ids of shift and volunteer; skip what no longer fits.

    A pair that would cost more for its turn than it is worth is skipped too.
    """
    traits, limits, again = ground.traits, ground.traits.case.limits, ground.traits.case.weights.again
    order = np.lexsort((ground.volunteer, ground.shift, -ground.score))
    left, most = traits.places.tolist(), traits.most.tolist()
    start, end, minutes = traits.start.tolist(), (traits.end + limits.between).tolist(), traits.minutes.tolist()
    turns: Counter[int] = Counter()
    busy: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    taken = []
    for low in range(0, len(order), _BLOCK):
        block = order[low : low + _BLOCK]
        columns = (ground.volunteer[block].tolist(), ground.shift[block].tolist(), ground.score[block].tolist())
        for place, volunteer, shift, score in zip(block.tolist(), *columns, strict=True):
            turn = turns[volunteer]
            if not left[shift] or turn >= limits.shifts or minutes[shift] > most[volunteer] or score < again * turn:
                continue
            if any(start[shift] < until and since < end[shift] for since, until in busy[volunteer]):
                continue
            left[shift] -= 1
            most[volunteer] -= minutes[shift]
            turns[volunteer] += 1
            busy[volunteer].append((start[shift], end[shift]))
            taken.append(place)
    return np.array(sorted(taken), dtype=np.int64)

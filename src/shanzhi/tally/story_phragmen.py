"""The account of sequential Phragmen."""

from __future__ import annotations

from fractions import Fraction

from shanzhi.tally.ground import Ground
from shanzhi.tally.phragmen import Loads, Phragmen
from shanzhi.tally.story import Equals, Story


def tell_phragmen(ground: Ground) -> Story:
    """Count by sequential Phragmen, and tell it."""
    story = Story(ground)
    course = Phragmen(ground).play()
    for step in course.steps:
        load = step.load / ground.scale
        equals = Equals([], step.tied[1:])
        story.choose(step.position, rate=load, payers=ground.votes[step.position], equals=equals)
    story.ended = "overspent" if course.stopped else "all-bought"
    left = ground.money(ground.budget - course.cost)
    won, dear = set(story.won), set(course.dear)
    for position in ground.open:
        if position in won:
            continue
        if position in dear:
            story.lose(position, "beyond-purse", had=ground.money(ground.budget))
        elif position in course.barred:
            story.lose(position, "rival", other=course.barred[position])
        elif position in course.stopped:
            backed = position in course.last
            story.lose(position, "too-dear", had=left, most_cost=left if backed else None)
        elif position not in course.last:
            story.lose(position, "unsupported", had=left)
        else:
            enough = _cheaper(ground, course, position, left)
            story.lose(position, "stopped", had=left, other=course.stopped[0], most_cost=enough)
    return story


def _cheaper(ground: Ground, course: Loads, position: int, left: Fraction) -> Fraction | None:
    """Return a cost, in whole 1/100, at which the project would surely have been chosen, or None.

    It must stand strictly lower than the project that stopped the rule and fit in what was left: unless it was chosen
    earlier, all steps stay as they were, and then it is the only lowest.
    """
    stopper = course.last.get(course.stopped[0])
    if stopper is None:
        return None
    bound = ground.costs[position] - (course.last[position] - stopper) * ground.votes[position]
    below = -(-bound * 100 / ground.scale // 1) - 1
    return min(left, Fraction(below, 100))

"""The account of sequential Phragmen."""

from __future__ import annotations

from shanzhi.tally.ground import Ground
from shanzhi.tally.phragmen import Phragmen
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
            story.lose(position, "too-dear", had=left)
        elif position not in course.last:
            story.lose(position, "unsupported", had=left)
        else:
            story.lose(position, "stopped", had=left, other=course.stopped[0])
    return story

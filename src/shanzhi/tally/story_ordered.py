"""The account of a rule that goes down one order."""

from __future__ import annotations

from shanzhi.tally.ground import Ground
from shanzhi.tally.ordered import Walk, walk
from shanzhi.tally.story import Equals, Story, equals_of


def tell_ordered(ground: Ground) -> Story:
    """Count by score, score per cost, or jury and votes, and tell it."""
    story = Story(ground)
    course = walk(ground)
    place = {turn.position: number for number, turn in enumerate(course.turns)}
    scale = 1 if ground.spec.rule == "composite" else ground.score_scale
    groups = {position: group for group in course.ties for position in group}
    for number, turn in enumerate(course.turns):
        equals = _equals(course, place, groups.get(turn.position), number)
        if turn.why:
            _lose(story, course, number)
            if turn.why == "too-dear" and ground.spec.rule == "score-no-skip":
                story.tie(None, Equals([*equals.passed, turn.position], equals.waiting))
            continue
        key = course.keys[turn.position][1]
        free = course.keys[turn.position][0] == 1
        story.choose(
            turn.position, rate=None if free else key / scale, payers=ground.votes[turn.position], equals=equals
        )
    return story


def _equals(course: Walk, place: dict[int, int], group: list[int] | None, number: int) -> Equals:
    """Return who stood equal at a turn; those ruled out before it wait no more."""
    if group is None:
        return Equals([], [])

    def taken(position: int) -> bool:
        return not course.turns[place[position]].why

    def out(position: int) -> bool:
        other = course.turns[place[position]].other
        return other is not None and place[other] < number

    return equals_of(group, taken, out, course.turns[number].position)


def _lose(story: Story, course: Walk, number: int) -> None:
    ground, turn = story.ground, course.turns[number]
    left, place = ground.money(turn.left), number + 1
    if ground.costs[turn.position] > ground.budget:
        story.lose(turn.position, "beyond-purse", turn=place, had=ground.money(ground.budget))
    elif turn.why == "rival":
        story.lose(turn.position, "rival", turn=place, had=left, other=turn.other)
    elif turn.why == "stopped":
        blocker = next(each.position for each in course.turns if each.why == "too-dear")
        story.lose(turn.position, "stopped", turn=place, had=left, other=blocker)
    else:
        story.lose(turn.position, "too-dear", turn=place, had=left)

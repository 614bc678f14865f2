"""The account of a rule that goes down one order, with what each loser would have needed."""

from __future__ import annotations

from fractions import Fraction

from shanzhi.tally.ground import Ground
from shanzhi.tally.ordered import Turn, Walk, walk
from shanzhi.tally.story import Equals, Story, equals_of


def tell_ordered(ground: Ground) -> Story:
    """Count by score, score per cost, or jury and votes, and tell it."""
    story = Story(ground)
    course = walk(ground)
    place = {turn.position: number for number, turn in enumerate(course.turns)}
    groups = {position: group for group in course.ties for position in group}
    for number, turn in enumerate(course.turns):
        equals = _equals(course, place, groups.get(turn.position), number)
        if turn.why:
            _lose(story, course, place, number)
            if turn.why == "too-dear" and ground.spec.rule == "score-no-skip":
                story.tie(None, Equals([*equals.passed, turn.position], equals.waiting))
            continue
        key = course.keys[turn.position][1]
        free = course.keys[turn.position][0] == 1
        story.choose(turn.position, rate=None if free else key, payers=ground.votes[turn.position], equals=equals)
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


def _lose(story: Story, course: Walk, place: dict[int, int], number: int) -> None:
    ground, turn = story.ground, course.turns[number]
    cost = ground.costs[turn.position]
    left = ground.money(turn.left)
    if cost > ground.budget:
        story.lose(turn.position, "beyond-purse", turn=number + 1, had=ground.money(ground.budget))
        return
    if turn.why == "rival":
        last = number if turn.other is None else place[turn.other]
        more = _more_score(ground, course, turn.position, last)
        story.lose(turn.position, "rival", turn=number + 1, had=left, other=turn.other, least_votes=more)
        return
    stop = number
    if turn.why == "stopped":
        stop = next(at for at, each in enumerate(course.turns) if each.why == "too-dear")
    more = _more_score(ground, course, turn.position, stop)
    if turn.why == "stopped":
        blocker = course.turns[stop].position
        story.lose(turn.position, "stopped", turn=number + 1, had=left, other=blocker, least_votes=more)
        return
    story.lose(turn.position, "too-dear", turn=number + 1, had=left, least_votes=more, most_cost=left)


def _more_score(ground: Ground, course: Walk, position: int, last: int) -> int | None:
    """Return how many more votes (or points) would surely have been enough.

    It must come strictly before some project at whose turn there was still enough money for it, at the latest at
    place `last`; all before that place stays as it was, so it would have been chosen there. Ties could make one vote
    fewer enough; that is not promised.
    """
    cost = ground.costs[position]
    for number in range(last, -1, -1):
        turn = course.turns[number]
        if turn.left >= cost and turn.position != position:
            return _overtake(ground, course, position, turn)
    return None


def _overtake(ground: Ground, course: Walk, position: int, ahead: Turn) -> int | None:
    rule, own = ground.spec.rule, ground.score[position]
    free, key = course.keys[ahead.position]
    if free or (rule == "composite" and not ground.support.uniform):
        return None
    if rule == "composite":
        parts = ground.spec.composite
        if parts is None or not parts.vote_weight:
            return None
        gap = key - course.keys[position][1]
        return int(gap * ground.election.ballots / parts.vote_weight // 1) + 1
    target = key * Fraction(ground.costs[position], ground.scale) if rule == "per-cost" else key
    return int(target // 1) + 1 - own

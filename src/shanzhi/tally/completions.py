"""Endowments of Equal Shares: one run, or reruns with one more currency unit per voter until a rule says stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shanzhi.tally.course import Course
from shanzhi.tally.ground import Ground
from shanzhi.tally.leaps import leap
from shanzhi.tally.shares import Run
from shanzhi.tally.spec import Completion

#: So many steps without a change before the first leap is tried.
PATIENCE = 6
#: So many single steps are tried when a count is only guessed.
STEPS_NEAR = 12


@dataclass(frozen=True, slots=True)
class Shares:
    """The run that counts, how many runs it took, and how the raising of the endowment ended."""

    run: Run
    runs: int
    ended: str

    @property
    def course(self) -> Course:
        """Return the rounds of the run that counts."""
        return self.run.course


@dataclass(frozen=True, slots=True)
class Filled:
    """One turn of the filling up: the money then left (scaled), whether it was taken, and the rival that barred it."""

    position: int
    left: int
    taken: bool
    rival: int | None


def equal_shares(ground: Ground, completion: Completion) -> Shares:
    """Run Equal Shares with a completion. One unit is the currency's unit of the election.

    `none`: endowment budget / ballots. `exhaustive-supported` and `exhaustive-all` raise that by 1 until nothing
    (supported, with a cost) that is still open fits, or the purse is overspent; then the outcome before counts.
    `add1` starts at the whole part and stops only when overspent (Assen, Świecie); `add1u` is exhaustive over all,
    from the whole part, and one plain run when everything fits together (equalshares.net); its filling up by votes is
    `fill`.
    """
    completion = _effective(ground, completion)
    run = _play(ground, _first(ground, completion))
    if completion == "none":
        return Shares(run, 1, "single")
    return _raise(ground, completion, run)


def near(ground: Ground, completion: Completion, endowment: Fraction) -> Shares:
    """Guess a count by playing only around the endowment (scaled) at which a like election ended.

    Wrong where the purse is first overspent, or nothing more fits, well before; only `equal_shares` decides.
    """
    completion = _effective(ground, completion)
    first = _first(ground, completion)
    if completion == "none" or endowment <= first:
        return equal_shares(ground, completion)
    run = _play(ground, endowment)
    if run.course.overspent:
        return Shares(_below(ground, first, endowment), 1, "guessed")
    for _ in range(STEPS_NEAR):
        done = completion != "add1" and _exhausted(ground, completion, run.course)
        if done or not _wanting(ground, run.course):
            break
        following = _play(ground, run.course.endowment + ground.scale, run.course.winners)
        if following.course.overspent:
            break
        run = following
    return Shares(run, 1, "guessed")


def _below(ground: Ground, first: Fraction, high: Fraction) -> Run:
    """Return a run that is not overspent although one with a unit more is, somewhere below an overspent endowment."""
    step = ground.scale
    low = max(first, high - step)
    run = _play(ground, low)
    while run.course.overspent and low > first:
        step *= 2
        low, high = max(first, low - step), low
        run = _play(ground, low)
    while high - low > ground.scale:
        middle = low + max(1, (high - low) // (2 * ground.scale)) * ground.scale
        between = _play(ground, middle, run.course.winners)
        low, high, run = (low, middle, run) if between.course.overspent else (middle, high, between)
    return run


def _effective(ground: Ground, completion: Completion) -> Completion:
    """Return the completion, or none where add1u needs no raising because everything fits together."""
    together = sum(ground.costs[position] for position in ground.open) <= ground.budget
    return "none" if completion == "add1u" and together else completion


def _first(ground: Ground, completion: Completion) -> Fraction:
    """Return the first endowment: the purse by the ballots, or the whole part of that."""
    ballots = ground.election.ballots
    share = Fraction(ground.budget, ballots) if ballots else Fraction(0)
    return Fraction(share // ground.scale * ground.scale) if completion in ("add1", "add1u") else share


def fill(ground: Ground, shares: Shares) -> Iterator[Filled]:
    """Go through what the shares left, by votes, and take what still fits (the last step of add1u)."""
    course = shares.course
    won, barred, left = set(course.winners), dict(course.barred), ground.budget - course.cost
    order = [position for position in ground.ties.ordered(ground.open) if position not in won]
    order.sort(key=lambda position: -ground.votes[position])
    for position in order:
        rival = barred.get(position)
        taken = rival is None and ground.costs[position] <= left
        yield Filled(position, left, taken, rival)
        if taken:
            left -= ground.costs[position]
            for other in ground.rivals[position]:
                barred.setdefault(other, position)


def winners(ground: Ground, shares: Shares) -> list[int]:
    """Return all winners of a count by Equal Shares, those that fill up included."""
    filled = fill(ground, shares) if ground.spec.completion == "add1u" else ()
    return shares.course.winners + [item.position for item in filled if item.taken]


def _play(ground: Ground, share: Fraction, hint: Sequence[int] = ()) -> Run:
    run = Run(ground, share, ground.budget, hint)
    run.play()
    return run


def _raise(ground: Ground, completion: Completion, run: Run) -> Shares:
    """Raise the endowment unit by unit, leaping over stretches in which the course provably stays the same.

    After some steps that changed nothing a leap is tried, then twice as far each time; a failed leap is cut to a
    quarter, down to single steps again. The result is that of single steps.
    """
    runs, calm, units = 1, 0, 1
    while True:
        course = run.course
        if not _wanting(ground, course):
            return Shares(run, runs, "all-bought")
        if completion != "add1" and _exhausted(ground, completion, course):
            return Shares(run, runs, "exhausted")
        runs += 1
        if units > 1:
            further = leap(ground, run, units)
            units, calm = (units * 2, calm) if further is not None else (units // 4, 0)
            run = further or run
            continue
        following = _play(ground, course.endowment + ground.scale, course.winners)
        if following.course.overspent:
            return Shares(run, runs, "overspent")
        calm = calm + 1 if ground.exact and following.course.winners == course.winners else 0
        units = 4 if calm >= PATIENCE else 1
        run = following


def _left(ground: Ground, course: Course) -> list[int]:
    """Return the open projects neither bought nor ruled out by one that was."""
    done = set(course.winners) | set(course.barred)
    return [position for position in ground.open if position not in done]


def _wanting(ground: Ground, course: Course) -> bool:
    """Say whether more money could still buy something: a project with supporters is left."""
    return any(ground.columns[position].total for position in _left(ground, course))


def _exhausted(ground: Ground, completion: Completion, course: Course) -> bool:
    """Say whether nothing fits any more: of all projects, or only of those with support and a cost."""
    left = _left(ground, course)
    if completion == "exhaustive-supported":
        left = [position for position in left if ground.columns[position].total and ground.costs[position]]
    return all(course.cost + ground.costs[position] > ground.budget for position in left)

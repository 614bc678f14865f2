"""Cases drawn for tests, an oracle that tries everything, and the rules written once more, plainly, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from math import isqrt

from hypothesis import strategies as st

from shanzhi.matching import Case, Limits, Point, Shift, Span, Volunteer, Weights

WORDS = st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=3)
POINTS = st.one_of(st.none(), st.builds(Point, st.integers(-9, 9), st.integers(-9, 9)))
MAYBE_AGE = st.one_of(st.none(), st.integers(10, 30))
WEIGHTS = st.builds(
    Weights,
    filled=st.integers(0, 20),
    priority=st.integers(0, 9),
    distance=st.integers(0, 9),
    again=st.integers(0, 9),
    reach=st.integers(1, 20),
    heavy=st.integers(1, 90),
)
LIMITS = st.builds(
    Limits,
    shifts=st.integers(1, 3),
    between=st.integers(0, 15),
    candidates=st.integers(1, 2),
    searched=st.integers(1, 40),
)


@st.composite
def spans(draw: st.DrawFn, shortest: int, longest: int) -> Span:
    start = draw(st.integers(-2, 12)) * 10
    return Span(start, start + draw(st.integers(shortest, longest)) * 10)


@st.composite
def volunteers(draw: st.DrawFn, name: str) -> Volunteer:
    return Volunteer(
        id=name,
        free=tuple(draw(st.lists(spans(3, 20), max_size=3))),
        skills=draw(WORDS),
        languages=draw(WORDS),
        at=draw(POINTS),
        furthest=draw(st.one_of(st.none(), st.integers(0, 25))),
        load=draw(st.integers(0, 100)),
        kinds=draw(WORDS),
        age=draw(MAYBE_AGE),
        barred=draw(st.frozensets(st.sampled_from(["s0", "s3", "home"]), max_size=1)),
        most=draw(st.one_of(st.none(), st.integers(10, 120))),
        on_call=draw(st.booleans()),
    )


@st.composite
def shifts(draw: st.DrawFn, name: str) -> Shift:
    language = draw(st.one_of(st.none(), st.sampled_from("abc")))
    least, more = draw(st.one_of(st.none(), st.integers(10, 20))), draw(st.one_of(st.none(), st.integers(0, 15)))
    return Shift(
        id=name,
        when=draw(spans(1, 6)),
        kind=draw(st.sampled_from(["", "a", "b", "c"])),
        places=draw(st.integers(1, 2)),
        must=draw(st.frozensets(st.sampled_from(["a", "b"]), max_size=1)),
        nice=draw(WORDS),
        language=language,
        language_must=language is not None and draw(st.booleans()),
        at=draw(POINTS),
        least_age=least,
        greatest_age=None if more is None else (least or 0) + more,
        priority=draw(st.integers(0, 3)),
        asker=draw(st.sampled_from(["", "home"])),
    )


@st.composite
def cases(draw: st.DrawFn, people: int = 4) -> Case:
    return Case(
        volunteers=tuple(draw(volunteers(f"v{number}")) for number in range(draw(st.integers(0, people)))),
        shifts=tuple(draw(shifts(f"s{number}")) for number in range(draw(st.integers(0, 5)))),
        weights=draw(WEIGHTS),
        limits=draw(LIMITS),
        call_up=draw(st.booleans()),
    )


@st.composite
def crowded(draw: st.DrawFn) -> Case:
    """Few who can do nearly all, and many shifts at once: what binds is overlap, turns and minutes."""
    number = draw(st.integers(4, 7))
    people = tuple(
        Volunteer(
            f"v{place}",
            (Span(-100, 300),),
            kinds=draw(st.sampled_from([frozenset(), frozenset("a"), frozenset("b")])),
            load=draw(st.integers(0, 3)) * 30,
            most=draw(st.sampled_from([None, None, 50, 70, 90])),
        )
        for place in range(draw(st.integers(1, 3)))
    )
    wanted = tuple(
        Shift(
            f"s{place}",
            draw(spans(1, 5)),
            kind=draw(st.sampled_from("ab")),
            places=draw(st.sampled_from([1, 1, 2])),
            priority=draw(st.integers(0, 3)),
        )
        for place in range(number)
    )
    weights = Weights(filled=draw(st.integers(0, 9)), priority=draw(st.integers(0, 30)), again=draw(st.integers(0, 9)))
    return Case(people, wanted, weights, replace(draw(LIMITS), shifts=draw(st.integers(2, 4))))


def way(one: Volunteer, shift: Shift) -> int | None:
    """Whole metres, rounded up; None where the volunteer's place is not known."""
    if shift.at is None:
        return 0
    if one.at is None:
        return None
    square = (one.at.east - shift.at.east) ** 2 + (one.at.north - shift.at.north) ** 2
    return isqrt(square - 1) + 1 if square else 0


def broken(case: Case, one: Volunteer, shift: Shift) -> list[str]:
    """The rules that a pair breaks, in their order."""
    metres, free = way(one, shift), {minute for span in one.free for minute in range(span.start, span.end)}
    bounded = shift.least_age is not None or shift.greatest_age is not None
    low = 0 if shift.least_age is None else shift.least_age
    high = 999 if shift.greatest_age is None else shift.greatest_age
    length = shift.when.end - shift.when.start
    tests = {
        "on_call": case.call_up and not one.on_call,
        "barred": shift.id in one.barred or shift.asker in one.barred,
        "age": bounded and (one.age is None or not low <= one.age <= high),
        "skills": not shift.must <= one.skills,
        "language": shift.language_must and shift.language not in one.languages,
        "time": not all(minute in free for minute in range(shift.when.start, shift.when.end)),
        "minutes": one.most is not None and length > one.most,
        "distance": one.furthest is not None and (metres is None or metres > one.furthest),
    }
    return [rule for rule, is_broken in tests.items() if is_broken]


def points(case: Case, one: Volunteer, shift: Shift) -> int:
    """The score of a pair, by the formula of the decision record."""
    w, metres = case.weights, way(one, shift)
    wish = 1 if not one.kinds or not shift.kind else 2 if shift.kind in one.kinds else 0
    return (
        w.filled
        + w.priority * shift.priority // 3
        + (w.skills * len(shift.nice & one.skills) // len(shift.nice) if shift.nice else w.skills)
        + (w.language if shift.language is None or shift.language in one.languages else 0)
        + w.wish * wish // 2
        + (0 if metres is None else w.distance * max(w.reach - metres, 0) // w.reach)
        + w.load * (w.heavy - min(one.load, w.heavy)) // w.heavy
    )


def allowed(case: Case, one: Volunteer, chosen: tuple[Shift, ...]) -> bool:
    """Whether one volunteer may have these shifts, each of which fits alone."""
    length = sum(shift.when.end - shift.when.start for shift in chosen)
    if len(chosen) > case.limits.shifts or (one.most is not None and length > one.most):
        return False
    gap = case.limits.between
    return not any(
        a.when.start < b.when.end + gap and b.when.start < a.when.end + gap for a, b in combinations(chosen, 2)
    )


def bundles(case: Case, one: Volunteer) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every set of shifts that one volunteer may have, with its points."""
    fitting = [place for place, shift in enumerate(case.shifts) if not broken(case, one, shift)]
    for number in range(min(len(fitting), case.limits.shifts) + 1):
        for chosen in combinations(fitting, number):
            if allowed(case, one, tuple(case.shifts[place] for place in chosen)):
                turns = case.weights.again * number * (number - 1) // 2
                yield sum(points(case, one, case.shifts[place]) for place in chosen) - turns, chosen


def most(case: Case) -> int:
    """The most points of any assignment: all are tried, volunteer by volunteer."""
    reached = {tuple(shift.places for shift in case.shifts): 0}
    for one in case.volunteers:
        following: dict[tuple[int, ...], int] = {}
        for left, total in reached.items():
            for worth, chosen in bundles(case, one):
                rest = tuple(places - (place in chosen) for place, places in enumerate(left))
                if min(rest, default=0) >= 0:
                    following[rest] = max(following.get(rest, total + worth), total + worth)
        reached = following
    return max(reached.values())

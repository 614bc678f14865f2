"""A made-up district for the benchmark of matching: volunteers and shifts drawn by a fixed seed."""

from __future__ import annotations

import random
from dataclasses import replace

from shanzhi.matching.given import Case, Limits, Point, Shift, Span, Volunteer

SKILLS = [f"skill-{number:02}" for number in range(30)]
KINDS = [f"kind-{number:02}" for number in range(12)]
LANGUAGES = ("mandarin", "sign language", "english", "cantonese")
DAY = 24 * 60
DAYS = 14
#: Half the width of the district in metres, and the homes' spread about its centres.
HALF = 6_000


def drawn(volunteers: int, shifts: int, shifts_each: int = 3, seed: int = 20261127) -> Case:
    """Draw a case: two weeks, ten centres of homes, evenings and weekends free, three skills each."""
    dice = random.Random(seed)
    centres = [(dice.randint(-HALF, HALF), dice.randint(-HALF, HALF)) for _ in range(10)]
    return Case(
        volunteers=tuple(_volunteer(dice, f"v{number:05}", centres) for number in range(volunteers)),
        shifts=tuple(_shift(dice, f"s{number:05}", centres) for number in range(shifts)),
        limits=Limits(shifts=shifts_each),
    )


def with_requests(case: Case, requests: int, seed: int = 20261128) -> Case:
    """Let so many of the shifts be requests of members: one helper each, some volunteers barred.

    A volunteer in twenty-five may not be sent to one of the askers: a quarrel, a kinsman, oneself.
    """
    dice = random.Random(seed)
    asked = set(dice.sample(range(len(case.shifts)), requests))
    askers = [f"a{number:05}" for number in range(requests // 2)]
    return replace(
        case,
        shifts=tuple(
            replace(one, places=1, asker=dice.choice(askers), nice=frozenset()) if number in asked else one
            for number, one in enumerate(case.shifts)
        ),
        volunteers=tuple(
            replace(one, barred=frozenset({dice.choice(askers)})) if dice.random() < 0.04 else one
            for one in case.volunteers
        ),
    )


def _near(dice: random.Random, centres: list[tuple[int, int]]) -> Point:
    east, north = dice.choice(centres)
    return Point(round(dice.gauss(east, 900)), round(dice.gauss(north, 900)))


def _volunteer(dice: random.Random, name: str, centres: list[tuple[int, int]]) -> Volunteer:
    free = []
    for day in range(DAYS):
        if day % 7 >= 5 and dice.random() < 0.7:
            free.append(Span(day * DAY + 8 * 60, day * DAY + 20 * 60))
        elif dice.random() < 0.35:
            begin = day * DAY + dice.choice((8, 13, 18)) * 60
            free.append(Span(begin, begin + 4 * 60))
    return Volunteer(
        id=name,
        free=tuple(free),
        skills=frozenset(dice.sample(SKILLS, dice.randint(0, 6))),
        languages=frozenset({"mandarin", dice.choice(LANGUAGES)}),
        at=_near(dice, centres),
        furthest=dice.choice((1_500, 3_000, 5_000, 8_000, None)),
        load=dice.choice((0, 0, 120, 300, 600, 1_500)),
        kinds=frozenset(dice.sample(KINDS, dice.randint(0, 4))),
        age=dice.randint(16, 75),
        most=dice.choice((240, 480, 600, None)),
    )


def _shift(dice: random.Random, name: str, centres: list[tuple[int, int]]) -> Shift:
    day = dice.randrange(DAYS)
    begin = day * DAY + dice.choice((480, 510, 540, 570, 600, 780, 840, 870, 900, 1_080, 1_110, 1_140))
    wanted = dice.sample(SKILLS, 3)
    language = dice.choice((None, *LANGUAGES))
    return Shift(
        id=name,
        when=Span(begin, begin + dice.choice((60, 90, 120, 180))),
        kind=dice.choice(KINDS),
        places=dice.choice((1, 1, 2, 2, 3, 5, 10)),
        must=frozenset(wanted[: dice.choice((0, 0, 1, 1, 2))]),
        nice=frozenset(wanted[2:]),
        language=language,
        language_must=language is not None and dice.random() < 0.1,
        at=_near(dice, centres) if dice.random() < 0.95 else None,
        least_age=dice.choice((None, 18)),
        greatest_age=dice.choice((None, None, 65)),
        priority=dice.choice((0, 1, 1, 1, 2, 3)),
    )

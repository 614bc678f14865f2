"""Matching 5,000 volunteers with 1,000 shifts in one go, beside the plain way, and the survey of all pairs alone.

The floor is the survey: laying the rules over five million pairs and scoring those that fit, which any way of matching
has to do. It is bound by memory and arithmetic alone, as the machine is, while greedy's own time hangs on how Python
loops. The bound says that the best whole costs at most so many times the looking; the gap that remains is a note.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from benchmarks._matching_case import drawn, with_requests
from shanzhi.matching import Answer, Case, best, greedy
from shanzhi.matching.ground import Ground, read, survey

BOUND = 30.0
VOLUNTEERS, SHIFTS, REQUESTS = 5_000, 1_000, 400
Made = TypeVar("Made")


def timed(task: Callable[[], Made]) -> tuple[Made, float]:
    """Give what the task made and its processor seconds; others may be busy on the machine."""
    start = time.process_time()
    made = task()
    return made, time.process_time() - start


def look(case: Case) -> Ground:
    """Survey the case: the floor."""
    return survey(read(case))


def tell(name: str, case: Case) -> bool:
    """Measure one case and print it."""
    ground, floor = timed(lambda: look(case))
    plain, plain_seconds = timed(lambda: greedy(case))
    whole, value = timed(lambda: best(case))
    assert whole.bound is not None
    assert plain.total <= whole.total <= whole.bound
    holds = value / floor <= BOUND
    figures = {"name": name, "value": value, "floor": floor, "ratio": value / floor, "bound": BOUND, "holds": holds}
    notes = {
        "pairs_that_fit": len(ground.shift),
        "not_searched": whole.left_out,
        "fit": whole.total,
        "points_below_the_bound": whole.gap,
        "fit_of_greedy": plain.total,
        "greedy_of_best": plain.total / whole.total,
        "greedy_seconds": plain_seconds,
        "places": int(ground.traits.places.sum()),
        "filled": filled(whole),
        "filled_by_greedy": filled(plain),
    }
    sys.stdout.write(json.dumps({**figures, **notes}) + "\n")
    sys.stdout.flush()
    return holds


def filled(answer: Answer) -> int:
    """Count the places filled."""
    return len(answer.pairs)


def main() -> int:
    """Measure an ordinary run, one with a single shift for each, one with requests; exit code 1 when one is broken."""
    name = f"matching {VOLUNTEERS} x {SHIFTS}"
    holds = [tell(f"{name}, up to {turns} each", drawn(VOLUNTEERS, SHIFTS, shifts_each=turns)) for turns in (3, 1)]
    mixed = with_requests(drawn(VOLUNTEERS, SHIFTS), REQUESTS)
    holds.append(tell(f"{name} of which {REQUESTS} are requests, up to 3 each", mixed))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""A run of 5,000 volunteers by 1,000 shifts whole: read from the database, matched, written; beside the survey alone.

The floor is the survey of the same case: laying the rules over five million pairs and scoring those that fit,
which any way has to do. Measured is all of `work_out`: reading, the best and the plain way, each pair
written as a row and told to the audit. The bound is three times the engine's own. Queries are counted.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import django
from django.utils import timezone

from benchmarks.ballots import free_port, site

BOUND = 90.0
VOLUNTEERS, SHIFTS = 5_000, 1_000
MOST_QUERIES = 60


def main() -> int:
    """Fill, work out, tell."""
    with tempfile.TemporaryDirectory(prefix="shz-assignments-", dir="/tmp") as name:
        Path(name).chmod(0o711)  # the database of root runs as an ordinary user
        with site(Path(name), free_port()):
            django.setup()
            return 0 if measure(VOLUNTEERS, SHIFTS) else 1


def measure(volunteers: int, shifts: int) -> bool:
    """Measure one run on tables just filled, and print it; tell whether the bounds hold."""
    tables = import_module("benchmarks._assignments_site")  # needs Django set up on the folder just made
    room = import_module("shanzhi.assignments.operations")
    case, ground = import_module("shanzhi.assignments.case"), import_module("shanzhi.matching.ground")
    connection = import_module("django.db").connection
    capture = import_module("django.test.utils").CaptureQueriesContext
    system = import_module("shanzhi.kernel.actor").Actor.system("benchmark")
    at = timezone.now()
    tables.build(volunteers, shifts, at)
    today = timezone.localdate(at)
    run = room.begin_run(
        actor=system, area=tables.AREA, first_day=today, last_day=today + timedelta(days=tables.DAYS), most=3,
        reason="示例", at=at, synthetic=True,
    )  # fmt: skip
    start = time.perf_counter()
    found = case.read(run, at)
    reading = time.perf_counter() - start
    start = time.perf_counter()
    looked = ground.survey(ground.read(found))
    floor = time.perf_counter() - start
    start = time.perf_counter()
    with capture(connection) as asked:
        room.work_out(actor=system, run_id=run.pk, at=at)
    value = time.perf_counter() - start
    run.refresh_from_db()
    holds = value / floor <= BOUND and len(asked) <= MOST_QUERIES
    line = {
        "name": f"a run of {volunteers} volunteers by {shifts} shifts, from the tables and into them",
        "value": value, "floor": floor, "ratio": value / floor, "bound": BOUND, "holds": holds, "reading": reading,
        "queries": len(asked), "most_queries": MOST_QUERIES, "pairs_that_fit": len(looked.shift), "places": run.places,
        "filled": run.filled, "filled_plainly": run.plain_filled, "fit": run.total, "fit_of_greedy": run.plain_total,
        "points_below_the_bound": run.bound - run.total,
    }  # fmt: skip
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return holds


if __name__ == "__main__":
    raise SystemExit(main())

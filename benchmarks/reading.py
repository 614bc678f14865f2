"""Reading an election file, as a ratio to a bare split of its lines in the same run.

For each of the ten largest files: floor = open, read, split into lines, split each line on semicolons; value = the
whole reader with all its checks. Files that hold several elections are read whole, election by election. Prints one
JSON line; the bound, at most twice the floor, is for the sum.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from shanzhi.tally.pabulib import read_all

BOUND = 2.0
_REPEATS = 5


def data_folder() -> Path:
    """Where the shared election files lie: SHANZHI_SHARED_DATA, or `../shared/data` beside the repository."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return Path(os.environ.get("SHANZHI_SHARED_DATA", default)) / "pabulib"


def bare_split(path: Path) -> int:
    """The floor: read the text, split its lines, split each of them."""
    with path.open(encoding="utf-8") as stream:
        return len([line.split(";") for line in stream.read().split("\n")])


def best(task: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs."""
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    """Measure and print; exit code 1 when the bound does not hold or there is nothing to measure."""
    files = sorted(data_folder().glob("*.pb"), key=lambda path: path.stat().st_size, reverse=True)[:10]
    if not files:
        sys.stderr.write(f"no .pb files in {data_folder()}; set SHANZHI_SHARED_DATA\n")
        return 1
    value = floor = worst = 0.0
    for path in files:
        bare, full = best(partial(bare_split, path)), best(partial(read_all, path))
        value, floor, worst = value + full, floor + bare, max(worst, full / bare)
    ratio = value / floor
    result = {"name": "reading a file", "value": value, "floor": floor, "ratio": ratio, "worst_file": worst}
    sys.stdout.write(json.dumps({**result, "bound": BOUND, "holds": ratio <= BOUND}) + "\n")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())

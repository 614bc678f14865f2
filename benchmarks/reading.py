"""Reading an election file, as a ratio to a bare split of its lines in the same run.

For each of the ten largest files: floor = open, read, split into lines, split each line on semicolons; value = the
whole reader with all its checks. Files that hold several elections are read whole, election by election. Prints one
JSON line; the bound, at most twice the floor, is for the sum and for the worst of the files alike.
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
_REPEATS = 9


def data_folder() -> Path:
    """Where the shared election files lie: SHANZHI_SHARED_DATA, or `../shared/data` beside the repository."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return Path(os.environ.get("SHANZHI_SHARED_DATA", default)) / "pabulib"


def bare_split(path: Path) -> int:
    """The floor: read the text, split its lines, split each of them."""
    with path.open(encoding="utf-8") as stream:
        return len([line.split(";") for line in stream.read().split("\n")])


def best(task: Callable[[], object]) -> float:
    """Processor seconds of the quickest of several runs; others may be busy on the machine."""
    times = []
    for _ in range(_REPEATS):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def main() -> int:
    """Measure and print; exit code 1 when the bound does not hold or there is nothing to measure."""
    files = sorted(data_folder().glob("*.pb"), key=lambda path: path.stat().st_size, reverse=True)[:10]
    if not files:
        sys.stderr.write(f"no .pb files in {data_folder()}; set SHANZHI_SHARED_DATA\n")
        return 1
    value = floor = worst = 0.0
    where = ""
    for path in files:
        bare, full = best(partial(bare_split, path)), best(partial(read_all, path))
        value, floor = value + full, floor + bare
        if full / bare > worst:
            worst, where = full / bare, path.name
    result = {"name": "reading a file", "value": value, "floor": floor, "ratio": value / floor}
    notes = {"worst_file": worst, "worst_is": where}
    sys.stdout.write(json.dumps({**result, "bound": BOUND, "holds": worst <= BOUND, **notes}) + "\n")
    return 0 if worst <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())

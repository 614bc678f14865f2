"""Equal Shares: against pabutools 1.2.3, against the same code in floats alone, add1 in seconds, and memory.

The ten largest elections of the shared folder that hold one election each, exact, with cost satisfaction. pabutools is
installed into an environment under build/ for this benchmark only (it is GPL and no dependency) and counts as many of
the files as fit in about three minutes, the largest first. Where it cannot be installed that figure is left out and
said so.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.reading import data_folder
from shanzhi.tally import Election, Outcome, Spec, count
from shanzhi.tally.pabulib import PabulibError, read
from shanzhi.tally.spec import Completion, Satisfaction

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build" / "pabutools"
HELPER = ROOT / "benchmarks" / "_counting_pabutools.py"
PABUTOOLS = "pabutools==1.2.3"
PATIENCE = 180.0
FASTER = 200.0
FLOATS = 5.0
ADD1_SECONDS = 2.0
MEGABYTES = 300.0
SATISFACTIONS: tuple[Satisfaction, ...] = ("cost", "cardinality")
RAISING: tuple[Completion, ...] = ("add1", "add1u", "exhaustive-supported", "exhaustive-all")
EXACT = Spec("equal-shares", "cost")
LOOSE = Spec("equal-shares", "cost", exact=False)


def largest(number: int) -> list[tuple[Path, Election]]:
    """The largest files of one election each, read."""
    found: list[tuple[Path, Election]] = []
    for path in sorted(data_folder().glob("*.pb"), key=lambda path: path.stat().st_size, reverse=True):
        try:
            found.append((path, read(path)))
        except PabulibError:
            continue
        if len(found) == number:
            break
    return found


def best(task: Callable[[], object], repeats: int = 5) -> float:
    """Processor seconds of the quickest of several runs; all this runs on one processor, and others may be busy."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def tell(name: str, value: float, floor: float, ratio: float, bound: float, *, holds: bool, **notes: object) -> None:
    """Print one figure."""
    figures = {"name": name, "value": value, "floor": floor, "ratio": ratio, "bound": bound, "holds": holds}
    sys.stdout.write(json.dumps({**figures, **notes}) + "\n")
    sys.stdout.flush()


def pabutools() -> Path | None:
    """The Python of an environment with pabutools, made on first use."""
    python = ENVIRONMENT / "bin" / "python"
    if python.exists():
        return python
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / "build" / "uv" / "bin"))  # where `make setup` puts it
    if uv is None:
        return None
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(ENVIRONMENT)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(python), PABUTOOLS], check=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        return None
    return python


def against_pabutools(files: list[tuple[Path, Election]]) -> None:
    """How many times quicker than pabutools, in sum and for the least file, over the files that it got through."""
    python = pabutools()
    if python is None:
        sys.stderr.write(f"{PABUTOOLS} could not be installed; its figure is left out\n")
        return
    ours = theirs = 0.0
    least, counted, begun = float("inf"), 0, time.monotonic()
    for path, election in files:
        left = PATIENCE - (time.monotonic() - begun)
        if left < 1:
            break
        try:
            command = [str(python), str(HELPER), str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=left)
        except subprocess.TimeoutExpired:
            break
        answer = json.loads(done.stdout.splitlines()[-1])
        outcome: Outcome = count(election, EXACT)
        assert sorted(outcome.winners) == answer["winners"], f"other winners for {path.name}"
        seconds = best(partial(count, election, EXACT))
        ours, theirs, counted = ours + seconds, theirs + answer["seconds"], counted + 1
        least = min(least, answer["seconds"] / seconds)
    if counted:
        ratio = theirs / ours
        notes = {"files": counted, "least_of_a_file": least, "least_holds": least >= FASTER}
        tell("Equal Shares, exact: times pabutools 1.2.3", ours, theirs, ratio, FASTER, holds=ratio >= FASTER, **notes)


def against_floats(files: list[tuple[Path, Election]]) -> None:
    """Exact against the same code with floats alone, in sum and for the worst file."""
    value = floor = worst = 0.0
    for _, election in files:
        exact = best(partial(count, election, EXACT))
        loose = best(partial(count, election, LOOSE))
        value, floor, worst = value + exact, floor + loose, max(worst, exact / loose)
    ratio = value / floor
    holds = max(ratio, worst) <= FLOATS
    tell("Equal Shares, exact: against floats alone", value, floor, ratio, FLOATS, holds=holds, worst_file=worst)


def raised(name: str, completion: Completion) -> None:
    """The slowest count of all files with raised endowments, cost and cardinality; the floor is one bare run of it."""
    slowest, floor, where = 0.0, 1.0, ""
    for path in sorted(data_folder().glob("*.pb")):
        try:
            election = read(path)
        except PabulibError:
            continue
        for satisfaction in SATISFACTIONS:
            spec = Spec("equal-shares", satisfaction, completion)
            seconds = best(partial(count, election, spec), 1)
            if seconds > slowest / 1.5:
                seconds = min(seconds, best(partial(count, election, spec), 2))
            if seconds > slowest:
                slowest, where = seconds, path.name
                floor = best(partial(count, election, EXACT))
    holds = slowest <= ADD1_SECONDS
    tell(name, slowest, floor, slowest / floor, ADD1_SECONDS, holds=holds, file=where, bound_is="seconds")


def memory(files: list[tuple[Path, Election]]) -> None:
    """Peak memory of a process that reads and counts the ten files, against one that only starts numpy."""
    peak = {}
    for kind, paths in (("bare", []), ("counting", [str(path) for path, _ in files])):
        command = [sys.executable, "-m", "benchmarks.counting", "--peak", *paths]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        peak[kind] = float(done.stdout)
    value, floor = peak["counting"], peak["bare"]
    holds = value < MEGABYTES
    tell("Equal Shares: peak memory in MB", value, floor, value / floor, MEGABYTES, holds=holds, bound_is="MB")


def print_peak(paths: list[str]) -> None:
    """Read and count, then print the most memory that this process ever held, in MB."""
    for path in paths:
        count(read(path), EXACT)
    sys.stdout.write(f"{_peak()}\n")


def _peak() -> float:
    """Peak memory in MB. Linux's own figure starts anew with the program; rusage carries over the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> int:
    """Measure and print; exit code 1 when there is nothing to measure."""
    if sys.argv[1:2] == ["--peak"]:
        print_peak(sys.argv[2:])
        return 0
    files = largest(10)
    if not files:
        sys.stderr.write(f"no .pb files in {data_folder()}; set SHANZHI_SHARED_DATA\n")
        return 1
    against_floats(files)
    memory(files)
    for completion in RAISING:
        raised(f"Equal Shares with {completion}: slowest of all files, in seconds", completion)
    against_pabutools(files)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

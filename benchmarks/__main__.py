"""Run every benchmark and write docs/benchmarks.md: `make bench`, or `python -m benchmarks NAME…` for some.

A benchmark is a module beside this file that prints one JSON object a line with `name`, `value`, `floor`, `ratio`,
`bound` and `holds`; other keys become notes. It runs in a process of its own, one after the other, so that none warms
or disturbs another.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DOCUMENT = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "build" / "benchmarks.jsonl"
KNOWN = ("module", "name", "value", "floor", "ratio", "bound", "holds")
LONGEST = 1800
HEAD = """# Benchmarks

Made by `make bench`. Each figure is a ratio to a floor measured in the same run on the same machine, so that it can be
compared between machines; the seconds and rates beside it cannot. `bound` is what the project demands: a ratio, unless
the notes say otherwise. Each row is from the last run of its benchmark.

Machine: {machine}

| benchmark | ratio | bound | holds | value | floor | notes |
|---|---:|---:|---|---:|---:|---|
"""


@dataclass(frozen=True)
class Outcome:
    """What one module printed, and whether it came to an end."""

    module: str
    lines: list[dict[str, Any]]
    fault: str = ""


def modules(names: list[str]) -> list[str]:
    """Names of the benchmarks asked for, or of all."""
    found = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    if unknown := set(names) - set(found):
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(found)}")
    return names or found


def run(module: str) -> Outcome:
    """Run one benchmark; its progress and errors go to the terminal."""
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return Outcome(module, [], f"still running after {LONGEST} s")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Outcome(module, lines, "" if lines else f"printed no figure (exit code {done.returncode})")


def number(value: Any) -> str:
    """A figure with four significant digits."""
    return f"{value:.4g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def row(line: dict[str, Any]) -> str:
    """One figure as a line of the table."""
    notes = ", ".join(f"{key} {number(value)}" for key, value in line.items() if key not in KNOWN)
    holds = {True: "yes", False: "**no**"}.get(line.get("holds", ""), "")
    cells = [line.get("name", ""), *(number(line.get(key, "")) for key in ("ratio", "bound"))]
    return (
        "| " + " | ".join([*cells, holds, number(line.get("value", "")), number(line.get("floor", "")), notes]) + " |"
    )


def machine() -> str:
    """The machine in a few words."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def merged(fresh: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The figures of this run and, of the benchmarks that it left out, those of their last run."""
    kept: dict[str, list[dict[str, Any]]] = {}
    if RESULTS.exists():
        for text in RESULTS.read_text().splitlines():
            line = json.loads(text)
            kept.setdefault(line["module"], []).append(line)
    known = set(modules([]))
    kept.update({module: [{"module": module, **line} for line in lines] for module, lines in fresh.items()})
    return [line for module in sorted(kept) if module in known for line in kept[module]]


def write(lines: list[dict[str, Any]]) -> None:
    """Keep the figures and draw the table."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    DOCUMENT.write_text(HEAD.format(machine=machine()) + "".join(row(line) + "\n" for line in lines))


def main() -> int:
    """Run, print and write; give 1 when a bound is broken or a benchmark printed nothing."""
    outcomes = []
    for module in modules(sys.argv[1:]):
        print(f"{module} …", flush=True)
        outcome = run(module)
        outcomes.append(outcome)
        print("\n".join(row(line) for line in outcome.lines) or f"  {outcome.fault}", flush=True)
    lines = [line for outcome in outcomes for line in outcome.lines]
    write(merged({outcome.module: outcome.lines for outcome in outcomes if outcome.lines}))
    broken = [outcome.module for outcome in outcomes if outcome.fault]
    broken += [str(line.get("name")) for line in lines if line.get("holds") is False]
    print("Not held: " + ", ".join(broken) if broken else "Every bound holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

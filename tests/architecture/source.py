"""Reading the source as a tree of syntax."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "shanzhi"
NO_ROOMS = {"kernel", "tally", "matching", "config"}


@dataclass(frozen=True)
class Source:
    """One file of Python, parsed."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0]

    @property
    def part(self) -> str:
        """The file's place in its room: `operations` for operations.py and for operations/ballots.py alike."""
        return self.path.relative_to(PACKAGE).parts[1].removesuffix(".py")


@cache
def package() -> tuple[Source, ...]:
    """Every file of the package but migrations."""
    return tuple(parse(path) for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def everything() -> tuple[Source, ...]:
    """Every file of the project but migrations."""
    folders = (ROOT / name for name in ("tests", "scripts", "benchmarks"))
    others = (parse(path) for folder in folders for path in sorted(folder.rglob("*.py")))
    return (*package(), *others)


def parse(path: Path) -> Source:
    """Read and parse one file."""
    text = path.read_text()
    return Source(path, ast.parse(text), text.count("\n"))


def apps() -> list[str]:
    """The rooms that are Django apps of the field."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/apps.py") if path.parent.name not in NO_ROOMS)

"""Election files for tests: the shared real ones, and small crafted ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHANZHI_SHARED_DATA", _ROOT.parent / "shared" / "data"))


def real_files(folder: str) -> list[Path]:
    """Every election of a shared folder; skips the test, saying so, where the folder is missing."""
    found = sorted((SHARED / folder).glob("*.pb"))
    if not found:
        pytest.skip(f"the shared elections are not here: {SHARED / folder} (set SHANZHI_SHARED_DATA)")
    return found


def real_file(name: str) -> Path:
    """One shared election by its name; skips the test where it is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared election is not here: {path} (set SHANZHI_SHARED_DATA)")
    return path


META = "META\nkey;value\ndescription;Test\nbudget;1000\nvote_type;approval\nnum_projects;3\nnum_votes;3\n"
PROJECTS = "PROJECTS\nproject_id;cost;name\n1;400;Bench\n2;300;Lamp\n3;500;Tree\n"
VOTES = "VOTES\nvoter_id;vote\na;1,2\nb;3\nc;1\n"
PLAIN = META + PROJECTS + VOTES
POINTS = META.replace("approval", "cumulative") + PROJECTS + "VOTES\nvoter_id;vote;points\na;1,2;3,2\nb;3;5\nc;1;4\n"

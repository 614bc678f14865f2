"""The PROJECTS section: ids, exact costs, and what the file claims about each project."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from shanzhi.tally.election import Project
from shanzhi.tally.pabulib.amounts import format_amount
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.meta import Meta, read_amount
from shanzhi.tally.pabulib.rows import Table
from shanzhi.tally.pabulib.treatment import Treatment

_WHOLE = re.compile(r"(\d{1,12})(?:\.0+)?\Z", re.ASCII)


def clean_name(text: str) -> str:
    """A name on one line, single spaces, without control characters: the form in which it is kept and digested."""
    flat = " ".join(text.split())
    return flat if flat.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in flat).split())


def read_projects(table: Table, treat: Treatment, notices: Notices) -> tuple[list[Project], list[int]]:
    """All projects in the order of the file, each with its line."""
    ids, costs = table.column("project_id", "id"), table.column("cost")
    if ids is None or costs is None:
        column = "project_id" if ids is None else "cost"
        raise refusal("missing_column", table.header_line, section="PROJECTS", column=column)
    blank = [""] * len(ids)
    names = table.column("name") or blank
    exclusive = table.column("exclusive") or blank
    stated = table.column("votes") or blank
    selected = table.column("selected", "elected") or blank
    projects: list[Project] = []
    lines: list[int] = []
    place: dict[str, int] = {}
    for row, line in enumerate(table.lines):
        project = Project(
            id=_project_id(ids[row], line),
            cost=_cost(ids[row].strip(), costs[row], line, notices),
            name=clean_name(names[row]),
            exclusive=clean_name(exclusive[row]),
            stated_votes=_stated(stated[row], line, notices),
            selected={"1": True, "0": False}.get(selected[row].strip()),
        )
        earlier = place.setdefault(project.id, len(projects))
        if earlier == len(projects):
            projects.append(project)
            lines.append(line)
        elif _supersedes(projects[earlier], project, line, lines[earlier], treat, notices):
            projects[earlier] = project
    if not projects:
        raise refusal("no_projects", table.header_line)
    return projects, lines


def _project_id(text: str, line: int) -> str:
    name = text.strip()
    if not name:
        raise refusal("empty_project_id", line)
    if not name.isprintable():
        raise refusal("control_character", line)
    if "," in name:
        raise refusal("project_id_mark", line, id=name)
    return clean_name(name)


def _cost(name: str, text: str, line: int, notices: Notices) -> Fraction:
    return read_amount(text, what=f"cost ({name})", line=line, notices=notices)


def _stated(text: str, line: int, notices: Notices) -> int | None:
    stripped = text.strip()
    if not stripped:
        return None
    whole = _WHOLE.match(stripped)
    if whole is None:
        notices.add("bad_number", line, what="votes", text=stripped)
        return None
    return int(whole.group(1))


def _supersedes(first: Project, again: Project, line: int, first_line: int, treat: Treatment, notices: Notices) -> bool:
    """Whether a repeated project replaces the first one."""
    if first.cost == again.cost and first.exclusive == again.exclusive and first.name == again.name:
        notices.add("same_project", line, id=again.id)
        return False
    refuse = treat.repeated_projects == "refuse"
    notices.doubt("repeated_projects", line, refuse=refuse, id=again.id, other=first_line)
    notices.add("repeated_projects_taken", line, id=again.id, which=treat.repeated_projects)
    return treat.repeated_projects == "last"


def check_projects(projects: Sequence[Project], lines: Sequence[int], purse: Fraction, notices: Notices) -> None:
    """Warn of costs that look wrong but can be counted as they stand."""
    for project, line in zip(projects, lines, strict=True):
        if project.cost == 0:
            notices.add("zero_cost", line, id=project.id)
        elif project.cost > purse:
            cost, total = format_amount(project.cost), format_amount(purse)
            notices.add("above_budget", line, id=project.id, cost=cost, budget=total)


def check_totals(
    projects: Sequence[Project],
    lines: Sequence[int],
    counted: npt.NDArray[np.int64],
    rows: int,
    meta: Meta,
    notices: Notices,
) -> None:
    """Compare what the file claims, number of projects and votes of each, with what is in it."""
    stated = meta.whole("num_projects", notices)
    if stated is not None and stated != rows:
        notices.add("num_projects", meta.line("num_projects"), stated=stated, found=rows)
    for project, line, found in zip(projects, lines, counted.tolist(), strict=True):
        if project.stated_votes is not None and project.stated_votes != found:
            notices.add("stated_votes", line, id=project.id, stated=project.stated_votes, found=found, what="votes")

"""An election as a canonical Pabulib file: the same election gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from shanzhi.tally.election import Election, Project
from shanzhi.tally.pabulib.amounts import format_amount
from shanzhi.tally.pabulib.canonical import ballot_lines, digest
from shanzhi.tally.pabulib.errors import CannotWrite
from shanzhi.tally.pabulib.projects import clean_name
from shanzhi.tally.pabulib.rule import spec_as_json
from shanzhi.tally.spec import Spec

_LEADING = ("description", "country", "unit", "district", "subunit", "instance")
_OWN = ("num_projects", "num_votes", "budget", "vote_type", "rule", "rule_spec", "digest", "seal", "call_id")
_SPENT = ("default_score",)  # already part of every ballot once read
_VOTE_TYPES = {"approval": ("approval", "choose-1"), "points": ("scoring", "cumulative"), "ranked": ("ordinal",)}


def write(election: Election, *, rule: Spec | None = None, digest_: str = "", seal: str = "", call_id: str = "") -> str:
    """The text of a `.pb` file, lines ended by a newline, ballots sorted and numbered anew so that order tells nothing.

    `rule` is published with all its parameters, so that `shanzhi count` repeats the count without being told. The
    digest of the content is worked out; `digest_`, if given, must equal it. Raises CannotWrite for what the format
    cannot hold.
    """
    found = digest(election)
    if digest_ and digest_ != found:
        raise CannotWrite(f"the digest given is {digest_}, that of the election is {found}")
    meta = _meta(election, rule)
    meta |= {"digest": found, "seal": seal, "call_id": call_id}
    lines = ["META", "key;value", *(_row((key, value)) for key, value in meta.items() if value)]
    lines += ["PROJECTS", *_projects(election)]
    lines += ["VOTES", *_votes(election)]
    return "\n".join(lines) + "\n"


def _meta(election: Election, rule: Spec | None) -> dict[str, str]:
    """META in a fixed order: who and where, what decides, then whatever else the election carries, by name."""
    stated = {key: clean_name(value) for key, value in election.meta.items()}
    types = _VOTE_TYPES[election.kind]
    meta = {key: stated[key] for key in _LEADING if key in stated}
    meta["num_projects"] = str(len(election.projects))
    meta["num_votes"] = str(election.ballots)
    meta["budget"] = _amount(election.budget, "the budget")
    meta["vote_type"] = stated["vote_type"] if stated.get("vote_type") in types else types[0]
    meta["rule"] = rule.rule if rule else stated.get("rule", "")
    meta["rule_spec"] = spec_as_json(rule) if rule else ""
    for key in sorted(stated):
        if key not in meta and key not in _OWN and key not in _SPENT:
            meta[key] = stated[key]
    return meta


def _projects(election: Election) -> Iterable[str]:
    with_votes = all(project.stated_votes is not None for project in election.projects)
    with_selected = all(project.selected is not None for project in election.projects)
    with_exclusive = any(project.exclusive for project in election.projects)
    header = ["project_id", "cost"]
    header += ["votes"] * with_votes + ["name"] + ["exclusive"] * with_exclusive + ["selected"] * with_selected
    yield ";".join(header)
    for project in election.projects:
        row = [_id(project), _amount(project.cost, f"the cost of {project.id}")]
        if with_votes:
            row.append(str(project.stated_votes))
        row.append(clean_name(project.name))
        if with_exclusive:
            row.append(clean_name(project.exclusive))
        if with_selected:
            row.append("1" if project.selected else "0")
        yield _row(row)


def _votes(election: Election) -> Iterable[str]:
    yield "voter_id;vote;points" if election.points is not None else "voter_id;vote"
    names = [project.id for project in election.projects]
    for number, line in enumerate(sorted(ballot_lines(election)), 1):
        pairs = [token.partition(":") for token in line.split(",") if token]
        row = [str(number), ",".join(names[int(position)] for position, _, _ in pairs)]
        if election.points is not None:
            row.append(",".join(points for _, _, points in pairs))
            if any("/" in points for _, _, points in pairs):
                raise CannotWrite("points must have a finite decimal")
        yield _row(row)


def _row(fields: Iterable[str]) -> str:
    return ";".join(_quoted(field) for field in fields)


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if ";" in field or '"' in field else field


def _amount(value: Fraction, what: str) -> str:
    text = format_amount(value)
    if "/" in text or text.startswith("-"):
        raise CannotWrite(f"{what}, {text}, must be zero or more with a finite decimal")
    return text


def _id(project: Project) -> str:
    name = project.id
    if not name or name != clean_name(name) or "," in name:
        raise CannotWrite(f"the project id {name!r} must be one line without commas or spaces at its ends")
    return name

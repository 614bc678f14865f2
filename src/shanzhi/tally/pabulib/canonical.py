"""The one form of an election that its digest is taken of, whatever file or order it came in.

A digest is the SHA-256 of UTF-8 lines, each ended by a newline:

1. `shanzhi-election-1`
2. the kind of ballots: approval, points or ranked
3. the budget as a plain decimal
4. for each project, in the order of the file, a JSON array: id, cost as a decimal, name, exclusive group
5. `ballots`
6. for each ballot, sorted as text: positions of its projects (0 is the first) joined by commas, points as
   `position:points`; approvals and points by position, ranks best first; a blank ballot is an empty line.

The order of ballots says nothing, so it is not part of the digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

import numpy as np

from shanzhi.tally.election import Election
from shanzhi.tally.pabulib.amounts import format_amount
from shanzhi.tally.pabulib.projects import clean_name


def digest(election: Election) -> str:
    """The digest of all that is counted, as `sha256:` and 64 hexadecimal digits."""
    sha = hashlib.sha256()
    head = ["shanzhi-election-1", election.kind, format_amount(election.budget)]
    for project in election.projects:
        row = [project.id, format_amount(project.cost), clean_name(project.name), clean_name(project.exclusive)]
        head.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    sha.update("\n".join([*head, "ballots", ""]).encode())
    sha.update("".join(f"{line}\n" for line in sorted(ballot_lines(election))).encode())
    return f"sha256:{sha.hexdigest()}"


def ballot_lines(election: Election) -> list[str]:
    """Each ballot as canonical text, in the order of the election."""
    choices, points = election.choices, election.points
    if election.kind != "ranked" and len(choices):
        owners = np.repeat(np.arange(election.ballots), np.diff(election.offsets))
        order = np.lexsort((choices, owners))
        choices = choices[order]
        points = None if points is None else points[order]
    names = [str(position) for position in range(len(election.projects))]
    tokens: Iterable[str] = map(names.__getitem__, choices.tolist())
    if points is not None:
        texts = points_as_text(points.tolist(), election.points_scale)
        tokens = map("{}:{}".format, tokens, texts)
    flat = list(tokens)
    ends = election.offsets.tolist()
    return [",".join(flat[start:end]) for start, end in pairwise(ends)]


def points_as_text(points: list[int], scale: int) -> list[str]:
    """Points as decimals, each different value worked out once."""
    worth = {value: format_amount(Fraction(value, scale)) for value in set(points)}
    return [worth[value] for value in points]

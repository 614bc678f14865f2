"""The rule that a file is counted by unless the one who counts says another, and whence it is known.

One door for `shanzhi count` and for the import of elections, so that both give the same result.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from shanzhi.tally.election import Election
from shanzhi.tally.spec import Completion, RuleName, Satisfaction, Spec

Origin = Literal[
    "published",  # Shanzhi wrote it into the file with all its parameters
    "stated",  # the file names it in its own words
    "assumed",  # the file names none, or none that is known here
]

SATISFACTION: MappingProxyType[str, Satisfaction] = MappingProxyType(
    {"approval": "cost", "points": "points", "ranked": "borda"}
)
"""What a voter usually gets from a project, by the kind of ballots."""

_STATED: MappingProxyType[str, tuple[RuleName, Completion]] = MappingProxyType(
    {
        "greedy": ("score", "none"),
        "greedy-threshold": ("score", "none"),
        "greedy-no-skip": ("score-no-skip", "none"),
        "equalshares": ("equal-shares", "none"),
        "equalshares/add1": ("equal-shares", "add1"),
        "equalshares/add1u": ("equal-shares", "add1u"),
        "equal-shares": ("equal-shares", "none"),
        "score": ("score", "none"),
        "score-no-skip": ("score-no-skip", "none"),
        "per-cost": ("per-cost", "none"),
        "phragmen": ("phragmen", "none"),
    }
)
"""Words of META's `rule`, in the library's names and in ours. Thresholds are options of their own (see the README)."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual rule of an election, whence it is known, and the file's own words for it."""

    spec: Spec
    origin: Origin
    words: str


def usual(election: Election) -> Usual:
    """Return the rule that the file was published with, else the one it names, else the order of votes."""
    words = election.meta.get("rule", "").strip()
    published = getattr(election, "spec", None)
    if isinstance(published, Spec):
        return Usual(published, "published", words)
    stated = _STATED.get("-".join(words.lower().replace("_", " ").split()))
    rule, completion = stated or ("score", "none")
    spec = Spec(rule, SATISFACTION[election.kind], completion)
    return Usual(spec, "stated" if stated else "assumed", words)


def usual_spec(election: Election) -> Spec:
    """Return only the rule itself."""
    return usual(election).spec

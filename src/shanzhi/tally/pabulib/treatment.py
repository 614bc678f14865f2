"""How an importer wants doubtful files treated: every fault that could change who wins has its own switch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from types import MappingProxyType


class UnknownTreatment(ValueError):
    """A treatment that does not exist, or a value that it does not take."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One field per doubtful fault; the defaults refuse. The README of this package tells what each value does.

    `many_elections`: refuse, or the number of the election wanted (1 is the first). `vote_type` and `encoding` fill in
    what the file does not say, and are empty otherwise.
    """

    unknown_projects: str = "refuse"
    repeated_choices: str = "refuse"
    repeated_projects: str = "refuse"
    duplicate_voters: str = "refuse"
    missing_ballots: str = "refuse"
    over_limits: str = "count"
    many_elections: str = "refuse"
    several_choices: str = "refuse"
    weights: str = "refuse"
    partial_budgets: str = "refuse"
    digest: str = "refuse"
    vote_type: str = ""
    encoding: str = ""


STRICT = Treatment()

_CHOICES = MappingProxyType(
    {
        "unknown_projects": ("refuse", "drop", "drop-ballot"),
        "repeated_choices": ("refuse", "first", "sum"),
        "repeated_projects": ("refuse", "first", "last"),
        "duplicate_voters": ("refuse", "keep", "first", "last"),
        "missing_ballots": ("refuse", "count"),
        "over_limits": ("count", "drop", "refuse"),
        "several_choices": ("refuse", "approval", "drop-ballot"),
        "weights": ("refuse", "ignore"),
        "partial_budgets": ("refuse", "ignore"),
        "digest": ("refuse", "ignore"),
        "vote_type": ("approval", "choose-1", "ordinal", "cumulative", "scoring"),
    }
)


SETTLED_BY: MappingProxyType[str, str] = MappingProxyType(
    {
        **{name: name for name in _CHOICES if name not in ("digest", "vote_type")},
        "many_elections": "many_elections",
        "no_such_election": "many_elections",
        "over_limits_refused": "over_limits",
        "wrong_digest": "digest",
        "no_vote_type": "vote_type",
        "unknown_vote_type": "vote_type",
        "not_utf8": "encoding",
        "unknown_encoding": "encoding",
    }
)
"""By the code of a fault, the treatment that can settle it."""

_LENIENT = MappingProxyType(
    {
        "unknown_projects": "drop",
        "repeated_choices": "first",
        "repeated_projects": "first",
        "duplicate_voters": "keep",
        "missing_ballots": "count",
        "several_choices": "approval",
        "weights": "ignore",
        "partial_budgets": "ignore",
        "digest": "ignore",
    }
)


def lenient(treat: Treatment) -> Treatment:
    """Let whatever is not yet decided pass, to see what else a file holds; never to count by."""
    return replace(treat, **{name: how for name, how in _LENIENT.items() if getattr(treat, name) == "refuse"})


def is_open(treat: Treatment, name: str) -> bool:
    """Tell whether nothing was said yet about this kind of fault."""
    return getattr(treat, name) in ("refuse", "")


def values(name: str) -> tuple[str, ...]:
    """List what a treatment takes besides refusing; nothing for those that take a number or a name."""
    return tuple(value for value in _CHOICES.get(name, ()) if value != "refuse")


def chosen(treat: Treatment) -> dict[str, str]:
    """Give what was chosen, by name: all that differs from refusing every doubtful fault."""
    return {
        field.name: getattr(treat, field.name)
        for field in fields(Treatment)
        if getattr(treat, field.name) != getattr(STRICT, field.name)
    }


def parse_treatment(options: Iterable[str]) -> Treatment:
    """Read `name=value` pairs as given on a command line. Raises UnknownTreatment in words for the user."""
    chosen: dict[str, str] = {}
    names = [field.name for field in fields(Treatment)]
    for option in options:
        name, _, value = option.partition("=")
        name, value = name.strip().replace("-", "_"), value.strip()
        if name not in names:
            raise UnknownTreatment(f"There is no treatment {name!r}; choose from {', '.join(names)}.")
        allowed = _CHOICES.get(name)
        if allowed and value not in allowed:
            raise UnknownTreatment(f"{name} takes {', '.join(allowed)}; not {value!r}.")
        if name == "many_elections":
            value = "1" if value == "first" else value
            if value != "refuse" and not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) > 0):
                raise UnknownTreatment(f"many_elections takes refuse, first or a number from 1; not {value!r}.")
        chosen[name] = value
    return replace(STRICT, **chosen)

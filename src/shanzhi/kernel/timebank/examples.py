"""Example policies for demo and tests, labelled as examples: no place's official text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

from shanzhi.kernel.timebank.policy import Policy, from_json


@dataclass(frozen=True, slots=True)
class Example:
    """A policy with its name, its title and the label that says what it is, by language (`en`, `zh`)."""

    name: str
    title: dict[str, str]
    label: dict[str, str]
    policy: Policy


def examples() -> tuple[Example, ...]:
    """Read the examples that come with the program."""
    held = json.loads(files(__package__).joinpath("examples.json").read_text(encoding="utf-8"))
    return tuple(
        Example(one["name"], one["title"], held["label"], from_json(json.dumps(one["policy"])))
        for one in held["examples"]
    )

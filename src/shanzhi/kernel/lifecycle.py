"""Life cycles as data: the states of a thing and the moves between them, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shanzhi.kernel.errors import Conflict
from shanzhi.kernel.roles import Role
from shanzhi.kernel.words import _


class MoveRefused(Conflict):
    """The thing is not in a state from which this move starts."""

    code = "move_refused"
    message = _("This step cannot be taken now: the matter has moved on. Reload the page to see where it stands.")


@dataclass(frozen=True, slots=True)
class Move:
    """One move: from which states, to which, by whom, and what must hold (named, checked by the operation)."""

    sources: tuple[str, ...]
    target: str
    roles: frozenset[Role] = frozenset()
    holds: tuple[str, ...] = ()
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A table of moves. `states` maps each state to its label, the first one is where a thing begins."""

    name: str
    states: Mapping[str, Any]
    moves: Mapping[str, Move]

    def __post_init__(self) -> None:
        """Refuse a table that names a state it does not have."""
        for name, move in self.moves.items():
            unknown = {*move.sources, move.target} - set(self.states)
            if unknown:
                raise ValueError(f"{self.name}.{name} names unknown states {sorted(unknown)}")

    @property
    def first(self) -> str:
        """The state in which a thing begins."""
        return next(iter(self.states))

    def move(self, state: str, name: str) -> str:
        """Give the state after the move, or refuse it when it does not start in `state`."""
        move = self.moves[name]
        if state not in move.sources:
            raise MoveRefused(state=state, move=name)
        return move.target

    def open_moves(self, state: str) -> tuple[str, ...]:
        """Name the moves that start in this state."""
        return tuple(name for name, move in self.moves.items() if state in move.sources)

    def choices(self) -> list[tuple[str, Any]]:
        """List states and labels, as a model field's choices."""
        return list(self.states.items())

    def diagram(self) -> str:
        """Draw the table as a Mermaid state diagram, for the docs."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.first}"]
        for name, move in self.moves.items():
            lines += [f"    {source} --> {move.target}: {name}" for source in move.sources]
        return "\n".join(lines) + "\n"

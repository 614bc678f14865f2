"""Words for the user in a room that knows no Django: marked here, translated at the edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_translators: Final[list[Callable[[str], str]]] = [str]


def _(words: str) -> str:
    """Mark words for translation, for the tools that collect them; they stay English until shown."""
    return words


def install(translate: Callable[[str], str]) -> None:
    """Set how marked words become the reader's language; the web house installs its own translation at start."""
    _translators[0] = translate


def translated(words: Any) -> str:
    """Give words in the language active now: marked ones are looked up, lazily translated ones already are."""
    return _translators[0](words) if isinstance(words, str) else str(words)

"""What reading a Pabulib file can report: a refusal or a warning, each with its line and its cure, in two languages."""

from __future__ import annotations

from dataclasses import dataclass

from shanzhi.tally.pabulib.messages import MESSAGES
from shanzhi.tally.pabulib.treatment import SETTLED_BY

PLACES_KEPT = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """A fault that was mended while reading. `line` counts from 1; 0 means the file as a whole."""

    code: str
    line: int
    message_en: str
    message_zh: str
    cure_en: str
    cure_zh: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.message_en} {self.cure_en}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A kind of fault that could change who wins, met `times` times; `treatment` names what settles it.

    `places` tell the first of them, each with its line and its cure.
    """

    treatment: str
    times: int
    places: tuple[Notice, ...]


class PabulibError(Exception):
    """A file that cannot be read, or only by guessing who wins. `line` counts from 1; 0 means the file as a whole."""

    def __init__(
        self, line: int, message_en: str, message_zh: str, cure_en: str, cure_zh: str, *, code: str = "unreadable"
    ) -> None:
        """Carry the words in both languages; `code` names the fault for programs."""
        super().__init__(line, message_en, message_zh, cure_en, cure_zh)
        self.line = line
        self.message_en = message_en
        self.message_zh = message_zh
        self.cure_en = cure_en
        self.cure_zh = cure_zh
        self.code = code

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.message_en} {self.cure_en}"

    def as_notice(self) -> Notice:
        """The same words as a value."""
        return Notice(self.code, self.line, self.message_en, self.message_zh, self.cure_en, self.cure_zh)


class CannotWrite(ValueError):
    """An election that the format cannot hold, such as an id with a comma or an amount without an end."""


def _shorten(value: object) -> object:
    """Keep a quoted piece of the file readable: one line, at most 80 characters."""
    if not isinstance(value, str):
        return value
    flat = "".join(c if c.isprintable() else " " for c in value)
    return flat if len(flat) <= 80 else flat[:77] + "…"


def _words(code: str, params: dict[str, object]) -> tuple[str, str, str, str]:
    shown = {key: _shorten(value) for key, value in params.items()}
    message_en, message_zh, cure_en, cure_zh = (template.format(**shown) for template in MESSAGES[code])
    return message_en, message_zh, cure_en, cure_zh


def refusal(code: str, line: int, **params: object) -> PabulibError:
    """The refusal of the catalogue with its words filled in; the caller raises it."""
    return PabulibError(line, *_words(code, params), code=code)


class Notices:
    """Gathers warnings while a file is read; one per kind of fault, naming the first line and how many more.

    Doubts stand apart: what had to be decided, place by place.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._first: dict[str, tuple[int, dict[str, object]]] = {}
        self._count: dict[str, int] = {}
        self._doubts: dict[str, list[tuple[str, int, dict[str, object]]]] = {}
        self._doubted: dict[str, int] = {}

    def copy(self) -> Notices:
        """A second gathering that starts with the same warnings."""
        other = Notices()
        other._first, other._count = dict(self._first), dict(self._count)
        other._doubts = {name: list(places) for name, places in self._doubts.items()}
        other._doubted = dict(self._doubted)
        return other

    def add(self, code: str, line: int, *, times: int = 1, **params: object) -> None:
        """Note a mended fault seen `times` times, first at `line`."""
        self._first.setdefault(code, (line, params))
        self._count[code] = self._count.get(code, 0) + times

    def doubt(self, code: str, line: int, *, refuse: bool, times: int = 1, **params: object) -> None:
        """Refuse a fault that could change who wins, or note it where a treatment settles it."""
        if refuse:
            raise refusal(code, line, **params)
        name = SETTLED_BY[code]
        places = self._doubts.setdefault(name, [])
        if len(places) < PLACES_KEPT:
            places.append((code, line, params))
        self._doubted[name] = self._doubted.get(name, 0) + times

    def doubts(self) -> tuple[Doubt, ...]:
        """The doubtful faults that were settled, by kind, in the order in which the kinds were first met."""
        return tuple(
            Doubt(name, self._doubted[name], tuple(Notice(code, line, *_words(code, p)) for code, line, p in places))
            for name, places in self._doubts.items()
        )

    def all(self) -> tuple[Notice, ...]:
        """The warnings in the order in which their kinds were first met."""
        found = []
        for code, (line, params) in self._first.items():
            message_en, message_zh, cure_en, cure_zh = _words(code, params)
            more = self._count[code] - 1
            if more:
                message_en += f" ({more:,} more like it.)"
                message_zh += f"（另有 {more:,} 处同类情况。）"
            found.append(Notice(code, line, message_en, message_zh, cure_en, cure_zh))
        return tuple(found)

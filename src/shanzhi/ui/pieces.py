"""The values that the pieces of a page are drawn from.

Each piece takes one of these (or any object with the same attributes); none of them reads a database.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

Words = str | Promise
Tone = Literal["plain", "accent", "good", "warn", "bad"]


@dataclass(frozen=True)
class Phase:
    """One stretch of a thing's course: `state` is done, now or ahead."""

    label: Words
    state: Literal["done", "now", "ahead"]
    starts: datetime.date | datetime.datetime | None = None
    ends: datetime.date | datetime.datetime | None = None
    note: Words = ""


@dataclass(frozen=True)
class Event:
    """One happening in a thing's life."""

    at: datetime.datetime
    title: Words
    text: Words = ""
    who: Words = ""
    url: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Task:
    """One line of a task list: `state` is done, started, todo, due (past its day) or blocked."""

    label: Words
    url: str = ""
    state: Literal["done", "started", "todo", "due", "blocked"] = "todo"
    hint: Words = ""
    count: int | None = None


@dataclass(frozen=True)
class Tag:
    """A state in a word or two."""

    tone: Tone
    text: Words


@dataclass(frozen=True)
class Card:
    """A proposal or project at a glance; money in fen."""

    title: Words
    url: str = ""
    summary: Words = ""
    team: Words = ""
    area: Words = ""
    cost_fen: int | None = None
    votes: int | None = None
    tags: Sequence[Tag] = ()
    picture: str = ""
    picture_text: Words = ""
    number: Words = ""


@dataclass(frozen=True)
class Answer:
    """One given answer on a 'check your answers' page."""

    label: Words
    value: Words
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One of several views of a thing, each with an address of its own."""

    label: Words
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Crumb:
    """One step from the home page to here; the last has no address."""

    label: Words
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A small table behind a chart: the first column names the row, the others are figures already in words."""

    headers: Sequence[Words]
    rows: Sequence[Sequence[Words | int | float]]


@dataclass(frozen=True)
class Series:
    """One series of a chart; None leaves a gap."""

    name: Words
    values: Sequence[float | int | None]


@dataclass(frozen=True)
class Chart:
    """A chart: its `title` says the finding, not the subject.

    `unit` is shown on the value axis, `source` and `at` under the chart. At most five series, told apart by
    pattern, dash or mark as well as colour.
    """

    title: Words
    kind: Literal["bar", "bars_across", "stacked", "line", "points"]
    categories: Sequence[Words]
    series: Sequence[Series]
    x_label: Words
    y_label: Words
    unit: Words
    source: Words
    at: datetime.date | datetime.datetime
    key: str = ""


@dataclass(frozen=True)
class Shape:
    """One area of a map: GeoJSON geometry (Polygon or MultiPolygon), its name, and what it says."""

    name: Words
    geometry: dict[str, Any]
    url: str = ""
    value: Words = ""
    level: int = 0
    """0 to 4: how strongly it is filled."""


@dataclass(frozen=True)
class Progress:
    """How far a long work has come; `total` 0 means that nobody knows yet."""

    done: int
    total: int
    state: Literal["waiting", "running", "done", "failed"] = "running"
    text: Words = ""
    url: str = ""
    """Address of this progress, asked again every two seconds."""
    result_url: str = ""
    result_label: Words = ""


@dataclass(frozen=True)
class Sheet:
    """A printable sheet's heading and its pairs of label and value."""

    title: Words
    pairs: Sequence[tuple[Words, Words]] = field(default_factory=tuple)

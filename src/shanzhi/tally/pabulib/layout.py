"""Where the three sections of an election stand in the text, and their rows with line numbers.

Rows of a regular section are taken apart in bulk; a section with quotes, stray carriage returns or uneven rows is read
line by line (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.flat import NEWLINE

RETURN: Final = 13

SECTIONS = ("META", "PROJECTS", "VOTES")
_TITLES = tuple(spelling.encode() for name in SECTIONS for spelling in (name, name.lower(), name.capitalize()))
_PADDING = b' \t;,"\r\xef\xbb\xbf'  # the last three are the mark of UTF-8, left over where files were joined


@dataclass(frozen=True, slots=True)
class Section:
    """The lines below a title. `line` is the number of the first of them, the header."""

    name: str
    line: int
    body: bytes
    last: bool


def settle_line_ends(text: bytes, notices: Notices) -> bytes:
    """Make every line end a plain newline. Carriage returns inside lines stay; the row reader judges them."""
    if b"\r" not in text:
        return text
    if _paired(text):
        return text.translate(None, b"\r")
    text = text.replace(b"\r\n", b"\n")
    if b"\n" not in text:
        notices.add("old_line_ends", 1)
        return text.replace(b"\r", b"\n")
    return text


def _paired(text: bytes) -> bool:
    """Tell whether every carriage return stands before a newline; to drop them all is then thrice as quick."""
    data = np.frombuffer(text, dtype=np.uint8)
    places = np.flatnonzero(data == RETURN)
    return bool(places[-1] + 1 < len(data) and (data[places + 1] == NEWLINE).all())


def elections(text: bytes) -> list[tuple[Section, Section, Section]]:
    """The elections in the text, each as its META, PROJECTS and VOTES sections, with strict order."""
    marks = _titles(text)
    if not marks or marks[0][1] != "META":
        raise refusal("no_meta", 1)
    if text[: marks[0][0]].strip(_PADDING + b"\n"):
        raise refusal("no_meta", 1)
    sections = _sections(text, marks)
    found: list[tuple[Section, Section, Section]] = []
    for first in range(0, len(sections), 3):
        group = sections[first : first + 3]
        for section, expected in zip(group, SECTIONS, strict=False):
            if section.name != expected:
                raise refusal("section_order", section.line - 1, name=section.name, expected=expected)
        if len(group) < 3:
            last_line = text.count(b"\n") + (not text.endswith(b"\n"))
            raise refusal("no_projects_section" if len(group) == 1 else "no_votes_section", last_line)
        found.append((group[0], group[1], group[2]))
    return found


def _titles(text: bytes) -> list[tuple[int, str, int]]:
    """All title lines as (start, name, end), in the order of the text."""
    marks = _titles_spelt(text, _TITLES[::3])
    if len(marks) > 2 and all(mark[1] == SECTIONS[place % 3] for place, mark in enumerate(marks)):
        return marks
    return _titles_spelt(text, _TITLES)


def _titles_spelt(text: bytes, titles: Sequence[bytes]) -> list[tuple[int, str, int]]:
    marks: set[tuple[int, str, int]] = set()
    for title in titles:
        at = text.find(title)
        while at != -1:
            start = text.rfind(b"\n", 0, at) + 1
            end = text.find(b"\n", at)
            end = len(text) if end == -1 else end
            line = text[start:end]
            if line.strip(_PADDING) == title and line.count(b'"') % 2 == 0:
                marks.add((start, title.upper().decode(), end))
            at = text.find(title, end)
    return sorted(marks)


def _sections(text: bytes, marks: list[tuple[int, str, int]]) -> list[Section]:
    sections = []
    line, counted = 1, 0
    ends = [*marks[1:], (len(text), "", len(text))]
    for (start, name, end), (following, _, _) in zip(marks, ends, strict=True):
        line += text.count(b"\n", counted, start)
        counted = start
        sections.append(Section(name, line + 1, text[end + 1 : following], following == len(text)))
    return sections


def split_header(section: Section) -> tuple[list[str], int, bytes]:
    """Column names in lower case, the number of the first row's line, and the text of the rows."""
    body, line = section.body, section.line
    while body:
        start, _, rest = body.partition(b"\n")
        if start.strip(_PADDING):
            head = start.decode()
            names = [name.strip(' \t"\r').lower() for name in head.rstrip("; \t\r").split(";")]
            for name, following in pairwise(sorted(names)):
                if name and name == following:
                    raise refusal("repeated_column", line, column=name)
            return names, line + 1, rest
        body, line = rest, line + 1
    raise refusal("no_header", line - 1, section=section.name)

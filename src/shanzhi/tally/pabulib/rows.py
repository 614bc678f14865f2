"""Rows of a section: in bulk where every line is alike, else line by line with a judgement on each odd one."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from shanzhi.tally.pabulib.amounts import parse_amount
from shanzhi.tally.pabulib.errors import Notices, refusal
from shanzhi.tally.pabulib.flat import Bytes, Ints, as_bytes, as_texts, cut_column, marks_of, pieces, spans
from shanzhi.tally.pabulib.layout import Section, split_header

_VITAL = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("vote", "points")}
_TEXT_COLUMN = {"META": "value", "PROJECTS": "name", "VOTES": ""}
_LONGEST_QUOTE = 20
_COUNT = re.compile(r"\s*-?\d{0,12}(?:\.0*)?\s*\Z", re.ASCII)


class Table:
    """A section as columns; row i stands in line `lines[i]` of the file.

    A regular section keeps its bytes and cuts a column out when it is asked for.
    """

    def __init__(self, names: list[str], lines: Sequence[int], header_line: int, rows: list[list[str]] | None) -> None:
        """Hold columns from rows already taken apart; `regular` sets the bytes instead."""
        self.lines = lines
        self.header_line = header_line
        self._names = names
        self._data: tuple[Bytes, Ints] | None = None
        self._flat: dict[str, Bytes] = {}
        self._texts: dict[str, list[str]] = {}
        if rows is not None:
            columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
            self._texts = dict(zip(names, columns, strict=True))

    @classmethod
    def regular(cls, names: list[str], first: int, data: Bytes, ends: Ints) -> Table:
        """A section whose lines all have the same columns; `ends` is where each of them ends in `data`."""
        table = cls(names, range(first, first + len(ends) // len(names)), first - 1, None)
        table._data = (data, ends)
        return table

    def column(self, *names: str) -> list[str] | None:
        """The texts of the first of these columns that exists."""
        name = next((name for name in names if name in self._names), None)
        if name is None:
            return None
        if name not in self._texts:
            self._texts[name] = as_texts(self._cut(name))
        return self._texts[name]

    def flat(self, name: str) -> Bytes | None:
        """The bytes of a column, each row ended by a newline."""
        if name not in self._names:
            return None
        return as_bytes(self._texts[name]) if self._data is None else self._cut(name)

    def pieces(self, name: str) -> tuple[Bytes, Ints, Ints] | None:
        """Bytes that hold a column, where its fields start in them, and their lengths."""
        if name not in self._names:
            return None
        if self._data is None:
            column = as_bytes(self._texts[name])
            starts, lengths, _ = pieces(column, commas=False)
            return column, starts, lengths
        data, ends = self._data
        first, last = spans(ends, self._names.index(name), len(self._names))
        return data, first, last - first

    def _cut(self, name: str) -> Bytes:
        if name not in self._flat:
            assert self._data is not None
            self._flat[name] = cut_column(*self._data, self._names.index(name), len(self._names))
        return self._flat[name]


def read_table(section: Section, notices: Notices) -> Table:
    """Take a section apart into columns."""
    names, first, body = split_header(section)
    trimmed = body.rstrip(b"\n")
    if not trimmed:
        return Table(names, [], first - 1, [])
    if b'"' not in trimmed and b"\r" not in trimmed and not (len(names) == 1 and b"\n\n" in trimmed):
        marks = marks_of(trimmed, len(names))
        if marks is not None:
            return Table.regular(names, first, *marks)
    reader = _CarefulReader(section, names, body.endswith(b"\n"), notices)
    rows, lines = reader.read(trimmed.decode().split("\n"), first)
    return Table(names, lines, first - 1, rows)


class _CarefulReader:
    """Reads one section line by line."""

    def __init__(self, section: Section, names: list[str], ends_whole: bool, notices: Notices) -> None:
        self.names = names
        self.width = len(names)
        self.kind = section.name
        self.cut_possible = section.last and not ends_whole
        self.notices = notices
        self.vital = [names.index(name) for name in _VITAL[self.kind] if name in names]

    def read(self, lines: list[str], first: int) -> tuple[list[list[str]], list[int]]:
        rows: list[list[str]] = []
        numbers: list[int] = []
        at = 0
        while at < len(lines):
            number = first + at
            raw = lines[at].rstrip("\r")
            at += 1
            if not raw.strip(" \t\r;") and raw.count(";") != self.width - 1:
                continue
            if not raw.strip() and self.width == 1:
                continue
            for piece in self._split_returns(raw, number):
                fields = piece.split(";")
                if '"' in piece:
                    fields, used = self._quoted(piece, lines, at, number)
                    at += used
                rows.append(self._fit(fields, number, "\r" in raw, at == len(lines)))
                numbers.append(number)
        return rows, numbers

    def _split_returns(self, raw: str, number: int) -> list[str]:
        """Judge carriage returns inside a line: ends of whole rows, or strays inside a text."""
        if "\r" not in raw:
            return [raw]
        pieces = [piece for piece in raw.split("\r") if piece.strip()]
        if len(pieces) > 1 and all(piece.count(";") == self.width - 1 for piece in pieces):
            self.notices.add("joined_rows", number)
            return pieces
        self.notices.add("stray_return", number)
        return [raw.replace("\r", " ")]

    def _quoted(self, piece: str, lines: list[str], at: int, number: int) -> tuple[list[str], int]:
        """Fields of a line with double quotes, and how many further lines its quoted texts run over."""
        whole = piece
        for used in range(min(_LONGEST_QUOTE, len(lines) - at) + 1):
            if used:
                following = lines[at + used - 1].rstrip("\r")
                if '"' not in following and following.count(";") == self.width - 1 and self.width > 1:
                    break  # a row of its own: the quote was never meant to run so far
                whole += "\n" + following.replace("\r", " ")
            fields = _parse_quotes(whole)
            if fields is not None and (used == 0 or len(fields) == self.width):
                return fields, used
        if len(piece.split(";")) == self.width:
            self.notices.add("literal_quote", number)
            return piece.split(";"), 0
        raise refusal("open_quote", number)

    def _fit(self, fields: list[str], number: int, returned: bool, is_last: bool) -> list[str]:
        """Make a row as wide as the header, or refuse it."""
        while len(fields) > self.width and not fields[-1].strip():
            fields.pop()
        if len(fields) == self.width:
            return fields
        if returned:
            raise refusal("ambiguous_return", number, columns=self.width)
        found = len(fields)
        if found > self.width:
            return self._join_surplus(fields, number)
        if is_last and self.cut_possible:
            raise refusal("cut_row", number, found=found, columns=self.width)
        if any(found <= vital for vital in self.vital) and not self._points_inside(fields):
            raise refusal("short_row", number, found=found, columns=self.width)
        self.notices.add("short_row_filled", number, found=found, columns=self.width)
        return fields + [""] * (self.width - found)

    def _points_inside(self, fields: list[str]) -> bool:
        """Whether the row lacks its points because they are written in the vote, as `id:points`."""
        if self.kind != "VOTES" or "vote" not in self.names or len(fields) <= self.names.index("vote"):
            return False
        vote = fields[self.names.index("vote")].strip()
        return bool(vote) and all(":" in token for token in vote.split(","))

    def _join_surplus(self, fields: list[str], number: int) -> list[str]:
        """Give surplus semicolons to the free text, if the other columns then make sense."""
        found, text = len(fields), _TEXT_COLUMN[self.kind]
        if text in self.names:
            start = self.names.index(text)
            end = start + found - self.width + 1
            joined = [*fields[:start], ";".join(fields[start:end]), *fields[end:]]
            if self._makes_sense(dict(zip(self.names, joined, strict=True))):
                self.notices.add("long_row_joined", number, found=found, columns=self.width, column=text)
                return joined
        raise refusal("long_row", number, found=found, columns=self.width)

    def _makes_sense(self, row: dict[str, str]) -> bool:
        if self.kind == "META":
            return row.get("key", "") not in ("budget", "vote_type", "num_votes", "num_projects")
        if parse_amount(row.get("cost", "")) is None:
            return False
        return all(_COUNT.match(row.get(name, "")) for name in ("votes", "score", "selected"))


def _parse_quotes(text: str) -> list[str] | None:
    """Fields of one record by the rules of CSV; None while a quoted field is still open."""
    try:
        records = list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=";", strict=True))
    except csv.Error:
        # strict also refuses text after a closing quote, which is harmless when quotes are in pairs
        if text.count('"') % 2:
            return None
        try:
            records = list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=";"))
        except csv.Error:
            return None
    if len(records) != 1:
        return None
    return [field.rstrip("\n") for field in records[0]]

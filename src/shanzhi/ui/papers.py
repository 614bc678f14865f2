"""Papers to print, sign and file, as plain parts: Word and PDF set the same ones, in the language of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from shanzhi.ui import formatting
from shanzhi.ui.formatting import chinese
from shanzhi.ui.pdf import typeset

BODY: Final = ("Times New Roman", "宋体")
HEADING: Final = ("Arial", "黑体")
LAYOUT: Final = Path(__file__).parent / "templates" / "ui" / "paper.typ"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, which may be missing; `widths` in centimetres."""

    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    head: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the paper: its heading, then lines of text, then a table."""

    heading: str
    lines: Sequence[str] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole paper."""

    title: str
    remarks: Sequence[str]
    parts: Sequence[Part]


def as_word(paper: Paper) -> bytes:
    """Write a paper as a Word document."""
    document = Document()
    _faces(document)
    title = document.add_heading(paper.title, level=0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for words in paper.remarks:
        document.add_paragraph(words).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in paper.parts:
        if part.heading:
            document.add_heading(part.heading, level=2)
        for line in part.lines:
            document.add_paragraph(line)
        if part.table is not None:
            _table(document, part.table)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(paper: Paper, *, at: datetime) -> bytes:
    """Set a paper as PDF, which bears the date of `at`."""
    data = {
        "lang": "zh" if chinese() else "en",
        "title": paper.title,
        "remarks": list(paper.remarks),
        "parts": [_part(part) for part in paper.parts],
    }
    return typeset(LAYOUT, data, at=at)


def _part(part: Part) -> dict[str, Any]:
    table = part.table
    told: dict[str, Any] = {"heading": part.heading, "lines": list(part.lines), "table": None}
    if table is not None:
        rows = [list(map(str, row)) for row in table.rows]
        told["table"] = {"head": list(table.head or ()), "rows": rows, "widths": list(table.widths)}
    return told


def _face(style: Any, faces: tuple[str, str], size: int) -> None:
    """Set the Latin and the Chinese face; Word takes the latter from its eastAsia attribute alone."""
    style.font.name, style.font.size = faces[0], Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), faces[1])


def _faces(document: Any) -> None:
    _face(document.styles["Normal"], BODY, 11)
    for name, size in (("Title", 20), ("Heading 1", 16), ("Heading 2", 13)):
        _face(document.styles[name], HEADING, size)
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.3)


def _table(document: Any, given: Table) -> None:
    table = document.add_table(rows=0, cols=len(given.widths))
    table.style = "Table Grid"
    table.autofit = False
    if given.head is not None:
        _row(table, given.head, given.widths, bold=True)
    for row in given.rows:
        _row(table, row, given.widths, bold=False)


def _row(table: Any, texts: Sequence[str], widths: Sequence[float], *, bold: bool) -> None:
    cells = table.add_row().cells
    for cell, text, width in zip(cells, texts, widths, strict=True):
        cell.width = Cm(width)
        cell.text = str(text or formatting.NONE)
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.bold = bold

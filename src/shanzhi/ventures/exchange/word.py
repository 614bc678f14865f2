"""A proposal as a Word document: the application form that offices know, in the language of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from shanzhi.kernel.actor import Actor
from shanzhi.places.queries import full_names
from shanzhi.ui import formatting
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.queries import people_of

BODY: Final = ("Times New Roman", "宋体")
HEADING: Final = ("Arial", "黑体")


def file_name(proposal: Proposal) -> str:
    """Give the name under which the document is saved: number and title."""
    number = f"{proposal.number:03d}-" if proposal.number else ""
    return f"{number}{slugify(proposal.title, allow_unicode=True)[:60] or 'proposal'}.docx"


def proposal_document(*, viewer: Actor, proposal: Proposal) -> bytes:
    """Write a proposal that `queries.proposal` gave as Word; names are masked as on the page."""
    document = Document()
    _faces(document)
    _head(document, proposal)
    _particulars(document, viewer, proposal)
    for label, text in (
        (_("Summary"), proposal.summary),
        (_("The need it answers"), proposal.need),
        (_("Aims"), proposal.aims),
        (_("Risks and how you meet them"), proposal.risks),
    ):
        document.add_heading(label, level=2)
        for line in (text or formatting.NONE).split("\n"):
            document.add_paragraph(line)
    _schedule(document, proposal)
    _budget(document, proposal)
    _team(document, viewer, proposal)
    _signatures(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


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


def _head(document: Any, proposal: Proposal) -> None:
    title = document.add_heading(_("Application for a micro-venture project"), level=0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    note = document.add_paragraph(_("Example form, not official"))
    note.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if proposal.synthetic:
        made_up = document.add_paragraph(_("Made-up proposal of a demonstration"))
        made_up.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _particulars(document: Any, viewer: Actor, proposal: Proposal) -> None:
    people = people_of(viewer=viewer, found=proposal)
    where = full_names([proposal.community]).get(proposal.community, proposal.community)
    period = f"{_day(proposal.starts_on)} – {_day(proposal.ends_on)}"
    rows = [
        (_("Call"), proposal.call.title),
        (_("No."), f"{proposal.number:03d}" if proposal.number else formatting.NONE),
        (_("Name of the project"), proposal.title),
        (_("State"), str(PROPOSAL.states[proposal.state])),
        (_("Kind of team"), str(TEAM_KINDS[proposal.team_kind])),
        (_("Name of the team"), proposal.team_name),
        (_("Contact person"), people["contact"]),
        (_("Community"), where),
        (_("Theme"), proposal.theme),
        (_("Period"), period),
        (_("People reached"), f"{formatting.count(proposal.people_reached)} {proposal.people_note}".strip()),
        (_("Asked from the call"), formatting.money(proposal.amount_fen, proposal.call.currency)),
        (_("Own and other money"), formatting.money(proposal.other_fen, proposal.call.currency)),
    ]
    _table(document, None, rows, widths=(4.0, 12.0))


def _day(value: date | None) -> str:
    return formatting.day(value) if value else formatting.NONE


def _table(
    document: Any, head: Sequence[str] | None, rows: Sequence[Sequence[str]], *, widths: Sequence[float]
) -> None:
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    if head is not None:
        _row(table, head, widths, bold=True)
    for row in rows:
        _row(table, row, widths, bold=False)


def _row(table: Any, texts: Sequence[str], widths: Sequence[float], *, bold: bool) -> None:
    cells = table.add_row().cells
    for cell, text, width in zip(cells, texts, widths, strict=True):
        cell.width = Cm(width)
        cell.text = str(text or formatting.NONE)
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.bold = bold


def _schedule(document: Any, proposal: Proposal) -> None:
    document.add_heading(_("Activities and schedule"), level=2)
    rows = [
        (
            str(place),
            row.title + (f"\n{row.detail}" if row.detail else ""),
            _day(row.starts_on) + (f" – {_day(row.ends_on)}" if row.ends_on else ""),
            row.place,
            formatting.count(row.people),
        )
        for place, row in enumerate(proposal.activities.all(), 1)
    ]
    head = (_("No."), _("Activity"), _("When"), _("Where"), _("People"))
    _table(document, head, rows, widths=(1.2, 6.0, 4.0, 3.2, 1.6))


def _budget(document: Any, proposal: Proposal) -> None:
    document.add_heading(_("Budget"), level=2)
    currency = proposal.call.currency
    lines = list(proposal.budget.all())
    rows = [
        (
            str(place),
            line.item + (f"\n{line.note}" if line.note else ""),
            f"{line.quantity.normalize():f} {line.unit}".strip(),
            formatting.money(line.unit_price_fen, currency),
            formatting.money(line.amount_fen, currency),
            str(SOURCES[line.source]),
        )
        for place, line in enumerate(lines, 1)
    ]
    rows.append(("", _("Sum"), "", "", formatting.money(proposal.total_fen, currency), ""))
    head = (_("No."), _("Item"), _("Quantity"), _("Unit price"), _("Amount"), _("From"))
    _table(document, head, rows, widths=(1.2, 5.0, 2.2, 2.4, 2.6, 2.6))


def _team(document: Any, viewer: Actor, proposal: Proposal) -> None:
    members = people_of(viewer=viewer, found=proposal)["members"]
    if members:
        document.add_heading(_("Members of the team"), level=2)
        rows = [(str(place), one["name"], one["part"]) for place, one in enumerate(members, 1)]
        _table(document, (_("No."), _("Name"), _("Part")), rows, widths=(1.2, 6.0, 8.8))


def _signatures(document: Any) -> None:
    document.add_heading(_("Statement of truth"), level=2)
    document.add_paragraph(_("We declare that everything stated here is true, and that we keep open accounts."))
    line = "＿" * 12
    rows = [
        (_("Contact person (signature)"), line),
        (_("Opinion and seal of the community"), "\n\n"),
        (_("Opinion of the supervising unit"), "\n\n"),
        (_("Date"), line),
    ]
    _table(document, None, rows, widths=(5.0, 11.0))

"""A proposal as a PDF to print, sign and file, in the language of the reader."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from shanzhi.kernel.actor import Actor
from shanzhi.ui.formatting import chinese
from shanzhi.ui.pdf import typeset
from shanzhi.ventures.exchange.paper_form import Part, paper_form
from shanzhi.ventures.models import Proposal

LAYOUT: Final = Path(__file__).resolve().parents[1] / "templates" / "ventures" / "paper_form.typ"


def proposal_pdf(*, viewer: Actor, proposal: Proposal, at: datetime) -> bytes:
    """Set a proposal that `queries.proposal` gave; names are masked as on the page. The PDF bears the date of `at`."""
    form = paper_form(viewer=viewer, proposal=proposal)
    data = {
        "lang": "zh" if chinese() else "en",
        "title": form.title,
        "remarks": list(form.remarks),
        "parts": [_part(part) for part in form.parts],
    }
    return typeset(LAYOUT, data, at=at)


def _part(part: Part) -> dict[str, Any]:
    table = part.table
    told: dict[str, Any] = {"heading": part.heading, "lines": list(part.lines), "table": None}
    if table is not None:
        rows = [list(map(str, row)) for row in table.rows]
        told["table"] = {"head": list(table.head or ()), "rows": rows, "widths": list(table.widths)}
    return told

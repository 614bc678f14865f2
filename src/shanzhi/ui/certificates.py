"""Certificates as PDF: facts in rows, a QR code to the page on which anybody checks them; one or many in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from shanzhi.ui import formatting
from shanzhi.ui.pdf import qr_svg, typeset

LAYOUT: Final = Path(__file__).parent / "templates" / "ui" / "certificate.typ"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One certificate: facts as name and words, the whole address of its check, and what stands below.

    `made_up` is said in red where the thing is synthetic; `signed` are the places for seal and signatures.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    address: str
    check: str
    foot: str
    made_up: str = ""
    signed: Sequence[str] = ()


def certificates_pdf(sheets: Sequence[Sheet], *, at: datetime) -> bytes:
    """Set certificates, each on a page of its own; `at` is the date that the PDF bears."""
    data = {
        "lang": "zh" if formatting.chinese() else "en",
        "sheets": [
            {
                "title": one.title, "rows": [list(row) for row in one.rows], "qr": qr_svg(one.address),
                "address": one.address, "check": one.check, "foot": one.foot, "made_up": one.made_up,
                "signed": list(one.signed),
            }
            for one in sheets
        ],
    }  # fmt: skip
    return typeset(LAYOUT, data, at=at)

"""Printed matter as PDF, set by Typst in the house's own face, so that a sheet looks the same from every machine.

A room keeps the layout as a `.typ` file among its templates and gives plain data; texts come as data and are never
read as markup. Fonts are those that `scripts/vendor.py` laid beside this file, never the system's: rare characters in
names and places are in them.
"""

from __future__ import annotations

import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import typst

FONTS: Final = Path(__file__).with_name("fonts")
FAMILY: Final = "Noto Sans SC"
_PRELUDE: Final = f"""
#let data = json(bytes(sys.inputs.data))
#set text(font: "{FAMILY}", fallback: false)
"""


@cache
def _fonts() -> typst.Fonts:
    """Read the fonts once for each process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def typeset(layout: Path, data: dict[str, Any], *, at: datetime.datetime) -> bytes:
    """Set `data` in a layout, a Typst file that finds it as `data`; `at` is the date that the PDF bears.

    Raises typst.TypstError for a fault in the layout, which is ours.
    """
    source = _PRELUDE + layout.read_text()
    compiler = typst.Compiler(
        source.encode(), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)}
    )
    made = compiler.compile(format="pdf", timestamp=at.astimezone(datetime.UTC).replace(microsecond=0))
    assert isinstance(made, bytes)  # one PDF, since no output file is named
    return made


def qr_svg(text: str) -> str:
    """Draw a text as a QR code (SVG) for a layout: `image(bytes(…), format: "svg")`."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=False))

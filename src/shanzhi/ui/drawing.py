"""What the template tags work out before a piece is drawn: shares of bars, outlines, QR codes, parts of a field."""

import datetime
import html
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import segno
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from shanzhi.ui import formatting, pieces

NOTICE_TONES: Final = {
    "info": "accent",
    "success": "good",
    "warning": "warn",
    "error": "bad",
    "debug": "plain",
    "good": "good",
    "warn": "warn",
    "bad": "bad",
    "plain": "plain",
}
_TONES: Final = frozenset({"plain", "accent", "good", "warn", "bad"})


def tag(kind: str, text: object) -> SafeString:
    """Write a state tag; an unknown kind is drawn plain."""
    words = text if isinstance(text, SafeString) else html.escape(str(text))
    # by hand, since a list draws hundreds of them and format_html costs five times as much
    return mark_safe(f'<span class="tag {kind if kind in _TONES else "plain"}">{words}</span>')  # noqa: S308 - escaped above


def sheet(content: str, title: object) -> SafeString:
    """Wrap what is meant for paper."""
    head = format_html("<h2>{}</h2>", title) if title else ""
    return format_html('<section class="sheet">{}{}</section>', head, mark_safe(content))  # noqa: S308 - already a rendered template


def brief_digest(digest: str) -> str:
    """Shorten a digest for the eye: its first twelve figures."""
    kind, _, figures = digest.rpartition(":")
    return f"{kind + ':' if kind else ''}{figures[:12]}…" if len(figures) > 12 else digest


# Bars -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in per cent of its length."""

    start: str
    width: str
    tone: str


@dataclass(frozen=True)
class Bar:
    """A bar and the amounts beside it, in fen."""

    parts: tuple[Part, ...]
    spent: int = 0
    total: int = 0
    left: int = 0
    over: bool = False
    percent: int = 0


def _share(part: int, whole: int) -> float:
    return max(0.0, min(100.0, part * 100 / whole)) if whole > 0 else 0.0


def _per_cent(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".") + "%"


def purse(spent: int, total: int) -> Bar:
    """Work out a purse bar: `over` when more is chosen than the purse holds."""
    share = _share(spent, total)
    over = spent > total
    parts = (Part("0", _per_cent(share), "bad" if over else "accent"),)
    return Bar(parts, spent, total, total - spent, over, math.floor(share))


def money(received: int, spent: int) -> Bar:
    """Work out a money bar of received, spent and left; spending more than was received shows in red."""
    share = _share(spent, received) if received > 0 else (100.0 if spent > 0 else 0.0)
    over = spent > received
    parts = (Part("0", _per_cent(share), "bad" if over else "accent"),)
    return Bar(parts, spent, received, received - spent, over, math.floor(share))


def progress(state: pieces.Progress) -> Bar:
    """Work out a progress bar; without a known total it is empty and the words tell."""
    share = 100.0 if state.state == "done" else _share(state.done, state.total)
    tone = {"failed": "bad", "done": "good"}.get(state.state, "accent")
    return Bar((Part("0", _per_cent(share), tone),), state.done, state.total, percent=math.floor(share))


# Forms ------------------------------------------------------------------------------------------------------------


def field_parts(bound: BoundField) -> dict[str, Any]:
    """Prepare a form field: which of its shapes it has, and what describes it to a screen reader."""
    widget = bound.field.widget
    own = bound.auto_id or bound.html_name
    described = [f"{own}_help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{own}_errors")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple) or bool(widget.use_fieldset)
    return {
        "bound": bound,
        "id": own,
        "control": bound.as_widget(attrs=attrs if not grouped else {}),
        "described": " ".join(described),
        "grouped": grouped,
        "single": isinstance(widget, CheckboxInput),
        "hidden": bound.is_hidden,
        "optional": not (bound.field.required or _asked_for(bound)),
    }


def _asked_for(bound: BoundField) -> bool:
    """Tell whether a field that may stay empty is no free choice: in a draft, or where one of two is filled in."""
    return bool(getattr(bound.form, "drafts", False) or getattr(bound.field, "one_of", False))


def error_links(form: BaseForm) -> list[dict[str, str]]:
    """List a form's errors with the id of the field that each belongs to; those of the whole form come first."""
    links = [{"text": str(error), "id": ""} for error in form.non_field_errors()]
    for bound in form:
        links += [{"text": _named(bound, str(error)), "id": _first_control(bound)} for error in bound.errors]
    return links


def _named(bound: BoundField, error: str) -> str:
    """Put the field's name before an error that does not say it, since the summary stands apart from the field."""
    label = str(bound.label)
    return error if label in error else f"{label}{'：' if formatting.chinese() else ': '}{error}"


def _first_control(bound: BoundField) -> str:
    return str(bound.id_for_label or (f"{bound.auto_id}_0" if bound.auto_id else ""))


# Charts -----------------------------------------------------------------------------------------------------------


def chart_parts(spec: pieces.Chart, table: pieces.Table | None) -> dict[str, Any]:
    """Prepare a chart for the browser: its data as plain JSON, and the table that tells the same."""
    key = spec.key or f"chart-{abs(hash((str(spec.title), len(spec.series)))) % 10**8}"
    data = {
        "kind": spec.kind,
        "categories": [str(name) for name in spec.categories],
        "series": [{"name": str(series.name), "values": list(series.values)} for series in spec.series],
        "x": str(spec.x_label),
        "y": str(spec.y_label),
        "unit": str(spec.unit),
    }
    at = formatting.moment(spec.at) if isinstance(spec.at, datetime.datetime) else formatting.day(spec.at)
    return {"spec": spec, "key": key, "data": data, "table": table or _table_of(spec), "at": at}


def _table_of(spec: pieces.Chart) -> pieces.Table:
    headers = [spec.x_label, *(series.name for series in spec.series)]
    rows = [
        [name, *(formatting.count(series.values[index]) for series in spec.series)]
        for index, name in enumerate(spec.categories)
    ]
    return pieces.Table(headers, rows)


# Maps and codes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outline:
    """An area's outline as an SVG path, with a place for its name."""

    path: str
    shape: pieces.Shape
    x: float
    y: float


def area_map(shapes: Sequence[pieces.Shape], width: int = 640) -> dict[str, Any]:
    """Project outlines in degrees onto a plane (plate carrée at the middle latitude) that is `width` wide."""
    points = [point for shape in shapes for ring in _rings(shape.geometry) for point in ring]
    if not points:
        return {"width": width, "height": 0, "outlines": []}
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / max((east - west) * squeeze, 1e-9)

    def place(point: Sequence[float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    outlines = [_outline(shape, place) for shape in shapes]
    return {"width": width, "height": round((north - south) * scale), "outlines": outlines}


def _outline(shape: pieces.Shape, place: Any) -> Outline:
    rings = [[place(point) for point in ring] for ring in _rings(shape.geometry)]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    _, x, y = max((_area_and_middle(ring) for ring in rings), default=(0.0, 0.0, 0.0))
    return Outline(path, shape, round(x, 1), round(y, 1))


def _area_and_middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Give a ring's area and its centre of gravity (shoelace formula); a ring without area, its first point."""
    twice = east = south = 0.0
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        cross = x1 * y2 - x2 * y1
        twice, east, south = twice + cross, east + (x1 + x2) * cross, south + (y1 + y2) * cross
    return (abs(twice) / 2, east / (3 * twice), south / (3 * twice)) if twice else (0.0, *ring[0])


def _rings(geometry: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def qr(address: str) -> SafeString:
    """Draw a QR code (error correction M) as SVG in the colours that every reader knows: dark on light."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        nl=False,
        border=2,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        light="#fff",
        dark="#000",
        title=gettext("QR code"),
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by segno; the address is not part of the markup

"""Sheets of figures and stations for many areas: send one, look at what it would do, say yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.kernel import areas
from shanzhi.kernel.errors import Refusal
from shanzhi.places import exchange, forms, operations, policies, queries
from shanzhi.places.exchange import units
from shanzhi.places.models import SentSheet, SheetKind
from shanzhi.places.operations.sheets import ROLES, STATION_FIELDS
from shanzhi.places.views.frames import sent
from shanzhi.places.views.words import actor_of, now_of
from shanzhi.ui import formatting
from shanzhi.ui.faults import faults_of
from shanzhi.ui.forms import apply_refusal
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, Empty, Listing, Rows, listings_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Crumb

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS: Final[dict[SheetKind, Any]] = {
    SheetKind.FIGURES: gettext_lazy("Bring in figures from a sheet"),
    SheetKind.STATIONS: gettext_lazy("Bring in stations from a sheet"),
}
LEADS: Final[dict[SheetKind, Any]] = {
    SheetKind.FIGURES: gettext_lazy(
        "One row for each area, with columns for residents, households or size; or one row for each figure. First you "
        "see what would happen; nothing is written before you say yes."
    ),
    SheetKind.STATIONS: gettext_lazy(
        "One row for each station. Stations on record are known by area and name. First you see what would happen; "
        "nothing is written before you say yes."
    ),
}
TITLES: Final = {
    SheetKind.FIGURES: (
        ("代码", "地区", "常住人口", "户数", "面积（平方米）", "中心经度", "中心纬度", "生效日期", "来源", "更正原因"),
        ("Code", "Area", "Residents", "Households", "Size", "Centre, longitude", "Centre, latitude", "Holds from",
         "Source", "Reason"),
    ),
    SheetKind.STATIONS: (
        ("代码", "地区", "社工站名称", "地址", "电话", "开办日期", "关闭日期", "原因"),
        ("Code", "Area", "Station", "Address", "Phone", "Opened on", "Closed on", "Reason"),
    ),
}  # fmt: skip
ABOUT: Final = (
    gettext_lazy("Leave empty what is not known; areas without any entry are passed over."),
    gettext_lazy("Columns may stand in any order, and others may stand between them."),
    gettext_lazy("Write days as 2020-11-01, and numbers in digits."),
    gettext_lazy("Give a reason only where something on record is wrong: it corrects a figure, or closes a station."),
)


@form_page
def import_figures(request: HttpRequest) -> HttpResponse:
    """Take a sheet of figures and read it."""
    return _sending(request, SheetKind.FIGURES)


@form_page
def import_stations(request: HttpRequest) -> HttpResponse:
    """Take a sheet of stations and read it."""
    return _sending(request, SheetKind.STATIONS)


def empty_figures(request: HttpRequest) -> HttpResponse:
    """Give a sheet for figures with the visitor's areas in it."""
    return _empty(request, SheetKind.FIGURES)


def empty_stations(request: HttpRequest) -> HttpResponse:
    """Give a sheet for stations with the visitor's areas in it."""
    return _empty(request, SheetKind.STATIONS)


def _sending(request: HttpRequest, kind: SheetKind) -> HttpResponse:
    policies.require_anywhere(actor_of(request), ROLES[kind])
    made = forms.FigureSheetForm if kind == SheetKind.FIGURES else forms.SheetForm
    form = made(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = operations.keep_sheet(kind=kind, **_read(kind, form.cleaned_data), **acting(request))
        except Refusal as refusal:
            apply_refusal(form, refusal)
        else:
            return redirect("places:sheet", sheet.pk)
    area = request.GET.get("area", "")
    empty = reverse(f"places:empty-{kind.value}")
    context = {
        "form": form,
        "heading": HEADINGS[kind],
        "lead": LEADS[kind],
        "empty": f"{empty}?area={area}" if area.isascii() and area.isdigit() else empty,
        "crumbs": _crumbs(kind),
    }
    return render(request, "places/send_sheet.html", context, status=422 if form.is_bound and form.errors else 200)


def _read(kind: SheetKind, data: dict[str, Any]) -> dict[str, Any]:
    file = data.pop("file")
    if file.size > exchange.MOST_SHEET_BYTES:
        raise exchange.TableTooLarge(field="file", rows=exchange.MOST_ROWS)
    read = exchange.figure_lines if kind == SheetKind.FIGURES else exchange.station_lines
    return {"name": file.name, "lines": read(file.read(), file.name), **data}


def _empty(request: HttpRequest, kind: SheetKind) -> HttpResponse:
    """Fill in the codes and names of the area asked for, or of the visitor's own; never of the whole country."""
    actor = actor_of(request)
    policies.require_anywhere(actor, ROLES[kind])
    own = actor.areas(ROLES[kind])
    wanted = request.GET.get("area", "")
    known = wanted.isascii() and wanted.isdigit() and len(wanted) in areas.LEVELS
    code = wanted if known and any(areas.covers(mine, wanted) for mine in own) else own[0]
    places = queries.officials(code, now_of(request))[: exchange.MOST_ROWS] if code else ()
    titles = TITLES[kind][0 if formatting.chinese() else 1]
    content = exchange.blank_sheet(titles, ((one.code, one.name) for one in places), [str(words) for words in ABOUT])
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{kind.value}-{code or "empty"}.xlsx"'
    return answer


@form_page
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Show what a sheet would do; on yes, write it."""
    found = queries.sheet(viewer=actor_of(request), sheet_id=sheet_id)
    if request.method == "POST":
        try:
            operations.write_sheet(sheet_id=sheet_id, **acting(request))
        except (exchange.BadRows, operations.SheetOvertaken) as refusal:
            if isinstance(refusal, operations.SheetOvertaken):
                messages.warning(request, refusal.text)
        else:
            messages.success(request, _("The sheet is written."))
        return redirect("places:sheet", sheet_id)
    kind = SheetKind(found.kind)
    context = {
        "heading": _("What the sheet would do") if found.written_at is None else _("What the sheet did"),
        "name": found.name,
        "again": reverse(f"places:import-{kind.value}"),
        "crumbs": _crumbs(kind, found.name),
    }
    if found.written_at is not None:
        return render(request, "places/sheet.html", {**context, "written": found.result})
    shown, lists = _shown(request, found)
    answer: HttpResponse = listings_response(request, lists, {**context, **shown}, template="places/sheet.html")
    return answer


@dataclass(frozen=True)
class Line:
    """What would come of one row; `id` is its place among them."""

    id: int
    row: int
    area: str
    what: str
    effect: str
    does: str


def _found(rows: Rows, text: str) -> Rows:
    """Find by the number of the row, or by a part of the area or the entry."""
    wanted = text.casefold()
    return rows.having(lambda row: wanted == str(row.row) or wanted in f"{row.area} {row.what}".casefold())


LINES: Final = Listing(
    key="lines",
    prefix="line-",
    caption=gettext_lazy("What would be written"),
    columns=(
        Column("row", gettext_lazy("Row"), "number", sort="row"),
        Column("area", pgettext_lazy("area", "Area"), sort="area"),
        Column("what", pgettext_lazy("sheet", "Entry")),
        Column("effect", pgettext_lazy("sheet", "Effect"), sort="does", scale="course"),
    ),
    default_sort="row",
    filters=(
        ChoiceFilter(
            "does", pgettext_lazy("sheet", "Effect"),
            choices=[("add", pgettext_lazy("sheet", "New")), ("change", pgettext_lazy("sheet", "Changed"))],
        ),
    ),
    search=_found,
    search_label=gettext_lazy("Row, area or entry"),
    empty=Empty(gettext_lazy("All of this is on record already; there is nothing to do.")),
)  # fmt: skip


def _shown(request: HttpRequest, found: SentSheet) -> tuple[dict[str, Any], list[tuple[Listing, Rows]]]:
    """Lay out the plan: numbers, faults, and the rows of which something comes."""
    plan = operations.planned(sheet=found, **acting(request))
    doing = [step for step in plan.steps if step.does != "keep"]
    names = queries.full_names(step.area.code for step in doing)
    write = _figure_line if found.kind == SheetKind.FIGURES else _station_line
    lines = [
        Line(place, step.row["row"], names[step.area.code], *write(step), step.does) for place, step in enumerate(doing)
    ]
    faults = [(fault.row, fault.field, str(fault.message)) for fault in plan.faults]
    shown = {
        "plan": plan,
        "added": plan.count("add"),
        "changed": plan.count("change"),
        "kept": plan.count("keep"),
        "faults": len(faults),
        "lines": len(lines),
    }
    return shown, [faults_of(faults), (LINES, Rows(lines))]


def _figure_line(step: operations.Step) -> tuple[str, str]:
    row = step.row
    day = formatting.day(date.fromisoformat(row["valid_from"]))
    what = f"{exchange.FIELDS[row['measure']]} {units.in_words(row['measure'], row['value'])} · {day}"
    if step.before is None:
        return what, pgettext("sheet", "new")
    before = units.in_words(step.before.measure, step.before.value)
    return what, pgettext("sheet", "corrects %(before)s: %(reason)s") % {"before": before, "reason": row["reason"]}


def _station_line(step: operations.Step) -> tuple[str, str]:
    """Name the station, and what of it is given that is not on record."""
    changes = []
    for name in STATION_FIELDS:
        before = getattr(step.before, name, None) or ""
        if step.row[name] and step.row[name] != str(before):
            label = exchange.FIELDS[name]
            changes.append(f"{label} {before} → {step.row[name]}" if before else f"{label} {step.row[name]}")
    what = " · ".join([step.row["name"], *changes])
    return what, pgettext("sheet", "new") if step.before is None else pgettext("sheet", "changes what is on record")


def _crumbs(kind: SheetKind, *more: str) -> list[Crumb]:
    steps = [Crumb(_("Areas"), reverse("places:country"))]
    if kind == SheetKind.STATIONS:
        steps.append(Crumb(_("Social-work stations"), reverse("places:stations")))
    if more:
        return [*steps, Crumb(HEADINGS[kind], reverse(f"places:import-{kind.value}")), Crumb(more[0])]
    return [*steps, Crumb(HEADINGS[kind])]

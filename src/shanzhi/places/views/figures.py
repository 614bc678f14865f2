"""An area's whole series of figures, its corrections, and the forms that add to them."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.kernel.errors import NotFound
from shanzhi.places import forms, operations, policies, queries
from shanzhi.places.exchange import units
from shanzhi.places.models import AreaFigure, Measure
from shanzhi.places.views.changing import form_context
from shanzhi.places.views.frames import answer_form, open_area, sent
from shanzhi.places.views.words import actor_of, crumbs, figure_plain, figure_words, today
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Crumb, Tab


def _corrected(figure: AreaFigure) -> tuple[str, str] | None:
    return ("accent", pgettext("figure", "Corrected")) if figure.revision > 1 else None


def _corrections_of(figure: AreaFigure) -> str:
    return reverse("places:corrections", args=[figure.area_id]) if figure.revision > 1 else ""


def _correct(figure: AreaFigure) -> str:
    return reverse("places:correct-figure", args=[figure.pk])


def _before(figure: Any) -> str:
    return units.in_words(figure.measure, figure.before)


def _after(figure: AreaFigure) -> str:
    return pgettext("figure", "Taken back") if figure.value is None else figure_words(figure)


def _empty(row: Any) -> bool:
    """Tell whether a figure was taken back and the day has none since."""
    return bool(row.stands) and row.value is None


def _named(words: str) -> list[str]:
    """Give the measures whose name, in the reader's language, holds the words."""
    wanted = words.casefold()
    return [value for value, label in Measure.choices if wanted in str(label).casefold()]


def _search(rows: QuerySet[AreaFigure], words: str) -> QuerySet[AreaFigure]:
    return rows.filter(Q(source__icontains=words) | Q(measure__in=_named(words)))


def _search_corrections(rows: QuerySet[AreaFigure], words: str) -> QuerySet[AreaFigure]:
    return rows.filter(Q(reason__icontains=words) | Q(source__icontains=words) | Q(measure__in=_named(words)))


MEASURE = Column(
    "measure", gettext_lazy("Measure"), value=lambda row: row.get_measure_display(), sort="place", scale="course"
)
SOURCE = Column("source", pgettext_lazy("figure", "Source"), sort="source")
MEASURES = ChoiceFilter("measure", gettext_lazy("Measure"), choices=Measure.choices)
FIGURES = Listing(
    key="figures",
    columns=(
        Column("code", pgettext_lazy("area", "Code"), value="area_id", on_page=False),
        Column("area", pgettext_lazy("area", "Area"), value="area.name", on_page=False),
        MEASURE,
        Column(
            "value",
            pgettext_lazy("area", "Value"),
            value=figure_words,
            export=figure_plain,
            sort="value",
            scale="amount",
        ),
        Column("valid_from", gettext_lazy("Holds from"), "date", sort="valid_from"),
        SOURCE,
        Column("created_at", gettext_lazy("Recorded on"), "date", on_page=False),
        Column("state", pgettext_lazy("figure", "Correction"), "tag", value=_corrected, url=_corrections_of),
    ),
    default_sort="-valid_from",
    filters=(MEASURES, DateRangeFilter("valid_from", gettext_lazy("Holds from"), moments=False)),
    search=_search,
    search_label=gettext_lazy("Measure or source"),
    tie="place",
    empty=Empty(
        gettext_lazy("No figure is recorded yet"),
        gettext_lazy("Staff of the area record residents, households, size and centre, each with its day and source."),
    ),
)
CORRECT = Column("correct", gettext_lazy("Correct"), value=lambda _row: _("Correct"), url=_correct, in_export=False)
AGAIN = Column(
    "again",
    gettext_lazy("Correct"),
    value=lambda row: _("Give a figure again") if _empty(row) else "",
    url=lambda row: _correct(row) if _empty(row) else "",
    in_export=False,
)
CORRECTIONS = Listing(
    key="corrections",
    columns=(
        Column("created_at", gettext_lazy("Corrected on"), "datetime", sort="created_at"),
        MEASURE,
        Column("valid_from", gettext_lazy("Holds from"), "date", sort="valid_from"),
        Column("before", pgettext_lazy("figure", "Before"), value=_before),
        Column("after", pgettext_lazy("figure", "After"), value=_after),
        Column("reason", gettext_lazy("Reason")),
        dataclasses.replace(SOURCE, priority=2),
    ),
    default_sort="-created_at",
    filters=(MEASURES,),
    search=_search_corrections,
    search_label=gettext_lazy("Measure, reason or source"),
    tie="place",
    empty=Empty(gettext_lazy("No figure was corrected"), gettext_lazy("What was recorded first holds.")),
)


def _open(code: str) -> list[Any]:
    steps = queries.path(code)
    if not steps or steps[-1].code != code:
        raise NotFound
    return steps


def _page(request: HttpRequest, code: str, *, corrections: bool = False) -> dict[str, Any]:
    """Give what both lists share: heading, way, the two views of the series, what staff may do."""
    steps = _open(code)
    area, may = steps[-1], policies.may(actor_of(request), policies.LOCAL, code)
    offers = [
        (_("Record a figure"), reverse("places:add-figure", args=[code]), area.valid_to is None),
        (_("Bring in figures from a sheet"), f"{reverse('places:import-figures')}?area={code}", True),
    ]
    return {
        "heading": _("Figures of %(name)s") % {"name": area.name},
        "lead": _("Each figure holds from its day on, until the next one of its kind."),
        "crumbs": crumbs(steps, Crumb(_("Figures"))),
        "tabs": [
            Tab(_("As they stand"), reverse("places:figures", args=[code]), not corrections),
            Tab(_("Corrections"), reverse("places:corrections", args=[code]), corrections),
        ],
        "may": may,
        "tasks": [(label, url) for label, url, fits in offers if may and fits],
    }


def figures(request: HttpRequest, code: str) -> HttpResponse:
    """The whole series of an area as it stands."""
    context = _page(request, code)
    listing = dataclasses.replace(FIGURES, columns=(*FIGURES.columns, CORRECT)) if context["may"] else FIGURES
    rows = queries.figure_series(code).select_related("area")
    answer: HttpResponse = listing_response(request, listing, rows, context, template="places/list.html")
    return answer


def corrections(request: HttpRequest, code: str) -> HttpResponse:
    """What was corrected of an area's figures, when and why."""
    context = _page(request, code, corrections=True)
    context["lead"] = _("What was wrong stays on record here, with the day of the correction and its reason.")
    listing = dataclasses.replace(CORRECTIONS, columns=(*CORRECTIONS.columns, AGAIN)) if context["may"] else CORRECTIONS
    rows = queries.corrections(code)
    answer: HttpResponse = listing_response(request, listing, rows, context, template="places/list.html")
    return answer


@form_page
def add_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Record a figure."""
    steps = open_area(request, code, lambda _area: policies.LOCAL)

    def act(form: Any) -> str:
        operations.record_figure(code=code, **form.cleaned_data, **acting(request))
        return reverse("places:area", args=[code])

    lead = _("Earlier figures of %(name)s stay; the newest is shown.") % {"name": steps[-1].name}
    context = form_context(steps, _("Record a figure"), lead, pgettext("area", "Record"))
    form = forms.FigureForm(sent(request), initial={"valid_from": today(request)})
    return answer_form(request, form, act, context, done=_("The figure is recorded."))


@form_page
def correct_figure(request: HttpRequest, figure_id: UUID) -> HttpResponse:
    """Correct a wrong figure."""
    wrong = queries.figure(figure_id=figure_id)
    policies.require(actor_of(request), policies.LOCAL, wrong.area_id)
    back = reverse("places:figures", args=[wrong.area_id])

    def act(form: Any) -> str:
        operations.correct_figure(figure_id=figure_id, **form.cleaned_data, **acting(request))
        return back

    steps, heading = queries.path(wrong.area_id), _("Correct a figure")
    words = {
        "measure": wrong.get_measure_display(),
        "day": formatting.day(wrong.valid_from),
        "value": figure_words(wrong),
    }
    lead = _("%(measure)s from %(day)s on: %(value)s. The wrong figure stays on record with your reason.") % words
    context = form_context(steps, heading, lead, _("Correct the figure"))
    context |= {"back": back, "crumbs": crumbs(steps, Crumb(_("Figures"), back), Crumb(heading))}
    shown = units.plain(wrong.measure, wrong.value) if wrong.value is not None else None
    form = forms.CorrectionForm(sent(request), measure=wrong.measure, initial={"value": shown, "source": wrong.source})
    return answer_form(request, form, act, context, done=_("The figure is corrected."))

"""Pages of social-work stations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shanzhi.places import forms, operations, policies, queries
from shanzhi.places.models import LEVEL_LABELS, Station
from shanzhi.places.views.frames import answer_form, open_area, sent
from shanzhi.places.views.words import above_words, actor_of, crumbs, today
from shanzhi.ui import formatting
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, Empty, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer, Crumb


def address(station: Station) -> str:
    """Give the address of a station's page."""
    return reverse("places:station", args=[station.pk])


def state(station: Station) -> tuple[str, str]:
    """Say whether a station is open."""
    return ("plain", pgettext("area", "Closed")) if station.closed_on else ("good", pgettext("area", "Open"))


def whole_phone(station: Station) -> str:
    """Keep a number in one line; it has a hyphen where lines may break."""
    return format_html('<span class="nowrap">{}</span>', station.phone) if station.phone else ""


def way_words(station: Station) -> str:
    """Name a station's area with all above it, since names repeat."""
    return f"{above_words(station.area)} {station.area.name}".strip()


def area_address(station: Station) -> str:
    """Give the address of the page of a station's area."""
    return reverse("places:area", args=[station.area_id])


STATIONS = Listing(
    key="stations",
    columns=(
        Column("name", pgettext_lazy("area", "Name"), url=address, sort="name"),
        Column("level", pgettext_lazy("area", "Level"), value="area.level_label", sort="width", scale="amount"),
        Column("code", pgettext_lazy("area", "Code"), value="area_id", on_page=False),
        Column("area", pgettext_lazy("area", "Area"), value=way_words, url=area_address, sort="area"),
        Column("address", gettext_lazy("Address"), priority=2),
        Column("phone", gettext_lazy("Phone"), value=whole_phone, export=lambda row: row.phone),
        Column("opened_on", gettext_lazy("Opened on"), "date", sort="opened_on", priority=2),
        Column("closed_on", gettext_lazy("Closed on"), "date", on_page=False),
        Column("state", gettext_lazy("State"), "tag", value=state),
    ),
    default_sort="area",
    filters=(
        ChoiceFilter(
            "level",
            pgettext_lazy("area", "Level"),
            field="area__level",
            choices=[(level, LEVEL_LABELS[level]) for level in operations.STATION_LEVELS],
        ),
        BooleanFilter(
            "open",
            gettext_lazy("State"),
            apply=lambda yes: Q(closed_on__isnull=yes),
            yes=pgettext_lazy("area", "Open"),
            no=pgettext_lazy("area", "Closed"),
        ),
        AreaFilter("area", gettext_lazy("Area code"), field="area"),
    ),
    search=lambda rows, words: rows.filter(
        Q(name__icontains=words) | Q(address__icontains=words) | Q(area__name__contains=words)
    ),
    search_label=gettext_lazy("Name, address or area"),
    empty=Empty(
        gettext_lazy("No station is recorded yet"),
        gettext_lazy("Staff add stations on the page of a district, subdistrict or community."),
    ),
)


def stations(request: HttpRequest) -> HttpResponse:
    """All stations."""
    staff = bool(actor_of(request).areas(policies.STATIONS))
    context = {
        "heading": _("Social-work stations"),
        "lead": _("Stations of districts, subdistricts and communities, where social workers help and advise."),
        "crumbs": [Crumb(_("Areas"), reverse("places:country")), Crumb(_("Social-work stations"))],
        "tasks": [(_("Bring in stations from a sheet"), reverse("places:import-stations"))] if staff else [],
    }
    answer: HttpResponse = listing_response(request, STATIONS, queries.stations(), context, template="places/list.html")
    return answer


def station(request: HttpRequest, station_id: UUID) -> HttpResponse:
    """One station."""
    found = queries.station(station_id=station_id)
    steps = queries.path(found.area_id)
    pairs = [
        Answer(pgettext("area", "Area"), " ".join(step.name for step in steps)),
        Answer(_("Address"), found.address or formatting.NONE),
        Answer(_("Phone"), found.phone or formatting.NONE),
        Answer(_("Opened on"), formatting.day(found.opened_on)),
    ]
    if found.closed_on:
        pairs.append(Answer(_("Closed on"), formatting.day(found.closed_on)))
    context = {
        "station": found,
        "state": state(found),
        "pairs": pairs,
        "crumbs": crumbs(steps, Crumb(found.name)),
        "may": policies.may(actor_of(request), policies.STATIONS, found.area_id),
    }
    return render(request, "places/station.html", context)


@form_page
def add_station(request: HttpRequest, code: str) -> HttpResponse:
    """Add a station."""
    steps = open_area(request, code, lambda _area: policies.STATIONS)

    def act(form: Any) -> str:
        return address(operations.create_station(area=code, **form.cleaned_data, **acting(request)))

    heading = _("Add a social-work station")
    context = {
        "heading": heading,
        "lead": _("In %(name)s. What you write here is public.") % {"name": steps[-1].name},
        "button": _("Add the station"),
        "kind": "main",
        "back": reverse("places:area", args=[code]),
        "crumbs": crumbs(steps, Crumb(heading)),
    }
    form = forms.StationForm(sent(request), initial={"opened_on": today(request)})
    return answer_form(request, form, act, context, done=_("The station is added."))


def _open_station(request: HttpRequest, station_id: UUID, heading: str) -> tuple[Station, dict[str, Any]]:
    found = queries.station(station_id=station_id)
    policies.require(actor_of(request), policies.STATIONS, found.area_id)
    way = crumbs(queries.path(found.area_id), Crumb(found.name, address(found)), Crumb(heading))
    return found, {"heading": heading, "back": address(found), "version": found.version, "crumbs": way}


@form_page
def edit_station(request: HttpRequest, station_id: UUID) -> HttpResponse:
    """Correct a station."""
    found, context = _open_station(request, station_id, _("Edit the station"))

    def act(form: Any) -> str:
        seen = version(request) or 0
        return address(
            operations.edit_station(station_id=station_id, version=seen, **form.cleaned_data, **acting(request))
        )

    shown = {name: getattr(found, name) for name in ("name", "address", "phone", "opened_on")}
    context |= {"lead": found.name, "button": _("Save"), "kind": "main"}
    form = forms.StationForm(sent(request), initial=shown)
    return answer_form(request, form, act, context, done=_("The station is saved."))


@form_page
def close_station(request: HttpRequest, station_id: UUID) -> HttpResponse:
    """Close a station."""
    _found, context = _open_station(request, station_id, _("Close the station"))

    def act(form: Any) -> str:
        seen = version(request) or 0
        return address(
            operations.close_station(station_id=station_id, version=seen, **form.cleaned_data, **acting(request))
        )

    lead = _("The station is marked as closed; its page stays.")
    context |= {"lead": lead, "button": _("Close the station"), "kind": "danger"}
    form = forms.CloseStationForm(sent(request), initial={"closed_on": today(request)})
    return answer_form(request, form, act, context, done=_("The station is closed."))

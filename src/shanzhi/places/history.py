"""How the history of areas and stations reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.places.models import Area, ChangeKind, Measure, Station

# Events about these lie in the area whose history they belong to.
PARTS = ("places.areachange", "places.areafigure", "places.station")


def _area(viewer: Actor, code: str, at: datetime) -> Shown | None:
    found = Area.objects.filter(pk=code).first()
    if found is None:
        return None
    if not viewer.holds(STAFF_READERS, code):
        raise NotFound
    return Shown(str(found), reverse("places:area", args=[code]))


def _station(viewer: Actor, station_id: str, at: datetime) -> Shown | None:
    found = Station.objects.filter(pk=uuid_of(station_id)).first()
    if found is None:
        return None
    if not viewer.holds(STAFF_READERS, found.area_id):
        raise NotFound
    return Shown(found.name, reverse("places:station", args=[found.pk]))


def _areas(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Area.objects.all(), "name"


def _stations(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Station.objects.all(), "name"


def _measure(value: Any) -> Any:
    return dict(Measure.choices).get(value, value)


register(
    Subject(
        type="places.area",
        label=pgettext_lazy("history", "Area"),
        find=_area,
        events=lambda code: Q(subject_type__in=PARTS, area=code),
        titles=_areas,
        key=CharField(),
        fields={
            "name": pgettext_lazy("area", "Name"),
            "read": _("Rows read"),
            "added": pgettext_lazy("number of areas", "Added"),
            "renamed": _("Renamed"),
        },
    )
)
register(
    Subject(
        type="places.station",
        label=pgettext_lazy("history", "Station"),
        find=_station,
        titles=_stations,
        fields={
            "name": pgettext_lazy("area", "Name"),
            "address": _("Address"),
            "phone": _("Phone"),
            "opened_on": _("Opened on"),
            "closed_on": _("Closed on"),
        },
    )
)
register(
    Subject(
        type="places.areachange",
        label=_("Change of areas"),
        fields={"on": _("On"), "state": pgettext_lazy("area", "Code")},
    )
)
register(
    Subject(
        type="places.areafigure",
        label=_("Figure of an area"),
        fields={"measure": _("Measure"), "value": pgettext_lazy("area", "Value"), "valid_from": _("Holds from")},
        values={"measure": _measure},
    )
)
register(Subject(type="places.sentsheet", label=_("Sheet of figures")))
register_verbs(
    {
        **{f"places.area.{kind.value}": kind.label for kind in ChangeKind},
        "places.area.add": _("Area added below"),
        "places.area.import": _("Areas taken in from a list"),
        "places.area.changes": _("Changes of a year taken in"),
        "places.figure.record": _("Figure recorded"),
        "places.figure.correct": _("Figure corrected"),
        "places.sheet.write": _("List of figures or stations taken in"),
        "places.station.create": _("Station opened"),
        "places.station.edit": _("Station corrected"),
        "places.station.close": _("Station closed"),
    },
    tones={"places.area.closure": "warn", "places.station.close": "warn"},
)

"""Social-work stations of districts, subdistricts and communities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel import areas
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.places import policies, queries
from shanzhi.places.models import Station

LEVELS = (areas.DISTRICT, areas.SUBDISTRICT, areas.COMMUNITY)


class StationNameTaken(Conflict):
    """The area has a station of this name."""

    code = "station_name_taken"
    message = _("This area has a station of that name already. Open that one, or give another name.")


class WrongStationLevel(Invalid):
    """Stations stand in districts, subdistricts and communities."""

    code = "wrong_station_level"
    message = _("Stations belong to a district, a subdistrict or a community. Choose one of those.")


class WrongStationDay(Invalid):
    """A station closes after it opened."""

    code = "wrong_station_day"
    message = _("The station closes on or after the day on which it opened. Correct the day.")


class StaleStation(Conflict):
    """Someone changed the station meanwhile."""

    code = "stale_station"


@contextmanager
def _unique_name() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if "places_station_name_in_area" in str(fault):
            raise StationNameTaken(field="name") from fault
        raise


def create_station(
    *, actor: Actor, area: str, name: str, opened_on: date, at: datetime, address: str = "", phone: str = ""
) -> Station:
    """Open a station. Raises NotFound, Forbidden, WrongStationLevel, StationNameTaken."""
    place = queries.area(code=area, at=at)
    policies.require(actor, policies.STATIONS, area)
    if place.level not in LEVELS:
        raise WrongStationLevel(field="area")
    with _unique_name():
        made = Station.objects.create(
            area=place,
            name=name.strip(),
            address=address.strip(),
            phone=phone.strip(),
            opened_on=opened_on,
            created_at=at,
        )
        record(actor=actor, verb="places.station.create", subject=made, area=area, change={"name": made.name}, at=at)
    return made


def edit_station(
    *, actor: Actor, station_id: UUID, version: int, name: str, address: str, phone: str, opened_on: date, at: datetime
) -> Station:
    """Correct a station; `version` is the one that the editor saw. Raises as create does, and StaleStation."""
    with _unique_name():
        found = _locked(actor, station_id, version)
        if found.closed_on is not None and opened_on > found.closed_on:
            raise WrongStationDay(field="opened_on")
        new: dict[str, Any] = {"name": name.strip(), "address": address.strip(), "phone": phone.strip()}
        new["opened_on"] = opened_on
        told = {"fields": differences({field: getattr(found, field) for field in new}, new)}
        for field, value in new.items():
            setattr(found, field, value)
        found.version += 1
        found.save()
        record(actor=actor, verb="places.station.edit", subject=found, area=found.area_id, change=told, at=at)
    return found


def close_station(
    *, actor: Actor, station_id: UUID, version: int, closed_on: date, reason: str, at: datetime
) -> Station:
    """Close a station; its page stays. Raises NotFound, Forbidden, StaleStation, WrongStationDay."""
    with transaction.atomic():
        found = _locked(actor, station_id, version)
        if closed_on < found.opened_on:
            raise WrongStationDay(field="closed_on")
        found.closed_on, found.version = closed_on, found.version + 1
        found.save()
        told, area = {"closed_on": closed_on.isoformat()}, found.area_id
        record(actor=actor, verb="places.station.close", subject=found, area=area, change=told, at=at, reason=reason)
    return found


def _locked(actor: Actor, station_id: UUID, version: int) -> Station:
    found = Station.objects.select_for_update().filter(pk=station_id).first()
    if found is None:
        raise NotFound
    policies.require(actor, policies.STATIONS, found.area_id)
    if found.version != version:
        raise StaleStation
    return found

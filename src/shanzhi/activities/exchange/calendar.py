"""iCalendar feeds (RFC 5545, 7986): times in UTC, changes by SEQUENCE, what was called off by STATUS.

Texts are escaped and lines folded by the library. Nobody's name is in any feed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration

from shanzhi.activities.exchange.poster import title_of
from shanzhi.activities.models import Shift, SignUp

PRODUCT: Final = "-//Shanzhi//Activities//ZH"
REFRESH: Final = timedelta(hours=1)
KEY: Final = "shanzhi-shift"


def calendar_of(name: str, shifts: Iterable[Shift], *, site: str) -> bytes:
    """Write the calendar of an area or a team. `site` begins the addresses: scheme and host."""
    made = _calendar(name)
    for one in shifts:
        made.add_component(_event(one, _public_status(one), one.sequence, site))
    return bytes(made.to_ical())


def own_calendar(name: str, rows: Iterable[SignUp], *, site: str) -> bytes:
    """Write the calendar of somebody's sign-ups: waiting is tentative, given back or ended is cancelled.

    The last sign-up for a shift counts where somebody gave a place back and came again. SEQUENCE grows with every
    change of the shift and every step of the sign-up.
    """
    made = _calendar(name)
    last: dict[UUID, SignUp] = {}
    for row in rows:
        before = last.get(row.shift_id)
        if before is None or row.turn > before.turn:
            last[row.shift_id] = row
    for row in last.values():
        status = {"signed": "CONFIRMED", "waiting": "TENTATIVE"}.get(row.state, "CANCELLED")
        steps = (row.state != "waiting") + (row.ended_at is not None)
        made.add_component(_event(row.shift, status, 3 * row.shift.sequence + steps + 10 * row.turn, site))
    return bytes(made.to_ical())


def _calendar(name: str) -> Calendar:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    return made


def _public_status(one: Shift) -> str:
    return "CONFIRMED" if one.state == "open" else "CANCELLED"


def _event(one: Shift, status: str, sequence: int, site: str) -> Event:
    found = one.activity
    address = f"{site}/activities/{found.pk}/"
    words = [one.notice, found.what, _("Risks: %(risks)s") % {"risks": found.risks} if found.risks else "", address]
    event = Event()
    event.add("uid", f"{KEY}-{one.pk}@{site.partition('://')[2]}")
    event.add("dtstamp", _utc(one.changed_at))
    event.add("last-modified", _utc(one.changed_at))
    event.add("created", _utc(one.created_at))
    event.add("dtstart", _utc(one.starts_at))
    event.add("dtend", _utc(one.ends_at))
    event.add("summary", title_of(found))
    event.add("location", one.where)
    event.add("description", "\n".join(word for word in words if word))
    event.add("url", address)
    event.add("status", status)
    event.add("sequence", sequence)
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    if found.lat is not None and found.lng is not None:
        event.add("geo", (found.lat / 1_000_000, found.lng / 1_000_000))
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)

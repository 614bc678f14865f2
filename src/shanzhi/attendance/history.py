"""How the history of presence reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Shift
from shanzhi.attendance import policies, queries
from shanzhi.attendance.models import Attendance, Way
from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui import formatting


def _record(viewer: Actor, presence_id: str, at: datetime) -> Shown | None:
    row = Attendance.objects.filter(pk=uuid_of(presence_id)).first()
    if row is None:
        return None
    found = queries.led_record(viewer=viewer, presence_id=row.pk)
    title = f"{found.shift.activity.title} · {found.volunteer.number}"
    return Shown(title, reverse("attendance:record", args=[found.pk]), whole=True)


def _records(viewer: Actor) -> tuple[QuerySet[Any], str]:
    inside = places.within_any("shift__activity__area", viewer.areas(policies.READERS))
    return Attendance.objects.filter(inside), "volunteer__number"


def _gate(viewer: Actor, shift_id: str, at: datetime) -> Shown | None:
    row = Shift.objects.filter(pk=uuid_of(shift_id)).first()
    if row is None:
        return None
    found = queries.led_shift(viewer=viewer, shift_id=row.pk)
    if policies.may_lead(actor=viewer, shift=found) is not None and not policies.sees(viewer, found.activity):
        raise NotFound
    return Shown(found.activity.title, reverse("attendance:list", args=[found.pk]), whole=True)


def _moment(value: Any) -> Any:
    """Write a moment of an event in words."""
    found = parse_datetime(value) if isinstance(value, str) else None
    return formatting.moment(found) if found else value


register(
    Subject(
        type="attendance.attendance",
        label=_("Presence"),
        find=_record,
        titles=_records,
        readers=policies.READERS,
        fields={
            "way": _("How it was written down"),
            "number": _("Volunteer number"),
            "at": _("Time"),
            "from": _("Came"),
            "until": _("Went"),
            "corrects": _("Stands for the record"),
        },
        values={
            "way": lambda value: dict(Way.choices).get(value, value),
            "at": _moment, "from": _moment, "until": _moment,
        },
    )
)  # fmt: skip
register(
    Subject(
        type="attendance.gate",
        label=_("Gate of a shift"),
        find=_gate,
        readers=policies.READERS,
        fields={
            "walk_ins": _("People who did not sign up may come"),
            "metres": _("How far away is too far, in metres"),
        },
    )
)
register_verbs(
    {
        "attendance.arrive": _("Signed in"),
        "attendance.leave": _("Signed out"),
        "attendance.correct": _("Times corrected"),
        "attendance.enter": _("Presence entered afterwards"),
        "attendance.keep": _("Doubtful record kept"),
        "attendance.strike": _("Record struck out"),
        "attendance.gate": _("Manner of the gate changed"),
    },
    tones={"attendance.strike": "warn", "attendance.correct": "accent"},
)

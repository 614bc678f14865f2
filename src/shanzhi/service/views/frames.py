"""Words, tones and ways that the pages of service share."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.kernel.errors import Refusal
from shanzhi.people import queries as people
from shanzhi.service import policies, queries
from shanzhi.service.lifecycle import COMPLAINT, RECORD, THANKS
from shanzhi.service.models import Certificate, Complaint, ServiceRecord, Thanks
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaSource
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models.volunteers import clock
from shanzhi.volunteering.operations.volunteers import LEVELS_OF_SERVICE
from shanzhi.volunteering.views.frames import frame, mine_steps, shown_name, team_steps

__all__ = ["FORM", "acting_areas", "frame", "mine_steps", "month_words", "shown_name", "team_steps"]

FORM: Final = "service/form.html"
TONES: Final = {
    "verified": "good", "shown": "good", "noticed": "accent", "open": "warn", "waiting": "warn", "upheld": "accent",
}  # fmt: skip


def month_words(first: date) -> str:
    """Name a month by its first day."""
    return f"{first:%Y}年{first.month}月" if formatting.chinese() else f"{first:%Y-%m}"


def record_state(row: ServiceRecord) -> tuple[str, str]:
    """Say where a record stands."""
    if getattr(row, "gone", False):
        return "bad", pgettext("service record", "Reversed")
    if getattr(row, "complained", False):
        return "warn", _("Complaint open")
    return TONES.get(row.state, "plain"), str(RECORD.states[row.state])


def complaint_state(row: Complaint) -> tuple[str, str]:
    """Say where a complaint stands."""
    return TONES.get(row.state, "plain"), str(COMPLAINT.states[row.state])


def thanks_state(row: Thanks) -> tuple[str, str]:
    """Say where a note stands."""
    return TONES.get(row.state, "plain"), str(THANKS.states[row.state])


def certificate_state(row: Certificate) -> tuple[str, str]:
    """Say whether a certificate holds."""
    return ("bad", pgettext("certificate", "Withdrawn")) if row.withdrawn_at else ("good", _("Valid"))


def organiser(row: ServiceRecord) -> str:
    """Name who organised: the team, the organisation, or the office of the area."""
    if row.team is not None:
        return row.team.name
    return row.organization.name if row.organization is not None else str(getattr(row, "area_name", "") or row.area)


def kind_words(row: ServiceRecord) -> str:
    """Name the kind of task."""
    return str(row.task_kind)


def span(row: ServiceRecord) -> str:
    """Say from when to when, where it is known."""
    if row.starts is None:
        return formatting.NONE
    return f"{clock(row.starts)}–{clock(row.starts + row.minutes)}"


def number_of(row: Any) -> str:
    """Give the volunteer number."""
    return str(row.volunteer.number)


def name_of(row: Any) -> str:
    """Show the masked name."""
    return shown_name(row.volunteer)


def record_page(row: ServiceRecord) -> str:
    """Give the page of a record."""
    return reverse("service:record", args=[row.pk])


def certificate_page(row: Certificate) -> str:
    """Give the page of a certificate."""
    return reverse("service:certificate", args=[row.pk])


def acting_areas(request: Any) -> AreaSource | None:
    """Give the areas of service in which the actor is the committee or an office above it, None for nowhere."""
    codes = request.actor.areas(policies.AGREERS)
    return people.source_of(people.Open(codes, request.now, LEVELS_OF_SERVICE)) if codes else None


def ruling_areas(request: Any) -> AreaSource:
    """Give the areas whose rules the actor sets."""
    return people.source_of(people.Open(request.actor.areas(policies.OFFICERS), request.now))


def read_areas(request: Any) -> AreaSource:
    """Give the areas whose records the viewer reads."""
    return volunteering.read_areas(viewer=request.actor, at=request.now)


def named(refusal: Refusal, form: Any) -> Refusal:
    """Give a refusal with the field by the name that the page has for it; operations name it as the API does."""
    refusal.field = form.NAMES.get(refusal.field, refusal.field)
    return refusal


def recorded(request: Any) -> str:
    """Say what became of records that were sent: under notice, or put there later."""
    if request.POST.get("later"):
        return _("It is recorded. Put it under notice when you have looked at it.")
    return _("It is recorded and under notice.")


def records_here(request: Any) -> str:
    """Name the act by which the reader records what no team organised, '' for who may not."""
    if request.actor.areas(policies.AGREERS):
        return _("Record service of the office")
    return _("Record service of the organisation") if queries.issuing_bodies(viewer=request.actor) else ""


def kinds_of(area: str) -> list[tuple[str, str]]:
    """List the kinds of tasks of an area."""
    return [(one.code, str(one)) for one in volunteering.task_kinds(area)]


def desk_steps() -> list[tuple[Any, str]]:
    """Give the way to the desk."""
    return [(_("Service records"), reverse("service:desk"))]

"""The lists of sessions of training and of who attended, declared once for page, phone and Excel."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from shanzhi.ui.pieces import Tone
from shanzhi.ventures.lifecycle import TRAINING
from shanzhi.ventures.models import Attendance, TrainingSession
from shanzhi.ventures.queries.training import attendance_found

TONES: Final[dict[str, Tone]] = {"planned": "accent", "recorded": "good", "cancelled": "plain"}
YES_NO: Final = [("True", _("Required")), ("False", _("Other"))]


def session_state(row: TrainingSession) -> tuple[Tone, Any]:
    """Give tone and words of a session's state."""
    return TONES[row.state], TRAINING.states[row.state]


def _required(row: TrainingSession) -> Any:
    return _("Required") if row.required else _("Other")


SESSIONS: Final = Listing(
    key="training",
    caption=_("Sessions of training"),
    columns=(
        Column("title", _("Session"), sort="title", url=lambda row: reverse("ventures:desk_training", args=[row.pk])),
        Column("starts_at", _("Begins"), "datetime", sort="starts_at"),
        Column("minutes", _("Length"), "minutes", sort="minutes", priority=2),
        Column("place", _("Place"), sort="place", priority=2),
        Column("required", _("Asked of"), value=_required, sort="required"),
        Column("attended", _("Attended"), "number", sort="attended"),
        Column("state", _("State"), "tag", session_state, sort="course",
               export=lambda row: TRAINING.states[row.state]),
        Column("cancelled_reason", _("Reason"), priority=3),
    ),
    default_sort="starts_at",
    filters=(
        ChoiceFilter("state", _("State"), choices=list(TRAINING.states.items())),
        ChoiceFilter("required", _("Asked of"), choices=YES_NO),
        DateRangeFilter("day", _("Begins"), field="starts_at"),
    ),
    search=lambda rows, text: rows.filter(Q(title__icontains=text) | Q(place__icontains=text)),
    search_label=_("Search session, place"),
    empty=Empty(_("No training is planned"), _("Plan the sessions that teams are to attend before the gate.")),
)  # fmt: skip


def _who(row: Attendance) -> Any:
    return str(row.person.name) if row.person else _("Somebody of the team")


def _history(row: Attendance) -> str:
    return reverse("audit:history", args=["ventures.attendance", row.pk])


def _remove(row: Attendance) -> str:
    return reverse("ventures:desk_training_remove", args=[row.session_id, row.pk])


ATTENDANCE: Final = Listing(
    key="attendance",
    caption=_("Who attended"),
    columns=(
        Column("who", _("Name"), value=_who),
        Column("project", _("Project"), value=lambda row: row.project or "", sort="project"),
        Column("recorded_at", _("Recorded"), "datetime", sort="recorded_at", priority=2),
        Column("history", _("History"), value=lambda _row: _("History"), url=_history, in_export=False),
        Column("remove", _("Remove"), value=lambda _row: _("Remove"), url=_remove, in_export=False),
    ),
    default_sort="-recorded_at",
    filters=(
        ChoiceFilter(
            "kind",
            _("Recorded as"),
            choices=[("person", _("A person")), ("team", _("A team without a name"))],
            apply=lambda value: Q(person__isnull=value == "team"),
        ),
    ),
    search=attendance_found,
    search_label=_("Search by whole name or phone, or by project"),
    empty=Empty(_("Nobody is recorded yet"), _("Record by phone or name below, or bring in a sheet.")),
)

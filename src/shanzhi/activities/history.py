"""How the history of activities reads; shifts, sign-ups and lines are told with their activity."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.activities import policies
from shanzhi.activities.lifecycle import ACTIVITY
from shanzhi.activities.models import Activity
from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui.formatting import NONE
from shanzhi.volunteering.models import LANGUAGES, Skill, TaskKind
from shanzhi.volunteering.queries import naming


def _activity(viewer: Actor, activity_id: str, at: datetime) -> Shown | None:
    found = Activity.objects.select_related("team").filter(pk=uuid_of(activity_id)).first()
    if found is None:
        return None
    staff = viewer.holds(policies.READERS, found.area) or viewer.holds(policies.READERS, found.team.area)
    if not staff and not (viewer.signed_in and policies.plans(viewer, found.team)):
        raise NotFound
    return Shown(found.title, reverse("activities:plan", args=[found.pk]), whole=True)


def _activities(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Activity.objects.filter(policies.readable(viewer)), "title"


register(
    Subject(
        type="activities.activity",
        label=_("Volunteer activity"),
        find=_activity,
        titles=_activities,
        readers=policies.READERS,
        fields={
            "title": _("Title"),
            "task": _("Kind of task"),
            "task_kind": _("Kind of task"),
            "area": _("Where it takes place"),
            "what": _("What one does there"),
            "place": _("Meeting place"),
            "lat": _("Latitude, millionths of a degree"),
            "lng": _("Longitude, millionths of a degree"),
            "reach": _("Where to ask"),
            "skills": _("Skills asked for"),
            "language": _("Language that helps"),
            "risks": _("Risks, and what is done against them"),
            "insurer": _("Insurer"),
            "policy_number": _("Number of the policy"),
            "insured_from": _("Insured from"),
            "insured_until": _("Insured until"),
            "state": _("State"),
            "shifts": _("Shifts"),
            "shift": pgettext_lazy("one", "Shift"),
            "places": _("Places"),
            "number": _("Volunteer number"),
            "turn": _("Order of coming"),
            "told": _("Told, people"),
            "waiting": _("Waited, people"),
            "from": _("From"),
            "until": _("Until"),
        },
        values={
            "state": lambda value: ACTIVITY.states.get(value, value),
            "language": lambda value: LANGUAGES.get(value, value or NONE),
        },
        codes={
            "task": partial(naming, TaskKind),
            "task_kind": partial(naming, TaskKind),
            "skills": partial(naming, Skill),
            "area": places.named,
        },
    )
)
register_verbs(
    {
        "activities.activity.plan": _("Activity planned"),
        "activities.activity.change": _("Plan changed"),
        "activities.activity.submit": _("Plan handed in"),
        "activities.activity.check": _("Plan passed its check"),
        "activities.activity.return": _("Plan given back"),
        "activities.activity.publish": _("Activity published"),
        "activities.activity.cancel": _("Activity called off"),
        "activities.activity.finish": _("Activity over"),
        "activities.activity.contact": _("Another leader leads on the day"),
        "activities.shift.add": _("Shifts added"),
        "activities.shift.change": _("Shifts changed"),
        "activities.shift.cancel": _("Shifts called off"),
        "activities.shift.emergency_cancel": _("Called off in an emergency"),
        "activities.shift.emergency_place": _("Moved elsewhere in an emergency"),
        "activities.shift.emergency_warn": _("Warned in an emergency"),
        "activities.signup.taken": _("Signed up: a place was free"),
        "activities.signup.queued": _("Waits in line: no place was free"),
        "activities.signup.moved_up": _("Moved up from the line"),
        "activities.signup.left": _("Place given back"),
        "activities.signup.kept": _("Place kept after a change"),
        "activities.signup.released": _("Place ended: it could not stand any more"),
        "activities.signup.line_over": _("Line over: the shift began"),
        "activities.feed.renew": _("New address of the own calendar"),
        "activities.feed.end": _("Address of the own calendar ended"),
    },
    tones={"activities.activity.cancel": "warn", "activities.shift.emergency_cancel": "warn"},
)

"""How the history of runs reads; pairs are told with their run, agreements to be called up with the volunteer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.assignments import policies
from shanzhi.assignments.models import Run
from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound


def _run(viewer: Actor, run_id: str, at: datetime) -> Shown | None:
    key = uuid_of(run_id)
    found = Run.objects.filter(pk=key).first()
    if found is None:
        return None
    if not viewer.signed_in or not Run.objects.filter(policies.readable(viewer), pk=key).exists():
        raise NotFound
    return Shown(found.reason, reverse("assignments:run", args=[found.pk]), whole=True)


def _runs(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Run.objects.filter(policies.readable(viewer)), "reason"


register(
    Subject(
        type="assignments.run",
        label=_("Proposal of who helps where"),
        find=_run,
        titles=_runs,
        readers=policies.READERS,
        fields={
            "first": _("From"),
            "last": _("Until"),
            "most": _("Most shifts for each"),
            "team": _("Volunteer team"),
            "volunteers": _("Volunteers"),
            "shifts": _("Shifts"),
            "places": _("Free places"),
            "filled": _("Places filled"),
            "total": _("Points in all"),
            "plain_total": _("Points of the plain way"),
            "wanted": _("How many are needed"),
            "shift": _("Beginning of the shift"),
            "asked": _("Asked, people"),
            "dropped": _("Not asked, people"),
            "wants": _("Requests of neighbours"),
            "wants_filled": _("Requests with somebody who suits"),
            "number": _("Volunteer number"),
            "account": _("Account number"),
        },
    )
)
register_verbs(
    {
        "assignments.run.begin": _("Matching begun"),
        "assignments.run.call_up": _("Call-up begun"),
        "assignments.run.propose": _("Proposal worked out"),
        "assignments.run.fail": _("Proposal did not work"),
        "assignments.run.close": _("Proposal closed"),
        "assignments.pair.ask": _("Volunteers asked"),
        "assignments.pair.drop": _("Pair dropped"),
        "assignments.pair.accept": _("Said yes"),
        "assignments.pair.decline": _("Said no"),
        "assignments.pair.lapse": _("Did not answer in time"),
        "assignments.on_call.agree": _("Agreed to be called up"),
        "assignments.on_call.end": _("Agreement to be called up ended"),
    },
    tones={"assignments.run.call_up": "warn", "assignments.run.fail": "warn"},
)

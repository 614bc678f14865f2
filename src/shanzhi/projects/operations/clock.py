"""What the clock does for projects: activities whose hour came, notices that are over, reminders of what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Refusal
from shanzhi.notices.kinds import Kind
from shanzhi.notices.queries import keys_told
from shanzhi.projects import telling
from shanzhi.projects.lifecycle import OVER
from shanzhi.projects.models import Project
from shanzhi.projects.operations.activities import hold_activities
from shanzhi.projects.operations.reports import confirm_midterm
from shanzhi.projects.queries.due import Due, dues_of

CHUNK = 200


def run_clock(*, at: datetime) -> dict[str, int]:
    """Do what is due now; gives how many of each. Done again, it finds nothing more."""
    actor = Actor.system("clock")
    return {
        "held": hold_activities(actor=actor, at=at),
        "confirmed": confirm_over(actor=actor, at=at),
        "reminded": remind(actor=actor, at=at),
    }


def confirm_over(*, actor: Actor, at: datetime) -> int:
    """Let mid-term results come into force whose public notice is over with nothing open."""
    done = 0
    for key in list(Project.objects.filter(state="notice").order_by("pk").values_list("pk", flat=True)):
        try:
            confirm_midterm(actor=actor, project_id=key, at=at)
        except Refusal:  # the notice runs, an objection is open, or somebody was quicker
            continue
        done += 1
    return done


def remind(*, actor: Actor, at: datetime) -> int:
    """Remind of what falls due within the days of the rules, and once more when it is overdue; each once.

    Goes through projects in chunks, so that memory stays small however many there are.
    """
    open_ones = Project.objects.exclude(state__in=OVER) | Project.objects.filter(
        state="terminated", settled_at__isnull=True
    )
    keys = list(open_ones.order_by("pk").values_list("pk", flat=True))
    chunks = [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
    return sum([_remind(actor, chunk, at) for chunk in chunks])


def _remind(actor: Actor, keys: Sequence[UUID], at: datetime) -> int:
    rows = Project.objects.filter(pk__in=keys).select_related("proposal", "proposal__call")
    dues = [one for one in dues_of(rows, at=at) if one.late or one.soon]
    told = {late: keys_told(kind=_kind(late=late), keys=[one.key for one in dues if one.late == late])
            for late in (False, True)}  # fmt: skip
    fresh = [one for one in dues if one.key not in told[one.late]]
    for one in fresh:
        _tell(actor, one, at)
    return len(fresh)


def _kind(*, late: bool) -> Kind:
    return telling.LATE if late else telling.SOON


def _tell(actor: Actor, one: Due, at: datetime) -> None:
    with transaction.atomic():
        telling.tell_due(
            actor=actor, project=one.project, key=one.key, due_on=one.due_on, late=one.late, team=one.team, at=at
        )

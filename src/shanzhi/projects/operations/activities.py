"""Activities of a project: planned, changed, announced, held, reported, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.projects import policies
from shanzhi.projects.lifecycle import ACTIVITY, CHANGEABLE, WORKING
from shanzhi.projects.models import Activity, Project
from shanzhi.projects.operations.common import BadDays, StaleProject, locked_project, note, number, require_year, words
from shanzhi.projects.operations.photos import Shot, put, taken
from shanzhi.ventures.models import BudgetLine

MOST_ACTIVITIES = 300


class NotWorking(Conflict):
    """The project takes no activities in its state."""

    code = "not_working"
    message = _("Activities are planned and told of while the project is being carried out. Its page says where it is.")


class OutsideTheRun(Invalid):
    """The day lies outside the project's own days."""

    code = "outside_the_run"
    message = _("Choose a day within the days of the project. Those who run the round can move its end.")


class NotYetHeld(Conflict):
    """The hour of the activity has not come."""

    code = "not_yet_held"
    message = _("This activity lies ahead. Report on it after it took place; change its day if it was moved.")


class NoSuchLine(Invalid):
    """The row is none of the project's budget."""

    code = "no_such_line"
    message = _("Choose a row of this project's budget, or none.")


class TooManyActivities(Conflict):
    """As many as a project may have."""

    code = "too_many_activities"
    message = _("A project has at most %(most)s activities. Cancel some, or put dates of one series together.")


@dataclass(frozen=True, slots=True)
class Given:
    """What a team writes of an activity that lies ahead."""

    title: str
    place: str
    starts_at: datetime
    minutes: int = 120
    expected: int | None = None
    about: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a team tells of an activity afterwards."""

    attended: int
    summary: str
    helpers: int = 0
    photos: Sequence[Shot] = ()


def plan_activity(*, actor: Actor, project_id: UUID, given: Given, at: datetime) -> Activity:
    """Plan an activity, as one who writes for the team.

    Raises NotFound, NotYourProject, NotWorking, OutsideTheRun, NoSuchLine, WordsMissing, BadDays, TooManyActivities.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        require_working(actor, project)
        if project.activities.count() >= MOST_ACTIVITIES:
            raise TooManyActivities(most=MOST_ACTIVITIES)
        values = _checked(project, given)
        made = Activity.objects.create(project=project, planned_by_id=actor.person_id, created_at=at, **values)
        note(actor, "activity.plan", project, {"activity": str(made.pk), **_plain(values)}, at)
    return made


def change_activity(*, actor: Actor, activity_id: UUID, version: int, given: Given, at: datetime) -> Activity:
    """Change an activity that lies ahead; what was announced is seen changed by everybody.

    Raises NotFound, NotYourProject, NotWorking, StaleProject, ActivityFixed, and as `plan_activity` does.
    """
    with transaction.atomic():
        found = locked_activity(activity_id)
        require_working(actor, found.project)
        if version != found.version:
            raise StaleProject
        if found.state not in CHANGEABLE:
            raise ActivityFixed
        new = _checked(found.project, given)
        told = {"activity": str(found.pk), "fields": differences({name: getattr(found, name) for name in new}, new)}
        for name, value in new.items():
            setattr(found, name, value)
        _save(found)
        note(actor, "activity.change", found.project, told, at)
    return found


class ActivityFixed(Conflict):
    """It took place or was cancelled."""

    code = "activity_fixed"
    message = _("This activity took place or was cancelled; its plan stays as it was.")


def announce_activity(*, actor: Actor, activity_id: UUID, at: datetime) -> Activity:
    """Make an activity that lies ahead public, a week before it as the rules ask.

    Raises NotFound, NotYourProject, NotWorking, MoveRefused, TooLateToAnnounce.
    """
    with transaction.atomic():
        found = locked_activity(activity_id)
        require_working(actor, found.project)
        if found.starts_at <= at:
            raise TooLateToAnnounce
        found.state, found.announced_at = ACTIVITY.move(found.state, "announce"), at
        _save(found)
        late = found.starts_at - at < timedelta(days=found.project.rules["announce_days"])
        note(actor, "activity.announce", found.project, {"activity": str(found.pk), "late": late}, at)
    return found


class TooLateToAnnounce(Conflict):
    """It is over."""

    code = "too_late_to_announce"
    message = _("This activity has begun already. Report on it, or move it to another day first.")


def hold_activities(*, actor: Actor, at: datetime) -> int:
    """Move activities whose hour has come to the state in which their report is due; for the clock. Gives how many."""
    due = Activity.objects.filter(state__in=CHANGEABLE, starts_at__lte=at, project__state__in=WORKING)
    moved = 0
    for key in list(due.values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            found = locked_activity(key)
            if found.state in CHANGEABLE and found.starts_at <= at:
                _hold(actor, found, at)
                moved += 1
    return moved


def _hold(actor: Actor, found: Activity, at: datetime) -> None:
    found.state = ACTIVITY.move(found.state, "hold")
    _save(found)
    note(actor, "activity.hold", found.project, {"activity": str(found.pk)}, at)


def report_activity(*, actor: Actor, activity_id: UUID, told: Told, at: datetime) -> Activity:
    """Tell of an activity that took place: how many came, what happened, photos; a second report replaces the first.

    Raises NotFound, NotYourProject, NotWorking, NotYetHeld, WordsMissing, NotAPicture, PictureTooLarge, TooManyPhotos.
    """
    shots = [taken(one) for one in told.photos]  # looked at before the lock: a scanner may take its time
    with transaction.atomic():
        found = locked_activity(activity_id)
        require_working(actor, found.project)
        if found.starts_at > at:
            raise NotYetHeld
        if found.state in CHANGEABLE:
            _hold(actor, found, at)
        found.state = ACTIVITY.move(found.state, "report")
        found.attended = number(told.attended, "attended", most=100_000)
        found.helpers = number(told.helpers, "helpers", most=10_000) or 0
        found.summary = words(told.summary, "summary")
        found.reported_at = found.reported_at or at
        _save(found)
        for shot in shots:
            put(actor, found, shot, at)
        change = {
            "activity": str(found.pk), "attended": found.attended, "helpers": found.helpers,
            "photos": [shot.digest for shot in shots][:3],
        }  # fmt: skip
        note(actor, "activity.report", found.project, change, at)
    return found


def cancel_activity(*, actor: Actor, activity_id: UUID, reason: str, at: datetime) -> Activity:
    """Cancel an activity for a reason, which everybody reads where it had been announced.

    Raises NotFound, NotYourProject, NotWorking, MoveRefused, WordsMissing.
    """
    with transaction.atomic():
        found = locked_activity(activity_id)
        require_working(actor, found.project)
        found.state = ACTIVITY.move(found.state, "cancel")
        found.cancelled_reason = words(reason, "reason", most=500)
        _save(found)
        note(actor, "activity.cancel", found.project, {"activity": str(found.pk)}, at, found.cancelled_reason)
    return found


def locked_activity(activity_id: UUID) -> Activity:
    """Fetch an activity and lock its project, then itself. Raises NotFound."""
    key = Activity.objects.filter(pk=activity_id).values_list("project", flat=True).first()
    if key is None:
        raise NotFound
    project = locked_project(project_id=key)
    found = Activity.objects.select_for_update(of=("self",)).get(pk=activity_id)
    found.project = project
    return found


def require_working(actor: Actor, project: Project) -> None:
    """Refuse who does not write for the team, and a project that takes no activities now."""
    policies.require_writer(actor, project)
    if project.state not in WORKING:
        raise NotWorking


def _save(found: Activity) -> None:
    found.version += 1
    found.save()


def _checked(project: Project, given: Given) -> dict[str, Any]:
    day = require_year(timezone.localdate(given.starts_at), "starts_at")
    if not project.starts_on <= day <= project.completion_due:
        raise OutsideTheRun(field="starts_at")
    if not 1 <= given.minutes <= 1440:
        raise BadDays(_("An activity lasts from one minute to a day; put a longer one in as several."), field="minutes")
    return {
        "title": words(given.title, "title", most=120),
        "about": words(given.about, "about", needed=False),
        "place": words(given.place, "place", most=120),
        "starts_at": given.starts_at,
        "minutes": given.minutes,
        "expected": number(given.expected, "expected", most=100_000),
        "line_id": _line(project, given.line),
    }


def _line(project: Project, key: int | None) -> int | None:
    if key is None:
        return None
    if not BudgetLine.objects.filter(proposal=project.proposal_id, pk=key).exists():
        raise NoSuchLine(field="line")
    return key


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {"starts_at": values["starts_at"].isoformat(), "expected": values["expected"]}

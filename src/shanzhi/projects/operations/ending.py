"""Termination of a project with its settlement, and graduation at a ceremony."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.places import queries as places
from shanzhi.projects import policies, telling
from shanzhi.projects.lifecycle import CEREMONY
from shanzhi.projects.models import Ceremony, Project
from shanzhi.projects.operations import money
from shanzhi.projects.operations.common import (
    BadDays,
    StaleProject,
    locked_project,
    move,
    note,
    require_year,
    saved,
    words,
)

MOST_PROJECTS: Final = 300


class NothingToSettle(Conflict):
    """The project was not terminated, or is settled."""

    code = "nothing_to_settle"
    message = _("Only a terminated project is settled, and once.")


class NotCompleted(Conflict):
    """A project of the list is not completed, belongs elsewhere, or stands on another list."""

    code = "not_completed"
    message = _("Only completed projects of this area that stand on no other list can graduate. Reload the list.")


class NotYetDay(Conflict):
    """The day of the ceremony has not come, or nobody is on its list."""

    code = "not_yet_day"
    message = _("A ceremony is recorded as held on its day or later, with at least one project on its list.")


def terminate(*, actor: Actor, project_id: UUID, version: int, reason: str, at: datetime) -> Project:
    """Terminate a project for a reason; what was paid is settled within the days of its rules. The team may appeal.

    Raises NotFound, NotYourRound, OwnProject, StaleProject, MoveRefused, WordsMissing.
    """
    with transaction.atomic():
        found = locked_project(project_id=project_id)
        policies.require_runs(actor, found)
        if found.version != version:
            raise StaleProject
        before = found.state
        move(found, "terminate")
        found.stopped_from, found.stopped_reason = before, words(reason, "reason", most=2000)
        found.stopped_by_id, found.stopped_at = actor.person_id, at
        found.settle_by = timezone.localdate(at) + timedelta(days=found.rules["settle_days"])
        saved(found)
        told = {"from": before, "settle_by": found.settle_by.isoformat()}
        note(actor, "project.terminate", found, told, at, found.stopped_reason)
        money.stopped(found, found.stopped_reason, at)
        telling.tell_stopped(actor=actor, project=found, at=at)
    return found


def settle(*, actor: Actor, project_id: UUID, settlement: str, at: datetime) -> Project:
    """Record how a terminated project was settled, in words.

    Raises NotFound, NotYourRound, NothingToSettle, GrantOpen.
    """
    with transaction.atomic():
        found = locked_project(project_id=project_id)
        policies.require_runs(actor, found)
        if found.state != "terminated" or found.settled_at is not None:
            raise NothingToSettle
        money.require_settled(found)
        found.settlement, found.settled_at = words(settlement, "settlement", most=2000), at
        saved(found)
        note(actor, "project.settle", found, {}, at)
    return found


def plan_ceremony(
    *, actor: Actor, area: str, title: str, held_on: date, place: str, at: datetime, synthetic: bool = False
) -> Ceremony:
    """Plan a ceremony of an area. Raises NotYourRound, NotFound, WordsMissing, BadDays."""
    policies.require_manages(actor, area)
    places.area(code=area, at=at)
    with transaction.atomic():
        made = Ceremony.objects.create(
            area=area, title=words(title, "title", most=120), held_on=require_year(held_on, "held_on"),
            place=words(place, "place", most=120), created_by_id=actor.person_id, synthetic=synthetic, created_at=at,
        )  # fmt: skip
        _told(actor, "plan", made, {"held_on": held_on.isoformat()}, at)
    return made


def list_projects(
    *, actor: Actor, ceremony_id: UUID, version: int, project_ids: Sequence[UUID], at: datetime
) -> Ceremony:
    """Put completed projects on the list of a planned ceremony; those left out are taken off it.

    Raises NotFound, NotYourRound, StaleProject, MoveRefused, NotCompleted.
    """
    with transaction.atomic():
        found = _locked(actor, ceremony_id, version)
        CEREMONY.move(found.state, "hold")
        wanted = set(project_ids)
        on_it = set(found.projects.values_list("pk", flat=True))
        if len(wanted) > MOST_PROJECTS:
            raise NotCompleted(field="projects")
        for key in sorted(wanted ^ on_it):
            project = locked_project(project_id=key)
            add = key in wanted
            inside = project.community.startswith(found.area)
            if add and (project.state != "completed" or project.ceremony_id is not None or not inside):
                raise NotCompleted(field="projects")
            project.ceremony_id = found.pk if add else None
            saved(project)
            note(actor, "ceremony.on" if add else "ceremony.off", project, {"ceremony": str(found.pk)}, at)
        _next(found)
        _told(actor, "list", found, {"projects": len(wanted)}, at)
    return found


def hold_ceremony(*, actor: Actor, ceremony_id: UUID, version: int, at: datetime) -> Ceremony:
    """Record that a ceremony was held: every project on its list is graduated.

    Raises NotFound, NotYourRound, StaleProject, MoveRefused, NotYetDay.
    """
    with transaction.atomic():
        found = _locked(actor, ceremony_id, version)
        found.state = CEREMONY.move(found.state, "hold")
        keys = sorted(found.projects.values_list("pk", flat=True))
        if timezone.localdate(at) < found.held_on or not keys:
            raise NotYetDay
        for key in keys:
            project = locked_project(project_id=key)
            move(project, "graduate")
            project.graduated_on = found.held_on
            saved(project)
            note(actor, "project.graduate", project, {"ceremony": str(found.pk)}, at)
            telling.tell_graduated(actor=actor, project=project, at=at)
        _next(found)
        _told(actor, "hold", found, {"projects": len(keys)}, at)
    return found


def cancel_ceremony(*, actor: Actor, ceremony_id: UUID, version: int, reason: str, at: datetime) -> Ceremony:
    """Cancel a planned ceremony; its projects can be put on another list.

    Raises NotFound, NotYourRound, StaleProject, MoveRefused, WordsMissing.
    """
    with transaction.atomic():
        found = _locked(actor, ceremony_id, version)
        found.state = CEREMONY.move(found.state, "cancel")
        found.cancelled_reason = words(reason, "reason", most=500)
        for key in sorted(found.projects.values_list("pk", flat=True)):
            project = locked_project(project_id=key)
            project.ceremony = None
            saved(project)
        _next(found)
        _told(actor, "cancel", found, {}, at, found.cancelled_reason)
    return found


def _locked(actor: Actor, ceremony_id: UUID, version: int) -> Ceremony:
    found = Ceremony.objects.select_for_update().filter(pk=ceremony_id).first()
    if found is None:
        raise NotFound
    policies.require_manages_ceremony(actor, found)
    if found.version != version:
        raise StaleProject
    return found


def _next(found: Ceremony) -> None:
    found.version += 1
    found.save()


def _told(actor: Actor, verb: str, found: Ceremony, change: dict[str, object], at: datetime, reason: str = "") -> None:
    record(
        actor=actor, verb=f"projects.ceremony.{verb}", subject=found, area=found.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip


__all__ = [
    "BadDays", "NotCompleted", "NotYetDay", "NothingToSettle", "cancel_ceremony", "hold_ceremony", "list_projects",
    "plan_ceremony", "settle", "terminate",
]  # fmt: skip

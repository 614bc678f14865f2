"""Visits of mentors: the note, the steps agreed on, and steps that are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.projects import policies, telling
from shanzhi.projects.lifecycle import VISIT_KINDS
from shanzhi.projects.models import Step, Visit
from shanzhi.projects.operations.beginning import require_open
from shanzhi.projects.operations.common import BadDays, locked_project, note, require_year, words

MOST_STEPS = 10


class StepDone(Conflict):
    """It is marked as done."""

    code = "step_done"
    message = _("This step is marked as done already.")


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What is to be done, by whom, until when."""

    what: str
    who: str
    due_on: date


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What a mentor writes after a visit."""

    visited_on: date
    overall: str
    kind: str = "regular"
    strengths: str = ""
    problems: str = ""
    outlook: str = ""
    next_on: date | None = None
    steps: Sequence[PlannedStep] = ()


def write_visit(*, actor: Actor, project_id: UUID, given: VisitNote, at: datetime) -> Visit:
    """Write the note of a visit that took place, also some days later.

    Raises NotFound, NotAReviewer, OwnProject, ProjectOver, BadDays, WordsMissing.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        policies.require_reviewer(actor, project)
        require_open(project)
        today = timezone.localdate(at)
        if given.kind not in VISIT_KINDS:
            raise BadDays(_("Choose what kind of visit it was."), field="kind")
        if not project.starts_on <= given.visited_on <= today:
            raise BadDays(_("Write a visit that took place, between the beginning of the project and today."),
                          field="visited_on")  # fmt: skip
        if given.next_on is not None and require_year(given.next_on, "next_on") <= given.visited_on:
            raise BadDays(_("The next visit comes after this one."), field="next_on")
        made = Visit.objects.create(
            project=project, visited_on=given.visited_on, kind=given.kind, overall=words(given.overall, "overall"),
            strengths=words(given.strengths, "strengths", needed=False),
            problems=words(given.problems, "problems", needed=False),
            outlook=words(given.outlook, "outlook", needed=False),
            next_on=given.next_on, visitor_id=actor.person_id, created_at=at,
        )  # fmt: skip
        _plan(made, given)
        note(actor, "visit.write", project, {"visit": str(made.pk), "steps": len(given.steps)}, at)
        telling.tell_visited(actor=actor, project=project, visit_id=made.pk, at=at)
    return made


def _plan(visit: Visit, given: VisitNote) -> None:
    if len(given.steps) > MOST_STEPS:
        raise BadDays(_("A plan has at most %(most)s steps."), field="steps", most=MOST_STEPS)
    for place, step in enumerate(given.steps, 1):
        Step.objects.create(
            visit=visit, position=place, what=words(step.what, f"what_{place}", most=200),
            who=words(step.who, f"who_{place}", most=80),
            due_on=require_year(step.due_on, f"due_on_{place}"),
        )  # fmt: skip


def finish_step(*, actor: Actor, step_id: UUID, at: datetime) -> Step:
    """Mark a step as done, as one who writes for the team, or the mentor. Raises NotFound, NotYourProject, StepDone."""
    key = Step.objects.filter(pk=step_id).values_list("visit__project", flat=True).first()
    if key is None:
        raise NotFound
    with transaction.atomic():
        project = locked_project(project_id=key)
        if not policies.reviews(actor, project):
            policies.require_inside(actor, project)
            policies.require_writer(actor, project)
        found = Step.objects.select_for_update().get(pk=step_id)
        if found.done_at is not None:
            raise StepDone
        found.done_at = at
        found.save()
        note(actor, "visit.step", project, {"step": str(found.pk)}, at)
    return found

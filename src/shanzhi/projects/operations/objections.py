"""Objections to a mid-term result under public notice, appeals of teams against a stop, and the rulings.

A round's own objections hang on proposals and bring those back or take them out; here a ruling leads to fresh sheets
or back to work, so projects keep a table of their own, by the same rules: nobody learns who filed, another than the
filer and the decider rules, one appeal against a decision.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.projects import policies, telling
from shanzhi.projects.lifecycle import OBJECTION, RULINGS
from shanzhi.projects.models import Objection, Project
from shanzhi.projects.operations import money
from shanzhi.projects.operations.common import BadDays, StaleProject, locked_project, move, note, saved, words
from shanzhi.projects.operations.reports import review_again
from shanzhi.projects.queries.deciding import decision_of, last_decision, require_appealable, require_notice
from shanzhi.ventures.queries.disputes import standing

LONGEST = 2000


class ObjectedHere(Conflict):
    """One open objection a person."""

    code = "objected_here"
    message = _("Your objection to this result waits for its ruling already. Withdraw it to write another.")


class NotYourObjection(Forbidden):
    """Only who filed it may withdraw it."""

    code = "not_your_objection"
    message = _("Only the person who filed this may withdraw it.")


def file_objection(*, actor: Actor, project_id: UUID, grounds: str, at: datetime) -> Objection:
    """Object to a mid-term result under public notice, as a verified resident of the round's areas or staff there.

    Raises NotFound, SignInNeeded, MayNotObject, OwnObjection, NoNotice, ObjectedHere, WordsMissing.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        as_what, _place = standing(actor=actor, proposal=project.proposal)
        require_notice(project, at)
        if project.objections.filter(kind="objection", state="filed", filed_by__in=actor.persons).exists():
            raise ObjectedHere
        found = _file(actor, project, "objection", as_what, grounds, at)
    return found


def file_appeal(*, actor: Actor, project_id: UUID, grounds: str, at: datetime) -> Objection:
    """Appeal for the team against a mid-term not passed, an end without graduation, or a termination.

    Raises NotFound, NotYourProject, NothingStopped, AppealDaysOver, AppealedHere, WordsMissing.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        policies.require_writer(actor, project)
        require_appealable(project, at)
        found = _file(actor, project, "appeal", "team", grounds, at)
    return found


def _file(actor: Actor, project: Project, kind: str, as_what: str, grounds: str, at: datetime) -> Objection:
    found = Objection.objects.create(
        project=project, kind=kind, against=project.state, decided_at=decision_of(project)[0],
        text=words(grounds, "grounds", most=LONGEST), standing=as_what, filed_by_id=actor.person(), filed_at=at,
        due_at=at + timedelta(days=project.rules["ruling_days"]),
    )  # fmt: skip
    # The event names nobody, as nobody is to learn who objected.
    note(Actor.system("resident") if kind == "objection" else actor, f"objection.{kind}", project,
         {"objection": str(found.pk)}, at)  # fmt: skip
    telling.tell_objected(actor=Actor.system("resident"), objection=found, at=at)
    return found


def withdraw_objection(*, actor: Actor, objection_id: UUID, version: int, at: datetime) -> Objection:
    """Withdraw what one filed, before its ruling. Raises NotFound, NotYourObjection, StaleProject, MoveRefused."""
    with transaction.atomic():
        found = _locked(objection_id)
        if not actor.is_person(found.filed_by_id):
            raise NotYourObjection
        _require_version(found, version)
        found.state = OBJECTION.move(found.state, "withdraw")
        found.version += 1
        found.save()
        note(Actor.system("resident"), "objection.withdraw", found.project, {"objection": str(found.pk)}, at)
    return found


def rule(*, actor: Actor, objection_id: UUID, version: int, outcome: str, ruling: str, at: datetime) -> Objection:
    """Rule on an objection or appeal, in words that everybody reads.

    Upheld, the report is judged anew by fresh sheets; against a termination, the project goes on. Raises NotFound,
    NotYourRound, OwnProject, NotImpartialHere, StaleProject, MoveRefused, WordsMissing.
    """
    with transaction.atomic():
        found = _locked(objection_id)
        project = found.project
        policies.require_runs(actor, project)
        if actor.is_person(found.filed_by_id) or actor.is_person(decider_of(found)):
            raise policies.NotImpartialHere
        _require_version(found, version)
        if outcome not in RULINGS:
            raise BadDays(_("Choose: upheld or dismissed."), field="outcome")
        found.state = OBJECTION.move(found.state, "rule")
        found.outcome, found.ruling = outcome, words(ruling, "ruling", most=LONGEST)
        found.ruled_by_id, found.ruled_at, found.version = actor.person(), at, found.version + 1
        found.save()
        note(actor, "objection.rule", project, {"objection": str(found.pk), "outcome": outcome}, at)
        if outcome == "upheld" and project.state == found.against:
            _undo(project, at)
            money.resumed(project, found.ruling, at)
        telling.tell_ruled(actor=actor, objection=found, at=at)
    return found


def decider_of(found: Objection) -> UUID | None:
    """Give who decided what it is against."""
    if found.against == "terminated":
        return found.project.stopped_by_id
    kind = "completion" if found.against == "ended" else "midterm"
    decision = last_decision(found.project, kind)
    return decision.decided_by_id if decision is not None else None


def _undo(project: Project, at: datetime) -> None:
    """Lead a project back behind the decision that did not hold."""
    if project.state == "terminated":
        passed = project.stopped_from in ("passed", "completion") or project.midterm_due is None
        early = project.midterm_due is None and project.stopped_from == "running"
        move(project, "resume_passed" if passed and not early else "resume")
        project.settle_by, project.stopped_reason = None, ""
    elif project.state == "ended":
        move(project, "review_completion_again")
        review_again(project, "completion", at)
        project.mark = project.completed_at = None
    else:
        move(project, "review_midterm_again")
        review_again(project, "midterm", at)
    project.stopped_from, project.stopped_at, project.stopped_by_id = "", None, None
    saved(project)


def _locked(objection_id: UUID) -> Objection:
    key = Objection.objects.filter(pk=objection_id).values_list("project", flat=True).first()
    if key is None:
        raise NotFound
    project = locked_project(project_id=key)
    found = Objection.objects.select_for_update(of=("self",)).get(pk=objection_id)
    found.project = project
    return found


def _require_version(found: Objection, version: int) -> None:
    if found.version != version:
        raise StaleProject

"""Which decision stands against a project, until when one may object to it or appeal against it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict
from shanzhi.projects.lifecycle import APPEALABLE
from shanzhi.projects.models import Decision, Project


class NoNotice(Conflict):
    """Nothing is under public notice."""

    code = "no_notice"
    message = _(
        "Objections are taken while a mid-term result is under public notice. None is now, or its days are over."
    )


class NothingStopped(Conflict):
    """There is nothing to appeal against."""

    code = "nothing_stopped"
    message = _("An appeal is possible when a project was stopped, terminated, or ended without graduation.")


class AppealDaysOver(Conflict):
    """The days are over."""

    code = "appeal_days_over"
    message = _("The days in which to appeal are over. Ask the staff of the round for advice.")


class AppealedHere(Conflict):
    """One appeal a decision."""

    code = "appealed_here"
    message = _("Your team has appealed against this decision already.")


def last_decision(project: Project, kind: str) -> Decision | None:
    """Give the decision on the last report of a kind, if there is one."""
    return Decision.objects.filter(report__project=project, report__kind=kind).order_by("-report__number").first()


def decision_of(project: Project) -> tuple[datetime, UUID | None]:
    """Give when and by whom was decided what an objection or an appeal is against. Raises NothingStopped."""
    if project.state == "terminated" and project.stopped_at is not None:
        return project.stopped_at, project.stopped_by_id
    kind = {"notice": "midterm", "failed": "midterm", "ended": "completion"}.get(project.state)
    found = last_decision(project, kind) if kind else None
    if found is None:
        raise NothingStopped
    at = project.stopped_at if project.state == "failed" and project.stopped_at is not None else found.decided_at
    return at, found.decided_by_id


def require_notice(project: Project, at: datetime) -> None:
    """Refuse an objection outside the public notice."""
    found = last_decision(project, "midterm")
    until = found.notice_until if isinstance(found, Decision) else None
    if project.state != "notice" or until is None or timezone.localdate(at) > until:
        raise NoNotice


def require_appealable(project: Project, at: datetime) -> None:
    """Refuse an appeal against nothing, after its days, or a second one."""
    if project.state not in APPEALABLE:
        raise NothingStopped
    decided_at, _by = decision_of(project)
    if timezone.localdate(at) > timezone.localdate(decided_at) + timedelta(days=project.rules["appeal_days"]):
        raise AppealDaysOver
    if project.objections.filter(kind="appeal", decided_at=decided_at).exists():
        raise AppealedHere

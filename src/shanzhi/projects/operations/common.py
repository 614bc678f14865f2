"""What the operations share: locking a project, reading words, writing what happened to its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.projects.lifecycle import PROJECT
from shanzhi.projects.models import Project
from shanzhi.ventures.operations.fields import BadValue, text

LONGEST: Final = 5000


class WordsMissing(Invalid):
    """A text that must be there is empty."""

    code = "words_missing"
    message = _("Write this field; it must not be empty.")


class BadDays(Invalid):
    """Days out of order, or in a year that cannot be meant."""

    code = "bad_days"
    message = _("The days do not fit: each must lie after the beginning, in a year from 1990 to 2199.")


class StaleProject(Conflict):
    """Somebody changed it meanwhile."""

    code = "stale_project"
    message = _("Somebody changed this after you opened it. Reload the page and look at it again.")


def words(given: object, field: str, *, most: int = LONGEST, needed: bool = True) -> str:
    """Read a text. Raises WordsMissing, BadValue, beside the field."""
    try:
        found: str = text(most)(given)
    except BadValue as refusal:
        refusal.field = field
        raise
    if needed and not found:
        raise WordsMissing(field=field)
    return found


def number(given: int | None, field: str, *, most: int = 1_000_000) -> int | None:
    """Read a count, or None. Raises BadValue beside the field."""
    if given is not None and not 0 <= given <= most:
        raise BadValue(_("Write a whole number from %(least)s to %(most)s."), field=field, least=0, most=most)
    return given


def require_year(day: date, field: str) -> date:
    """Refuse a day in a year that cannot be meant."""
    if not 1990 <= day.year <= 2199:
        raise BadDays(field=field)
    return day


def locked_project(*, project_id: UUID) -> Project:
    """Fetch a project with its proposal and call, and lock its row to the end of the transaction. Raises NotFound."""
    found = (
        Project.objects.select_for_update(of=("self",))
        .select_related("proposal", "proposal__call")
        .filter(pk=project_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def move(project: Project, name: str) -> None:
    """Take a move of the project's life; the caller saves."""
    project.state = PROJECT.move(project.state, name)


def saved(project: Project) -> Project:
    """Save a project under its next version."""
    project.version += 1
    project.save()
    return project


def note(actor: Actor, verb: str, project: Project, change: Mapping[str, Any], at: datetime, reason: str = "") -> None:
    """Write an event of the project: all that happens in it, its activities too, is one history."""
    record(
        actor=actor, verb=f"projects.{verb}", subject=project, area=project.community, change=change, at=at,
        reason=reason,
    )  # fmt: skip


def lock_name(name: str) -> None:
    """Have whoever else does the same thing wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])

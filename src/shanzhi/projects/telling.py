"""What projects tell, and whom: what is due, decisions, objections, visits, graduation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import DAY, LINK, MOMENT, TITLE, To
from shanzhi.projects.models import Objection, Project
from shanzhi.projects.queries.people import runners, team_of

WORK: Final = Category(
    "projects",
    _("Projects being carried out"),
    _("Something of a project of yours or in your care is due, was decided, or was objected to."),
    needed=_("Deadlines and money hang on them."),
    listed=True,
    order=27,
)
SAID: Final = {"title": TITLE, "link": LINK}
BEGUN: Final = Kind(
    "projects.begun",
    WORK,
    _("Your project begins: %(title)s"),
    _("Your project from the round “%(title)s” has begun. Its page shows what is due and when."),
    SAID,
    channels=EVERYWHERE,
)
ASSIGNED: Final = Kind(
    "projects.assigned",
    WORK,
    _("A project is in your care: %(title)s"),
    _("You look after a project from the round “%(title)s” from now on."),
    SAID,
    channels=frozenset({APP, EMAIL}),
)
SOON: Final = Kind(
    "projects.soon",
    WORK,
    _("Due on %(due)s: a project from %(title)s"),
    _("Something of a project from the round “%(title)s” is due on %(due)s. Its page says what."),
    {**SAID, "due": DAY},
    channels=frozenset({APP, WECHAT}),
)
LATE: Final = Kind(
    "projects.late",
    WORK,
    _("Overdue since %(due)s: a project from %(title)s"),
    _("Something of a project from the round “%(title)s” was due on %(due)s and is still open. Its page says what."),
    {**SAID, "due": DAY},
    channels=EVERYWHERE,
)
DECIDED: Final = Kind(
    "projects.decided",
    WORK,
    _("Decided on your project: %(title)s"),
    _("A report of your project from the round “%(title)s” was decided on. Its page says how and why."),
    SAID,
    channels=EVERYWHERE,
)
STOPPED: Final = Kind(
    "projects.stopped",
    WORK,
    _("Your project was stopped: %(title)s"),
    _("Your project from the round “%(title)s” was stopped. Its page says why and how to appeal."),
    SAID,
    channels=EVERYWHERE,
)
OBJECTED: Final = Kind(
    "projects.objected",
    WORK,
    _("To rule on: a project from %(title)s"),
    _("An objection or appeal about a project from the round “%(title)s” waits for a ruling, due on %(due)s."),
    {**SAID, "due": MOMENT},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
RULED: Final = Kind(
    "projects.ruled",
    WORK,
    _("Ruled on: a project from %(title)s"),
    _("A ruling was given on an objection or appeal about a project from the round “%(title)s”. Its page says why."),
    SAID,
    channels=EVERYWHERE,
)
VISITED: Final = Kind(
    "projects.visited",
    WORK,
    _("A note after a visit: %(title)s"),
    _("Your mentor wrote a note on your project from the round “%(title)s”, with the next steps."),
    SAID,
    channels=frozenset({APP, WECHAT}),
)
GRADUATED: Final = Kind(
    "projects.graduated",
    WORK,
    _("Your project graduated: %(title)s"),
    _("Your project from the round “%(title)s” graduated. Congratulations."),
    SAID,
    channels=EVERYWHERE,
)
register(BEGUN, ASSIGNED, SOON, LATE, DECIDED, STOPPED, OBJECTED, RULED, VISITED, GRADUATED)


def _page(project: Project) -> To:
    return To("projects:project", (project.pk,))


def _tell(
    actor: Actor, kind: Kind, project: Project, to: Any, key: str, at: datetime, more: dict[str, Any] | None = None
) -> None:
    values = {"title": project.proposal.call, "link": _page(project), **(more or {})}
    notify(
        actor=actor, kind=kind, values=values, to=to, key=key, subject=project, area=project.community, at=at
    )  # fmt: skip


def _team(actor: Actor, kind: Kind, project: Project, key: str, at: datetime) -> None:
    _tell(actor, kind, project, team_of(project).values_list("pk"), key, at)


def tell_begun(*, actor: Actor, project: Project, at: datetime) -> None:
    """Tell the team that its project begins."""
    _team(actor, BEGUN, project, str(project.pk), at)


def tell_assigned(*, actor: Actor, project: Project, at: datetime) -> None:
    """Tell the mentor, unless the mentor did it."""
    if project.mentor_id is not None and not actor.is_person(project.mentor_id):
        _tell(actor, ASSIGNED, project, [project.mentor_id], f"{project.pk}:{project.version}", at)


def tell_due(*, actor: Actor, project: Project, key: str, due_on: date, late: bool, team: bool, at: datetime) -> None:
    """Remind of what is due: the team of its own, of the rest the mentor, or who runs the round where there is none."""
    if team:
        to: Any = team_of(project).values_list("pk")
    elif project.mentor_id is not None:
        to = [project.mentor_id]
    else:
        to = runners(project=project, at=at).values_list("pk")
    _tell(actor, LATE if late else SOON, project, to, key, at, {"due": due_on})


def tell_decided(*, actor: Actor, project: Project, decision_id: UUID, at: datetime) -> None:
    """Tell the team what was decided on its report."""
    _team(actor, DECIDED, project, str(decision_id), at)


def tell_stopped(*, actor: Actor, project: Project, at: datetime) -> None:
    """Tell the team that its project was stopped."""
    _team(actor, STOPPED, project, f"{project.pk}:{project.version}", at)


def tell_objected(*, actor: Actor, objection: Objection, at: datetime) -> None:
    """Tell those who run the round that a ruling is due."""
    project = objection.project
    to = runners(project=project, at=at).exclude(pk=objection.filed_by_id).values_list("pk")
    _tell(actor, OBJECTED, project, to, str(objection.pk), at, {"due": objection.due_at})


def tell_ruled(*, actor: Actor, objection: Objection, at: datetime) -> None:
    """Tell the team and who filed it that the ruling is there."""
    project = objection.project
    people = {*team_of(project).values_list("pk", flat=True), objection.filed_by_id}
    _tell(actor, RULED, project, sorted(people), str(objection.pk), at)


def tell_visited(*, actor: Actor, project: Project, visit_id: UUID, at: datetime) -> None:
    """Tell the team that a note was written after a visit."""
    _team(actor, VISITED, project, str(visit_id), at)


def tell_graduated(*, actor: Actor, project: Project, at: datetime) -> None:
    """Tell the team that its project graduated."""
    _team(actor, GRADUATED, project, str(project.pk), at)

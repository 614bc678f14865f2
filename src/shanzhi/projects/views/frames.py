"""What the pages of projects share: the way there, one form a page, the course of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.places.views.frames import answer_form
from shanzhi.projects.lifecycle import PROJECT
from shanzhi.projects.models import Activity, Project
from shanzhi.ui import pieces
from shanzhi.ui.http import Request

FORM: Final = "projects/form.html"
# The stations of a project's way, each with the states in which it stands there.
STATIONS: Final = (
    (gettext_lazy("First half"), ("running",)),
    (gettext_lazy("Mid-term"), ("midterm", "notice", "failed")),
    (gettext_lazy("Second half"), ("passed",)),
    (gettext_lazy("Completion"), ("completion", "ended")),
    (gettext_lazy("Completed"), ("completed",)),
    (gettext_lazy("Graduation"), ("graduated",)),
)


def project_url(project: Project) -> str:
    """Give the page of a project."""
    return reverse("projects:project", args=[project.pk])


def crumbs(project: Project, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from home to a page of a project."""
    own = (str(project.proposal.title), project_url(project) if more else "")
    return [(_("Home"), "/"), (_("Being carried out"), reverse("projects:projects")), own, *more]


def activity_crumbs(activity: Activity, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from home to a page of an activity."""
    own = (activity.title, reverse("projects:activity", args=[activity.pk]) if more else "")
    return crumbs(activity.project, own, *more)


def desk_crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way from home to a page of the desk."""
    return [(_("Home"), "/"), (_("Projects in hand"), reverse("projects:desk") if more else ""), *more]


def course(project: Project) -> list[pieces.Phase]:
    """Lay out where a project stands on its way; where the rules ask for no mid-term, there are no halves."""
    halves = project.midterm_due is not None
    stations = [one for one in STATIONS if halves or not {"notice", "passed"} & set(one[1])]
    state = project.stopped_from if project.state == "terminated" else project.state
    at = next((place for place, (_label, states) in enumerate(stations) if state in states), 0)
    found = []
    for place, (label, states) in enumerate(stations):
        where: Any = "ahead" if place > at else "now" if place == at else "done"
        days = {"running": project.starts_on, "midterm": project.midterm_due, "completion": project.completion_due}
        note = PROJECT.states[project.state] if place == at else ""
        found.append(pieces.Phase(label, where, days.get(states[0]), None, note))
    return found


def form_answer(
    request: Request,
    form: Any,
    act: Callable[[Any], Any],
    *,
    heading: Any,
    button: Any,
    done: Any,
    back: str,
    way: list[tuple[Any, str]],
    lead: Any = "",
    kind: str = "main",
    version: int | None = None,
    to: str = "",
    template: str = FORM,
    **more: Any,
) -> HttpResponse:
    """Show a form alone on its page, or do what it asks and go on to `to`, by default where one came from."""

    def run(sent: Any) -> str:
        found = act(sent)
        return found if isinstance(found, str) else to or back

    context = {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back, "version": version,
        "crumbs": way, **more,
    }  # fmt: skip
    return answer_form(request, form, run, context, done=str(done), template=template)

"""How the history of projects, of rules and of ceremonies reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.projects import policies
from shanzhi.projects.exchange import points
from shanzhi.projects.lifecycle import OUTCOMES, PROJECT, RULINGS
from shanzhi.projects.models import Ceremony, Project, Rules


def _project(viewer: Actor, project_id: str, at: datetime) -> Shown | None:
    found = Project.objects.select_related("proposal", "proposal__call").filter(pk=uuid_of(project_id)).first()
    if found is None:
        return None
    policies.require_inside(viewer, found)
    address = reverse("projects:project", args=[found.pk])
    return Shown(str(found), address, whole=policies.of_team(viewer, found) or policies.runs(viewer, found))


def _rules(viewer: Actor, rules_id: str, at: datetime) -> Shown | None:
    found = Rules.objects.filter(pk=uuid_of(rules_id)).first()
    if found is None:
        return None
    if not viewer.holds_anywhere(policies.READERS):
        raise NotFound
    return Shown(_("Rules of projects"), reverse("projects:desk_rules"))


def _ceremony(viewer: Actor, ceremony_id: str, at: datetime) -> Shown | None:
    found = Ceremony.objects.filter(pk=uuid_of(ceremony_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area):
        raise NotFound
    return Shown(found.title, reverse("projects:ceremony", args=[found.pk]), whole=True)


def _projects(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Project.objects.all(), "proposal__title"


def _ceremonies(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Ceremony.objects.all(), "title"


FIELDS = {
    "starts_on": _("From"), "ends_on": _("Until"), "midterm_due": _("Mid-term report due"),
    "completion_due": _("Completion report due"), "rules": _("Version of the rules"), "title": _("Activity"),
    "about": _("What it is about"), "place": _("Place"), "starts_at": _("Begins"), "minutes": _("Minutes"),
    "expected": _("People expected"), "line_id": _("Row of the budget"), "attended": _("People who came"),
    "helpers": _("Volunteers who helped"), "photos": _("Photos"), "late": _("Later than the rules ask"),
    "outcome": _("Decision"), "mark": _("Mark"), "number": _("Number"), "from": _("State before"),
    "settle_by": _("Settle by"), "steps": _("Steps agreed on"), "held_on": _("Day of the ceremony"),
    "projects": _("Projects on the list"), "version": _("Version"),
}  # fmt: skip
_NAMED = {
    "outcome": lambda value: {**OUTCOMES, **RULINGS}.get(value, value),
    "mark": points,
    "from": lambda value: PROJECT.states.get(value, value),
}
register(Subject(type="projects.project", label=_("Project in hand"), find=_project, titles=_projects, fields=FIELDS,
                 values=_NAMED))  # fmt: skip
register(Subject(type="projects.rules", label=_("Rules of projects"), find=_rules, fields=FIELDS))
register(Subject(type="projects.ceremony", label=_("Graduation"), find=_ceremony, titles=_ceremonies, fields=FIELDS))
register_verbs(
    {
        "projects.project.begin": _("Project begun"),
        "projects.project.days": _("Days changed"),
        "projects.project.mentor": _("Mentor named"),
        "projects.project.grant": _("Grant opened"),
        "projects.project.file": _("Filing of an organisation begun"),
        "projects.project.midterm_pass": _("Mid-term passed, in force"),
        "projects.project.midterm_fail": _("Mid-term not passed, in force"),
        "projects.project.terminate": _("Project terminated"),
        "projects.project.settle": _("Project settled"),
        "projects.project.graduate": _("Project graduated"),
        "projects.activity.plan": _("Activity planned"),
        "projects.activity.change": _("Activity changed"),
        "projects.activity.announce": _("Activity announced"),
        "projects.activity.hold": _("Activity held"),
        "projects.activity.report": _("Activity reported"),
        "projects.activity.cancel": _("Activity cancelled"),
        "projects.photo.remove": _("Photo removed"),
        "projects.feedback.give": _("Feedback given"),
        "projects.report.midterm": _("Mid-term report handed in"),
        "projects.report.completion": _("Completion report handed in"),
        "projects.report.sheet": _("Score sheet given"),
        "projects.report.decide_midterm": _("Decided on the mid-term report"),
        "projects.report.decide_completion": _("Decided on the completion report"),
        "projects.objection.objection": _("Objection filed"),
        "projects.objection.appeal": _("Appeal filed"),
        "projects.objection.withdraw": _("Objection or appeal withdrawn"),
        "projects.objection.rule": _("Ruled on an objection or appeal"),
        "projects.visit.write": _("Visit written down"),
        "projects.visit.step": _("Step done"),
        "projects.rules.write": _("Rules written"),
        "projects.ceremony.plan": _("Graduation planned"),
        "projects.ceremony.list": _("List of the graduation changed"),
        "projects.ceremony.hold": _("Graduation held"),
        "projects.ceremony.cancel": _("Graduation cancelled"),
        "projects.ceremony.on": _("Put on the list of a graduation"),
        "projects.ceremony.off": _("Taken off the list of a graduation"),
    },
    tones={
        "projects.project.midterm_pass": "good",
        "projects.project.midterm_fail": "bad",
        "projects.project.terminate": "bad",
        "projects.project.graduate": "good",
        "projects.activity.cancel": "warn",
    },
)

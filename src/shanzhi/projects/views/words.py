"""What stands on the page of a project, in words: what is due, results, objections, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.actor import Actor
from shanzhi.projects.exchange import points
from shanzhi.projects.lifecycle import OBJECTION, OBJECTION_KINDS, OUTCOMES, REPORTS, RULINGS, WORKING
from shanzhi.projects.models import Activity, Objection, Project, Report, Sheet
from shanzhi.projects.queries.story import Story, Told
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Answer, Tag, Task
from shanzhi.ventures.models.disputes import STANDINGS

SHOWN_TASKS: Final = 8
OUTCOME_TONES: Final[dict[str, Any]] = {"pass": "good", "fail": "bad", "mend": "warn"}
OBJECTION_TONES: Final[dict[str, Any]] = {"filed": "accent", "ruled": "plain", "withdrawn": "plain"}


def tasks_of(story: Story) -> list[Task]:
    """Lay out what is due, overdue first; each line says its day, and the list says in words which are overdue."""
    found = []
    for one in story.dues[:SHOWN_TASKS]:
        label = f"{one.label} · {one.title}" if one.title else one.label
        hint = _("Until %(day)s") % {"day": formatting.day(one.due_on)}
        found.append(Task(label, one.url, "due" if one.late else "todo", hint))
    return found


def days_of(project: Project) -> list[Answer]:
    """Give the days of a project, and whose rules it goes by."""
    pairs = [Answer(_("From"), formatting.day(project.starts_on)), Answer(_("Until"), formatting.day(project.ends_on))]
    if project.midterm_due is not None:
        pairs.append(Answer(_("Mid-term report due"), formatting.day(project.midterm_due)))
    pairs.append(Answer(_("Completion report due"), formatting.day(project.completion_due)))
    if project.rules_version:
        whose = _("Version %(version)s of the area's rules") % {"version": project.rules_version}
    else:
        whose = _("The example of the program (not official)")
    return [*pairs, Answer(_("Rules"), whose)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A report on the page."""

    title: Any
    report: Report
    tag: Tag | None
    mark: str
    comment: str
    until: Any
    sheets: list[tuple[str, str]]
    url: str
    inside: bool


def reports_of(story: Story) -> list[Shown]:
    """Lay out reports with their results; words and sheets to insiders alone."""
    return [_report(one, story) for one in story.reports]


def _report(one: Told, story: Story) -> Shown:
    decision = one.decision
    label = REPORTS[one.report.kind]
    title = f"{label} ({one.report.number})" if story.inside and one.report.number > 1 else label
    return Shown(
        title=title,
        report=one.report,
        tag=Tag(OUTCOME_TONES[decision.outcome], OUTCOMES[decision.outcome]) if decision else None,
        mark=points(decision.mark) if decision and decision.mark is not None else "",
        comment=decision.comment if decision else "",
        until=decision.notice_until if decision and story.project.state == "notice" else None,
        sheets=[_sheet(place, sheet) for place, sheet in enumerate(one.sheets, 1)],
        url=reverse("projects:review", args=[one.report.pk]) if story.inside else "",
        inside=story.inside,
    )


def _sheet(place: int, sheet: Sheet) -> tuple[str, str]:
    """Name a sheet by its place: who gave it is between the desk and the reviewer."""
    return _("Sheet %(number)s: %(mark)s") % {"number": place, "mark": points(sheet.mark)}, sheet.comment


@dataclass(frozen=True, slots=True)
class ShownObjection:
    """An objection or appeal as everybody reads it."""

    found: Objection
    kind: Any
    by: Any
    tag: Tag
    outcome: Any
    may_withdraw: bool
    rule_url: str


def objections_of(story: Story, viewer: Actor) -> list[ShownObjection]:
    """Lay out objections and appeals; nothing tells who filed."""
    runs = story.may.run
    return [
        ShownObjection(
            one, OBJECTION_KINDS[one.kind], STANDINGS[one.standing],
            Tag(OBJECTION_TONES[one.state], OBJECTION.states[one.state]), RULINGS.get(one.outcome, ""),
            one.state == "filed" and viewer.is_person(one.filed_by_id),
            reverse("projects:rule", args=[one.pk]) if runs and one.state == "filed" else "",
        )
        for one in story.objections
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a team can do with an activity; `post` acts at once, others lead to a page."""

    label: Any
    url: str
    main: bool = False
    post: bool = False


def activity_acts(found: Activity, at: datetime) -> list[Act]:
    """Say what the team can do with an activity now."""
    acts: list[Act] = []
    if found.project.state not in WORKING:
        return acts
    ahead = found.starts_at > at

    def act(name: str, label: Any, **how: bool) -> None:
        acts.append(Act(label, reverse(f"projects:{name}", args=[found.pk]), **how))

    if found.state == "planned" and ahead:
        act("announce", gettext_lazy("Announce it"), main=True, post=True)
    if found.state in ("planned", "announced", "held", "reported") and not ahead:
        label = gettext_lazy("Report on it") if found.state != "reported" else gettext_lazy("Correct the report")
        act("report_activity", label, main=found.state != "reported")
    if found.state in ("planned", "announced"):
        act("change_activity", gettext_lazy("Change it"))
    if found.state in ("planned", "announced", "held"):
        act("cancel_activity", gettext_lazy("Cancel it"))
    return acts


def announced_late(found: Activity, at: datetime) -> str:
    """Say that the rules ask for an earlier announcement, where a plan is nearer than that."""
    days = found.project.rules["announce_days"]
    if found.state != "planned" or not at < found.starts_at < at + timedelta(days=days):
        return ""
    return _("The rules ask to announce %(days)s days ahead. Announce it now all the same.") % {"days": days}

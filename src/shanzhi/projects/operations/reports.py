"""Mid-term and completion: the team's report, the reviewers' sheets, the decision, and its coming into force.

The mid-term decision comes into force by `confirm_midterm`, once the public notice is over with nothing open: then the
project is 'passed' or 'failed', which is what releases or stops the rest of the money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.projects import policies, telling
from shanzhi.projects.models import Activity, Decision, Feedback, Project, Report, Sheet
from shanzhi.projects.operations import money
from shanzhi.projects.operations.common import BadDays, locked_project, move, note, saved, words
from shanzhi.projects.queries.deciding import last_decision
from shanzhi.projects.queries.rules import criteria, mark_of, mean

# In which state of the project a report of a kind is under review.
WAITS: Final = {"midterm": "midterm", "completion": "completion"}
MENDING_DAYS: Final = 7


class MidtermFirst(Conflict):
    """A project whose rules ask for a mid-term report has not passed it."""

    code = "midterm_first"
    message = _("Hand in the mid-term report first; the completion report follows once it is passed.")


class NoMidterm(Conflict):
    """The rules ask for none."""

    code = "no_midterm"
    message = _("The rules of this project ask for no mid-term report. Hand in the completion report at its end.")


class NotUnderReview(Conflict):
    """The report waits for nothing."""

    code = "not_under_review"
    message = _("This report is not under review now: it was decided on, or a later one was handed in.")


class BadPoints(Invalid):
    """Points are missing, or not from 0 to 10."""

    code = "bad_points"
    message = _("Give each criterion whole points from 0 to 10.")


class SheetGiven(Conflict):
    """The reviewer gave a sheet for this report."""

    code = "sheet_given"
    message = _("You gave your points for this report already; a sheet stays as it was given.")


class SheetsMissing(Conflict):
    """Too few reviewers gave their points."""

    code = "sheets_missing"
    message = _("%(have)s of %(need)s sheets are there. Decide when the others have come.")


class MarkAgainst(Conflict):
    """The decision does not follow from the sheets."""

    code = "mark_against"
    message = _(
        "The sheets give %(mark)s of 100, and %(need)s are needed to pass. Decide as they say, or have it mended."
    )


class NoticeRuns(Conflict):
    """The public notice is not over, or an objection is open."""

    code = "notice_runs"
    message = _("The public notice runs, or an objection waits for its ruling. The result comes into force after both.")


def hand_in_report(
    *, actor: Actor, project_id: UUID, kind: str, done: str, at: datetime, problems: str = "", ahead: str = ""
) -> Report:
    """Hand in the mid-term or the completion report for the team; figures of activities are taken from the record.

    Raises NotFound, NotYourProject, NoMidterm, MidtermFirst, MoveRefused, WordsMissing.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        policies.require_writer(actor, project)
        _require_kind(project, kind)
        move(project, f"hand_in_{kind}")
        saved(project)
        made = Report.objects.create(
            project=project, kind=kind, number=_next(project, kind), done=words(done, "done"),
            problems=words(problems, "problems", needed=False), ahead=words(ahead, "ahead", needed=False),
            handed_in_by_id=actor.person_id, handed_in_at=at, **_figures(project),
        )  # fmt: skip
        note(actor, f"report.{kind}", project, {"report": str(made.pk), "number": made.number}, at)
    return made


def _require_kind(project: Project, kind: str) -> None:
    if kind not in WAITS:
        raise NotFound
    asked = project.midterm_due is not None
    if kind == "midterm" and not asked:
        raise NoMidterm
    if kind == "completion" and asked and project.state == "running":
        raise MidtermFirst


def _next(project: Project, kind: str) -> int:
    return project.reports.filter(kind=kind).count() + 1


def _figures(project: Project) -> dict[str, int | None]:
    told = Activity.objects.filter(project=project, state="reported").aggregate(n=Count("pk"), people=Sum("attended"))
    rated = Feedback.objects.filter(activity__project=project).aggregate(mean=Avg("rating"))["mean"]
    return {
        "held": told["n"], "attended": told["people"] or 0, "rated": None if rated is None else round(rated * 100),
    }  # fmt: skip


def review_again(project: Project, kind: str, at: datetime) -> Report:
    """Put the last report before reviewers anew, under the next number and without sheets; after a ruling."""
    last = project.reports.filter(kind=kind).order_by("-number")[0]
    return Report.objects.create(
        project=project, kind=kind, number=last.number + 1, done=last.done, problems=last.problems, ahead=last.ahead,
        held=last.held, attended=last.attended, rated=last.rated, handed_in_by_id=last.handed_in_by_id,
        handed_in_at=at,
    )  # fmt: skip


def _under_review(report_id: UUID) -> Report:
    key = Report.objects.filter(pk=report_id).values_list("project", flat=True).first()
    if key is None:
        raise NotFound
    project = locked_project(project_id=key)
    found = Report.objects.get(pk=report_id)
    found.project = project
    return found


def _require_waiting(report: Report) -> None:
    last = report.project.reports.filter(kind=report.kind).order_by("-number").first()
    if last is None or last.pk != report.pk or report.project.state != WAITS[report.kind]:
        raise NotUnderReview


def give_sheet(*, actor: Actor, report_id: UUID, points: Mapping[str, int], comment: str, at: datetime) -> Sheet:
    """Give one's points for a report, once, as somebody who checks projects there and is not of the team.

    Raises NotFound, NotAReviewer, OwnProject, NotUnderReview, SheetGiven, BadPoints.
    """
    with transaction.atomic():
        report = _under_review(report_id)
        project = report.project
        policies.require_reviewer(actor, project)
        _require_waiting(report)
        if report.sheets.filter(reviewer__in=actor.persons).exists():
            raise SheetGiven
        asked = {one["key"] for one in criteria(project.rules, report.kind)}
        for key in sorted(asked | set(points)):
            given = points.get(key)
            if key not in asked or type(given) is not int or not 0 <= given <= 10:
                raise BadPoints(field=key if key in asked else "points")
        made = Sheet.objects.create(
            report=report, reviewer_id=actor.person(), points=dict(points),
            mark=mark_of(project.rules, report.kind, dict(points)), comment=words(comment, "comment", needed=False),
            created_at=at,
        )  # fmt: skip
        note(actor, "report.sheet", project, {"report": str(report.pk), "mark": made.mark}, at)
    return made


def decide_report(*, actor: Actor, report_id: UUID, outcome: str, comment: str, at: datetime) -> Decision:
    """Decide on a report by the mean of its sheets: passed, not passed, or to be mended and handed in anew.

    A mid-term result goes on public notice; a completion counts at once. Raises NotFound, NotYourRound, OwnProject,
    NotUnderReview, SheetsMissing, MarkAgainst, WordsMissing.
    """
    with transaction.atomic():
        report = _under_review(report_id)
        project = report.project
        policies.require_runs(actor, project)
        _require_waiting(report)
        mark = None if outcome == "mend" else _mark(report, outcome)
        midterm = report.kind == "midterm"
        noticed = midterm and outcome != "mend"
        until = timezone.localdate(at) + timedelta(days=project.rules["notice_days"]) if noticed else None
        made = Decision.objects.create(
            report=report, outcome=outcome, mark=mark, comment=words(comment, "comment"),
            decided_by_id=actor.person_id, decided_at=at, notice_until=until,
        )  # fmt: skip
        _follow(project, report.kind, outcome)
        if not midterm and outcome != "mend":
            project.mark, project.completed_at = mark, at
            if outcome == "pass":
                money.reached(project, "completion", at)
            else:
                money.stopped(project, made.comment, at)
        if outcome == "mend":
            _give_time(project, report.kind, at)
        saved(project)
        told = {"report": str(report.pk), "outcome": outcome, "mark": mark}
        note(actor, f"report.decide_{report.kind}", project, told, at)
        telling.tell_decided(actor=actor, project=project, decision_id=made.pk, at=at)
    return made


def _mark(report: Report, outcome: str) -> int:
    rules, marks = report.project.rules, list(report.sheets.values_list("mark", flat=True))
    if outcome not in ("pass", "fail"):
        raise BadDays(_("Choose: passed, not passed, or to be mended."), field="outcome")
    if len(marks) < rules["reviewers"]:
        raise SheetsMissing(have=len(marks), need=rules["reviewers"])
    found = mean(marks)
    if (found >= rules["pass_mark"] * 100) != (outcome == "pass"):
        raise MarkAgainst(field="outcome", mark=f"{found / 100:.2f}", need=rules["pass_mark"])
    return found


def _follow(project: Project, kind: str, outcome: str) -> None:
    if outcome == "mend":
        first = kind == "completion" and project.midterm_due is None
        move(project, "mend_completion_first" if first else f"mend_{kind}")
    elif kind == "midterm":
        move(project, "judge_midterm")
    else:
        move(project, "complete" if outcome == "pass" else "end")


def _give_time(project: Project, kind: str, at: datetime) -> None:
    """Leave a week for mending where the day of the report is past, or nearer."""
    until = timezone.localdate(at) + timedelta(days=MENDING_DAYS)
    if kind == "completion":
        project.completion_due = max(project.completion_due, until)
    elif project.midterm_due is not None:
        project.midterm_due = max(project.midterm_due, until)


def confirm_midterm(*, actor: Actor, project_id: UUID, at: datetime) -> Project:
    """Let a mid-term result come into force after its notice: passed goes on, not passed is stopped.

    Raises NotFound, NotYourRound, OwnProject, MoveRefused, NoticeRuns.
    """
    with transaction.atomic():
        project = locked_project(project_id=project_id)
        policies.require_runs(actor, project)
        decision = last_decision(project, "midterm")
        passed = decision is not None and decision.outcome == "pass"
        move(project, "pass_midterm" if passed else "fail_midterm")
        until = decision.notice_until if decision is not None else None
        if (until is not None and timezone.localdate(at) <= until) or project.objections.filter(state="filed").exists():
            raise NoticeRuns
        if not passed:
            project.stopped_from, project.stopped_at = "notice", at
        saved(project)
        note(actor, "project.midterm_pass" if passed else "project.midterm_fail", project, {}, at)
        if passed:
            money.reached(project, "midterm", at)
        else:
            money.stopped(project, decision.comment if decision is not None else "", at)
            telling.tell_stopped(actor=actor, project=project, at=at)
    return project

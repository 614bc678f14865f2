"""The routes of projects: the same operations and queries as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from shanzhi.people.middleware import moment
from shanzhi.places.queries import within
from shanzhi.projects import operations, policies, queries
from shanzhi.projects.api.schemas import (
    ActivityIn,
    BeginGiven,
    CeremonyOut,
    DueOut,
    ExecutionActivityOut,
    ExecutionDoneOut,
    ExecutionListQuery,
    ExecutionReasonIn,
    ExecutionRulingIn,
    ExecutionSheetIn,
    GroundsIn,
    ProjectDecisionIn,
    ProjectOut,
    ProjectsPage,
    ReportGiven,
    StoryOut,
    TerminateIn,
    ToldIn,
    VisitGiven,
    VisitOut,
)
from shanzhi.projects.models import Ceremony
from shanzhi.ui.http import Key, actor_of, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["projects"])


def _project(one: Any) -> dict[str, Any]:
    """Write a project in plain values; `queries.projects` gave it."""
    plain = {name: getattr(one, name) for name in ProjectOut.model_fields if name not in ("proposal", "title", "team")}
    return plain | {
        "proposal": one.proposal_id, "title": one.proposal.title, "team": one.proposal.team_name,
        "people": one.people or 0,
    }  # fmt: skip


def _activity(one: Any) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ExecutionActivityOut.model_fields if name != "rating"}
    return plain | {"rating": None if one.rating is None else round(one.rating * 100)}


def _done(row: Any, state: str | None = None) -> dict[str, Any]:
    return {"id": str(row.pk), "state": row.state if state is None else state}


_once = writes_of("projects")


@router.get("/", response=ProjectsPage, summary="Projects being carried out, newest first")
def list_projects(request: HttpRequest, asked: Query[ExecutionListQuery]) -> dict[str, Any]:
    """List all projects; they are public."""
    rows = queries.projects(viewer=actor_of(request))
    if asked.search:
        rows = queries.matching(rows, asked.search)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.area:
        rows = rows.filter(within("community", asked.area))
    return page_after(rows, asked.after, asked.limit, _project)


@router.get("/due", response=list[DueOut], summary="What is due for the own teams and at the own desk")
def list_due(request: HttpRequest) -> list[dict[str, Any]]:
    """List what is due, overdue first: of one's own teams, and for staff of all projects in their areas."""
    viewer, at = signed_in(request), moment(request)
    own = queries.own_dues(viewer=viewer, at=at)
    desk = queries.desk_dues(viewer=viewer, at=at) if policies.at_the_desk(viewer) else []
    found = {one.key: one for one in (*own, *desk)}.values()
    return [
        {"project": one.project.pk, "title": one.project_title, "what": one.what, "label": str(one.label),
         "of": one.of, "due_on": one.due_on, "late": one.late, "side": one.side}
        for one in sorted(found, key=lambda one: (one.due_on, one.key))
    ]  # fmt: skip


@router.get("/{uuid:project_id}", response=StoryOut, summary="A project's story")
def get_project(request: HttpRequest, project_id: UUID) -> dict[str, Any]:
    """Give a project with its activities, results and visits, as far as the viewer may see them."""
    viewer = actor_of(request)
    found = queries.project(viewer=viewer, project_id=project_id)
    story = queries.story_of(viewer=viewer, found=found, at=moment(request))
    one: Any = queries.projects(viewer=viewer).get(pk=found.pk)
    results = [
        {"report": told.report.pk, "kind": told.report.kind, "number": told.report.number,
         "outcome": told.decision.outcome, "mark": told.decision.mark, "comment": told.decision.comment,
         "notice_until": told.decision.notice_until}
        for told in story.reports if told.decision is not None
    ]  # fmt: skip
    return _project(one) | {
        "activities": [_activity(row) for row in story.activities],
        "results": results,
        "visits": list(story.visit_days),
    }


@router.post("/begin/{uuid:call_id}", response=list[ExecutionDoneOut], summary="Begin the chosen proposals of a round")
def begin(request: HttpRequest, call_id: UUID, body: BeginGiven, idempotency_key: Key) -> list[dict[str, Any]]:
    """Begin all chosen proposals of a closed round that have not begun."""

    def run() -> dict[str, Any]:
        plan = operations.Plan(body.starts_on, body.ends_on)
        return {
            "begun": [
                _done(one) for one in operations.begin_projects(call_id=call_id, plan=plan, **signed_acting(request))
            ]
        }

    found: list[dict[str, Any]] = _once(request, "begin", idempotency_key, body, run)["begun"]
    return found


@router.post("/{uuid:project_id}/activities", response=ExecutionDoneOut, summary="Plan an activity")
def plan_activity(request: HttpRequest, project_id: UUID, body: ActivityIn, idempotency_key: Key) -> dict[str, Any]:
    """Plan an activity for the team."""
    given = operations.Given(**body.model_dump())
    return _once(request, "plan", idempotency_key, body, lambda: _done(
        operations.plan_activity(project_id=project_id, given=given, **signed_acting(request))
    ))  # fmt: skip


@router.post("/activities/{uuid:activity_id}/announce", response=ExecutionDoneOut, summary="Announce an activity")
def announce(request: HttpRequest, activity_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Make a planned activity public."""
    return _once(request, "announce", idempotency_key, None, lambda: _done(
        operations.announce_activity(activity_id=activity_id, **signed_acting(request))
    ))  # fmt: skip


@router.post("/activities/{uuid:activity_id}/report", response=ExecutionDoneOut, summary="Report on an activity")
def report_activity(request: HttpRequest, activity_id: UUID, body: ToldIn, idempotency_key: Key) -> dict[str, Any]:
    """Tell how an activity went."""
    shots = tuple(operations.Shot(one.content, one.caption, one.shown) for one in body.photos)
    told = operations.Told(body.attended, body.summary, body.helpers, shots)
    return _once(request, "report_activity", idempotency_key, body, lambda: _done(
        operations.report_activity(activity_id=activity_id, told=told, **signed_acting(request))
    ))  # fmt: skip


@router.post("/activities/{uuid:activity_id}/cancel", response=ExecutionDoneOut, summary="Cancel an activity")
def cancel_activity(
    request: HttpRequest, activity_id: UUID, body: ExecutionReasonIn, idempotency_key: Key
) -> dict[str, Any]:
    """Cancel an activity for a reason."""
    return _once(request, "cancel", idempotency_key, body, lambda: _done(
        operations.cancel_activity(activity_id=activity_id, reason=body.reason, **signed_acting(request))
    ))  # fmt: skip


@router.post("/{uuid:project_id}/reports", response=ExecutionDoneOut, summary="Hand in a report")
def hand_in(request: HttpRequest, project_id: UUID, body: ReportGiven, idempotency_key: Key) -> dict[str, Any]:
    """Hand in the mid-term or the completion report."""
    return _once(request, "hand_in", idempotency_key, body, lambda: _done(
        operations.hand_in_report(project_id=project_id, **body.model_dump(), **signed_acting(request)), body.kind
    ))  # fmt: skip


@router.post("/reports/{uuid:report_id}/sheets", response=ExecutionDoneOut, summary="Give points to a report")
def give_sheet(request: HttpRequest, report_id: UUID, body: ExecutionSheetIn, idempotency_key: Key) -> dict[str, Any]:
    """Give one's sheet, once."""
    return _once(request, "sheet", idempotency_key, body, lambda: _done(
        operations.give_sheet(report_id=report_id, **body.model_dump(), **signed_acting(request)), "given"
    ))  # fmt: skip


@router.post("/reports/{uuid:report_id}/decision", response=ExecutionDoneOut, summary="Decide on a report")
def decide(request: HttpRequest, report_id: UUID, body: ProjectDecisionIn, idempotency_key: Key) -> dict[str, Any]:
    """Decide by the mean of the sheets."""
    return _once(request, "decide", idempotency_key, body, lambda: _done(
        operations.decide_report(report_id=report_id, **body.model_dump(), **signed_acting(request)), body.outcome
    ))  # fmt: skip


@router.post("/{uuid:project_id}/confirm", response=ExecutionDoneOut, summary="Let a mid-term result come into force")
def confirm(request: HttpRequest, project_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Let the result count once its public notice is over; the clock does it too."""
    return _once(request, "confirm", idempotency_key, None, lambda: _done(
        operations.confirm_midterm(project_id=project_id, **signed_acting(request))
    ))  # fmt: skip


@router.post("/{uuid:project_id}/objections", response=ExecutionDoneOut, summary="Object, or appeal for the team")
def object_to(request: HttpRequest, project_id: UUID, body: GroundsIn, idempotency_key: Key) -> dict[str, Any]:
    """Object to a mid-term result under notice, or appeal against a stop."""
    act = operations.file_appeal if body.kind == "appeal" else operations.file_objection
    return _once(request, "object", idempotency_key, body, lambda: _done(
        act(project_id=project_id, grounds=body.grounds, **signed_acting(request))
    ))  # fmt: skip


@router.post(
    "/objections/{uuid:objection_id}/ruling", response=ExecutionDoneOut, summary="Rule on an objection or appeal"
)
def rule(request: HttpRequest, objection_id: UUID, body: ExecutionRulingIn, idempotency_key: Key) -> dict[str, Any]:
    """Dismiss or uphold, in words that everybody reads."""
    return _once(request, "rule", idempotency_key, body, lambda: _done(
        operations.rule(objection_id=objection_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.get("/{uuid:project_id}/visits", response=list[VisitOut], summary="Visits of the mentor, with their steps")
def list_visits(request: HttpRequest, project_id: UUID) -> list[dict[str, Any]]:
    """List the notes for the team and staff; for others there are none."""
    viewer = signed_in(request)
    found = queries.project(viewer=viewer, project_id=project_id)
    policies.require_inside(viewer, found)
    story = queries.story_of(viewer=viewer, found=found, at=moment(request))
    own = [name for name in VisitOut.model_fields if name != "steps"]
    return [{name: getattr(one, name) for name in own} | {"steps": list(one.steps.all())} for one in story.visits]


@router.post("/{uuid:project_id}/visits", response=ExecutionDoneOut, summary="Write the note of a visit")
def write_visit(request: HttpRequest, project_id: UUID, body: VisitGiven, idempotency_key: Key) -> dict[str, Any]:
    """Write down a visit that took place."""
    steps = [operations.PlannedStep(one.what, one.who, one.due_on) for one in body.steps]
    note = operations.VisitNote(**{**body.model_dump(), "steps": steps})
    return _once(request, "visit", idempotency_key, body, lambda: _done(
        operations.write_visit(project_id=project_id, given=note, **signed_acting(request)), "written"
    ))  # fmt: skip


@router.post("/{uuid:project_id}/terminate", response=ExecutionDoneOut, summary="Terminate a project")
def terminate(request: HttpRequest, project_id: UUID, body: TerminateIn, idempotency_key: Key) -> dict[str, Any]:
    """Terminate a project for a reason, with a day of settlement."""
    return _once(request, "terminate", idempotency_key, body, lambda: _done(
        operations.terminate(project_id=project_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.get("/graduations/{uuid:ceremony_id}", response=CeremonyOut, summary="The list of a graduation")
def get_ceremony(request: HttpRequest, ceremony_id: UUID) -> dict[str, Any]:
    """Give a graduation with its projects; it is public."""
    found: Ceremony = queries.ceremony(viewer=actor_of(request), ceremony_id=ceremony_id)
    plain = {name: getattr(found, name) for name in CeremonyOut.model_fields if name != "projects"}
    rows = queries.graduates(viewer=actor_of(request), found=found).order_by("pk")
    return plain | {"projects": list(rows.values_list("pk", flat=True))}

"""The API of a project's photos, visits, settlement, grant and rules, and of graduations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.funding.models import Custody
from shanzhi.funding.operations import Line, Part
from shanzhi.projects import operations, policies, queries
from shanzhi.projects.api.schemas import (
    ActivityIn,
    Code,
    ExecutionActivityOut,
    ExecutionDoneOut,
    Version,
)
from shanzhi.ui.http import Given, Key, actor_of, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["projects"])
Days = Annotated[int, Field(ge=0, le=400)]
DayName = Literal[
    "announce_days", "report_days", "remind_days", "midterm_percent", "completion_days", "review_days", "reviewers",
    "pass_mark", "notice_days", "ruling_days", "appeal_days", "settle_days", "visit_days",
]  # fmt: skip
Title = Annotated[str, Field(min_length=1, max_length=120)]


class ActivityChanged(ActivityIn):
    """An activity as it shall be; `version` is the one that was seen."""

    version: Version


class PhotoOut(Schema):
    """A photo of an activity; its picture stands at its address on the site."""

    id: UUID
    caption: str
    shown: bool


class ActivityWhole(ExecutionActivityOut):
    """An activity with its photos, as far as the viewer sees them, and the version for a change."""

    version: int
    photos: list[PhotoOut]


class SettlementIn(Given):
    """How a terminated project was settled, in words."""

    settlement: Annotated[str, Field(min_length=1, max_length=2000)]


class AmountOf(Given):
    """A budget line by its name, or a tranche by the word of its condition, with its amount in fen."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    amount_fen: int = Field(ge=1, le=10**13)


class ProjectGrantIn(Given):
    """The grant of a project: the fund, lines and tranches that add up, account and days."""

    fund: UUID
    lines: list[AmountOf] = Field(min_length=1, max_length=60)
    tranches: list[AmountOf] = Field(min_length=1, max_length=12)
    custody: Custody
    starts_on: date
    ends_on: date


class CriterionOf(Given):
    """A criterion with its weight of 100."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    weight: int = Field(ge=1, le=100)
    anchors: str = Field("", max_length=300)
    key: str = Field("", max_length=20)


class ProjectRulesIn(Given):
    """The next version of an area's rules; what is left out is as in the program's example."""

    area: Code
    midterm: bool = True
    days: dict[DayName, Days] = {}
    midterm_criteria: list[CriterionOf] = Field(default=[], max_length=12)
    completion_criteria: list[CriterionOf] = Field(default=[], max_length=12)


class ProjectRulesOut(Schema):
    """The rules that hold in an area; version 0 is the program's example, not official."""

    area: str
    version: int
    content: dict[str, Any]


class CeremonyIn(Given):
    """A graduation that is planned."""

    area: Code
    title: Title
    held_on: date
    place: Title


class ListedIn(Given):
    """All completed projects that shall stand on the list; `version` is the one that was seen."""

    version: Version
    projects: list[UUID] = Field(max_length=300)


class Seen(Given):
    """The version that was seen."""

    version: Version


class CancelledIn(Seen):
    """Why a graduation is cancelled."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class GraduationsAsked(Schema):
    """Which page."""

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class GraduationOut(Schema):
    """A graduation, and how many projects stand on its list."""

    id: UUID
    area: str
    title: str
    held_on: date
    place: str
    state: str
    number: int
    version: int


class GraduationsPage(Schema):
    """A page of graduations."""

    items: list[GraduationOut]
    next: UUID | None


_write_once = writes_of("projects")


def _once(request: HttpRequest, name: str, key: str, body: Any, run: Any, state: str = "") -> dict[str, Any]:
    """Run a write once for its key; gives number and state of what it made or changed."""

    def answer() -> dict[str, Any]:
        row = run(**signed_acting(request))
        return {"id": str(row.pk), "state": state or row.state}

    return _write_once(request, name, key, body, answer)


@router.get("/activities/{uuid:activity_id}", response=ActivityWhole, summary="One activity with its photos")
def get_activity(request: HttpRequest, activity_id: UUID) -> dict[str, Any]:
    """Give an activity, as far as the viewer may see it."""
    viewer = actor_of(request)
    found: Any = queries.activity(viewer=viewer, activity_id=activity_id)
    inside = policies.reads_inside(viewer, found.project)
    plain = {name: getattr(found, name) for name in ExecutionActivityOut.model_fields if name != "rating"}
    rating = getattr(found, "rating", None)
    return plain | {
        "rating": None if rating is None else round(rating * 100), "version": found.version,
        "photos": [
            {"id": one.pk, "caption": one.caption, "shown": one.shown}
            for one in found.photos.all() if one.shown or inside
        ],
    }  # fmt: skip


@router.post("/activities/{uuid:activity_id}/change", response=ExecutionDoneOut, summary="Change an activity")
def change_activity(request: HttpRequest, activity_id: UUID, body: ActivityChanged, idempotency_key: Key) -> Any:
    """Change an activity that lies ahead; what is given replaces all of it."""
    given = operations.Given(**body.model_dump(exclude={"version"}))
    return _once(request, "change", idempotency_key, body, lambda **a: operations.change_activity(
        activity_id=activity_id, version=body.version, given=given, **a
    ))  # fmt: skip


@router.post("/activities/{uuid:activity_id}/photos/{uuid:photo_id}/remove", response=ExecutionDoneOut,
             summary="Take a photo away")  # fmt: skip
def remove_photo(request: HttpRequest, activity_id: UUID, photo_id: UUID, idempotency_key: Key) -> Any:
    """Take a photo of an activity away, as the team or who runs the round."""

    def run(**acting: Any) -> Any:
        operations.remove_photo(activity_id=activity_id, photo_id=photo_id, **acting)
        return queries.activity(viewer=acting["actor"], activity_id=activity_id)

    return _once(request, "remove_photo", idempotency_key, None, run)


@router.post("/steps/{uuid:step_id}/done", response=ExecutionDoneOut, summary="Mark a step as done")
def finish_step(request: HttpRequest, step_id: UUID, idempotency_key: Key) -> Any:
    """Say that what was agreed on at a visit is done."""
    return _once(request, "step", idempotency_key, None,
                 lambda **a: operations.finish_step(step_id=step_id, **a), "done")  # fmt: skip


@router.post("/{uuid:project_id}/settle", response=ExecutionDoneOut, summary="Record the settlement of a project")
def settle(request: HttpRequest, project_id: UUID, body: SettlementIn, idempotency_key: Key) -> Any:
    """Say how a terminated project was settled, once its grant is."""
    return _once(request, "settle", idempotency_key, body, lambda **a: operations.settle(
        project_id=project_id, settlement=body.settlement, **a
    ))  # fmt: skip


@router.post("/{uuid:project_id}/grant", response=ExecutionDoneOut, summary="Grant money to a project")
def open_grant(request: HttpRequest, project_id: UUID, body: ProjectGrantIn, idempotency_key: Key) -> Any:
    """Open the grant of a project; its team is the project's."""
    lines = [Line(one.name, one.amount_fen) for one in body.lines]
    parts = [Part(one.amount_fen, one.name) for one in body.tranches]
    given = body.model_dump(exclude={"fund", "lines", "tranches"})
    return _once(request, "grant", idempotency_key, body, lambda **a: operations.open_grant(
        project_id=project_id, fund_id=body.fund, lines=lines, tranches=parts, **given, **a
    ))  # fmt: skip


@router.get("/rules/{code}", response=ProjectRulesOut, summary="The rules that hold in an area")
def get_rules(request: HttpRequest, code: Code) -> Any:
    """Give the rules of the nearest area that wrote some, for staff."""
    policies.require_desk(signed_in(request))
    return queries.in_force(area=code)


@router.post("/rules", response=ExecutionDoneOut, summary="Write the rules of an area")
def write_rules(request: HttpRequest, body: ProjectRulesIn, idempotency_key: Key) -> Any:
    """Write the next version; projects that have begun keep theirs."""
    lists = {name: [one.model_dump() for one in getattr(body, name)]
             for name in ("midterm_criteria", "completion_criteria") if getattr(body, name)}  # fmt: skip
    content: dict[str, Any] = {str(name): value for name, value in body.days.items()}
    content |= {"midterm": body.midterm, **lists}
    return _once(request, "rules", idempotency_key, body, lambda **a: operations.write_rules(
        area=body.area, content=content, **a
    ), "written")  # fmt: skip


@router.get("/graduations", response=GraduationsPage, summary="Graduations, newest first")
def list_ceremonies(request: HttpRequest, asked: Query[GraduationsAsked]) -> dict[str, Any]:
    """List the graduations; they are public."""
    return page_after(queries.ceremonies(viewer=actor_of(request)), asked.after, asked.limit, lambda one: one)


@router.post("/graduations", response=ExecutionDoneOut, summary="Plan a graduation")
def plan_ceremony(request: HttpRequest, body: CeremonyIn, idempotency_key: Key) -> Any:
    """Plan a graduation of an area."""
    return _once(request, "ceremony", idempotency_key, body,
                 lambda **a: operations.plan_ceremony(**body.model_dump(), **a))  # fmt: skip


@router.post("/graduations/{uuid:ceremony_id}/projects", response=ExecutionDoneOut, summary="Say who graduates")
def list_projects(request: HttpRequest, ceremony_id: UUID, body: ListedIn, idempotency_key: Key) -> Any:
    """Put completed projects on the list; those left out are taken off it."""
    return _once(request, "ceremony_list", idempotency_key, body, lambda **a: operations.list_projects(
        ceremony_id=ceremony_id, version=body.version, project_ids=body.projects, **a
    ))  # fmt: skip


@router.post("/graduations/{uuid:ceremony_id}/held", response=ExecutionDoneOut, summary="Record that it was held")
def hold_ceremony(request: HttpRequest, ceremony_id: UUID, body: Seen, idempotency_key: Key) -> Any:
    """Have every project on the list graduate."""
    return _once(request, "ceremony_hold", idempotency_key, body, lambda **a: operations.hold_ceremony(
        ceremony_id=ceremony_id, version=body.version, **a
    ))  # fmt: skip


@router.post("/graduations/{uuid:ceremony_id}/cancel", response=ExecutionDoneOut, summary="Cancel a graduation")
def cancel_ceremony(request: HttpRequest, ceremony_id: UUID, body: CancelledIn, idempotency_key: Key) -> Any:
    """Cancel it for a reason; its projects can be put on another list."""
    return _once(request, "ceremony_cancel", idempotency_key, body, lambda **a: operations.cancel_ceremony(
        ceremony_id=ceremony_id, **body.model_dump(), **a
    ))  # fmt: skip

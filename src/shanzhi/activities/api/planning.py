"""Planning, checking and leading activities over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.activities import operations, queries
from shanzhi.activities.api.frames import ActivityDoneOut, ActivityWhyIn, ShiftsDoneOut, ids, onward, write_once
from shanzhi.activities.models import MOST_PLACES
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, Moment, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["activities"])


class ActivityPlanIn(Given):
    """What is planned; `task` is the code of a kind of task, `lat` and `lng` millionths of a degree.

    A `language` helps and keeps nobody away: one of those that volunteers tick, or ''.
    """

    area: Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
    task: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=60)
    what: str = Field(min_length=1, max_length=2000)
    place: str = Field(min_length=1, max_length=100)
    lat: int | None = Field(None, ge=-90_000_000, le=90_000_000)
    lng: int | None = Field(None, ge=-180_000_000, le=180_000_000)
    reach: str = Field("", max_length=100)
    skills: list[str] = Field(default_factory=list, max_length=40)
    language: str = Field("", max_length=16)
    risks: str = Field("", max_length=1000)
    insurer: str = Field("", max_length=60)
    policy_number: str = Field("", max_length=60)
    insured_from: date | None = None
    insured_until: date | None = None


class ActivityPlanChangeIn(ActivityPlanIn):
    """A changed plan; `version` is the one that was read."""

    version: int = Field(ge=1, le=2_000_000_000)


class ActivityRowOut(Schema):
    """An activity as who plans or checks it lists it."""

    id: UUID
    team_id: UUID
    title: str
    state: str
    area: str
    shifts: int
    signed: int
    first_at: datetime | None
    submitted_at: datetime | None
    version: int


class ActivityPage(Schema):
    """A page of activities; `next` reads on."""

    items: list[ActivityRowOut]
    next: UUID | None


class OnwardQuery(Schema):
    """How a list is read on."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class PlanCheckIn(Given):
    """Whether a plan passes; giving it back needs a reason; `version` is the one that was read."""

    version: int = Field(ge=1, le=2_000_000_000)
    passed: bool
    words: str = Field("", max_length=300)


class NewShiftsIn(Given):
    """A shift, or one every so many weeks until a day, some days skipped."""

    starts_at: Moment
    ends_at: Moment
    places: int = Field(ge=1, le=MOST_PLACES)
    every_weeks: int | None = Field(None, ge=1, le=12)
    until: date | None = None
    skip: list[date] = Field(default_factory=list, max_length=60)


class ShiftChangeIn(Given):
    """Another time, place or number of places; `following` means those of the series from this one on too."""

    starts_at: Moment
    ends_at: Moment
    places: int = Field(ge=1, le=MOST_PLACES)
    place: str = Field("", max_length=100)
    following: bool = False


class ShiftWhyIn(ActivityWhyIn):
    """Why a shift, or with `following` those after it too, is called off."""

    following: bool = False


class EmergencyIn(Given):
    """An emergency in one shift, or in all to come."""

    shift_id: UUID | None = None
    happens: Literal["cancel", "place", "warn"]
    words: str = Field(min_length=1, max_length=300)


class ShiftSignUpOut(Schema):
    """Who is, was or waits in a shift, for who plans it; the name is masked."""

    id: UUID
    number: str
    name: str
    state: str
    turn: int
    queued_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None
    synthetic: bool


class ShiftSignUpPage(Schema):
    """A page of sign-ups; `next` reads on."""

    items: list[ShiftSignUpOut]
    next: UUID | None


def _row(one: Any) -> dict[str, Any]:
    names = ("team_id", "title", "state", "area", "signed", "first_at", "submitted_at", "version")
    return {"id": one.pk, "shifts": one.shift_count, **{name: getattr(one, name) for name in names}}


@router.get("/teams/{uuid:team_id}", response=ActivityPage, summary="A team's activities, for who plans them")
def team_activities(request: HttpRequest, team_id: UUID, asked: Query[OnwardQuery]) -> dict[str, Any]:
    """List the activities of a team in whatever state, newest first."""
    team = queries.led_team(viewer=signed_in(request), team_id=team_id)
    rows = queries.activities_of(viewer=signed_in(request), team=team).order_by("-created_at", "id")
    return page_after(rows, asked.after, asked.limit, _row)


@router.post("/teams/{uuid:team_id}", response=ActivityDoneOut, summary="Plan an activity of a team")
def plan(request: HttpRequest, team_id: UUID, body: ActivityPlanIn, idempotency_key: Key) -> dict[str, Any]:
    """Plan an activity, as who leads the team or staff of its area."""
    return write_once(request, "plan", idempotency_key, body, lambda: operations.plan_activity(
        team_id=team_id, plan=operations.Plan(**body.model_dump()), **signed_acting(request)
    ))  # fmt: skip


@router.get("/checks", response=ActivityPage, summary="Plans that wait for a check, for officers")
def list_checks(request: HttpRequest, asked: Query[OnwardQuery]) -> dict[str, Any]:
    """List the plans of the viewer's areas that wait, those handed in first at the top."""
    rows = queries.to_check(viewer=signed_in(request), at=moment(request))
    return onward(rows, asked.after, asked.limit, _row, by="submitted_at")


@router.post("/{uuid:event_id}/change", response=ActivityDoneOut, summary="Change a plan")
def change(request: HttpRequest, event_id: UUID, body: ActivityPlanChangeIn, idempotency_key: Key) -> dict[str, Any]:
    """Change a plan; one that was handed in or checked goes back to be handed in anew."""
    given = body.model_dump()
    version = given.pop("version")
    return write_once(request, "change", idempotency_key, body, lambda: operations.change_activity(
        activity_id=event_id, version=version, plan=operations.Plan(**given), **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:event_id}/submit", response=ActivityDoneOut, summary="Hand a plan in for the check")
def submit(request: HttpRequest, event_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Hand a plan in, with its risks told and a shift to come."""
    return write_once(request, "submit", idempotency_key, None, lambda: operations.submit_activity(
        activity_id=event_id, **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:event_id}/check", response=ActivityDoneOut, summary="Pass a plan, or give it back")
def check(request: HttpRequest, event_id: UUID, body: PlanCheckIn, idempotency_key: Key) -> dict[str, Any]:
    """Decide on a plan, as an officer of the area who did not plan it."""
    return write_once(request, "check", idempotency_key, body, lambda: operations.check_activity(
        activity_id=event_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:event_id}/publish", response=ActivityDoneOut, summary="Publish what was checked")
def publish(request: HttpRequest, event_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Publish an activity, insured where it is dangerous."""
    return write_once(request, "publish", idempotency_key, None, lambda: operations.publish_activity(
        activity_id=event_id, **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:event_id}/cancel", response=ActivityDoneOut, summary="Call an activity off")
def cancel(request: HttpRequest, event_id: UUID, body: ActivityWhyIn, idempotency_key: Key) -> dict[str, Any]:
    """Call it off with all shifts to come; who signed up or waits is told."""
    return write_once(request, "cancel", idempotency_key, body, lambda: operations.cancel_activity(
        activity_id=event_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:event_id}/emergency", response=ShiftsDoneOut, summary="Tell of an emergency")
def emergency(request: HttpRequest, event_id: UUID, body: EmergencyIn, idempotency_key: Key) -> dict[str, Any]:
    """Call off, meet elsewhere, or warn, in one shift or in all to come; all are told at once."""
    return write_once(request, "emergency", idempotency_key, body, lambda: ids(operations.change_in_emergency(
        activity_id=event_id, **body.model_dump(), **signed_acting(request)
    )))  # fmt: skip


@router.post("/{uuid:event_id}/shifts", response=ShiftsDoneOut, summary="Add shifts")
def add_shifts(request: HttpRequest, event_id: UUID, body: NewShiftsIn, idempotency_key: Key) -> dict[str, Any]:
    """Add a shift, once or in repetition."""
    return write_once(request, "add_shifts", idempotency_key, body, lambda: ids(operations.add_shifts(
        activity_id=event_id, **body.model_dump(), **signed_acting(request)
    )))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/change", response=ShiftsDoneOut, summary="Change a shift")
def change_shift(request: HttpRequest, shift_id: UUID, body: ShiftChangeIn, idempotency_key: Key) -> dict[str, Any]:
    """Change a shift, or those of its series that follow too; who signed up is told."""
    return write_once(request, "change_shift", idempotency_key, body, lambda: ids(operations.change_shift(
        shift_id=shift_id, **body.model_dump(), **signed_acting(request)
    )))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/cancel", response=ShiftsDoneOut, summary="Call a shift off")
def cancel_shift(request: HttpRequest, shift_id: UUID, body: ShiftWhyIn, idempotency_key: Key) -> dict[str, Any]:
    """Call a shift off, or those of its series that follow too; who signed up or waits is told."""
    return write_once(request, "cancel_shift", idempotency_key, body, lambda: ids(operations.cancel_shift(
        shift_id=shift_id, **body.model_dump(), **signed_acting(request)
    )))  # fmt: skip


@router.get("/shifts/{uuid:shift_id}/sign-ups", response=ShiftSignUpPage, summary="Who signed up, for who plans it")
def list_sign_ups(request: HttpRequest, shift_id: UUID, asked: Query[OnwardQuery]) -> dict[str, Any]:
    """List who is, was and waits in a shift, in the order of coming, names masked."""
    shift = queries.shift_for_planner(viewer=signed_in(request), shift_id=shift_id)
    rows = queries.sign_ups(viewer=signed_in(request), shift=shift)
    return onward(rows, asked.after, asked.limit, lambda one: {
        "id": one.pk, "number": one.volunteer.number, "name": str(one.volunteer.human.name), "state": one.state,
        "turn": one.turn, "queued_at": one.queued_at, "signed_at": one.signed_at, "ended_at": one.ended_at,
        "synthetic": one.volunteer.human.synthetic,
    }, by="turn")  # fmt: skip

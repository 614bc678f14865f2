"""The API of staff: volunteers of their areas, trainings and checks, the words of an area."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.places import queries as places
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.api.frames import ServiceDoneOut, WhyIn, write_once
from shanzhi.volunteering.api.mine import Code
from shanzhi.volunteering.models import Sort, Volunteer

router = Router(tags=["volunteering"])
Vocabulary = Literal["skills", "qualifications", "tasks"]


class VolunteerOut(Schema):
    """A volunteer; the name is masked."""

    id: UUID
    number: str
    name: str
    area: str
    state: str
    skills: list[str]
    tasks: list[str]
    teams: int
    joined_at: datetime
    synthetic: bool


class OneVolunteerOut(VolunteerOut):
    """One volunteer, with what an office's list said of the time before: no certified service."""

    earlier_number: str
    earlier_minutes: int


class VolunteersPage(Schema):
    """A page of volunteers; `next` reads on."""

    items: list[VolunteerOut]
    next: UUID | None


class VolunteersQuery(Schema):
    """How the list is narrowed; `search` is a number or its beginning, or a whole name or phone, `task` a wish."""

    search: str = Field("", max_length=60)
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")] = ""
    state: Literal["", "registered", "active", "paused", "left"] = ""
    skill: Annotated[str, Field(max_length=40)] = ""
    task: Annotated[str, Field(max_length=40)] = ""
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class QualificationIn(Given):
    """A training or check that staff saw; without `ends_on` it holds as long as its kind says."""

    code: Code
    starts_on: date
    ends_on: date | None = None
    evidence: str = Field(min_length=1, max_length=200)


class QualificationOut(Schema):
    """A training or check of a volunteer."""

    id: UUID
    code: str
    starts_on: date
    ends_on: date | None
    revoked: bool


class InFullOut(Schema):
    """What is sealed about a volunteer; '' for what is not known."""

    name: str
    phone: str
    health: str
    emergency_name: str
    emergency_phone: str


class WordIn(Given):
    """A word of an area; `sort` and `months` are of qualifications, ages, `demands` and `dangerous` of tasks."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
    code: Code
    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field(min_length=1, max_length=80)
    example: bool = False
    sort: Sort | None = None
    months: int | None = Field(None, ge=1, le=240)
    least_age: int | None = Field(None, ge=0, le=120)
    greatest_age: int | None = Field(None, ge=0, le=120)
    demands: list[Code] = Field(default_factory=list, max_length=20)
    dangerous: bool = False


def _told(row: Volunteer) -> dict[str, Any]:
    return {
        "id": row.pk, "number": row.number, "name": str(row.human.name), "area": row.area, "state": row.state,
        "skills": [one.skill.code for one in row.skills.all()], "tasks": row.tasks, "teams": getattr(row, "teams", 0),
        "joined_at": row.joined_at, "synthetic": row.human.synthetic,
    }  # fmt: skip


@router.get("/volunteers", response=VolunteersPage, summary="Volunteers of the own areas")
def list_volunteers(request: HttpRequest, asked: Query[VolunteersQuery]) -> dict[str, Any]:
    """List volunteers, newest first, names masked; for staff of their area."""
    rows = queries.volunteers(viewer=signed_in(request)).order_by("-joined_at", "id")
    if asked.search:
        rows = queries.search(rows, asked.search)
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.skill:
        rows = rows.filter(pk__in=queries.with_skill(asked.skill))
    if asked.task:
        rows = rows.filter(tasks__contains=[asked.task])
    return page_after(rows, asked.after, asked.limit, _told, by="joined_at")


@router.get("/volunteers/{uuid:volunteer_id}", response=OneVolunteerOut, summary="One volunteer")
def get_volunteer(request: HttpRequest, volunteer_id: UUID) -> dict[str, Any]:
    """Give a volunteer of the own areas, the name masked."""
    row = queries.volunteer(viewer=signed_in(request), volunteer_id=volunteer_id)
    minutes = queries.earlier_minutes(volunteers=[row.pk])[row.pk]
    return {**_told(row), "earlier_number": row.earlier_number, "earlier_minutes": minutes}


@router.post("/volunteers/{uuid:volunteer_id}/unmask", response=InFullOut, summary="A volunteer in full, for a reason")
def unmask(request: HttpRequest, volunteer_id: UUID, body: WhyIn) -> dict[str, str]:
    """Give what is sealed; each look goes on record, so it takes no key and is never answered from store."""
    return operations.unmask_volunteer(volunteer_id=volunteer_id, reason=body.reason, **signed_acting(request))


@router.get("/volunteers/{uuid:volunteer_id}/qualifications", response=list[QualificationOut], summary="Trainings")
def list_qualifications(request: HttpRequest, volunteer_id: UUID) -> list[dict[str, Any]]:
    """List trainings and checks of a volunteer, newest first."""
    found = queries.volunteer(viewer=signed_in(request), volunteer_id=volunteer_id)
    return [
        {"id": one.pk, "code": one.kind.code, "starts_on": one.starts_on, "ends_on": one.ends_on,
         "revoked": one.revoked_at is not None}
        for one in queries.qualifications_of(found)
    ]  # fmt: skip


@router.post(
    "/volunteers/{uuid:volunteer_id}/qualifications", response=ServiceDoneOut, summary="Enter a training or check"
)
def qualify(request: HttpRequest, volunteer_id: UUID, body: QualificationIn, idempotency_key: Key) -> dict[str, Any]:
    """Enter what one saw, as staff of the area."""
    return write_once(request, "qualify", idempotency_key, body, lambda: operations.add_qualification(
        volunteer_id=volunteer_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post(
    "/qualifications/{uuid:qualification_id}/revoke", response=ServiceDoneOut, summary="Take a training or check back"
)
def revoke(request: HttpRequest, qualification_id: UUID, body: WhyIn, idempotency_key: Key) -> dict[str, Any]:
    """Take it back for a reason; it stays on record."""
    return write_once(request, "revoke", idempotency_key, body, lambda: operations.revoke_qualification(
        qualification_id=qualification_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/words/{vocabulary}", response=ServiceDoneOut, summary="Add a skill, qualification or kind of task")
def put_word(request: HttpRequest, vocabulary: Vocabulary, body: WordIn, idempotency_key: Key) -> dict[str, Any]:
    """Add a word to an area that one is in charge of; it holds below that area too."""
    values = body.model_dump(exclude={"area"})
    return write_once(request, "word", idempotency_key, body, lambda: operations.put_word(
        vocabulary=vocabulary, area=body.area, values=values, **signed_acting(request)
    ))  # fmt: skip

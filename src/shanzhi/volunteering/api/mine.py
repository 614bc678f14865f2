"""The API of one's own volunteering."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.api.frames import ServiceDoneOut, write_once

router = Router(tags=["volunteering"])
Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Area = Annotated[str, Field(min_length=6, max_length=12, pattern=r"^[0-9]+$")]


class HoursIn(Given):
    """Free hours of a week: weekday 1 (Monday) to 7, minutes of the day from until before."""

    weekday: int = Field(ge=1, le=7)
    starts: int = Field(ge=0, le=1440)
    ends: int = Field(ge=0, le=1440)


class HoursOut(Schema):
    """Free hours of a week, as they are given."""

    weekday: int
    starts: int
    ends: int


class VolunteerEntryGiven(Given):
    """What a volunteer says; `tasks` are kinds of tasks that one would like, none for any.

    Health is taken only with `health_agreed`, and never of minors.
    """

    area: Area
    skills: list[Code] = Field(default_factory=list, max_length=50)
    hours: list[HoursIn] = Field(default_factory=list, max_length=42)
    languages: list[Code] = Field(default_factory=list, max_length=20)
    metres: int | None = Field(None, ge=100, le=100_000)
    tasks: list[Code] = Field(default_factory=list, max_length=20)
    wish: str = Field("", max_length=500)
    health: str = Field("", max_length=300)
    health_agreed: bool = False
    emergency_name: str = Field("", max_length=60)
    emergency_phone: str = Field("", max_length=30)

    def details(self) -> operations.Details:
        """Give it as the operation takes it."""
        given = self.model_dump(exclude={"version", "hours"})
        return operations.Details(**given, hours=[(one.weekday, one.starts, one.ends) for one in self.hours])


class VolunteerEntryChangeGiven(VolunteerEntryGiven):
    """The whole entry anew; `version` is the one that was read."""

    version: int = Field(ge=1, le=2_000_000_000)


class VolunteerEntryOut(Schema):
    """One's own entry; what is sealed is masked. `lacks` is `guardian`, `own` or '' for nobody's consent.

    `earlier_number` and `earlier_minutes` are what an office's list said of the time before: no certified service.
    """

    id: UUID
    number: str
    state: str
    lacks: str
    area: str
    skills: list[str]
    hours: list[HoursOut]
    languages: list[str]
    metres: int | None
    tasks: list[str]
    wish: str
    health: str
    emergency_name: str
    emergency_phone: str
    earlier_number: str
    earlier_minutes: int
    joined_at: datetime
    version: int


class ServiceStepGiven(Given):
    """A step in one's own service."""

    step: Literal["pause", "resume", "leave", "return"]


class OwnPlaceOut(Schema):
    """A place in a team, asked for, held or over; `signed` is null for who came with a list and signed nothing yet."""

    team_id: UUID
    team: str
    role: str
    state: str
    signed: int | None
    newest: int
    joined_at: datetime | None
    ended_at: datetime | None


class ReasonOut(Schema):
    """What stands against a task: a stable code, and words with what would help."""

    code: str
    words: str


class FitnessOut(Schema):
    """Whether a kind of task suits today; `insure` says that the organiser insures the volunteer before it."""

    task: str
    name: str
    good: bool
    insure: bool
    reasons: list[ReasonOut]


class SkillOut(Schema):
    """A skill that holds in an area; `example` says that it is made up."""

    code: str
    name: str
    name_en: str
    example: bool


class TaskKindOut(SkillOut):
    """A kind of task with whom it suits."""

    least_age: int | None
    greatest_age: int | None
    demands: list[str]
    dangerous: bool


def _mine(request: HttpRequest) -> Any:
    found = queries.mine(viewer=signed_in(request))
    if found is None:
        raise NotFound
    return found


@router.get("/me", response=VolunteerEntryOut, summary="One's own entry as a volunteer")
def get_entry(request: HttpRequest) -> dict[str, Any]:
    """Give the entry of who is signed in; 404 for who is not registered."""
    found = _mine(request)
    plain = ("pk", "number", "state", "area", "languages", "metres", "tasks", "wish", "earlier_number", "joined_at",
             "version")  # fmt: skip
    sealed = ("health", "emergency_name", "emergency_phone")
    return {
        **{("id" if name == "pk" else name): getattr(found, name) for name in plain},
        **{name: str(getattr(found, name) or "") for name in sealed},
        "earlier_minutes": queries.earlier_minutes(volunteers=[found.pk])[found.pk],
        "lacks": queries.lacking(found, moment(request)),
        "skills": [one.skill.code for one in found.skills.all()],
        "hours": [{"weekday": one.weekday, "starts": one.starts, "ends": one.ends} for one in found.hours.all()],
    }


@router.post("/me", response=ServiceDoneOut, summary="Register as a volunteer")
def register(request: HttpRequest, body: VolunteerEntryGiven, idempotency_key: Key) -> dict[str, Any]:
    """Put oneself on record as a volunteer; name, phone and age are those of the person."""
    return write_once(request, "register", idempotency_key, body, lambda: operations.register_volunteer(
        details=body.details(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/me/change", response=ServiceDoneOut, summary="Change one's own entry")
def change(request: HttpRequest, body: VolunteerEntryChangeGiven, idempotency_key: Key) -> dict[str, Any]:
    """Write the whole entry anew."""
    return write_once(request, "change", idempotency_key, body, lambda: operations.change_volunteer(
        version=body.version, details=body.details(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/me/step", response=ServiceDoneOut, summary="Pause, resume, leave or come back")
def step(request: HttpRequest, body: ServiceStepGiven, idempotency_key: Key) -> dict[str, Any]:
    """Take a step in one's own service."""
    return write_once(request, "step", idempotency_key, body, lambda: operations.move_volunteer(
        step=body.step, **signed_acting(request)
    ))  # fmt: skip


@router.get("/me/teams", response=list[OwnPlaceOut], summary="One's own places in teams")
def list_places(request: HttpRequest) -> list[dict[str, Any]]:
    """List the teams that one is in, asked to join, and was in."""
    return [
        {"team_id": one.team_id, "team": one.team.name, "role": one.role, "state": one.state,
         "signed": one.agreement.version if one.signed_at else None, "newest": getattr(one, "newest", 0),
         "joined_at": one.joined_at, "ended_at": one.ended_at}
        for one in queries.places_of(_mine(request))
    ]  # fmt: skip


@router.get("/me/fitness", response=list[FitnessOut], summary="Which kinds of tasks suit one today")
def list_fitness(request: HttpRequest) -> list[dict[str, Any]]:
    """Say of each kind of task of one's area what stands against it today."""
    return [
        {"task": kind.code, "name": str(kind), "good": fit.good, "insure": fit.insure,
         "reasons": [{"code": one.code, "words": str(one.words)} for one in fit.reasons]}
        for kind, fit in queries.fit_for(volunteer=_mine(request), at=moment(request))
    ]  # fmt: skip


@router.get("/skills/{area}", response=list[SkillOut], summary="The skills that hold in an area, for anyone")
def list_skills(request: HttpRequest, area: Area) -> Any:
    """List what a volunteer of the area can tick."""
    return queries.skills(area)


@router.get("/tasks/{area}", response=list[TaskKindOut], summary="The kinds of tasks of an area, for anyone")
def list_tasks(request: HttpRequest, area: Area) -> Any:
    """List kinds of tasks with least and greatest age, and the qualifications that they ask for."""
    return queries.task_kinds(area)

"""What the routes of projects take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Base64Bytes, Field

from shanzhi.ui.http import Given, Moment

Line = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[str, Field(min_length=1, max_length=5000)]
Code = Annotated[str, Field(max_length=21, pattern=r"^[0-9]*$")]
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
Kind = Literal["midterm", "completion"]
State = Literal[
    "", "running", "midterm", "notice", "passed", "failed", "completion", "completed", "graduated", "ended",
    "terminated",
]  # fmt: skip


class ProjectOut(Schema):
    """A project; money is asked of its proposal. `held` and `people` are what its reported activities came to."""

    id: UUID
    proposal: UUID
    title: str
    team: str
    community: str
    state: str
    starts_on: date
    ends_on: date
    midterm_due: date | None
    completion_due: date
    held: int
    people: int
    mark: int | None
    graduated_on: date | None
    settle_by: date | None
    settled_at: datetime | None
    rules_version: int
    synthetic: bool
    created_at: datetime
    version: int


class ExecutionActivityOut(Schema):
    """An activity; `rating` is the mean of the feedback in hundredths of a point of 5."""

    id: UUID
    state: str
    title: str
    about: str
    place: str
    starts_at: datetime
    minutes: int
    expected: int | None
    attended: int | None
    helpers: int
    summary: str
    cancelled_reason: str
    rating: int | None
    version: int


class ExecutionResultOut(Schema):
    """What was decided on a report, as everybody may read it; `mark` in hundredths of a point of 100."""

    report: UUID
    kind: str
    number: int
    outcome: str
    mark: int | None
    comment: str
    notice_until: date | None


class StoryOut(ProjectOut):
    """A project with what everybody may read of it; insiders get plans and results to be mended too."""

    activities: list[ExecutionActivityOut]
    results: list[ExecutionResultOut]
    visits: list[date]


class ProjectsPage(Schema):
    """A page of projects; `next` is the `after` of the following page."""

    items: list[ProjectOut]
    next: UUID | None


class DueOut(Schema):
    """One thing that is due; `side` is team or staff."""

    project: UUID
    title: str
    what: str
    label: str
    of: UUID
    due_on: date
    late: bool
    side: str


class CeremonyOut(Schema):
    """A graduation with the projects on its list."""

    id: UUID
    area: str
    title: str
    held_on: date
    place: str
    state: str
    projects: list[UUID]
    version: int


class StepOut(Schema):
    """A step agreed on at a visit."""

    id: UUID
    what: str
    who: str
    due_on: date
    done_at: datetime | None


class VisitOut(Schema):
    """The note of a mentor's visit."""

    id: UUID
    visited_on: date
    kind: str
    overall: str
    strengths: str
    problems: str
    outlook: str
    next_on: date | None
    steps: list[StepOut]


class ExecutionDoneOut(Schema):
    """What was written: its number, and the state of the project or activity it belongs to."""

    id: UUID
    state: str


class ExecutionListQuery(Schema):
    """How the list is narrowed."""

    search: str = Field("", max_length=100)
    state: State = ""
    area: Code = ""
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class BeginGiven(Given):
    """From when to when the projects run."""

    starts_on: date
    ends_on: date


class ActivityIn(Given):
    """An activity that lies ahead; `line` is the number of a row of the budget."""

    title: Line
    place: Line
    starts_at: Moment
    minutes: int = Field(120, ge=1, le=1440)
    expected: int | None = Field(None, ge=0, le=100_000)
    about: str = Field("", max_length=5000)
    line: int | None = Field(None, ge=1, le=2**63 - 1)


class PhotoIn(Given):
    """A photo in base64; `shown` says that those in it agree to be seen by everybody."""

    content: Base64Bytes = Field(max_length=4_000_000)
    caption: Line
    shown: bool = False


class ToldIn(Given):
    """What came of an activity, with photos; told again it replaces the words, and photos are added."""

    attended: int = Field(ge=0, le=100_000)
    helpers: int = Field(0, ge=0, le=10_000)
    summary: Words
    photos: list[PhotoIn] = Field(default=[], max_length=12)


class ExecutionReasonIn(Given):
    """A reason in words."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReportGiven(Given):
    """What a team reports."""

    kind: Kind
    done: Words
    problems: str = Field("", max_length=5000)
    ahead: str = Field("", max_length=5000)


class ExecutionSheetIn(Given):
    """Points from 0 to 10 by the keys of the criteria."""

    points: dict[str, int]
    comment: str = Field("", max_length=5000)


class ProjectDecisionIn(Given):
    """What is decided on a report."""

    outcome: Literal["pass", "fail", "mend"]
    comment: Words


class GroundsIn(Given):
    """The grounds of an objection, or of an appeal for the team."""

    kind: Literal["objection", "appeal"]
    grounds: Annotated[str, Field(min_length=1, max_length=2000)]


class ExecutionRulingIn(Given):
    """A ruling; `version` is the one that was seen."""

    version: Version
    outcome: Literal["dismissed", "upheld"]
    ruling: Annotated[str, Field(min_length=1, max_length=2000)]


class VisitStepIn(Given):
    """A step agreed on."""

    what: Annotated[str, Field(min_length=1, max_length=200)]
    who: Annotated[str, Field(min_length=1, max_length=80)]
    due_on: date


class VisitGiven(Given):
    """The note of a visit."""

    visited_on: date
    kind: Literal["regular", "special", "phone"] = "regular"
    overall: Words
    strengths: str = Field("", max_length=5000)
    problems: str = Field("", max_length=5000)
    outlook: str = Field("", max_length=5000)
    next_on: date | None = None
    steps: list[VisitStepIn] = Field(default=[], max_length=10)


class TerminateIn(Given):
    """Why a project is terminated."""

    version: Version
    reason: Annotated[str, Field(min_length=1, max_length=2000)]

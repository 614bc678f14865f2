"""The API of the filing desk: applications and their steps, rules of areas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import MadeOut, write_once
from shanzhi.organizations.models import Ask, FilingApplication, Opinion, Purpose
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["organizations"])
Seat = Annotated[str, Field(max_length=12, pattern=r"^[0-9]+$")]
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
Days = Annotated[int, Field(ge=1, le=365)]


class ApplicationOut(Schema):
    """An application; names of people are masked. `due_on` is the day by which the next step is due."""

    id: UUID
    organization: UUID
    ask: Ask
    state: str
    name: str
    purpose: str
    area: str
    members: int | None
    in_charge: str
    premises: str
    about: str
    opinion: str
    opinion_words: str
    reason: str
    due_on: date | None
    overdue: bool
    number: str
    handed_in_at: datetime | None
    decided_at: datetime | None
    created_at: datetime
    version: int


class ApplicationsPage(Schema):
    """A page of applications; `next` reads on."""

    items: list[ApplicationOut]
    next: UUID | None


class FilingCheckOut(Schema):
    """One thing that the area asks: whether it is there, in words."""

    key: str
    words: str
    good: bool


class OneOut(Schema):
    """An application with what the rules ask of it; `example` says that the rules are made up."""

    application: ApplicationOut
    checks: list[FilingCheckOut]
    example: bool


class ApplicationFields(Given):
    """What an application says; a draft may leave out all but name and seat."""

    name: str = Field(min_length=1, max_length=100)
    purpose: Literal[""] | Purpose = ""
    area: Seat
    members: int | None = Field(None, ge=1, le=1_000_000)
    person_in_charge: str = Field("", max_length=60)
    phone: str = Field("", max_length=30)
    premises: str = Field("", max_length=200)
    words: str = Field("", max_length=2000)


class ApplicationIn(ApplicationFields):
    """A new application: for a new group, or for an organisation on record."""

    ask: Ask = Ask.FIRST
    organization_id: UUID | None = None


class ApplicationChange(ApplicationFields):
    """An application as it shall be; `version` is the one that was seen."""

    version: Version


class FilingStepIn(Given):
    """A step that needs no words."""

    version: Version


class OpinionIn(Given):
    """The residents' committee's opinion."""

    opinion: Opinion
    words: str = Field(min_length=1, max_length=500)
    version: Version


class FilingDecisionIn(Given):
    """The office's decision."""

    decision: Literal["grant", "refuse", "return"]
    reason: str = Field(min_length=1, max_length=500)
    version: Version


class ApplicationsQuery(Schema):
    """How the list is narrowed."""

    state: str = Field("", max_length=16, pattern="^[a-z_]*$")
    late: bool = False
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class RulesIn(Given):
    """What an area asks of who files there; days are calendar days. `area` "" is the whole country."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
    least_members: int = Field(ge=1, le=1000)
    charter: bool
    premises: bool
    in_charge: bool
    opinion: bool
    opinion_days: Days
    decision_days: Days
    validity_years: int = Field(ge=1, le=50)
    prefix: str = Field(min_length=1, max_length=20)
    source: str = Field(min_length=1, max_length=200)
    example: bool


class RulesOut(RulesIn):
    """The rules that count for a seat, of which area and version; version 0 are example values nobody set."""

    version: int


def _listed(found: FilingApplication, number: str) -> dict[str, Any]:
    """Write an application in plain values, with the number of what was filed by it."""
    values = {name: getattr(found, name) for name in ApplicationOut.model_fields if hasattr(found, name)}
    return values | {
        "organization": found.organization_id,
        "in_charge": str(found.in_charge) if found.in_charge else "",
        "overdue": queries.overdue(found, timezone.localdate()),
        "number": number if found.state == "filed" else "",
    }


def _plain(found: FilingApplication) -> dict[str, Any]:
    """Write one application in plain values, which can be answered again."""
    number = queries.numbers_of([found.organization_id]).get(found.organization_id, "")
    return ApplicationOut(**_listed(found, number)).model_dump(mode="json")


@router.get("/filings", response=ApplicationsPage, summary="Applications for filing, newest first")
def list_applications(request: HttpRequest, asked: Query[ApplicationsQuery]) -> dict[str, Any]:
    """List one's own applications, those of the organisations one leads, and those of the own areas."""
    rows = queries.applications(viewer=signed_in(request))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.late:
        rows = rows.filter(queries.late(timezone.localdate(moment(request))))
    page = page_after(rows, asked.after, asked.limit, lambda row: row)
    numbers = queries.numbers_of([row.organization_id for row in page["items"] if row.state == "filed"])
    return {**page, "items": [_listed(row, numbers.get(row.organization_id, "")) for row in page["items"]]}


@router.get("/filings/{uuid:application_id}", response=OneOut, summary="One application with its checks")
def get_application(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """Give one application that exists for the viewer, and what the rules ask of it."""
    found = queries.application(viewer=signed_in(request), application_id=application_id)
    rules = found.rules or queries.rules_for(found.area)
    checks = queries.checks(found, rules, moment(request))
    listed = [{"key": one.key, "words": one.words, "good": one.good} for one in checks]
    return {"application": _plain(found), "checks": listed, "example": rules["example"]}


@router.post("/filings", response=ApplicationOut, summary="Begin an application")
def apply_for_filing(request: HttpRequest, body: ApplicationIn, idempotency_key: Key) -> dict[str, Any]:
    """Begin a draft: a resident for a new group, a team leader for the own organisation."""
    return write_once(request, "apply", idempotency_key, body, lambda: _plain(
        operations.apply_for_filing(**body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.post("/filings/{uuid:application_id}/change", response=ApplicationOut, summary="Write a draft")
def change_application(
    request: HttpRequest, application_id: UUID, body: ApplicationChange, idempotency_key: Key
) -> dict[str, Any]:
    """Change a draft, or an application that was returned; what is sent replaces all of it."""
    return write_once(request, "change_application", idempotency_key, body, lambda: _plain(
        operations.change_application(application_id=application_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.post("/filings/{uuid:application_id}/hand-in", response=ApplicationOut, summary="Hand an application in")
def hand_in(request: HttpRequest, application_id: UUID, body: FilingStepIn, idempotency_key: Key) -> dict[str, Any]:
    """Hand in what is complete by the rules of the area, which are frozen with it."""
    return write_once(request, "hand_in", idempotency_key, body, lambda: _plain(
        operations.hand_in(application_id=application_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.post("/filings/{uuid:application_id}/withdraw", response=ApplicationOut, summary="Withdraw an application")
def withdraw_application(
    request: HttpRequest, application_id: UUID, body: FilingStepIn, idempotency_key: Key
) -> dict[str, Any]:
    """Withdraw what is not decided yet."""
    return write_once(request, "withdraw_application", idempotency_key, body, lambda: _plain(
        operations.withdraw_application(application_id=application_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.post("/filings/{uuid:application_id}/opinion", response=ApplicationOut, summary="Give the committee's opinion")
def give_opinion(request: HttpRequest, application_id: UUID, body: OpinionIn, idempotency_key: Key) -> dict[str, Any]:
    """Write the residents' committee's opinion; never on an own application."""
    return write_once(request, "opinion", idempotency_key, body, lambda: _plain(
        operations.give_opinion(application_id=application_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.post("/filings/{uuid:application_id}/decide", response=ApplicationOut, summary="Decide on an application")
def decide(request: HttpRequest, application_id: UUID, body: FilingDecisionIn, idempotency_key: Key) -> dict[str, Any]:
    """Grant, refuse or return; never an own application, nor one on which one gave the opinion."""
    return write_once(request, "decide", idempotency_key, body, lambda: _plain(
        operations.decide(application_id=application_id, **body.model_dump(), **signed_acting(request))
    ))  # fmt: skip


@router.get("/rules/{code}", response=RulesOut, summary="The filing rules that count for a seat")
def get_rules(request: HttpRequest, code: Seat) -> dict[str, Any]:
    """Give the newest version of the nearest area up the tree, or the example values where nobody set any."""
    signed_in(request)
    return queries.rules_for(code)


@router.post("/rules", response=MadeOut, summary="Set the filing rules of an area")
def set_rules(request: HttpRequest, body: RulesIn, idempotency_key: Key) -> dict[str, Any]:
    """Set a new version for an area that one is in charge of."""
    return write_once(request, "rules", idempotency_key, body, lambda: operations.set_filing_rules(
        **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip

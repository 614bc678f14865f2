"""The API of what hangs on an organisation: members, links, findings."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import MadeOut, write_once
from shanzhi.organizations.models import Matter, Part, Tie
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, signed_acting, signed_in

router = Router(tags=["organizations"])


class MemberIn(Given):
    """Somebody in the organisation, by a name or as a person on record; the name is kept sealed."""

    name: str = Field("", max_length=60)
    person_id: UUID | None = None
    phone: str = Field("", max_length=30)
    part: Part = Part.MEMBER
    starts_on: date


class MemberOut(Schema):
    """A membership; the name is masked."""

    id: UUID
    name: str
    part: Part
    starts_on: date
    ends_on: date | None


class EndGiven(Given):
    """The day on which something ended."""

    ends_on: date


class LinkIn(Given):
    """A link to another organisation."""

    tie: Tie
    other_id: UUID


class TieOut(Schema):
    """A link that holds."""

    id: UUID
    tie: Tie
    other_id: UUID
    other_name: str


class FindingIn(Given):
    """What an authority's paper says; `year` of reports and inspections, `result` of these and of ratings."""

    matter: Matter
    on: date
    source: str = Field(min_length=1, max_length=200)
    result: str = Field("", max_length=12)
    year: int | None = Field(None, ge=1990, le=2199)


class TakeBackIn(Given):
    """Why a finding, or a sign of life, is taken back."""

    reason: str = Field(min_length=1, max_length=500)


class StandingCheckOut(Schema):
    """A condition, whether it holds, and what is missing in words."""

    key: str
    words: str
    good: bool


class StandingDutyOut(Schema):
    """An annual report that is owed."""

    year: int
    to: str
    due_on: date
    done_on: date | None
    late: bool


class StandingOut(Schema):
    """What is computed of a body's registration, reports and rating."""

    association: list[StandingCheckOut]
    rating: list[StandingCheckOut]
    grade: str
    grade_until: date | None
    duties: list[StandingDutyOut]
    abnormal: bool
    decision_due: date | None
    decision_late: bool


class PartsOut(Schema):
    """Members, as far as the viewer keeps them, and links."""

    members: list[MemberOut]
    links: list[TieOut]


@router.get("/{uuid:organization_id}/parts", response=PartsOut, summary="Members and links of an organisation")
def get_parts(request: HttpRequest, organization_id: UUID) -> dict[str, Any]:
    """Give members (masked, for leaders and staff of the seat) and links."""
    found = queries.organization(viewer=signed_in(request), organization_id=organization_id)
    members = queries.members(viewer=signed_in(request), found=found)
    return {
        "members": [
            {"id": one.pk, "name": str(one.name), "part": one.part, "starts_on": one.starts_on, "ends_on": one.ends_on}
            for one in members
        ],
        "links": [
            {"id": one.pk, "tie": one.tie, "other_id": one.other_id, "other_name": one.other.name}
            for one in queries.links(found)
        ],
    }


@router.post("/{uuid:organization_id}/members", response=MadeOut, summary="List a member or contact")
def add_member(request: HttpRequest, organization_id: UUID, body: MemberIn, idempotency_key: Key) -> dict[str, Any]:
    """Put somebody among the members from a day on."""
    return write_once(request, "member", idempotency_key, body, lambda: operations.add_member(
        organization_id=organization_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:organization_id}/members/{uuid:membership_id}/end", response=MadeOut, summary="End a membership")
def end_member(
    request: HttpRequest, organization_id: UUID, membership_id: UUID, body: EndGiven, idempotency_key: Key
) -> dict[str, Any]:
    """End a membership on a day; it stays on record."""
    values = {"organization_id": organization_id, "membership_id": membership_id, **body.model_dump()}
    return write_once(
        request,
        "member_end",
        idempotency_key,
        body,
        lambda: operations.end_member(**values, **signed_acting(request)),
    )


@router.post("/{uuid:organization_id}/links", response=MadeOut, summary="Link an organisation to another")
def add_link(request: HttpRequest, organization_id: UUID, body: LinkIn, idempotency_key: Key) -> dict[str, Any]:
    """Say to which organisation it belongs, by which it was incubated, out of which it grew."""
    return write_once(request, "link", idempotency_key, body, lambda: operations.add_link(
        organization_id=organization_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/{uuid:organization_id}/links/{uuid:link_id}/end", response=MadeOut, summary="End a link")
def end_link(request: HttpRequest, organization_id: UUID, link_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """End a link; it stays on record."""
    return write_once(request, "link_end", idempotency_key, None, lambda: operations.end_link(
        organization_id=organization_id, link_id=link_id, **signed_acting(request)
    ))  # fmt: skip


@router.get("/{uuid:organization_id}/standing", response=StandingOut, summary="Registration, reports and rating")
def get_standing(request: HttpRequest, organization_id: UUID) -> Any:
    """Compute what is missing to register and to be rated, and which reports are due."""
    found = queries.organization(viewer=signed_in(request), organization_id=organization_id)
    return queries.standing(found, timezone.localdate(moment(request)))


@router.post("/{uuid:organization_id}/findings", response=MadeOut, summary="Enter a finding of an authority")
def add_finding(request: HttpRequest, organization_id: UUID, body: FindingIn, idempotency_key: Key) -> dict[str, Any]:
    """Put on record what a registrar's or another authority's paper says; a rating only where its conditions hold."""
    return write_once(request, "finding", idempotency_key, body, lambda: operations.add_finding(
        organization_id=organization_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/findings/{uuid:finding_id}/end", response=MadeOut, summary="End an investigation or a listing")
def end_finding(request: HttpRequest, finding_id: UUID, body: EndGiven, idempotency_key: Key) -> dict[str, Any]:
    """Enter the day on which an application, an investigation or a listing ended."""
    return write_once(request, "finding_end", idempotency_key, body, lambda: operations.end_finding(
        finding_id=finding_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/findings/{uuid:finding_id}/take-back", response=MadeOut, summary="Take a finding back")
def take_back_finding(request: HttpRequest, finding_id: UUID, body: TakeBackIn, idempotency_key: Key) -> dict[str, Any]:
    """Take a finding back that was wrong; it stays on record and counts no more."""
    return write_once(request, "finding_take_back", idempotency_key, body, lambda: operations.take_back_finding(
        finding_id=finding_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip

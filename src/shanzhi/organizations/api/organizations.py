"""The API of organisations: the same operations and queries as the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import write_once
from shanzhi.organizations.models import Kind, Organization, Purpose
from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.ui.http import Given, Key, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["organizations"])
Code = Annotated[str, Field(max_length=21, pattern=r"^[0-9]*$")]


class OrganizationOut(Schema):
    """An organisation; `area` is the code of its seat, `closed_at` is empty while it takes roles."""

    id: UUID
    name: str
    kind: Kind
    area: str
    purpose: str
    size_stated: int | None
    state: str
    credit_code: str | None
    synthetic: bool
    created_at: datetime
    closed_at: datetime | None
    closed_reason: str
    version: int


class OrganizationsPage(Schema):
    """A page of organisations; `next` is the `after` of the following page."""

    items: list[OrganizationOut]
    next: UUID | None


class OrganizationIn(Given):
    """An organisation to put on record."""

    name: str = Field(min_length=1, max_length=100)
    kind: Kind
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]+$")]
    credit_code: str = Field("", max_length=30)
    purpose: Literal[""] | Purpose = ""
    size_stated: int | None = Field(None, ge=1, le=1_000_000)


class OrganizationChange(OrganizationIn):
    """An organisation as it shall be; `version` is the one that was seen."""

    version: int = Field(ge=1, le=1_000_000_000)


class BodyCloseIn(Given):
    """Why an organisation is closed."""

    reason: str = Field(min_length=1, max_length=500)
    version: int = Field(ge=1, le=1_000_000_000)


class BodyMoveIn(Given):
    """A step in the life of an organisation: its name, such as `register` or `rest`, and why it is taken."""

    move: str = Field(max_length=30)
    reason: str = Field(min_length=1, max_length=500)
    version: int = Field(ge=1, le=1_000_000_000)


class OrganizationQuery(Schema):
    """How the list is narrowed; `search` is a part of the name or a whole credit code."""

    search: str = Field("", max_length=100)
    kind: Literal[""] | Kind = ""
    area: Code = ""
    state: str = Field("", max_length=12, pattern="^[a-z_]*$")
    open: bool | None = None
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _plain(found: Organization) -> dict[str, Any]:
    """Write an organisation in plain values, which can be answered again."""
    return OrganizationOut.from_orm(found).model_dump(mode="json")


def _once(request: HttpRequest, operation: str, key: str, body: Any, run: Callable[[], Organization]) -> dict[str, Any]:
    return write_once(request, operation, key, body, lambda: _plain(run()))


@router.get("/", response=OrganizationsPage, summary="Organisations of the own areas, newest first")
def list_organizations(request: HttpRequest, asked: Query[OrganizationQuery]) -> dict[str, Any]:
    """List the organisations seated in the viewer's areas, and those the viewer holds a role in."""
    rows = queries.organizations(viewer=signed_in(request))
    if asked.search:
        rows = queries.search(rows, asked.search)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.open is not None:
        rows = rows.filter(closed_at__isnull=asked.open)
    return page_after(rows, asked.after, asked.limit, _plain)


@router.post("/", response=OrganizationOut, summary="Put an organisation on record")
def create_organization(request: HttpRequest, body: OrganizationIn, idempotency_key: Key) -> dict[str, Any]:
    """Put an organisation on record at a seat in the own area; its code is checked by GB 32100."""
    return _once(request, "create", idempotency_key, body, lambda: operations.create_organization(
        actor=signed_in(request), at=moment(request), **body.model_dump()
    ))  # fmt: skip


@router.get("/{uuid:organization_id}", response=OrganizationOut, summary="One organisation")
def get_organization(request: HttpRequest, organization_id: UUID) -> Organization:
    """Give one organisation that exists for the viewer."""
    return queries.organization(viewer=signed_in(request), organization_id=organization_id)


@router.post("/{uuid:organization_id}/change", response=OrganizationOut, summary="Change an organisation")
def change_organization(
    request: HttpRequest, organization_id: UUID, body: OrganizationChange, idempotency_key: Key
) -> dict[str, Any]:
    """Change name, sort, seat or code; what is sent replaces all of them."""
    return _once(request, "change", idempotency_key, body, lambda: operations.change_organization(
        actor=signed_in(request), organization_id=organization_id, at=moment(request), **body.model_dump()
    ))  # fmt: skip


@router.post("/{uuid:organization_id}/close", response=OrganizationOut, summary="Close an organisation")
def close_organization(
    request: HttpRequest, organization_id: UUID, body: BodyCloseIn, idempotency_key: Key
) -> dict[str, Any]:
    """Close an organisation for a reason; the roles held in it end."""
    return _once(request, "close", idempotency_key, body, lambda: operations.close_organization(
        actor=signed_in(request), organization_id=organization_id, at=moment(request), **body.model_dump()
    ))  # fmt: skip


@router.post("/{uuid:organization_id}/move", response=OrganizationOut, summary="Take a step in an organisation's life")
def move_organization(
    request: HttpRequest, organization_id: UUID, body: BodyMoveIn, idempotency_key: Key
) -> dict[str, Any]:
    """Register it, make it a hub, let it rest or resume, suspend it; filing and closing have doors of their own."""
    return _once(request, "move", idempotency_key, body, lambda: operations.move_organization(
        actor=signed_in(request), organization_id=organization_id, at=moment(request), **body.model_dump()
    ))  # fmt: skip

"""The API of what anybody reads: filed organisations, certificates, communities against their targets."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.organizations import operations, queries
from shanzhi.organizations.api.frames import MadeOut, write_once
from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.ui.http import Given, Key, signed_acting
from shanzhi.ui.keyset import page_after

router = Router(tags=["organizations"])


class FiledOut(Schema):
    """A filed organisation, as anybody may know it."""

    id: UUID
    name: str
    purpose: str
    area: str
    state: str
    filed_on: date
    valid_to: date
    number: str
    synthetic: bool


class FiledPage(Schema):
    """A page of filed organisations; `next` reads on."""

    items: list[FiledOut]
    next: UUID | None


class FiledQuery(Schema):
    """How the list is narrowed; `search` is a part of the name."""

    search: str = Field("", max_length=100)
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")] = ""
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class CertificateOut(Schema):
    """What a certificate says: `state` is valid, expired, suspended, cancelled or unknown."""

    state: str
    number: str = ""
    name: str = ""
    area: str = ""
    filed_on: date | None = None
    valid_to: date | None = None
    cancelled_on: date | None = None
    synthetic: bool = False


class CommunityOut(Schema):
    """A community against its target."""

    code: str
    name: str
    rural: bool
    have: int
    target: int
    missing: int


class TargetGiven(Given):
    """How many filed organisations each community of an area shall have; `area` "" is the whole country."""

    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
    urban: int = Field(ge=0, le=1000)
    rural: int = Field(ge=0, le=1000)
    source: str = Field(min_length=1, max_length=200)


@router.get("/filed", response=FiledPage, summary="Filed organisations, for anyone")
def list_filed(request: HttpRequest, asked: Query[FiledQuery]) -> dict[str, Any]:
    """List the organisations with a filing that is not cancelled, newest record first."""
    rows = queries.public(at=moment(request)).order_by("-created_at", "id")
    if asked.search:
        rows = rows.filter(name__has=asked.search)
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    return page_after(rows, asked.after, asked.limit, lambda row: row)


@router.get("/certificates/{code}", response=CertificateOut, summary="Check a filing certificate, for anyone")
def check_certificate(request: HttpRequest, code: Annotated[str, Field(max_length=64)]) -> dict[str, Any]:
    """Check a certificate by the code in its address."""
    found = queries.certificate(code=code, at=moment(request))
    if found.filing is None or found.organization is None:
        return {"state": found.state}
    dates = {name: getattr(found.filing, name) for name in ("number", "filed_on", "valid_to", "cancelled_on")}
    body = found.organization
    return {"state": found.state, "name": body.name, "area": body.area, "synthetic": body.synthetic, **dates}


@router.get("/targets/{code}", response=list[CommunityOut], summary="Communities against their targets, for anyone")
def list_targets(
    request: HttpRequest, code: Annotated[str, Field(min_length=6, max_length=12, pattern=r"^[0-9]+$")]
) -> list[dict[str, Any]]:
    """Count the living filed organisations of each community of a district or below."""
    places.area(code=code, at=moment(request))
    return [
        {"code": one.area.code, "name": one.area.name, "rural": one.rural, "have": one.have, "target": one.target,
         "missing": one.missing}
        for one in queries.communities(code=code, at=moment(request))
    ]  # fmt: skip


@router.post("/targets", response=MadeOut, summary="Set the target of communities")
def set_targets(request: HttpRequest, body: TargetGiven, idempotency_key: Key) -> dict[str, Any]:
    """Set how many filed organisations each community of an area shall have."""
    return write_once(request, "targets", idempotency_key, body, lambda: operations.set_targets(
        **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip

"""The API of people: the same operations and queries as the pages; names and numbers are masked throughout."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.people import holders, operations, queries
from shanzhi.people.middleware import moment
from shanzhi.people.models import Person, RoleGrant
from shanzhi.places import queries as places
from shanzhi.ui.http import Given, actor_of
from shanzhi.ui.keyset import page_after

router = Router(tags=["people"])


class NaiveTime(Invalid):
    """A time came without its offset."""

    code = "naive_time"
    message = _("Write times with their offset, such as 2026-11-24T09:00:00+08:00.")


class PersonOut(Schema):
    """A person, masked."""

    id: UUID
    name: str
    area: str
    real_name: str
    phone: str | None
    id_number: str | None
    verified_at: datetime | None
    synthetic: bool
    created_at: datetime
    version: int


class GrantOut(Schema):
    """A role with its place and period."""

    id: UUID
    person: UUID
    role: Role
    area: str
    organization: UUID | None
    organization_name: str | None
    starts_at: datetime
    ends_at: datetime | None


class PersonDetail(PersonOut):
    """A person with roles."""

    grants: list[GrantOut]


class PeoplePage(Schema):
    """A page of people; `next` is the cursor of the following page."""

    items: list[PersonOut]
    next: UUID | None


class VerifyIn(Given):
    """What staff read in the document."""

    document: str = Field(max_length=40)
    id_number: str = Field(max_length=20)
    born_on: date | None = None
    version: int | None = None


class GrantIn(Given):
    """A role to give; times with their offset."""

    role: Role
    area: str = Field("", max_length=21, pattern=r"^[0-9]*$")
    organization: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str = Field(max_length=500)


class ReasonIn(Given):
    """A reason that goes on record."""

    reason: str = Field(max_length=500)


class ListQuery(Schema):
    """How the list is narrowed; `search` is a whole phone, document number or name."""

    search: str = Field("", max_length=100)
    state: Annotated[str, Field(pattern="^(declared|verified|verified_outside)?$")] = ""
    area: str = Field("", max_length=21, pattern=r"^[0-9]*$")
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _masked(person: Person) -> dict[str, Any]:
    return {
        "id": person.pk,
        "name": str(person.name),
        "area": person.area,
        "real_name": person.real_name,
        "phone": str(person.phone) if person.phone is not None else None,
        "id_number": str(person.id_number) if person.id_number is not None else None,
        "verified_at": person.verified_at,
        "synthetic": person.synthetic,
        "created_at": person.created_at,
        "version": person.version,
    }


def _grants(given: list[RoleGrant]) -> list[dict[str, Any]]:
    """Write roles, with the names of their organisations, in one query where there are any."""
    known = holders.find(one.organization for one in given)
    return [_written(one, known.get(one.organization) if one.organization else None) for one in given]


def _written(given: RoleGrant, body: holders.Body | None) -> dict[str, Any]:
    names = ("role", "area", "organization", "starts_at", "ends_at")
    plain = {name: getattr(given, name) for name in names}
    return {"id": given.pk, "person": given.person_id, **plain, "organization_name": body and body.name}


def _grant(given: RoleGrant) -> dict[str, Any]:
    return _grants([given])[0]


def _detail(viewer: Actor, person: Person) -> dict[str, Any]:
    return {**_masked(person), "grants": _grants(queries.grants(viewer=viewer, person=person))}


@router.get("/me", response=PersonDetail, summary="The own record")
def me(request: HttpRequest) -> dict[str, Any]:
    """Give the own record, masked as for everyone."""
    viewer = actor_of(request)
    return _detail(viewer, queries.own(viewer=viewer))


@router.get("/", response=PeoplePage, summary="People of the own areas, newest first")
def people(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    """List the people who live in the viewer's areas; `after` is the id of the last one seen."""
    rows = queries.people(viewer=actor_of(request))
    if asked.search:
        rows = queries.search(rows, asked.search)
    if asked.state:
        rows = rows.filter(real_name=asked.state)
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    return page_after(rows, asked.after, asked.limit, _masked)


@router.get("/{uuid:person_id}", response=PersonDetail, summary="One person")
def person(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    """Give one person who exists for the viewer."""
    viewer = actor_of(request)
    return _detail(viewer, queries.person(viewer=viewer, person_id=person_id, at=moment(request)))


@router.post("/{uuid:person_id}/verify", response=PersonOut, summary="Verify against a document")
def verify(request: HttpRequest, person_id: UUID, body: VerifyIn) -> dict[str, Any]:
    """Note that a document was seen."""
    _sign_in(request)
    return _masked(
        operations.verify(actor=actor_of(request), person_id=person_id, at=moment(request), **body.model_dump())
    )


@router.post("/{uuid:person_id}/revoke", response=PersonOut, summary="Take a verification back")
def revoke(request: HttpRequest, person_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """Take a verification back, for a reason."""
    _sign_in(request)
    return _masked(
        operations.revoke(actor=actor_of(request), person_id=person_id, reason=body.reason, at=moment(request))
    )


@router.post("/{uuid:person_id}/grants", response=GrantOut, summary="Give a role")
def grant(request: HttpRequest, person_id: UUID, body: GrantIn) -> dict[str, Any]:
    """Give a role within the own scope and up to the own role."""
    _sign_in(request)
    at = moment(request)
    values = body.model_dump() | {"starts_at": aware(body.starts_at) or at, "ends_at": aware(body.ends_at)}
    return _grant(operations.grant(actor=actor_of(request), person_id=person_id, at=at, **values))


@router.post("/grants/{uuid:grant_id}/end", response=GrantOut, summary="End a role")
def end_grant(request: HttpRequest, grant_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """End a role now, for a reason."""
    _sign_in(request)
    return _grant(
        operations.end_grant(actor=actor_of(request), grant_id=grant_id, reason=body.reason, at=moment(request))
    )


def _sign_in(request: HttpRequest) -> None:
    if not actor_of(request).signed_in:
        raise SignInNeeded


def aware(at: datetime | None) -> datetime | None:
    """Refuse a time without its offset, which would mean another moment elsewhere."""
    if at is not None and at.tzinfo is None:
        raise NaiveTime(field="starts_at")
    return at

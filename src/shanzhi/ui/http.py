"""A request as the house's middleware prepares it, for the types of views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from ninja.params.functions import Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationInfo, field_validator

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid, SignInNeeded


class Request(HttpRequest):
    """A request with who acts, the moment it counts as, and its number."""

    actor: Actor
    now: datetime
    request_id: str


Key = Annotated[
    str, Header(min_length=8, max_length=100, description="A text that no other request carries; repeat it on a retry.")
]
"""The head that makes a write happen once, however often a program repeats it."""


def actor_of(request: HttpRequest) -> Actor:
    """Give whom the session says."""
    found: Actor = request.actor  # type: ignore[attr-defined]  # set by our middleware
    return found


def signed_in(request: HttpRequest) -> Actor:
    """Give whom the session says, or refuse when nobody is signed in."""
    found = actor_of(request)
    if not found.signed_in:
        raise SignInNeeded
    return found


def viewing(request: HttpRequest) -> dict[str, Any]:
    """Give who looks and the moment it counts as, as queries take them."""
    return {"viewer": actor_of(request), "at": request.now}  # type: ignore[attr-defined]  # set by our middleware


def acting(request: HttpRequest) -> dict[str, Any]:
    """Give who acts and the moment it counts as, as operations take them."""
    return {"actor": actor_of(request), "at": request.now}  # type: ignore[attr-defined]  # set by our middleware


def signed_acting(request: HttpRequest) -> dict[str, Any]:
    """Give the same, or refuse when nobody is signed in."""
    return {**acting(request), "actor": signed_in(request)}


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Give the address of this site to go on to, as `next` of what was sent or of the address says it."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else otherwise


class BadCursor(Invalid):
    """The cursor is none that this list gave."""

    code = "bad_cursor"
    message = _("The cursor is none that this list gave. Start again without it.")


class NotStorable(Invalid):
    """A text holds NUL, which PostgreSQL does not store."""

    code = "not_storable"
    message = _("The text holds a character that cannot be kept (NUL). Take it out and send it again.")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple | set) and any(_has_nul(one) for one in value)


class Given(BaseModel):
    """What a program sends: an object of exactly the named fields.

    A body read leniently would turn a misspelt field, or a list where an object belongs, into an empty ballot.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any, about: ValidationInfo) -> Any:
        """Refuse NUL wherever a text may hold it: PostgreSQL stores none."""
        if _has_nul(value):
            raise NotStorable(field=about.field_name)
        return value


class BadMoment(Invalid):
    """A moment lies in a year that nothing here is planned for or recorded in."""

    code = "bad_value"
    message = _("Write day and hour of a year from 1990 to 2199.")


def _in_reach(moment: datetime) -> datetime:
    if not 1990 <= moment.year <= 2199:
        raise BadMoment
    return moment.astimezone(UTC)


# Without a zone a moment would be the sender's guess against ours, so it is refused; it comes out in UTC.
Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]

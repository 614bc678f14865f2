"""Every write of organisations: put on record, changed, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import differences, record
from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.lifecycle import ORGANIZATION, beginning
from shanzhi.organizations.models import PREFIXES, Filing, Kind, Organization, PastName, Purpose
from shanzhi.people.operations import end_roles_in
from shanzhi.places import queries as places

LONGEST_NAME: Final = 100
MOST_MEMBERS: Final = 1_000_000


class BadName(Invalid):
    """The name is missing or too long."""

    code = "bad_name"
    message = _("Write the name of the organisation, with at most 100 characters.")


class BadKind(Invalid):
    """There is no such sort of organisation."""

    code = "bad_kind"
    message = _("Choose what sort of organisation it is.")


class BadPurpose(Invalid):
    """There is no such purpose."""

    code = "bad_purpose"
    message = _("Choose what the organisation is for.")


class BadNumber(Invalid):
    """The number of members is none."""

    code = "bad_number"
    message = _("Give the number of members as a whole number from 1 to 1,000,000.")


class FiledChangesByApplication(Conflict):
    """Name, purpose and seat of a filed body stand on its certificate."""

    code = "filed_changes_by_application"
    message = _(
        "This organisation is filed: its name, purpose and seat stand on a certificate. Its team leader applies for a "
        "change of the filing."
    )


class BadSeat(Invalid):
    """The seat is no district, subdistrict or community that is there."""

    code = "bad_seat"
    message = _("Choose the district, subdistrict or community in which the organisation has its seat.")


class CodeOfAnotherKind(Invalid):
    """The credit code begins as that of another sort of body."""

    code = "code_of_another_kind"
    message = _(
        "The code does not fit the sort: that of a social association begins with 51, of a social service institution "
        "with 52, of a foundation with 53. Correct one of the two."
    )


class CodeTaken(Conflict):
    """Another organisation has this credit code."""

    code = "code_taken"
    message = _("An organisation with this code is on record already. Search for the code, or correct it.")


class NameTaken(Conflict):
    """Another open organisation at this seat has this name."""

    code = "organization_name_taken"
    message = _("An organisation of this name is on record at this seat already. Open that one, or give another name.")


class Stale(Conflict):
    """Someone changed the organisation meanwhile."""

    code = "stale_organization"


class ClosedAlready(Conflict):
    """The organisation is closed; its record stays as it was."""

    code = "organization_closed"
    message = _(
        "This organisation is closed, and its record stays as it is. Put a new one on record if it works again."
    )


class ReasonMissing(Invalid):
    """An organisation is closed for a reason."""

    code = "reason_missing"
    message = _("Write why the organisation is closed; the reason is kept on record.")


@contextmanager
def once_on_record() -> Iterator[None]:
    """Turn what the database refuses because it is there already into words; two at once are told apart there."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if "organizations_code_once" in str(fault):
            raise CodeTaken(field="credit_code") from fault
        if "organizations_name_at_seat" in str(fault):
            raise NameTaken(field="name") from fault
        raise


def create_organization(
    *,
    actor: Actor,
    name: str,
    kind: str,
    area: str,
    at: datetime,
    credit_code: str = "",
    purpose: str = "",
    size_stated: int | None = None,
    synthetic: bool = False,
) -> Organization:
    """Put an organisation on record at a seat that the actor is in charge of; its life begins as code and sort say.

    Raises Forbidden, NotInCharge, BadName, BadKind, BadPurpose, BadNumber, BadSeat, NotACreditCode, CodeOfAnotherKind,
    CodeTaken, NameTaken.
    """
    policies.require(policies.may_manage(actor=actor, seat=area))
    values = checked(name, kind, area, credit_code, at, purpose=purpose, size_stated=size_stated)
    values["state"] = beginning(kind, values["credit_code"])
    with once_on_record():
        made = Organization.objects.create(**values, synthetic=synthetic, created_at=at)
        record(
            actor=actor, verb="organizations.organization.create", subject=made, area=area, change=values, at=at
        )  # fmt: skip
    return made


def change_organization(
    *,
    actor: Actor,
    organization_id: UUID,
    version: int,
    name: str,
    kind: str,
    area: str,
    at: datetime,
    credit_code: str = "",
    purpose: str = "",
    size_stated: int | None = None,
) -> Organization:
    """Change an organisation; `version` is the one that the editor saw. Who moves it is in charge of both seats.

    A name that goes is kept as a former one. Raises NotFound, Stale, ClosedAlready, FiledChangesByApplication, and as
    `create_organization` does.
    """
    with once_on_record():
        found = locked(actor, organization_id, version)
        seats = {found.area, area}
        for seat in sorted(seats):
            policies.require(policies.may_manage(actor=actor, seat=seat))
        new = checked(
            name, kind, area, credit_code, at, kept=found.area, purpose=purpose, size_stated=size_stated
        )  # fmt: skip
        _require_free(found, new)
        keep_name(found, new["name"], at)
        told = {"fields": differences({field: getattr(found, field) for field in new}, new)}
        for field, value in new.items():
            setattr(found, field, value)
        found.version += 1
        found.save()
        record(
            actor=actor, verb="organizations.organization.change", subject=found, area=found.area, change=told, at=at
        )  # fmt: skip
    return found


def close_organization(*, actor: Actor, organization_id: UUID, version: int, reason: str, at: datetime) -> Organization:
    """Close an organisation for a reason: it takes no roles any more, and those held in it end. It stays on record.

    Raises NotFound, Stale, ClosedAlready, ReasonMissing.
    """
    with transaction.atomic():
        found = locked(actor, organization_id, version)
        if not reason.strip():
            raise ReasonMissing(field="reason")
        ended = end_roles_in(actor=actor, organization=found.pk, reason=reason, at=at)
        found.state, found.rests_from = ORGANIZATION.move(found.state, "dissolve"), ""
        found.closed_at, found.closed_reason, found.version = at, reason.strip(), found.version + 1
        found.save()
        cancel_filing(found, found.closed_reason, at)
        record(
            actor=actor, verb="organizations.organization.close", subject=found, area=found.area,
            change={"roles_ended": ended}, at=at, reason=found.closed_reason,
        )  # fmt: skip
    return found


def locked(actor: Actor, organization_id: UUID, version: int) -> Organization:
    """Fetch an open organisation for a change; outside the actor's reach there is none."""
    if not actor.signed_in and not actor.is_system:
        policies.require(policies.may_manage(actor=actor, seat=""))
    rows = Organization.objects.select_for_update(no_key=True).filter(policies.readable(actor))
    found = rows.filter(pk=organization_id).first()
    if found is None:
        raise NotFound
    policies.require(policies.may_manage(actor=actor, seat=found.area))
    if not found.open:
        raise ClosedAlready
    if found.version != version:
        raise Stale
    return found


def keep_name(found: Organization, name: str, at: datetime) -> None:
    """Keep the name that an organisation bears, where another takes its place."""
    if name != found.name:
        PastName.objects.create(organization=found, name=found.name, until=at)


def cancel_filing(found: Organization, reason: str, at: datetime) -> None:
    """Cancel the filing of an organisation, if it has one: from that day its certificate says so."""
    Filing.objects.filter(organization=found, cancelled_on=None).update(
        cancelled_on=timezone.localdate(at), cancelled_reason=reason
    )


def _require_free(found: Organization, new: dict[str, Any]) -> None:
    """Refuse to change past the filing desk what stands on a certificate."""
    fixed = next((field for field in ("name", "purpose", "area") if getattr(found, field) != new[field]), None)
    if fixed and Filing.objects.filter(organization=found, cancelled_on=None).exists():
        raise FiledChangesByApplication(field=fixed)


def checked(
    name: str, kind: str, area: str, credit_code: str, at: datetime, *, kept: str = "", purpose: str = "",
    size_stated: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Give what is written of an organisation, or refuse; a seat that it keeps may be a code that ended since."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise BadName(field="name")
    if kind not in Kind.values:
        raise BadKind(field="kind")
    if area != kept:
        _require_seat(area, at)
    if purpose and purpose not in Purpose.values:
        raise BadPurpose(field="purpose")
    if size_stated is not None and not 1 <= size_stated <= MOST_MEMBERS:
        raise BadNumber(field="size_stated")
    return {
        "name": words, "kind": kind, "area": area, "credit_code": _code(credit_code, Kind(kind)), "purpose": purpose,
        "size_stated": size_stated,
    }  # fmt: skip


def _require_seat(area: str, at: datetime) -> None:
    try:
        if places.area(code=area, at=at).level not in policies.SEATS:
            raise BadSeat(field="area")
    except NotFound as missing:
        raise BadSeat(field="area") from missing


def _code(text: str, kind: Kind) -> str | None:
    """Check a unified social credit code and give it in its plain form; none is given for most small bodies."""
    if not text.strip():
        return None
    try:
        code = identifiers.credit_code(text)
    except identifiers.NotACreditCode as wrong:
        raise identifiers.NotACreditCode(field="credit_code") from wrong
    if not code.startswith(PREFIXES.get(kind, "")):
        raise CodeOfAnotherKind(field="credit_code")
    return code


def plain_phone(text: str) -> str | None:
    """Check a phone number and give it in its plain form; none where nothing was given. Raises NotAPhone."""
    if not text.strip():
        return None
    try:
        return identifiers.phone(text)
    except identifiers.NotAPhone as wrong:
        raise identifiers.NotAPhone(field="phone") from wrong
